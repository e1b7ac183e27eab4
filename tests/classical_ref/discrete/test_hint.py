"""A memory that cannot hold its patterns says so, and names what can."""

import re

import numpy as np
import pytest

from classical_ref import (
    CenteredMemory,
    DenseMemory,
    Exponential,
    Polynomial,
    RectifiedPolynomial,
    mean_absolute_overlap,
    random_patterns,
)


def alike(num_patterns, overlap, rng, num_neurons=64):
    """Patterns of a mean overlap, by a bias that all share."""
    inked = rng.random((num_patterns, num_neurons)) < (1 - overlap**0.5) / 2
    return np.unique(np.where(inked, -1, 1).astype(np.int8), axis=0)


@pytest.mark.parametrize("kept", ["excluded", "kept"])
@pytest.mark.parametrize("separation", [Polynomial(2), Polynomial(3), RectifiedPolynomial(3)])
def test_it_speaks_just_where_stored_patterns_move(separation, kept):
    spoken = 0
    for seed in range(24):
        rng = np.random.default_rng(seed)
        memory = DenseMemory(alike(2 + seed % 8, 0.1 + 0.1 * (seed % 5), rng), separation)
        result = memory.recall(memory.patterns, self_interaction=kept, update="synchronous")
        moved = int((result.states != memory.patterns).any(1).sum())
        said = re.match(r"(\d+) of \d+ stored patterns are no fixed points", result.hint)
        assert (int(said[1]) if said else 0) == moved
        spoken += bool(said)
    assert 0 < spoken < 24


def test_patterns_that_share_nearly_half_are_too_much_for_order_three():
    patterns = alike(12, 0.45, np.random.default_rng(0))
    hint = DenseMemory(patterns, Polynomial(3)).recall(patterns[0]).hint
    assert f"overlap is {mean_absolute_overlap(patterns):.2f}, that of random ones 0.10" in hint
    names = re.search("All of them stay with (.*)[.]", hint)[1].split(" or ")
    assert len(names) == 3
    for name in names:
        made = eval(name, {}, {
            "Polynomial": lambda order: DenseMemory(patterns, Polynomial(order)),
            "Exponential": lambda beta: DenseMemory(patterns, Exponential(beta)),
            "RectifiedPolynomial": RectifiedPolynomial,
            "CenteredMemory": lambda separation: CenteredMemory(patterns, separation),
        })  # fmt: skip
        assert np.array_equal(made.recall(patterns).states, patterns), name
    order = int(re.search(r"Polynomial.order=(\d+)", names[0])[1])
    lower = DenseMemory(patterns, Polynomial(order - 1))
    assert not np.array_equal(lower.recall(patterns).states, patterns)


def test_neighbors_stay_where_a_neuron_counts_its_own_spin():
    patterns = [[1, 1, 1, 1], [1, 1, 1, -1], [1, 1, -1, 1], [1, -1, 1, 1], [-1, 1, 1, 1]]
    hint = DenseMemory(patterns, Polynomial(2)).hint()
    assert "Exponential(beta=1.3) and self_interaction='kept'" in hint
    memory = DenseMemory(patterns, Exponential(1.3))
    assert not np.array_equal(memory.recall(patterns).states, patterns)
    assert np.array_equal(memory.recall(patterns, self_interaction="kept").states, patterns)


def test_too_many_patterns_need_the_next_order():
    hint = DenseMemory(random_patterns(40, 64, rng=0), Polynomial(2)).hint()
    assert "All of them stay with Polynomial(order=3) or " in hint


def test_many_patterns_are_looked_at_in_part():
    patterns = random_patterns(600, 64, rng=0)
    hint = DenseMemory(patterns, Polynomial(2)).hint()
    assert hint.startswith("256 of the first 256 stored patterns")


def test_a_centered_memory_of_many_patterns():
    patterns = random_patterns(300, 64, rng=0)
    assert np.array_equal(CenteredMemory(patterns).recall(patterns).states, patterns)
