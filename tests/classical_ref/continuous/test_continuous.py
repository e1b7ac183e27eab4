from dataclasses import replace

import numpy as np
import pytest
from cases import case
from hypothesis import given
from hypothesis import strategies as st

from classical_ref import (
    AttentionMemory,
    Convergence,
    EpanechnikovMemory,
    FenchelYoungMemory,
    GaussianMemory,
    KSubset,
    Normmax,
    RandomFeatureMemory,
    SphericalMemory,
)

KINDS = [
    AttentionMemory,
    GaussianMemory,
    EpanechnikovMemory,
    SphericalMemory,
    FenchelYoungMemory,
    lambda patterns, beta: FenchelYoungMemory(patterns, beta, Normmax(3)),
    lambda patterns, beta: FenchelYoungMemory(patterns, beta, KSubset(2)),
    lambda patterns, beta: RandomFeatureMemory.of(patterns, beta, num_features=300, rng=0),
]


def make(kind, seed, num_patterns=5, num_neurons=4, beta=0.4):
    rng = np.random.default_rng(seed)
    memory = kind(rng.normal(size=(num_patterns, num_neurons)), beta)
    return memory, rng.normal(size=(3, 2, num_neurons))


@pytest.mark.parametrize("kind", KINDS)
@given(seed=st.integers(0, 9999))
def test_gradient_is_the_slope_of_the_energy(kind, seed):
    memory, states = make(kind, seed)
    inside = np.isfinite(memory.energy(states))
    gradient = memory.gradient(states)
    for neuron in range(memory.num_neurons):
        move = 1e-6 * np.eye(memory.num_neurons)[neuron]
        slope = (memory.energy(states + move)[inside] - memory.energy(states - move)[inside]) / 2e-6
        scale = 1 + np.abs(slope)
        smooth = np.abs(gradient[inside][:, neuron] - slope) < 1e-4 * scale
        assert smooth.mean() > 0.8  # kinks of a floor or a ball may fall between
    assert np.all(gradient[~inside] == 0)


@pytest.mark.parametrize("kind", KINDS)
@given(seed=st.integers(0, 9999))
def test_steps_never_raise_the_energy(kind, seed):
    memory, states = make(kind, seed)
    for _ in range(4):
        new = memory.step(states)
        inside = np.isfinite(memory.energy(states))
        assert np.all(memory.energy(new)[inside] <= memory.energy(states)[inside] + 1e-12)
        states = new


@pytest.mark.parametrize("length", [1e-3, 0.5, 3, 1e3])
def test_steps_off_the_sphere_keep_their_length_and_never_raise_the_energy(length, rng):
    memory = SphericalMemory(rng.normal(size=(5, 4)), 0.7)
    states = rng.normal(size=(50, 4))
    states *= length / np.linalg.norm(states, axis=1, keepdims=True)
    moved = memory.step(states)
    np.testing.assert_allclose(np.linalg.norm(moved, axis=1), length)
    assert np.all(memory.energy(moved) <= memory.energy(states) + 1e-12 * length)


SHIFTED = [kind for kind in KINDS if make(kind, 0)[0].shift_invariant]


@pytest.mark.parametrize("offset", [-1.0, 1e3, 1e6, 1e8, 1e9])
@pytest.mark.parametrize("kind", SHIFTED)
def test_where_the_data_lie_does_not_matter(kind, offset):
    rng = np.random.default_rng(4)
    patterns, states = rng.normal(size=(20, 8)), rng.normal(size=(30, 8))
    here, there = kind(patterns, 2.0), kind(patterns + offset, 2.0)
    # what rounding of the input does to a gradient; of random features it is steep near the floor
    steep = 1e3 if isinstance(here, RandomFeatureMemory) else 20
    close = {"atol": steep * np.spacing(abs(offset)) + 1e-9, "rtol": 1e-7}
    np.testing.assert_allclose(there.energy(states + offset), here.energy(states), **close)
    np.testing.assert_allclose(there.gradient(states + offset), here.gradient(states), **close)
    np.testing.assert_allclose(there.step(states + offset) - offset, here.step(states), **close)
    if not isinstance(here, RandomFeatureMemory):
        near, far = here.recall(states), there.recall(states + offset)
        assert np.array_equal(near.outcome, far.outcome)
        np.testing.assert_allclose(far.states - offset, near.states, **close)
        np.testing.assert_allclose(far.energies, near.energies, **close)


