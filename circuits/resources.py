"""What a circuit costs in one stated basis: CX and one-qubit gates, every pair of qubits coupled.

Each two-qubit gate of our builders counts as the number of CX in its textbook form (table
:data:`CX_PER_GATE`); one-qubit gates are free. Composite gates are counted by their definition.
"""

from dataclasses import dataclass

from qiskit import QuantumCircuit
from qiskit.circuit import Qubit

from classical_ref.checks import checked

CX_PER_GATE = {
    "cx": 1,
    "cz": 1,
    "cp": 2,
    "rzz": 2,
    "cry": 2,
    "crx": 2,
    "crz": 2,
    "swap": 3,
}
"""Number of CX in each two-qubit gate that our builders emit."""

_FREE = {"barrier", "measure", "reset", "delay", "global_phase"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Resources:
    """The size of a circuit."""

    num_qubits: int
    """All qubits, ancillas included."""
    two_qubit_gates: int
    """CX after every gate is written in CX and one-qubit gates."""
    two_qubit_depth: int
    """The longest chain of those CX."""


@checked
def count(circuit: QuantumCircuit) -> Resources:
    """Return the resources of ``circuit`` as built, without any optimization.

    The counts equal those of ``transpile(circuit, basis_gates=["cx", "u"],
    optimization_level=0)``.

    Raises:
        ValueError: A gate on two or more qubits has no definition to count.

    Examples:
        >>> from circuits import pattern_superposition
        >>> count(pattern_superposition([[0, 0, 1], [1, 0, 1], [1, 1, 0]])).two_qubit_gates
        2
    """
    depth = dict.fromkeys(circuit.qubits, 0)
    total = _count_into(circuit, circuit.qubits, depth)
    return Resources(
        num_qubits=circuit.num_qubits,
        two_qubit_gates=total,
        two_qubit_depth=max(depth.values(), default=0),
    )


def _count_into(circuit: QuantumCircuit, qubits: list[Qubit], depth: dict[Qubit, int]) -> int:
    place = dict(zip(circuit.qubits, qubits, strict=True))
    total = 0
    for instruction in circuit.data:
        name, on = instruction.name, instruction.qubits  # its operation would be made anew
        if len(on) == 1 or name in _FREE:
            continue
        touched, cost = [place[qubit] for qubit in on], CX_PER_GATE.get(name)
        if cost is not None:
            total += cost
            level = max(depth[q] for q in touched) + cost
            depth.update(dict.fromkeys(touched, level))
        elif (part := instruction.operation.definition) is not None:
            total += _count_into(part, touched, depth)
        else:
            raise ValueError(f"gate {name!r} has no definition to count CX in.")
    return total
