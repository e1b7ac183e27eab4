import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from classical_ref import (
    HopfieldMemory,
    Outcome,
    corrupt,
    hebb_weights,
    projection_weights,
    random_patterns,
    storkey_weights,
)

RULES = ["hebb", "projection", "storkey"]


@given(st.sampled_from(RULES), st.integers(1, 8), st.integers(0, 999))
def test_energy_never_rises(rule, num_neurons, seed):
    memory = HopfieldMemory(random_patterns(min(3, 2**num_neurons), num_neurons, rng=seed), rule)
    probes = np.random.default_rng(seed).choice([-1, 0, 1], size=(4, num_neurons)).astype(np.int8)
    result = memory.recall(probes, trajectory=True, rng=seed)
    energies = memory.energy(result.trajectory)
    assert np.all(np.diff(energies, axis=0) <= 1e-12)
    assert np.all(result.outcome == Outcome.FIXED_POINT)
    assert np.allclose(result.energies, energies[-1])


@pytest.mark.parametrize("rule", RULES)
def test_field_is_half_the_energy_difference(rule):
    memory = HopfieldMemory(random_patterns(3, 5, rng=0), rule)
    states = np.array(list(itertools.product([1, -1], repeat=5)))
    for neuron in range(5):
        up, down = states.copy(), states.copy()
        up[:, neuron], down[:, neuron] = 1, -1
        half = (memory.energy(down) - memory.energy(up)) / 2
        assert np.allclose(memory.local_field(states)[:, neuron], half)


def test_hebb_couplings():
    patterns = random_patterns(4, 6, rng=1).astype(int)
    assert np.allclose(hebb_weights(patterns), patterns.T @ patterns / 6)


@given(st.integers(1, 12), st.integers(0, 999))
def test_projection_keeps_every_pattern(num_patterns, seed):
    patterns = random_patterns(num_patterns, 8, rng=seed)
    couplings = projection_weights(patterns)
    assert np.allclose(couplings @ couplings, couplings)
    assert np.allclose(patterns @ couplings, patterns)
    assert np.trace(couplings) == pytest.approx(np.linalg.matrix_rank(patterns))


def test_projection_holds_more_than_hebb(rng):
    patterns = random_patterns(60, 200, rng=rng)
    probes = corrupt(patterns, num_flips=20, rng=rng)
    recalled = {
        rule: (HopfieldMemory(patterns, rule).recall(probes, rng=rng).states == patterns)
        .all(axis=1)
        .mean()
        for rule in ("hebb", "projection")
    }
    assert recalled["projection"] > 0.95
    assert recalled["hebb"] < 0.5


def test_storkey_follows_its_definition():
    patterns = random_patterns(3, 5, rng=2).astype(float)
    couplings = np.zeros((5, 5))
    for xi in patterns:
        h = np.array(
            [
                [
                    sum(couplings[i, k] * xi[k] for k in range(5) if k not in (i, j))
                    for j in range(5)
                ]
                for i in range(5)
            ]
        )
        couplings = couplings + (np.outer(xi, xi) - xi[:, None] * h.T - h * xi) / 5
    assert np.allclose(storkey_weights(patterns), couplings)
    assert np.allclose(couplings, couplings.T)


def test_the_first_storkey_pattern_is_hebbs():
    pattern = random_patterns(1, 7, rng=0)
    assert np.allclose(storkey_weights(pattern), hebb_weights(pattern))


@pytest.mark.parametrize("rule", RULES)
def test_edges(rule):
    memory = HopfieldMemory(random_patterns(2, 6, rng=0), rule)
    assert np.all(np.abs(memory.recall("??????", rng=0).states) == 1)
    alone = HopfieldMemory([[1, -1, 1]], rule)
    assert alone.recall("0?0").states.tolist() == [1, -1, 1]
    full = HopfieldMemory(list(itertools.product([1, -1], repeat=3)), rule)
    assert np.all(np.abs(full.recall("010").states) == 1)


def test_repr_and_lock():
    memory = HopfieldMemory([[1, -1]])
    assert repr(memory) == "HopfieldMemory(num_patterns=1, num_neurons=2, rule='hebb')"
    with pytest.raises(ValueError, match="read-only"):
        memory.weights[0, 0] = 1


@pytest.mark.parametrize(
    ("call", "match"),
    [
        (lambda: HopfieldMemory(["00"], "x"), r"rule should be one of hebb, projection, storkey"),
        (lambda: HopfieldMemory(["00", "00"]), r"patterns should be distinct"),
        (lambda: HopfieldMemory(["00"]).energy("0"), r"probe should have shape \(2,\)"),
        (lambda: HopfieldMemory(["00"]).recall("0"), r"probe should have shape \(2,\)"),
        (
            lambda: HopfieldMemory(["00"]).local_field("00", self_interaction="x"),
            r"self_interaction should be one of excluded, kept",
        ),
    ],
)
def test_errors(call, match):
    with pytest.raises(ValueError, match=match):
        call()
