import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from classical_ref import (
    AttentionMemory,
    Convergence,
    EpanechnikovMemory,
    GaussianMemory,
    RandomFeatureMemory,
    SphericalMemory,
)

KINDS = [
    AttentionMemory,
    GaussianMemory,
    EpanechnikovMemory,
    SphericalMemory,
    lambda patterns, beta: RandomFeatureMemory(patterns, beta, num_features=300, rng=0),
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
    states = memory.recall(states, max_steps=1).states  # onto the sphere, where there is one
    for _ in range(4):
        new = memory.step(states)
        inside = np.isfinite(memory.energy(states))
        assert np.all(memory.energy(new)[inside] <= memory.energy(states)[inside] + 1e-12)
        states = new


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
            RandomFeatureMemory(patterns, 0.5, num_features=m, rng=1).energy(states)
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


@pytest.mark.parametrize(
    ("call", "match"),
    [
        (lambda: AttentionMemory([1.0]), r"\(num_patterns, num_neurons\)\. Got \(1,\)"),
        (lambda: AttentionMemory([[np.nan]]), r"patterns should be finite"),
        (lambda: AttentionMemory([[1.0]], 0.0), r"beta should be positive and finite\. Got 0\.0"),
        (lambda: AttentionMemory([[1.0]]).energy([1.0, 2.0]), r"shape \(1,\).*Got shape \(2,\)"),
        (lambda: AttentionMemory([[1.0]]).energy([np.inf]), r"probe should be finite"),
        (lambda: AttentionMemory([[1.0]]).recall([1.0], max_steps=0), r"max_steps should be at"),
        (lambda: AttentionMemory([[1.0]]).recall([1.0], tolerance=-1), r"tolerance should not be"),
        (lambda: AttentionMemory([[1.0]]).recall([1.0], clamped=[1]), r"clamped should be bool"),
        (
            lambda: SphericalMemory([[1.0, 1.0]]).recall([2.0, 0.0], clamped=[True, False]),
            r"fit into the sphere of squared radius 2\. Got 4\.0",
        ),
        (lambda: RandomFeatureMemory([[1.0]], num_features=0), r"num_features should be at least"),
        (lambda: RandomFeatureMemory([[1.0]], floor=0.0), r"floor should be positive\. Got 0\.0"),
    ],
)
def test_errors(call, match):
    with pytest.raises(ValueError, match=match):
        call()
