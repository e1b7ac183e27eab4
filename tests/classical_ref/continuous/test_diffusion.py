import numpy as np
import pytest

from classical_ref import (
    GaussianMemory,
    attend,
    critical_variance,
    denoise,
    ring_barrier,
    ring_radius,
    score,
)


def ring(num_patterns):
    angles = 2 * np.pi * np.arange(num_patterns) / num_patterns
    return np.stack([np.cos(angles), np.sin(angles)], axis=1)


def minima(patterns, beta, starts):
    """Distinct states at which mean shift from the starts ends."""
    ends = GaussianMemory(patterns, beta).recall(starts, max_steps=20_000, tolerance=1e-12).states
    return np.unique(ends.round(3) + 0.0, axis=0)


def test_the_score_is_the_slope_of_the_log_density(rng):
    patterns, states, variance = rng.normal(size=(4, 3)), rng.normal(size=(6, 3)), 0.3

    def log_density(x):
        squares = ((x[:, np.newaxis] - patterns) ** 2).sum(axis=-1)
        return np.log(np.exp(-squares / (2 * variance)).mean(axis=1))

    for neuron in range(3):
        move = 1e-6 * np.eye(3)[neuron]
        slope = (log_density(states + move) - log_density(states - move)) / 2e-6
        assert np.abs(score(states, patterns, variance=variance)[:, neuron] - slope).max() < 1e-8


def test_the_score_is_the_force_of_the_memory(rng):
    patterns, states = rng.normal(size=(4, 3)), rng.normal(size=(6, 3))
    force = -GaussianMemory(patterns, 1 / 0.4).gradient(states)
    assert np.abs(score(states, patterns, variance=0.4) - force / 0.4).max() < 1e-14


def test_the_denoiser_is_attention_for_patterns_of_equal_length(rng):
    patterns = rng.choice([-1.0, 1.0], size=(5, 8))
    states = rng.normal(size=(7, 8))
    denoised = denoise(states, patterns, variance=0.6)
    assert np.abs(denoised - attend(states, patterns, beta=1 / 0.6)).max() < 1e-14
    assert np.allclose(denoised, states + 0.6 * score(states, patterns, variance=0.6))


@pytest.mark.parametrize("a", [0.5, 1.0, 3.0])
def test_the_pitchfork(a):
    """Around ``beta_c = 1 / (2 a**2)``, in the units of ``exp(-beta |x - xi|**2)``."""
    patterns, starts = np.array([[a], [-a]]), np.array([[2 * a], [0.1 * a], [-2 * a]])
    assert critical_variance(a) == a**2
    critical = 1 / (2 * a**2)
    assert len(minima(patterns, 2 * 0.98 * critical, starts)) == 1
    assert len(minima(patterns, 2 * 1.02 * critical, starts)) == 2


def test_close_patterns_merge_into_a_state_that_is_not_stored():
    patterns = np.array([[0.0, 0.0], [0.2, 0.0], [3.0, 0.0]])
    found = minima(patterns, 10.0, patterns)
    assert found.tolist() == [[0.1, 0.0], [3.0, 0.0]]


@pytest.mark.parametrize("num_patterns", [2, 3, 9, 12, 20, 40])
@pytest.mark.parametrize("variance", [0.5, 1 / 40, 0.002])
def test_the_barrier_along_the_ring(num_patterns, variance):
    patterns = ring(num_patterns)
    memory = GaussianMemory(patterns, 1 / variance)
    turn = np.pi / num_patterns
    energies = memory.energy([[1.0, 0.0], [np.cos(turn), np.sin(turn)]])
    barrier = ring_barrier(num_patterns, variance=variance)
    assert barrier == pytest.approx(float(energies[1] - energies[0]), abs=2e-15, rel=1e-12)


def test_known_barriers():
    """In the units of ``exp(-beta |x - xi|**2)`` at beta = 20; energies there are twice ours."""
    known = {9: 8.60e-2, 12: 3.40e-2, 20: 1.40e-3, 40: 1.29e-9}
    for num_patterns, barrier in known.items():
        ours = 2 * ring_barrier(num_patterns, variance=1 / 40)
        assert ours == pytest.approx(barrier, rel=5e-3)


def test_a_continuous_ring_has_a_radius():
    for beta, radius in {2: 0.831, 5: 0.9455, 20: 0.9873}.items():
        assert ring_radius(variance=1 / (2 * beta)) == pytest.approx(radius, abs=5e-4)
    rest = GaussianMemory(ring(200), 4.0).recall([0.3, 0.1], tolerance=1e-13).states
    assert np.linalg.norm(rest) == pytest.approx(ring_radius(variance=0.25), abs=1e-10)
    assert ring_radius(variance=0.5) == 0.0
    assert 0 < ring_radius(variance=0.4999) < 0.05


@pytest.mark.parametrize(
    ("call", "match"),
    [
        (lambda: score([1.0], [[1.0]], variance=0.0), r"variance should be in .*Got 0"),
        (
            lambda: denoise([1.0, 2.0], [[1.0]], variance=1.0),
            r"probe should have shape \(\.\.\., 1\)\. Got",
        ),
        (lambda: critical_variance(0.0), r"distance should be in "),
        (lambda: ring_barrier(1, variance=1.0), r"num_patterns should be in \[2, 1000000\]. Got 1"),
        (lambda: ring_barrier(3, variance=np.inf), r"variance should be in .*Got inf"),
        (lambda: ring_radius(variance=-1.0), r"variance should be in .*Got -1"),
    ],
)
def test_errors(call, match):
    with pytest.raises(ValueError, match=match):
        call()
