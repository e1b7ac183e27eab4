"""What becomes of a compiler's failure: words about what the device lacks."""

from collections.abc import Iterator
from contextlib import contextmanager

from qiskit.circuit import Gate
from qiskit.transpiler import Target
from qiskit.transpiler.exceptions import TranspilerError

from qdenseam.errors import BackendError
from qdenseam.execution.devices.parts import working_qubits

_MOST_WORDS = 200


@contextmanager
def compiled_for(name: str, target: Target | None = None) -> Iterator[None]:
    """Turn the failures of Qiskit's compiler in the context into errors that say what is missing.

    Args:
        name: What circuits are compiled for, as the message calls it.
        target: Its gates and couplings; None where any gate and pair is free.

    Raises:
        BackendError: A circuit could not be compiled.
    """
    try:
        yield
    except TranspilerError as error:
        words = " ".join(error.message.split())
        words = words if len(words) <= _MOST_WORDS else f"{words[:_MOST_WORDS]} ..."
        raise BackendError(
            f"A circuit could not be compiled for {name}: {_missing(target)}. Use a device whose "
            "gates are universal, such as cx, rz and sx, and whose couplings connect as many "
            f"qubits as a circuit has. Qiskit says: {words}"
        ) from error


def _missing(target: Target | None) -> str:
    if target is None:
        return "it has a gate that does not come apart into small ones"
    gates = {name: target.operation_from_name(name) for name in target.operation_names}
    gates = {name: gate for name, gate in gates.items() if isinstance(gate, Gate)}
    listed = ", ".join(sorted(gates)) or "none"
    if all(gate.num_qubits < 2 for gate in gates.values()):
        return f"none of its gates ({listed}) acts on two qubits"
    connected = len(working_qubits(target))
    if target.num_qubits is not None and connected < target.num_qubits:
        return f"its couplings connect only {connected} of its {target.num_qubits} qubits"
    return f"Qiskit cannot make up all that the circuit needs from its gates ({listed})"
