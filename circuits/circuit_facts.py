"""What can be read off a circuit: two-qubit counts, active qubits, mid-circuit operations."""

from collections import defaultdict

from qiskit import QuantumCircuit, QuantumRegister
from qiskit.circuit import Bit, CircuitInstruction

_MARKS = frozenset({"barrier", "delay"})


def two_qubit_gates(compiled: QuantumCircuit) -> int:
    """Return the number of two-qubit gates of a compiled circuit.

    Gates inside classically controlled blocks are counted once per block, whether or not it runs.

    Raises:
        ValueError: If an operation acts on more than two qubits: such a circuit is not compiled.
    """
    count = 0
    for instruction in compiled.data:
        if instruction.is_control_flow():
            count += sum(two_qubit_gates(block) for block in instruction.operation.blocks)
        else:
            count += _two_qubit_weight(instruction)
    return count


def two_qubit_depth(compiled: QuantumCircuit) -> int:
    """Return the longest chain of two-qubit gates, linked by shared qubits or classical bits.

    A classically controlled block counts with the longest chain of its deepest branch.

    Raises:
        ValueError: If an operation acts on more than two qubits: such a circuit is not compiled.
    """
    level: defaultdict[Bit, int] = defaultdict(int)
    for instruction in compiled.data:
        if instruction.is_control_flow():
            weight = max(two_qubit_depth(block) for block in instruction.operation.blocks)
        else:
            weight = _two_qubit_weight(instruction)
        if instruction.name != "barrier":
            bits = (*instruction.qubits, *instruction.clbits)
            reached = max(level[bit] for bit in bits) + weight if bits else 0
            level.update(dict.fromkeys(bits, reached))
    return max(level.values(), default=0)


def _two_qubit_weight(instruction: CircuitInstruction) -> int:
    num_qubits = len(instruction.qubits)
    if instruction.name == "barrier" or num_qubits < 2:
        return 0
    if num_qubits > 2:
        raise ValueError(
            "A compiled circuit should have gates on one or two qubits only. Got "
            f"{instruction.name!r} on {num_qubits}; count after compiling for a device."
        )
    return 1


def has_mid_circuit_operations(circuit: QuantumCircuit) -> bool:
    """Return whether the circuit branches, resets a used qubit, or acts on one it has measured."""
    used: set[Bit] = set()
    measured: set[Bit] = set()
    for instruction in circuit.data:
        if instruction.name in _MARKS:
            continue
        resets = instruction.name in {"reset", "initialize"}
        if (
            instruction.is_control_flow()
            or not measured.isdisjoint(instruction.qubits)
            or (resets and not used.isdisjoint(instruction.qubits))
        ):
            return True
        if instruction.name != "reset":
            used.update(instruction.qubits)
        if instruction.name == "measure":
            measured.update(instruction.qubits)
    return False


def active_qubits(circuit: QuantumCircuit) -> tuple[int, ...]:
    """Return the sorted indices of the qubits that some gate, measurement or reset acts on."""
    active = {
        qubit
        for instruction in circuit.data
        if instruction.name not in _MARKS
        for qubit in instruction.qubits
    }
    return tuple(sorted(circuit.find_bit(qubit).index for qubit in active))


def lone_qubits(circuit: QuantumCircuit) -> frozenset[int]:
    """Return the indices of the qubits that no operation or barrier joins to another one."""
    joined = {q for each in circuit.data if len(each.qubits) > 1 for q in each.qubits}
    return frozenset(i for i, qubit in enumerate(circuit.qubits) if qubit not in joined)


def restricted_to(circuit: QuantumCircuit, qubits: tuple[int, ...]) -> QuantumCircuit:
    """Return the circuit on the given qubits only; qubit ``i`` is the old ``qubits[i]``.

    The classical registers stay; the name and metadata too. Barriers shrink to the qubits kept and
    delays of dropped qubits go. What is done to :func:`lone_qubits` comes last, one by one.

    Args:
        circuit: A circuit that acts on no other qubits, see :func:`active_qubits`.
        qubits: Indices of the qubits to keep.
    """
    register, wide = QuantumRegister(len(qubits), "q"), circuit.qubits
    kept = {wide[old]: register[new] for new, old in enumerate(qubits)}
    narrow = QuantumCircuit(
        register,
        circuit.clbits,
        *circuit.cregs,
        name=circuit.name,
        global_phase=circuit.global_phase,
        metadata=circuit.metadata,
    )
    lone = lone_qubits(circuit)
    turn = {wide[old]: new for new, old in enumerate(qubits) if old in lone}
    for instruction in sorted(circuit.data, key=lambda each: turn.get((*each.qubits, None)[0], -1)):
        is_mark = instruction.name in _MARKS
        operands = tuple(kept[q] for q in instruction.qubits if q in kept or not is_mark)
        if len(operands) == len(instruction.qubits):
            narrow._append(instruction.replace(qubits=operands))  # noqa: SLF001  # 8 times faster
        elif operands:
            narrow.barrier(*operands)
    return narrow
