from dataclasses import replace

import numpy as np
import pytest
from cases import case

from classical_ref import GaussianMemory, RandomFeatureMemory, RandomFeatures, load, save


def close(one, other):
    assert one.num_patterns == other.num_patterns
    np.testing.assert_allclose(one.sums, other.sums, atol=1e-11)


def test_storing_adds_and_forgetting_subtracts(rng):
    patterns, states = rng.normal(size=(8, 3)), rng.normal(size=(5, 3))
    empty = RandomFeatureMemory(RandomFeatures(3, 0.5, num_features=50, rng=1))
    whole = empty.with_patterns(patterns)
    close(empty.with_patterns(patterns[:2]).with_patterns(patterns[2:]), whole)
    close(whole.without(patterns[5:]), empty.with_patterns(patterns[:5]))
    assert not whole.without(patterns).sums.any()
    assert np.all(empty.energy(states) == -np.log(1e-3) / 0.5)
    assert not empty.gradient(states).any()
    assert np.array_equal(replace(whole, floor=1e-9).sums, whole.sums)


def test_ten_thousand_changes_drift_by_rounding_alone(rng):
    memory = first = RandomFeatureMemory.of(rng.normal(size=(4, 3)), num_features=20, rng=0)
    for row in rng.normal(size=(1000, 1, 10, 3)):
        memory = memory.with_patterns(row[0]).without(row[0])
    close(memory, first)


def test_a_product_is_the_kernel_and_its_variance_the_law(rng):
    distance, beta, size = 0.8, 0.7, 64
    pair = np.array([[0.3, -0.2], [0.3, -0.2 + distance]])
    sums = np.array(
        [
            np.exp(-beta * memory.energy(pair[1]))
            for seed in range(1500)
            if (memory := RandomFeatureMemory.of(pair[:1], beta, num_features=size, rng=seed))
        ]
    )
    kernel = np.exp(-beta * distance**2 / 2)
    variance = (1 - kernel**2 + kernel**4 / 2) / size
    assert abs(sums.mean() - kernel) < 6 * (variance / len(sums)) ** 0.5
    assert abs(sums.var() / variance - 1) < 6 * (2 / len(sums)) ** 0.5


def test_the_squared_error_falls_as_one_over_the_number_of_features(rng):
    patterns, states, beta = rng.normal(size=(20, 4)), rng.normal(size=(30, 4)), 0.5
    exact = np.exp(-beta * GaussianMemory(patterns, beta).energy(states))
    sizes = np.array([32, 128, 512, 2048])
    errors = np.array(
        [
            [squared_error(patterns, states, beta, size, seed, exact) for seed in range(60)]
            for size in sizes
        ]
    )
    draws = rng.integers(60, size=(500, 60))
    logs = np.log(errors[:, draws].mean(axis=2))  # (size, resample)
    slopes = np.polyfit(np.log(sizes), logs, 1)[0]
    assert abs(slopes.mean() + 1) < 6 * slopes.std()
    assert slopes.std() < 0.1


def squared_error(patterns, states, beta, size, seed, exact):
    memory = RandomFeatureMemory.of(patterns, beta, num_features=size, floor=1e-300, rng=seed)
    sums = memory._sum(memory.features.angles(states - memory.features.origin))
    return ((sums - exact) ** 2).mean()


def held(memory):
    parts = (memory.sums, memory.features._directions, memory.features._phases)
    return sum(each.nbytes for each in parts) + memory.features.origin.nbytes


def test_the_size_does_not_depend_on_the_patterns(rng, tmp_path):
    sizes = []
    for count in (2, 2000):
        memory = RandomFeatureMemory.of(rng.normal(size=(count, 16)), num_features=64, rng=0)
        save(memory, tmp_path / "memory.npz")
        back = load(tmp_path / "memory.npz", RandomFeatureMemory)
        states = rng.normal(size=(3, 16))
        assert np.array_equal(back.energy(states), memory.energy(states))
        sizes.append(held(memory))
        assert (tmp_path / "memory.npz").stat().st_size < 3000
    assert sizes == [8 * (64 * 16 + 64 + 64 + 16)] * 2


def test_what_is_refused():
    memory = RandomFeatureMemory.of([[0.0, 1.0], [2.0, 3.0]], num_features=8, rng=0)
    for call, match in [
        (lambda: memory.with_patterns([[1.0]]), r"patterns should have shape .* 2\)\. Got"),
        (lambda: memory.with_patterns([[1.0, np.nan]]), r"patterns should be finite"),
        (lambda: memory.without(0), r"patterns should have shape"),
        (lambda: memory.without(np.zeros((3, 2))), r"at most the 2 stored\. Got 3\."),
        (lambda: RandomFeatureMemory(memory.features, np.ones(3), 1), r"sums should have shape"),
        (lambda: RandomFeatureMemory(memory.features, (), 1), r"sums should have shape"),
        (lambda: RandomFeatures(2, origin=np.zeros(3)), r"origin should have shape \(2,\)"),
        (lambda: RandomFeatureMemory.of([[1e200]]), r"patterns should have entries of at most"),
    ]:
        with case(match), pytest.raises(ValueError, match=match):
            call()
    with pytest.raises(AttributeError, match="keeps the sum of its patterns, not the patterns"):
        memory.patterns  # noqa: B018
    with pytest.raises(TypeError, match="beta"):  # the sums are for one beta
        replace(memory, beta=2.0)
