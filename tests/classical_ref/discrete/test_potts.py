import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

from classical_ref import (
    DenseMemory,
    Exponential,
    LogSumExp,
    Outcome,
    Polynomial,
    PottsMemory,
    RectifiedPolynomial,
)

SEPARATIONS = [
    Polynomial(2),
    Polynomial(3),
    RectifiedPolynomial(4),
    Exponential(0.3),  # small enough for float64 to tell energies apart
    LogSumExp(0.2),
]
seeds = st.integers(0, 2**32 - 1)


def symbols(num_symbols, *shape, rng, least=0):
    drawn = np.random.default_rng(rng).integers(least, num_symbols, shape)
    return np.unique(drawn, axis=0) if least == 0 else drawn


@st.composite
def memories(draw, num_symbols=None):
    q = num_symbols or draw(st.integers(2, 5))
    size, count = draw(st.integers(1, 9)), draw(st.integers(1, 8))
    patterns = symbols(q, count, size, rng=draw(seeds))
    return PottsMemory(patterns, q, draw(st.sampled_from(SEPARATIONS)))


@given(memories(num_symbols=2), seeds)
def test_two_symbols_are_the_dense_memory(memory, seed):
    dense = DenseMemory((1 - 2 * memory.patterns).astype(np.int8), memory.separation)
    probes = symbols(2, 12, memory.num_neurons, rng=seed, least=-1)
    spins = np.where(probes < 0, 0, 1 - 2 * probes).astype(np.int8)
    np.testing.assert_allclose(memory.energy(probes), dense.energy(spins), rtol=1e-12, atol=1e-9)
    clamped = (probes >= 0) & (np.arange(memory.num_neurons) == 0)
    for update in ("asynchronous", "synchronous"):
        for own in ("excluded", "kept"):
            how = {"update": update, "self_interaction": own, "clamped": clamped, "max_sweeps": 7}
            found, wanted = memory.recall(probes, **how, rng=3), dense.recall(spins, **how, rng=3)
            np.testing.assert_array_equal(1 - 2 * found.states, wanted.states)
            np.testing.assert_array_equal(found.sweeps, wanted.sweeps)
            np.testing.assert_array_equal(found.outcome, wanted.outcome)


@given(memories(), seeds)
def test_each_neuron_takes_the_symbol_of_least_energy(memory, seed):
    """By trying every symbol, one neuron after the other; so the energy never rises."""
    q, size = memory.num_symbols, memory.num_neurons
    start = symbols(q, 1, size, rng=seed, least=-1)[0]
    found = memory.recall(start, order="sequential", max_sweeps=1)
    state = start.copy()
    for neurons in (np.flatnonzero(start < 0), np.arange(size)):
        for i in neurons:
            tried = np.repeat(state[np.newaxis], q, axis=0)
            tried[:, i] = np.arange(q)
            energies = memory.energy(tried)
            best = energies <= energies.min() + 1e-9 * (1 + np.abs(energies).max())
            state[i] = state[i] if state[i] >= 0 and best[state[i]] else best.argmax()
    assert found.states.tolist() == state.tolist()


@given(memories(), seeds)
def test_the_energy_never_rises(memory, seed):
    states = symbols(memory.num_symbols, 10, memory.num_neurons, rng=seed)
    energies = memory.energy(states)
    for sweep in range(5):
        found = memory.recall(states, max_sweeps=1, rng=sweep)
        assert (found.energies <= energies + 1e-9 * (1 + np.abs(energies))).all()
        states, energies = found.states, found.energies
    ends = memory.recall(states, rng=0)
    assert (ends.outcome == Outcome.FIXED_POINT).all()