def test_far_away_data_are_recalled_to_the_right_pattern(rng):
    patterns = 1e8 + rng.normal(size=(20, 8))  # was off by 2.1 and given up
    result = GaussianMemory(patterns, 20.0).recall(patterns + 0.1 * rng.normal(size=(20, 8)))
    assert np.abs(result.states - patterns).max() < 1e-3
    assert np.all(result.outcome == Convergence.CONVERGED)


@pytest.mark.parametrize("kind", [GaussianMemory, EpanechnikovMemory])
def test_clusters_far_apart_keep_their_inner_distances(kind, rng):
    cluster, states = rng.normal(size=(6, 5)), rng.normal(size=(10, 5)) / 4
    far = 1e7 * np.eye(5)[:2]  # the mean lies between the clusters
    memory = kind(np.vstack([cluster + far[0], cluster + far[1]]), 0.5)
    expected = kind(cluster, 0.5).recall(states).states
    for place in far:
        np.testing.assert_allclose(
            memory.recall(states + place).states - place, expected, atol=1e-6
        )


@pytest.mark.parametrize("kind", SHIFTED)
def test_what_is_held_keeps_its_last_digit(kind, rng):
    memory = kind(1e6 + rng.normal(size=(5, 4)), 0.4)
    states = 1e6 + rng.normal(size=(3, 4))
    result = memory.recall(states, clamped=[True, False, True, False])
    assert np.array_equal(result.states[:, ::2], states[:, ::2])
    if isinstance(memory, EpanechnikovMemory):  # nothing pulls far away
        assert np.array_equal(memory.recall(states + 1e3).states, states + 1e3)


@pytest.mark.parametrize("kind", KINDS)
def test_clamped_entries_stay(kind):
    memory, states = make(kind, 3)
    states = states / 2
    result = memory.recall(states, clamped=[True, False, False, False])
    assert np.array_equal(result.states[..., 0], states[..., 0])
    free = memory.recall(states, max_steps=1, clamped=[True, False, False, False])
    for _ in range(3):
        following = memory.recall(free.states, max_steps=1, clamped=[True, False, False, False])
        inside = np.isfinite(free.energies)
        assert np.all(following.energies[inside] <= free.energies[inside] + 1e-12)
        free = following


@pytest.mark.parametrize("kind", [AttentionMemory, GaussianMemory, SphericalMemory])
def test_sharp_memories_recall_their_patterns(kind, rng):
    patterns = rng.choice([-1.0, 1.0], size=(10, 40))
    memory = kind(patterns, 2.0)
    result = memory.recall(patterns + 0.3 * rng.normal(size=patterns.shape))
    assert np.allclose(result.states, patterns, atol=1e-6)
    assert np.all(result.outcome == Convergence.CONVERGED)


def test_attention_is_attention(rng):
    patterns, states = rng.normal(size=(6, 5)), rng.normal(size=(2, 5))
    memory = AttentionMemory(patterns, 1.7)
    scores = np.exp(1.7 * states @ patterns.T)
    assert np.allclose(memory.step(states), scores / scores.sum(axis=1, keepdims=True) @ patterns)
    assert np.all(memory.energy(states) >= 0)  # the constants make it so


def test_separate_balls_are_recalled_exactly():
    patterns = np.array([[0.0, 0.0], [3.0, 0.0], [3.0, 1.0]])
    memory = EpanechnikovMemory(patterns, 2.0)  # radius 1
    result = memory.recall([[0.6, 0.1], [3.0, 0.5], [9.0, 9.0]])
    assert np.allclose(result.states, [[0, 0], [3, 0.5], [9, 9]])
    assert result.outcome.tolist() == [
        Convergence.CONVERGED,
        Convergence.CONVERGED,
        Convergence.OUTSIDE,
    ]
    assert np.isposinf(result.energies[2])
    assert result.steps[2] == 0


