import numpy as np
import pytest

from classical_ref.sparse_recovery import SubspaceMemory, learn_constraints

NOISES = [1e-10, 1e-8, 1e-3, 0.02]


def planted(num_samples, dimension, num_neurons, noise, rng):
    basis = rng.normal(size=(dimension, num_neurons)) / dimension**0.5
    exact = rng.normal(size=(num_samples, dimension)) @ basis
    return basis, exact + noise * rng.normal(size=exact.shape)


@pytest.mark.parametrize("noise", NOISES)
@pytest.mark.parametrize(("dimension", "num_neurons"), [(1, 5), (10, 20), (18, 20), (32, 64)])
def test_noisy_samples_teach_the_constraints_of_exact_ones(noise, dimension, num_neurons, rng):
    for num_samples in (4 * dimension + 20, 1000):
        basis, samples = planted(num_samples, dimension, num_neurons, noise, rng)
        learned = learn_constraints(samples, num_constraints=num_neurons - dimension)
        assert np.abs(learned @ basis.T).max() < 30 * noise + 1e-6  # what the program solves to


def test_twice_as_many_samples_as_dimensions_are_enough(rng):
    for noise in NOISES:  # the least of so few may be below 1e-9 of the largest
        for _ in range(5):
            samples = planted(64, 32, 64, noise, rng)[1]
            assert len(learn_constraints(samples)) == 32


def test_few_exact_samples_are_not_taken_for_noisy_ones(rng):
    for num_samples in (10, 19, 20, 21) * 25:
        samples = planted(num_samples, 20, 40, 0, rng)[1]
        assert len(learn_constraints(samples)) == max(20, 40 - num_samples)


def test_weak_directions_are_no_noise_where_there_is_a_wider_gap(rng):
    scales = np.r_[100, 100, np.ones(7)]  # without the noise the last eight would be flat enough
    samples = (rng.normal(size=(40, 9)) * scales) @ np.linalg.qr(rng.normal(size=(10, 10)))[0][:9]
    assert len(learn_constraints(samples + 1e-6 * rng.normal(size=(40, 10)))) == 1


def test_scale_and_rotation_change_no_count(rng):
    _, samples = planted(80, 10, 20, 1e-3, rng)
    turn = np.linalg.qr(rng.normal(size=(20, 20)))[0]
    for changed in (samples @ turn, 1e6 * samples, 1e-6 * samples):
        assert len(learn_constraints(changed)) == len(learn_constraints(samples)) == 10


def test_more_noise_never_adds_constraints_of_samples(rng):
    _, samples = planted(100, 10, 20, 0, rng)
    error = rng.normal(size=samples.shape)
    counts = []
    for noise in (0, 1e-10, 1e-4, 1e-2, 0.1, 0.3, 1.0, 3.0):
        try:
            counts.append(len(learn_constraints(samples + noise * error)))
        except ValueError as refused:
            assert "at least up to white noise" in str(refused)  # noqa: PT017
            counts.append(0)
    assert counts == sorted(counts, reverse=True)
    assert counts[3] == 10
    assert counts[-1] == 0


@pytest.mark.parametrize(("num_samples", "num_neurons"), [(8, 2), (30, 3), (20, 20), (300, 40)])
def test_noise_alone_and_random_patterns_teach_nothing(num_samples, num_neurons, rng):
    for rows in (
        rng.normal(size=(num_samples, num_neurons)),
        rng.choice([-1.0, 1.0], size=(num_samples, num_neurons)),
        rng.normal(size=(num_samples, num_neurons)) * np.linspace(1, 3, num_neurons),
        rng.normal(size=(num_samples, num_neurons)) + (num_neurons > 3),  # a mean, and noise
    ):
        with pytest.raises(ValueError, match=r"cannot be stored this way.*pass a tolerance"):
            learn_constraints(np.vstack([rows, np.eye(num_neurons)]))


def test_what_decays_slowly_is_no_noise(rng):
    samples = 10 + rng.normal(size=(300, 20)) * np.geomspace(1, 1e-2, 20)  # as pictures do
    with pytest.raises(ValueError, match="cannot be stored this way"):
        learn_constraints(samples)


def test_a_tolerance_is_passed_on_and_decides_alone(rng):
    _, samples = planted(80, 10, 20, 1e-3, rng)
    assert SubspaceMemory.learned(samples, tolerance=0.1).constraints.shape == (10, 20)
    with pytest.raises(ValueError, match="span all 20"):
        SubspaceMemory.learned(samples, tolerance=1e-9)


@pytest.mark.parametrize("noise", NOISES)
def test_recall_is_as_right_as_the_noise_is_small(noise, rng):
    basis, samples = planted(256, 32, 64, noise, rng)
    memory = SubspaceMemory.learned(samples)
    words = rng.normal(size=(6, 32)) @ basis
    wrong = rng.permuted(np.tile(np.arange(64) < 5, (6, 1)), axis=1)
    probes = words + wrong * rng.normal(size=words.shape) + noise * rng.normal(size=words.shape)
    error = np.abs(memory.recall(probes).states - words).max()
    assert error < 30 * noise + 1e-6  # to which the program is solved
