"""The exponential memory at its best setting is an exact scan for the nearest pattern.

With its own spin kept and all neurons at once, a neuron sees the sum of exp(β H_μ) ξ_i. Where one
pattern is nearest, each other has exp(β H) at least exp(2 β) times smaller, so that K - 1 of them
together weigh less than it once β > ln(K - 1)/2: one step gives the nearest pattern.
"""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from classical_ref import (
    DenseMemory,
    Exponential,
    corrupt,
    hamming_distance,
    nearest_pattern,
    random_patterns,
)
from classical_ref.recipes import BestExponentialRecipe

BEST = {"update": "synchronous", "self_interaction": "kept"}


def betas(num_patterns):
    """Just above ln(K - 1)/2, the least for which the law holds, and the one to use."""
    least = 1.001 * math.log(max(2, num_patterns - 1)) / 2 + 0.001
    return least, max(1.0, math.log(num_patterns) / 2 + 0.5)


def assert_nearest(patterns, probes):
    """Every probe with one pattern nearest on its known neurons ends there, clamped or not."""
    nearest = nearest_pattern(patterns, probes)
    clear = ~nearest.is_tied
    probes, rows = probes[clear], nearest.rows[clear]
    if not len(probes):
        return
    for beta in betas(len(patterns)):
        memory = DenseMemory(patterns, Exponential(beta))
        states = memory.recall(probes, **BEST, max_sweeps=1).states
        np.testing.assert_array_equal(states, patterns[rows])
        np.testing.assert_array_equal(memory.recall(patterns, **BEST).states, patterns)
        exact = hamming_distance(patterns, probes).min(axis=1) == 0
        held = memory.recall(probes[exact], clamped=probes[exact] != 0, **BEST).states
        np.testing.assert_array_equal(held, patterns[rows[exact]])


def different_sets(num_neurons):
    """All sets of patterns, one for all that permuting and flipping neurons turns into another."""
    size = 2**num_neurons
    states = np.array(list(itertools.product([0, 1], repeat=num_neurons)))
    values = 1 << np.arange(num_neurons)[::-1]
    sets = np.arange(1, 2**size)
    least = sets.copy()
    for order in itertools.permutations(range(num_neurons)):
        for flips in states:
            image = (states[:, order] ^ flips) @ values
            moved = sum(((sets >> i) & 1) << int(image[i]) for i in range(size))
            least = np.minimum(least, moved)
    for number in np.unique(least).tolist():
        yield 1 - 2 * states[[i for i in range(size) if number >> i & 1]].astype(np.int8)


@pytest.mark.parametrize(("num_neurons", "num_sets"), [(1, 2), (2, 5), (3, 21), (4, 401)])
def test_every_memory_and_every_probe_up_to_four_neurons(num_neurons, num_sets):
    probes = np.array(list(itertools.product([1, -1, 0], repeat=num_neurons)), dtype=np.int8)
    sets = list(different_sets(num_neurons))
    assert len(sets) == num_sets
    for patterns in sets:
        assert_nearest(patterns, probes)


@given(st.data(), st.integers(5, 40), st.integers(0, 2**32 - 1))
def test_larger_memories(data, num_neurons, seed):
    patterns = random_patterns(data.draw(st.integers(1, 30)), num_neurons, rng=seed)
    num_erasures = data.draw(st.integers(0, num_neurons))
    num_flips = data.draw(st.integers(0, num_neurons - num_erasures))
    probes = corrupt(patterns, num_flips=num_flips, num_erasures=num_erasures, rng=seed)
    assert_nearest(patterns, probes)


@pytest.mark.parametrize("num_patterns", [3, 4, 8, 16, 29])
def test_below_the_bound_rivals_outvote_the_nearest_pattern(num_patterns):
    """All rivals are one bit further away and agree with the probe where the target does not."""
    pairs = list(itertools.combinations(range(1, 9), 2))[: num_patterns - 1]
    patterns = np.ones((num_patterns, 9), dtype=np.int8)
    for row, pair in zip(patterns[1:], pairs, strict=True):
        row[[0, *pair]] = -1
    probe = np.array([-1, *[1] * 8], dtype=np.int8)
    assert hamming_distance(patterns, probe).tolist() == [1, *[2] * (num_patterns - 1)]
    bound = math.log(num_patterns - 1) / 2
    for beta, first in ((bound - 1e-6, -1), (bound + 1e-6, 1)):
        memory = DenseMemory(patterns, Exponential(beta))
        assert memory.recall(probe, max_sweeps=1, **BEST).states[0] == first


@pytest.mark.parametrize("num_patterns", [1, 2, 5, 8, 32, 1000])
def test_the_recipe_of_comparisons_is_above_the_bound(num_patterns):
    recipe = BestExponentialRecipe()
    memory = recipe.memory(random_patterns(num_patterns, 12, rng=0))
    assert memory.separation == Exponential(betas(num_patterns)[1])
    assert num_patterns < 3 or memory.separation.beta > math.log(num_patterns - 1) / 2
    assert {name: getattr(recipe, name) for name in BEST} == BEST


def test_without_its_own_spin_a_margin_of_one_is_not_enough():
    """Two rivals one bit further away turn a neuron in which the target agrees with the probe."""
    patterns = np.array([[1, 1, 1, 1, 1], [-1, -1, -1, 1, 1], [-1, -1, 1, -1, 1]], dtype=np.int8)
    probe = np.array([-1, 1, 1, 1, 1])
    assert hamming_distance(patterns, probe).tolist() == [1, 2, 2]
    for beta in (1.0, 50.0):
        memory = DenseMemory(patterns, Exponential(beta))
        for update in ("synchronous", "asynchronous"):
            order = [1, 0, 2, 3, 4]
            alone = memory.recall(probe, update=update, order=order, max_sweeps=1).states
            assert alone[1] == -1
            kept = memory.recall(probe, update=update, order=order, self_interaction="kept").states
            assert kept.tolist() == patterns[0].tolist()
