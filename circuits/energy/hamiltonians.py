r"""Energies as diagonal Hamiltonians: all 2^D values, Pauli-Z strings, and phase circuits.

A diagonal E(x), x = Σ_i b_i 2^i, is Σ_S c_S Z_S with Z_S = Π_{i∈S} Z_i and
c_S = 2^{-D} Σ_x E(x) (-1)^{|x ∧ S|} (Walsh-Hadamard transform). A set S is the integer mask
Σ_{i∈S} 2^i, so masks and basis states share one bit order.
"""

from typing import Annotated

import numpy as np
import numpy.typing as npt
from qiskit import QuantumCircuit, QuantumRegister
from qiskit.circuit import CircuitInstruction, ParameterExpression
from qiskit.circuit.library import CXGate
from qiskit.quantum_info import SparsePauliOp

from classical_ref.checks import Floats, Integers, Within, check_array, checked

LARGEST_PHASE = 1e12
"""Beyond this angle float64 has less than four digits of a turn left."""


def walsh_coefficients(diagonal: npt.ArrayLike) -> Floats:
    """Return c_S for every mask S, shape ``(2**D,)``, in O(D 2^D).

    Raises:
        ValueError: The length is not a power of two or a value is not finite.
    """
    values = check_array("diagonal", diagonal, "2**D")
    if len(values) & (len(values) - 1):
        raise ValueError(f"diagonal should have 2**D values. Got shape {values.shape}.")
    half = 1
    while half < len(values):
        pairs = values.reshape(-1, 2, half)
        values = np.stack([pairs[:, 0] + pairs[:, 1], pairs[:, 0] - pairs[:, 1]], 1).reshape(-1)
        half *= 2
    return values / len(values)


@checked
def pauli_operator(
    diagonal: npt.ArrayLike, *, tolerance: Annotated[float, Within("[0, 1)")] = 1e-12
) -> SparsePauliOp:
    """Return the operator with this diagonal as Pauli-Z strings.

    Args:
        diagonal: Energies, shape ``(2**D,)``.
        tolerance: Strings with |c_S| at or below ``tolerance`` times the largest are left out.
            The diagonal then changes by at most the sum of what was left out.

    Returns:
        A ``SparsePauliOp`` on D qubits; qubit i is neuron i.

    Raises:
        ValueError: The tolerance is outside [0, 1), or the diagonal is malformed.
    """
    coefficients = walsh_coefficients(diagonal)
    num_qubits = len(coefficients).bit_length() - 1
    threshold = tolerance * np.abs(coefficients).max(initial=0)
    keep = np.flatnonzero(np.abs(coefficients) > threshold).tolist()
    strings = [
        ("Z" * mask.bit_count(), [i for i in range(num_qubits) if mask >> i & 1], weight)
        for mask, weight in zip(keep, coefficients[keep].tolist(), strict=True)
    ]
    strings = strings or [("", [], 0.0)]
    return SparsePauliOp.from_sparse_list(strings, num_qubits=num_qubits)


@checked
def phase_circuit(
    masks: npt.ArrayLike,
    weights: npt.ArrayLike,
    num_qubits: Annotated[int, Within("[0, 62]")],
    *,
    angle: float | ParameterExpression,
) -> QuantumCircuit:
    r"""Return exp(-iγ Σ_S w_S Z_S) with CX ladders shared between strings.

    The strings with highest neuron t are done on qubit t: CX gates from lower qubits collect each
    parity there, visited in Gray-code order so that neighbors differ in few bits. All 2^D - 1
    strings cost 2^D - 2 CX; pairs cost 2 CX each, as RZZ would.

    Args:
        masks: The sets S as integers, shape ``(T,)``, each once; mask 0 is a global phase.
        weights: w_S, shape ``(T,)``.
        num_qubits: D.
        angle: γ, or a free parameter in its place.

    Returns:
        A circuit with register ``memory`` of D qubits, no ancillas. Its gates depend on the
        masks only; the weights and the angle enter as rotation angles.

    Raises:
        ValueError: Shapes differ, a mask repeats or does not fit D bits, or an angle γ w_S is not
            finite or beyond :data:`LARGEST_PHASE`.
    """
    weights = check_array("weights", weights, "...")
    masks = np.asarray(masks)
    if masks.dtype.kind not in "iu" and masks.size:
        raise ValueError(f"masks should be integers. Got {masks.dtype}.")
    masks = masks.astype(np.int64)
    if masks.shape != weights.shape or masks.ndim != 1:
        raise ValueError(
            f"masks and weights should share one shape (T,). Got {masks.shape}, {weights.shape}."
        )
    if len(np.unique(masks)) != len(masks) or (masks < 0).any() or (masks >> num_qubits).any():
        raise ValueError(f"masks should be distinct and below 2**{num_qubits}.")
    known = 0.0 if isinstance(angle, ParameterExpression) else abs(angle)
    largest = known * np.abs(weights).max(initial=0)
    if not largest <= LARGEST_PHASE:
        raise ValueError(f"phases should be at most {LARGEST_PHASE:g}. Got {largest:g}.")
    circuit = QuantumCircuit(QuantumRegister(num_qubits, "memory"))
    for target, qubit in enumerate(circuit.qubits):
        moves = [CircuitInstruction(CXGate(), (lower, qubit)) for lower in circuit.qubits[:target]]
        mine = masks >> target == 1
        lower = masks[mine] - (1 << target)
        order = np.argsort(_gray_rank(lower))
        collected = 0
        for mask, weight in zip(lower[order].tolist(), weights[mine][order].tolist(), strict=True):
            _move_parity(circuit, collected ^ mask, moves)
            collected = mask
            circuit.rz(2 * angle * weight, qubit)
        _move_parity(circuit, collected, moves)
    circuit.global_phase -= angle * float(weights[masks == 0].sum())
    return circuit


def _move_parity(circuit: QuantumCircuit, difference: int, moves: list[CircuitInstruction]) -> None:
    for place, move in enumerate(moves):
        if difference >> place & 1:
            circuit._append(move)  # noqa: SLF001  a tenth of the time of cx(), for 2^D of them


def _gray_rank(masks: Integers) -> Integers:
    """The position of each mask in the reflected Gray code."""
    rank = masks.copy()
    shift = 1
    while shift < 64:
        rank ^= rank >> shift
        shift *= 2
    return rank
