"""Named blocks: a part of a circuit is one box to a reader and its own gates to all else.

A block is a plain gate of Qiskit whose definition is the part, its global phase included. So it is
drawn as one box, ``decompose()`` opens it, its inverse has the name with ``_dg``, ``control()`` and
free parameters work, and QPY and OpenQASM 3 keep its name. What counts, lays out or compiles asks
for the gates in order, :func:`flat`.
"""

from collections.abc import Iterable, Sequence

from qiskit import QuantumCircuit
from qiskit.circuit import CircuitInstruction, Gate, Qubit
from qiskit.circuit.library import get_standard_gate_name_mapping

from classical_ref.checks import checked

_PLAIN = frozenset({*get_standard_gate_name_mapping(), "barrier", "measure", "reset", "delay"})
"""Names that are no block's."""


@checked
def block(name: str, *angles: float, part: QuantumCircuit) -> Gate:
    """Return a circuit without measurements as one gate on its qubits.

    Args:
        name: What is drawn, an identifier such as ``"oracle"``.
        angles: Shown beside the name; free parameters of the part are shown in their place.
        part: The gates; the block holds this very circuit.

    Raises:
        ValueError: The name is one of Qiskit's own gates, or the part has classical bits.
    """
    if name in _PLAIN or not name.isidentifier():
        raise ValueError(f"a block should have an identifier for a name, no gate's. Got {name!r}.")
    if part.num_clbits:
        raise ValueError(f"the block {name!r} should have no classical bits. Got {part.clbits}.")
    gate = Gate(name, part.num_qubits, [*part.parameters] or list(angles))
    gate.definition = part
    return gate


def append(circuit: QuantumCircuit, gate: Gate, qubits: Iterable[Qubit]) -> None:
    """Append a block, without what ``QuantumCircuit.append`` checks and copies."""
    circuit._append(CircuitInstruction(gate, qubits))  # noqa: SLF001


def boxed(name: str, part: QuantumCircuit) -> QuantumCircuit:
    """Return a circuit as one block on its registers, or as it is where it is made of blocks."""
    if has_blocks(part):
        return part
    whole = QuantumCircuit(*part.qregs)
    append(whole, block(name, part=part), whole.qubits)
    return whole


@checked
def flat(circuit: QuantumCircuit) -> QuantumCircuit:
    """Return the circuit with its blocks opened, and blocks in these: gates alone, in order.

    A circuit without blocks is returned itself.
    """
    if not has_blocks(circuit):
        return circuit
    opened = circuit.copy_empty_like()
    _open(circuit, circuit.qubits, opened)
    return opened


def has_blocks(circuit: QuantumCircuit) -> bool:
    """Return whether some instruction is a block."""
    if circuit.count_ops().keys() <= _PLAIN:  # counts much faster than Python looks
        return False
    return any(part_of(instruction) is not None for instruction in circuit.data)


def part_of(instruction: CircuitInstruction) -> QuantumCircuit | None:
    """Return the circuit that a block stands for, ``None`` for all else."""
    if instruction.name in _PLAIN or type(instruction.operation) is not Gate:
        return None
    return instruction.operation.definition


def _open(circuit: QuantumCircuit, qubits: Sequence[Qubit], opened: QuantumCircuit) -> None:
    place = dict(zip(circuit.qubits, qubits, strict=True))
    for instruction in circuit.data:
        on, part = [place[qubit] for qubit in instruction.qubits], part_of(instruction)
        if part is None:
            opened._append(instruction.replace(qubits=on))  # noqa: SLF001
        elif has_blocks(part):
            opened.global_phase += part.global_phase
            _open(part, on, opened)
        else:
            opened.compose(part, on, inplace=True)
