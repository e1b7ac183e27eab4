"""Memories of data in levels: their weights, and a shape that holds all neurons."""

import numpy as np

from classical_ref import DenseMemory, Exponential, Polynomial, as_patterns
from qdenseam import AmplitudeMemory, EnergyMemory, recall

GREY = np.random.default_rng(4).integers(0, 256, (3, 2, 2))[[0, 1, 2, 0]]


def test_a_memory_of_levels_draws_all_of_its_neurons():
    data = as_patterns(GREY, levels="gray(4)", merge_duplicates=True)
    assert "<img" in data._repr_html_()
    for memory in (AmplitudeMemory(data), EnergyMemory(data)):
        assert memory.shape == data.neuron_grid == (2, 4)
        assert "<img" in memory._repr_html_()
    memory = AmplitudeMemory(data)
    assert memory.weights.tolist() == [0.5, 0.25, 0.25]
    result = recall(memory, data.patterns[1], method="separation-filter", shots=100, rng=0)
    assert len(result.show().axes) == 3


def test_a_result_says_what_its_memory_cannot_hold():
    shared = np.random.default_rng(0).random((12, 64)) < 0.16
    patterns = np.where(shared, -1, 1).astype(np.int8)
    weak = DenseMemory(patterns, Polynomial(2)).recall(patterns)
    assert weak.summary.endswith(weak.hint)
    assert "no fixed points of Polynomial(order=2)" in weak.summary
    assert "fixed points of" not in DenseMemory(patterns, Exponential()).recall(patterns).summary
    large = DenseMemory(np.repeat(patterns, 4096, axis=1), Polynomial(2))
    assert large.hint(quick=True) == ""