def test_random_features_approach_the_gaussian_memory(rng):
    patterns, states = rng.normal(size=(3, 3)), 0.5 * rng.normal(size=(20, 3))
    exact = GaussianMemory(patterns, 0.5)
    rough, fine = (
        np.abs(
            RandomFeatureMemory.of(patterns, 0.5, num_features=m, rng=1).energy(states)
            - exact.energy(states)
        ).mean()
        for m in (50, 20_000)
    )
    assert fine < 0.05
    assert fine < rough / 3


def test_sphere():
    memory = SphericalMemory([[1.0, 1.0], [1.0, -1.0]], 3.0)
    states = memory.recall([[2.0, 0.1], [0.0, 0.0]]).states
    assert np.allclose((states[0] ** 2).sum(), 2)
    assert np.allclose(memory.recall([1.0, 0.2], clamped=[True, False]).states, [1, 1])


def test_one_pattern_and_no_overflow():
    for kind in KINDS[:4]:
        memory = kind([[1.0, -1.0]], 1e4)
        assert np.allclose(memory.recall([1.0, -0.999]).states, [1, -1])
        assert np.isfinite(memory.energy([1.0, -1.0]))
    assert repr(AttentionMemory([[1.0]])) == (
        "AttentionMemory(num_patterns=1, num_neurons=1, beta=1.0)"
    )


def test_errors():
    for call, match in [
        (lambda: AttentionMemory([1.0]), r"patterns should have shape \(num_patterns,"),
        (lambda: AttentionMemory([[np.nan]]), r"patterns should be finite"),
        (lambda: AttentionMemory([[1.0]], 0.0), r"beta should be positive and finite\. Got 0\.0"),
        (
            lambda: AttentionMemory([[1.0]]).energy([1.0, 2.0]),
            r"probe should have shape \(\.\.\., 1\)\. Got",
        ),
        (lambda: AttentionMemory([[1.0]]).energy([np.inf]), r"probe should be finite"),
        (lambda: AttentionMemory([[1.0]]).recall([1.0], max_steps=0), r"max_steps should be in"),
        (
            lambda: AttentionMemory([[1.0]]).recall([1.0], tolerance=-1),
            r"tolerance should be at least 0\. Got -1",
        ),
        (lambda: AttentionMemory([[1.0]]).recall([1.0], clamped=[1]), r"clamped should be bool"),
        (
            lambda: SphericalMemory([[1.0, 1.0]]).recall([2.0, 0.0], clamped=[True, False]),
            r"fit into the sphere of squared radius 2\. Got 4\.0",
        ),
        (lambda: RandomFeatureMemory.of([[1.0]], num_features=0), r"num_features should be in"),
        (
            lambda: RandomFeatureMemory.of([[1.0]], floor=0.0),
            r"floor should be positive and finite\. Got",
        ),
    ]:
        with case(match), pytest.raises(ValueError, match=match):
            call()


def test_a_changed_memory_keeps_its_random_features(rng):
    states = rng.normal(size=(3, 4))
    for source in (None, 5, np.random.default_rng(5)):
        memory = RandomFeatureMemory.of(rng.normal(size=(6, 4)), 0.5, num_features=9, rng=source)
        energies = memory.energy(states)
        np.testing.assert_array_equal(replace(memory, floor=1e-3).energy(states), energies)


@pytest.mark.parametrize("kind", [AttentionMemory, EpanechnikovMemory, GaussianMemory])
def test_entries_whose_squares_overflow_are_refused_by_name(kind):
    with pytest.raises(ValueError, match=r"patterns should have entries of at most .* Got 1e\+155"):
        kind([[1e155, 0], [0, 1]])
    memory = kind([[1e3, 0], [0, 1]], 1e6)
    with pytest.raises(ValueError, match=r"probe should have entries of at most .* Got 1e\+155"):
        memory.recall([1e155, 0])
