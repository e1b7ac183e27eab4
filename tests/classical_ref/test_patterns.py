import numpy as np
import pytest
from cases import case
from hypothesis import given
from hypothesis import strategies as st

from classical_ref import (
    check_patterns,
    correlated_patterns,
    corrupt,
    erase,
    flip,
    flip_by_rate,
    hamming_distance,
    is_ambiguous,
    overlap,
    random_patterns,
)
from qdenseam.testing import assert_binomial


@given(st.integers(1, 5), st.data())
def test_random_patterns_are_distinct_up_to_all(num_neurons, data):
    num_patterns = data.draw(st.integers(1, 2**num_neurons))
    patterns = random_patterns(num_patterns, num_neurons, rng=0)
    assert len(np.unique(patterns, axis=0)) == num_patterns
    assert patterns.shape == (num_patterns, num_neurons)


def test_large_random_patterns_are_distinct_and_seeded():
    first, second = (random_patterns(500, 25, rng=3) for _ in range(2))
    assert np.array_equal(first, second)
    check_patterns(first)


def test_repetitions_are_possible():
    assert random_patterns(50, 2, distinct=False, rng=0).shape == (50, 2)


@pytest.mark.statistical
def test_correlated_patterns_flip_at_their_rate(rng):
    patterns = correlated_patterns(200, 400, num_prototypes=1, flip_probability=0.2, rng=rng)
    products = overlap(patterns[0::2], patterns[1::2]).diagonal()
    differing = round(float((1 - products).sum() / 2 * 400))
    assert_binomial(differing, 100 * 400, 2 * 0.2 * 0.8)


def test_prototypes_take_turns():
    patterns = correlated_patterns(
        6, 30, num_prototypes=3, flip_probability=0.0, distinct=False, rng=0
    )
    assert np.array_equal(patterns[:3], patterns[3:])


@given(st.integers(0, 3), st.integers(0, 3), st.integers(0, 99))
def test_corruption_counts_are_exact(num_flips, num_erasures, seed):
    patterns = random_patterns(5, 6, rng=seed)
    probes = corrupt(patterns, num_flips=num_flips, num_erasures=num_erasures, rng=seed)
    assert np.all((probes == 0).sum(axis=1) == num_erasures)
    assert np.all(hamming_distance(patterns, probes).diagonal() == num_flips)


def test_flips_keep_leading_axes_and_unknown_entries(rng):
    probes = erase(np.ones((2, 3, 8), dtype=np.int8), 5, rng=rng)
    flipped = flip(probes, 3, rng=rng)
    assert np.array_equal(flipped, -probes)
    assert flip("0000", 1, rng=rng).sum() == 2


@pytest.mark.statistical
def test_flips_are_uniform(rng):
    flipped = (flip(["00000000"] * 4000, 2, rng=rng) < 0).sum(axis=0)
    for count in flipped.tolist():
        assert_binomial(count, 4000, 0.25, false_alarm=1e-9 / 8)


@pytest.mark.statistical
def test_flip_rate(rng):
    flipped = flip_by_rate(["0" * 100] * 100, 0.1, rng=rng)
    assert_binomial(int((flipped < 0).sum()), 10_000, 0.1)


def test_ambiguity():
    patterns = ["0000", "1100"]
    assert is_ambiguous(patterns, [[1, -1, 1, 1], [1, 1, 1, -1]], [0, 0]).tolist() == [True, False]
    assert is_ambiguous(patterns, [[-1, -1, 1, 1]], [0]).tolist() == [True]  # nearer to another
    assert is_ambiguous(patterns, [0, 0, 0, 0], 0)
    assert not is_ambiguous(patterns[:1], [0, 0, 0, 0], 0)


def test_errors():
    for call, match in [
        (lambda: random_patterns(5, 2), r"at most 2\*\*num_neurons = 4\. Got 5.*distinct=False"),
        (lambda: random_patterns(0, 2), r"num_patterns should be in \[1, 1000000000\]\. Got 0"),
        (lambda: random_patterns(2, 0), r"num_neurons should be in \[1, 1000000000\]\. Got 0"),
        (
            lambda: correlated_patterns(3, 5, num_prototypes=2, flip_probability=0.0),
            r"room for distinct patterns\. Got 3 copies of 2 prototypes",
        ),
        (
            lambda: correlated_patterns(3, 5, num_prototypes=0, flip_probability=0.1),
            r"num_prototypes should be in \[1, 1000000000\]\. Got 0",
        ),
        (lambda: flip_by_rate("00", 1.5), r"in \[0, 1\]\. Got 1\.5"),
        (lambda: flip("0?0", 3), r"num_flips should be at most 2, the known entries\. Got 3"),
        (lambda: flip("00", -1), r"num_flips should be in \[0, 1000000000\]\. Got -1"),
        (lambda: erase("00", 3), r"num_erasures should be at most 2"),
        (lambda: corrupt("00", num_flips=1, num_erasures=2), r"num_flips should be at most 0"),
        (lambda: is_ambiguous(["00"], ["00"], [0, 0]), r"targets should have shape \(1,\)"),
        (lambda: is_ambiguous(["00"], ["00"], [1]), r"row indices below 1"),
    ]:
        with case(match), pytest.raises(ValueError, match=match):
            call()
