"""Whether a device has every instruction of a circuit."""

from qiskit import QuantumCircuit
from qiskit.circuit import ControlFlowOp
from qiskit.transpiler import Target

_ANYWHERE = frozenset({"barrier", "store"})


def unsupported_instruction(circuit: QuantumCircuit, target: Target) -> str | None:
    """Return what a device cannot do in a circuit, None if it can do all of it."""
    if circuit.num_qubits > target.num_qubits:
        return f"has {circuit.num_qubits} qubits and the device {target.num_qubits}"
    return _unsupported(circuit, tuple(range(circuit.num_qubits)), target)


def _unsupported(circuit: QuantumCircuit, physical: tuple[int, ...], target: Target) -> str | None:
    for instruction in circuit.data:
        qubits = tuple(physical[circuit.find_bit(qubit).index] for qubit in instruction.qubits)
        operation = instruction.operation
        if isinstance(operation, ControlFlowOp):
            if not target.instruction_supported(operation.name):
                return f"holds {operation.name!r}, which the device does not have"
            blocks = (_unsupported(block, qubits, target) for block in operation.blocks)
            problem = next((problem for problem in blocks if problem is not None), None)
            if problem is not None:
                return problem
        elif operation.name not in _ANYWHERE and not target.instruction_supported(
            operation.name, qubits
        ):
            return f"holds {operation.name!r} on qubits {qubits}, which the device does not have"
    return None
