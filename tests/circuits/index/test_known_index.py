"""Indices on known neurons: trees that separate, circuits that write, search that finds."""

import numpy as np
import pytest
from qiskit import QuantumCircuit
from qiskit.quantum_info import Statevector

from circuits.grover.rounds import exact_rounds
from circuits.index.known_index import known_indices
from circuits.index.search import index_search


def distinct(rng: np.random.Generator, num_patterns: int, num_neurons: int) -> np.ndarray:
    chosen = rng.choice(2**num_neurons, num_patterns, replace=False)
    return (chosen[:, None] >> np.arange(num_neurons) & 1).astype(np.uint8)


def integer(bits: np.ndarray) -> np.ndarray:
    return bits.astype(np.int64) @ (1 << np.arange(bits.shape[-1]))


CASES = [(1, 3), (2, 3), (4, 4), (5, 4), (8, 3), (8, 6), (7, 5), (16, 4), (9, 14)]


@pytest.mark.parametrize(("num_patterns", "num_neurons"), CASES)
def test_labels_are_distinct_and_written_out(num_patterns, num_neurons, rng) -> None:
    patterns = distinct(rng, num_patterns, num_neurons)
    known = rng.random(num_neurons) < 0.7
    for found in known_indices(patterns, np.full(num_patterns, 1 / num_patterns), known)[:3]:
        assert len(np.unique(found.labels, axis=0)) == num_patterns
        assert len(set(found.qubits)) == found.tree.depth
        for label, pattern in zip(found.labels, patterns, strict=True):
            circuit = QuantumCircuit(num_neurons)
            for qubit, bit in zip(found.qubits, label, strict=True):
                if bit:
                    circuit.x(qubit)
            after = Statevector(circuit.compose(found.write)).probabilities()
            assert after[integer(pattern)] == pytest.approx(1)


def test_patterns_of_different_known_parts_are_told_apart_by_known_neurons(rng) -> None:
    for _ in range(10):
        patterns = distinct(rng, 6, 5)
        known = np.array([True, True, True, True, False])
        found = known_indices(patterns, np.full(6, 1 / 6), known)[0]
        probes = np.where(known, patterns, 0)
        for pattern, probe in zip(patterns, probes, strict=True):
            same = (probes == probe).all(axis=1)
            if same.sum() == 1:
                assert (found.label_of(probe) == found.label_of(pattern)).all()
            else:
                assert (found.labels[same] == found.label_of(probe)).all(axis=1).sum() == 1


@pytest.mark.parametrize("num_patterns", [2, 4, 8, 16])
def test_exact_rounds_end_in_the_marked_pattern(num_patterns, rng) -> None:
    patterns = distinct(rng, num_patterns, 5)
    known = np.ones(5, dtype=bool)
    found = known_indices(patterns, np.full(num_patterns, 1 / num_patterns), known)[0]
    circuit = index_search(found, found.labels[1], exact_rounds(1 / num_patterns))
    probabilities = Statevector(circuit).probabilities()
    assert probabilities[integer(patterns[1])] == pytest.approx(1)


def test_an_affine_memory_costs_cx_only_where_bits_depend_on_others() -> None:
    free = (np.arange(8)[:, None] >> np.arange(3) & 1).astype(np.uint8)
    patterns = np.concatenate([free, free[:, :1] ^ free[:, 1:2]], axis=1)
    found = known_indices(patterns, np.full(8, 1 / 8), np.ones(4, dtype=bool))[0]
    assert found.two_qubit_gates == 2
    assert set(found.start.count_ops()) <= {"u", "h"}


def test_bad_input_is_refused() -> None:
    patterns = np.array([[0, 1], [1, 1]], dtype=np.uint8)
    with pytest.raises(ValueError, match=r"known should be booleans of shape \(2,\)"):
        known_indices(patterns, [0.5, 0.5], np.ones(3, dtype=bool))
    many = (np.arange(65)[:, None] >> np.arange(7) & 1).astype(np.uint8)
    with pytest.raises(ValueError, match="at most 64 patterns"):
        known_indices(many, np.full(65, 1 / 65), np.ones(7, dtype=bool))
    found = known_indices(patterns, [0.5, 0.5], np.ones(2, dtype=bool))[0]
    with pytest.raises(ValueError, match="label should be bits of shape"):
        index_search(found, [0, 1], ())
