"""Exact simulation of states with few basis terms, on any number of qubits.

The state is a table of basis states and amplitudes. A superposition of K patterns on 64 qubits
stays near K terms through its whole preparation, where a statevector would need 2^64.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from qiskit import QuantumCircuit

from circuits.bit_order import Bits, check_bits
from classical_ref.checks import Complexes, Integers

_WORD = 63
_SKIPPED = {"barrier", "id", "measure"}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SparseState:
    """The non-zero terms of a state."""

    bits: Bits
    """Basis states, shape ``(M, num_qubits)``; column i is qubit i."""
    amplitudes: Complexes
    """Their amplitudes, shape ``(M,)``."""

    def amplitudes_of(self, bits: npt.ArrayLike) -> Complexes:
        """Return the amplitude of each row of ``bits``, shape ``(K,)``, zero where absent."""
        table = {row.tobytes(): a for row, a in zip(self.bits, self.amplitudes, strict=True)}
        rows = check_bits(bits)
        return np.array([table.get(row.tobytes(), 0.0) for row in rows], dtype=np.complex128)


def simulate(
    circuit: QuantumCircuit, start: npt.ArrayLike | None = None, *, max_terms: int = 200_000
) -> SparseState:
    """Return ``circuit`` applied to one basis state, ``|0…0⟩`` for ``None``.

    Args:
        circuit: CX, CZ, X, any one-qubit gates, and gates defined by those.
        start: Bits of the basis state to start from, shape ``(num_qubits,)``.
        max_terms: Largest number of terms allowed on the way.

    Raises:
        ValueError: ``start`` has another shape, a gate has no definition, or the number of terms
            grows beyond ``max_terms``.
    """
    num_qubits = circuit.num_qubits
    row = np.zeros((1, num_qubits), dtype=np.uint8) if start is None else check_bits(start, ndim=1)
    if row.size != num_qubits:
        raise ValueError(f"start should have shape ({num_qubits},). Got {row.shape}.")
    engine = _Engine(row.reshape(1, -1), max_terms)
    engine.run(circuit, list(range(num_qubits)))
    return engine.state(num_qubits)


def preparation_error(
    circuit: QuantumCircuit,
    bits: npt.ArrayLike,
    amplitudes: npt.ArrayLike,
    *,
    max_terms: int = 200_000,
) -> float:
    """Return the distance of the prepared state from the target, global phase removed.

    That is min_φ ‖ e^{iφ} A|0⟩ - Σ_μ a_μ |x^μ⟩|0…0⟩ ‖, with all qubits beyond the D of ``bits``
    expected in |0⟩.

    Args:
        circuit: The preparation A; qubits 0..D-1 are the memory.
        bits: Patterns, shape ``(K, D)``.
        amplitudes: Target amplitudes of unit norm, shape ``(K,)``.
        max_terms: Largest number of terms allowed on the way.

    Raises:
        ValueError: What :func:`simulate` raises.
    """
    patterns, target = check_bits(bits), np.asarray(amplitudes, dtype=np.complex128)
    state = simulate(circuit, max_terms=max_terms)
    padded = np.zeros((len(patterns), circuit.num_qubits), dtype=np.uint8)
    padded[:, : patterns.shape[1]] = patterns
    found = state.amplitudes_of(padded)
    overlap = np.vdot(found, target)
    phase = overlap / abs(overlap) if abs(overlap) > 0 else 1.0
    outside = max(float(np.sum(np.abs(state.amplitudes) ** 2) - np.sum(np.abs(found) ** 2)), 0.0)
    inside = float(np.sum(np.abs(phase * found - target) ** 2))
    # the difference of two sums near 1 is noise below 1e-15, whose root is not an error
    return float(np.sqrt(inside + (outside if outside > 1e-14 else 0.0)))


class _Engine:
    def __init__(self, row: Bits, max_terms: int) -> None:
        num_words = (row.shape[1] + _WORD - 1) // _WORD
        self.keys = np.zeros((1, num_words), dtype=np.int64)
        for qubit in np.flatnonzero(row[0]):
            self.keys[0, qubit // _WORD] |= np.int64(1) << (int(qubit) % _WORD)
        self.amplitudes = np.ones(1, dtype=np.complex128)
        self.max_terms = max_terms

    def state(self, num_qubits: int) -> SparseState:
        columns = [self._bit(qubit).astype(np.uint8) for qubit in range(num_qubits)]
        return SparseState(bits=np.stack(columns, axis=1), amplitudes=self.amplitudes)

    def run(self, circuit: QuantumCircuit, place: list[int]) -> None:
        index = {qubit: place[i] for i, qubit in enumerate(circuit.qubits)}
        for instruction in circuit.data:
            operation = instruction.operation
            qubits = [index[qubit] for qubit in instruction.qubits]
            if operation.name in _SKIPPED:
                continue
            if operation.name == "cx":
                self._flip(qubits[1], self._bit(qubits[0]))
            elif operation.name == "x":
                self._flip(qubits[0], np.int64(1))
            elif operation.name == "cz":
                self.amplitudes = self.amplitudes * (
                    1 - 2 * (self._bit(qubits[0]) & self._bit(qubits[1]))
                )
            elif len(qubits) == 1 and hasattr(operation, "__array__"):
                self._one_qubit(np.asarray(operation.to_matrix()), qubits[0])
            elif operation.definition is not None:
                self.run(operation.definition, qubits)
            else:
                raise ValueError(f"gate {operation.name!r} has no definition to simulate.")
        self.amplitudes = self.amplitudes * np.exp(1j * float(circuit.global_phase))

    def _bit(self, qubit: int) -> Integers:
        return (self.keys[:, qubit // _WORD] >> (qubit % _WORD)) & 1

    def _flip(self, qubit: int, where: Integers | np.int64) -> None:
        self.keys[:, qubit // _WORD] ^= where << (qubit % _WORD)

    def _one_qubit(self, matrix: Complexes, qubit: int) -> None:
        bit = self._bit(qubit)
        kept = self.amplitudes * matrix[bit, bit]
        moved = self.amplitudes * matrix[1 - bit, bit]
        if np.all(np.abs(moved) < 1e-15):
            self.amplitudes = kept
            return
        flipped = self.keys.copy()
        flipped[:, qubit // _WORD] ^= np.int64(1) << (qubit % _WORD)
        keys = np.concatenate([self.keys, flipped])
        values = np.concatenate([kept, moved])
        order = np.lexsort(keys.T)
        keys, values = keys[order], values[order]
        first = np.ones(len(keys), dtype=bool)
        first[1:] = (keys[1:] != keys[:-1]).any(axis=1)
        starts = np.flatnonzero(first)
        values = np.add.reduceat(values, starts)
        nonzero = np.abs(values) > 1e-13
        self.keys, self.amplitudes = keys[starts][nonzero], values[nonzero]
        if len(values) > self.max_terms:
            raise ValueError(f"the state should have at most {self.max_terms} terms. Got more.")