@given(memories(), seeds)
def test_renaming_the_symbols_of_a_neuron_renames_those_of_the_answer(memory, seed):
    rng = np.random.default_rng(seed)
    q, neurons = memory.num_symbols, np.arange(memory.num_neurons)
    names = np.array([rng.permutation(q) for _ in neurons])
    renamed = PottsMemory(names[neurons, memory.patterns], q, memory.separation)
    states = symbols(q, 10, memory.num_neurons, rng=seed)
    np.testing.assert_allclose(renamed.energy(names[neurons, states]), memory.energy(states))
    how = {"update": "synchronous", "max_sweeps": 1}
    first = memory.recall(states, **how).states
    second = renamed.recall(names[neurons, states], **how).states
    for i in neurons:  # ties go to the lower symbol, whatever its name
        tried = np.repeat(states[:, np.newaxis], q, axis=1)
        tried[..., i] = np.arange(q)
        energies = np.sort(memory.energy(tried), axis=1)
        clear = energies[:, 1] - energies[:, 0] > 1e-9 * (1 + np.abs(energies).max(axis=1))
        np.testing.assert_array_equal(second[clear, i], names[i, first[clear, i]])


@given(st.integers(2, 6), st.integers(2, 30), st.integers(4, 20), seeds)
def test_one_step_is_the_nearest_pattern_above_the_bound(q, count, size, seed):
    patterns = symbols(q, count, size, rng=seed)
    probes = symbols(q, 20, size, rng=seed + 1, least=-1)
    distances = ((patterns != probes[:, np.newaxis]) & (probes >= 0)[:, np.newaxis]).sum(-1)
    is_nearest = distances == distances.min(axis=1, keepdims=True)
    clear = is_nearest.sum(axis=1) == 1
    beta = 1.001 * math.log(max(2, len(patterns) - 1)) / q + 0.001
    memory = PottsMemory(patterns, q, Exponential(beta))
    how = {"update": "synchronous", "self_interaction": "kept", "max_sweeps": 1}
    found = memory.recall(probes[clear], **how).states
    np.testing.assert_array_equal(found, patterns[is_nearest.argmax(axis=1)[clear]])


@pytest.mark.parametrize(("q", "num_patterns"), [(2, 100), (3, 300), (4, 600)])
def test_the_capacity_at_order_two_grows_as_q_times_q_minus_one(q, num_patterns):
    """At K = q (q - 1) N/8 the right symbol of a neuron leads by the same four noises.

    From a stored pattern its lead is 2 q (q - 1) N, and every symbol's noise has the variance
    4 q^2 N (q - 1) K/q: the central limit of a sum over the patterns that hold it.
    """
    size = 400
    assert num_patterns == q * (q - 1) * size // 8
    patterns = np.random.default_rng(q).integers(0, q, (num_patterns, size))
    memory = PottsMemory(patterns, q, Polynomial(2))
    found = memory.recall(patterns[:100], update="synchronous", max_sweeps=1)
    lead = math.sqrt(q * (q - 1) * size / num_patterns)
    x = np.random.default_rng(0).normal(size=200_000)
    right = np.mean(norm.cdf(lead + x) ** (q - 1))
    assert np.mean(found.states != patterns[:100]) == pytest.approx(1 - right, rel=0.1)


def test_it_grows_and_forgets():
    patterns = symbols(4, 6, 8, rng=0)
    memory = PottsMemory(patterns[:4], 4).with_patterns(patterns[4:]).without(0)
    assert np.array_equal(memory.patterns, patterns[1:])
    assert "num_symbols=4" in repr(memory)
    assert "reached a fixed point" in repr(memory.recall(patterns[1]))


@pytest.mark.parametrize(
    ("do", "message"),
    [
        (lambda: PottsMemory([[0, 3]], 3), r"patterns should be symbols 0 to 2. Got"),
        (lambda: PottsMemory([[0, -1]], 3), r"patterns should be symbols 0 to 2. Got"),
        (lambda: PottsMemory([[0, 0.5]], 3), r"patterns should be symbols 0 to 2. Got"),
        (lambda: PottsMemory([[0, 1], [0, 1]], 3), "patterns should be distinct"),
        (lambda: PottsMemory([[0, 1]], 1), "num_symbols should be in"),
        (lambda: PottsMemory([[0, 1]], 3).recall([0, 3]), "0 to 2, and -1 where unknown. Got"),
        (lambda: PottsMemory([[0, 1]], 3).energy([0]), r"states should have shape \(..., 2\)"),
        (
            lambda: PottsMemory([[0, 1]], 3, Polynomial(1000)).recall([0, 1]),
            "F of Polynomial.order=1000. at -3 .. 8 should be finite",
        ),
    ],
)
def test_refusals(do, message):
    with pytest.raises(ValueError, match=message):
        do()
