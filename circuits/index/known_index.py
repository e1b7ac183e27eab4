r"""An index made of known neurons: the memory as a partial probe can see it.

A binary tree of parities of known neurons gives every pattern an index of about log2 K bits. With
the index on qubits of its own the memory is A = W·V: V prepares Σ_μ √π_μ |index of μ⟩, by H alone
if all weights are equal and K is a power of 2, and W writes the patterns. The oracle of a partial
probe is diagonal in the index, so that W† and W cancel between the rounds of an amplification: all
of the search happens on the index, and W runs once, at the end.

References:
    Wichert, "Quantum algorithm for binary vector encoding and retrieval utilizing the permutation
    trick" (2025, arXiv 2510.07354), for searching on an index that a permutation makes.
"""

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from qiskit import QuantumCircuit

from circuits.bit_order import Bits, check_bits
from circuits.index.trees import IndexTree, coordinate_tree, index_trees
from circuits.index.writing import SMALL, written
from circuits.loading.dense import dense_circuit
from classical_ref.checks import Floats, check_mask

MAX_PATTERNS = 64
"""Patterns whose circuit is worth having: it flips neurons by tables over the index."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class KnownIndex:
    """A memory as an index on known neurons and a circuit that writes the patterns."""

    tree: IndexTree
    """Gives the index of a probe."""
    labels: Bits
    """The index of each pattern, shape ``(K, k)``."""
    qubits: tuple[int, ...]
    """The memory qubits that hold the index before anything is written."""
    start: QuantumCircuit
    """V, on k qubits: from |0…0⟩ to the index, each with the root of its weight."""
    write: QuantumCircuit
    """W, on the D memory qubits; leaves the relative phases of the patterns free."""

    @property
    def two_qubit_gates(self) -> int:
        """CX gates of W."""
        return sum(len(instruction.qubits) == 2 for instruction in self.write.data)

    def label_of(self, probe_bits: npt.ArrayLike) -> Bits:
        """Return the index that a probe asks for, shape ``(k,)``; 0 where nothing decides."""
        return self.tree.label_of(check_bits(probe_bits, ndim=1))


def known_indices(
    bits: npt.ArrayLike, weights: npt.ArrayLike, known: npt.ArrayLike
) -> list[KnownIndex]:
    """Return indices on known neurons, fewest CX to write first.

    Patterns of different known parts are told apart by known neurons. Those of equal known part
    have an index of their own too, in which other neurons take part; a probe that fits several
    of them asks for one.

    Args:
        bits: Distinct patterns, shape ``(K, D)``.
        weights: Their probabilities, shape ``(K,)``.
        known: Which neurons a probe knows, ``bool``, shape ``(D,)``.

    Raises:
        ValueError: ``bits`` is no array of bits, has over 64 rows, or ``known`` has another shape.
    """
    rows = check_bits(bits)
    mask = check_mask("known", known, rows.shape[1:])
    if len(rows) > MAX_PATTERNS:
        raise ValueError(
            f"an index takes at most {MAX_PATTERNS} patterns. Got {len(rows)}; use "
            "AmplitudeAmplification, whose encoders scale."
        )
    probabilities = np.ascontiguousarray(weights, dtype=float)
    found = _indices(rows.tobytes(), rows.shape, probabilities.tobytes(), mask.tobytes())
    return [replace(each, start=each.start.copy(), write=each.write.copy()) for each in found]


@lru_cache(maxsize=64)
def _indices(
    rows_bytes: bytes, shape: tuple[int, int], weights: bytes, known: bytes
) -> tuple[KnownIndex, ...]:
    rows = np.frombuffer(rows_bytes, dtype=np.uint8).reshape(shape)
    amplitudes = np.sqrt(np.frombuffer(weights))
    mask = np.frombuffer(known, dtype=np.bool_)
    trees = index_trees(rows, mask)[: None if rows.shape[1] <= SMALL else 2]
    built = (_index_of(tree, rows, amplitudes) for tree in trees)
    found = [index for index in built if index is not None]
    if not found:
        last = _index_of(coordinate_tree(rows, mask), rows, amplitudes)
        assert last is not None  # its index bits are neurons wherever they differ
        found = [last]
    return tuple(sorted(found, key=lambda index: index.two_qubit_gates))


def _index_of(tree: IndexTree, rows: Bits, amplitudes: Floats) -> KnownIndex | None:
    labels = np.array([tree.label_of(row) for row in rows], dtype=np.uint8)
    labels = labels.reshape(len(rows), tree.depth)
    labels.setflags(write=False)
    out = written(labels, rows)
    if out is None:
        return None
    qubits, write = out
    vector = np.zeros(2**tree.depth, dtype=np.complex128)
    vector[labels.astype(np.int64) @ (1 << np.arange(tree.depth))] = amplitudes
    return KnownIndex(
        tree=tree, labels=labels, qubits=qubits, start=dense_circuit(vector), write=write
    )
