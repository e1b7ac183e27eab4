import numpy as np
import pytest

from classical_ref import (
    DenseMemory,
    Exponential,
    HopfieldMemory,
    basin_radius,
    failure_rate,
    is_spurious,
    mean_absolute_overlap,
    nearest_pattern,
    random_patterns,
    retrieval_error,
)

PATTERNS = np.array([[1, 1, 1, 1], [-1, -1, 1, 1]])


def test_errors_of_bits_and_patterns():
    states = [[1, 1, 1, 1], [1, 1, 1, -1]]
    assert retrieval_error(states, "0000").tolist() == [0, 0.25]
    assert failure_rate(states, "0000") == 0.5
    assert failure_rate(PATTERNS, PATTERNS) == 0


def test_nearest_pattern():
    rows, distances, is_tied = nearest_pattern(PATTERNS, [[-1, -1, -1, 1], [1, -1, 1, 1], [0] * 4])
    assert rows.tolist() == [1, 0, 0]
    assert distances.tolist() == [1, 1, 0]
    assert is_tied.tolist() == [False, True, True]


def test_spurious_states():
    states = np.array([[1, 1, 1, 1], [-1, -1, -1, -1], [1, -1, 1, 1]])
    assert is_spurious(PATTERNS, states).tolist() == [False, True, True]
    assert is_spurious(PATTERNS, states, negatives_are_spurious=False).tolist() == [
        False,
        False,
        True,
    ]


def test_basins():
    assert basin_radius(DenseMemory(["0" * 9], Exponential(0.5)), rng=0) >= 4
    assert basin_radius(HopfieldMemory(["0" * 9]), num_probes=20, rng=0) == 4
    crowded = HopfieldMemory(random_patterns(60, 20, rng=0))
    assert basin_radius(crowded, rng=0) == -1


@pytest.mark.parametrize(
    ("call", "match"),
    [
        (lambda: retrieval_error("00", "000"), r"match the shape \(2,\) of states"),
        (lambda: nearest_pattern(PATTERNS, [1]), r"probe should have shape \(4,\)"),
        (lambda: is_spurious(PATTERNS, [1]), r"probe should have shape \(4,\)"),
        (lambda: basin_radius(HopfieldMemory(["0"]), success_rate=0), r"in \(0, 1\]\. Got 0"),
        (lambda: basin_radius(HopfieldMemory(["0"]), num_probes=0), r"in \[1, 1000000\]\. Got 0"),
    ],
)
def test_argument_errors(call, match):
    with pytest.raises(ValueError, match=match):
        call()


def test_mean_absolute_overlap():
    assert mean_absolute_overlap([[1, 1, 1, 1], [1, 1, -1, -1], [-1, -1, -1, -1]]) == 1 / 3
    assert mean_absolute_overlap([[1, -1]]) == 0
    random = random_patterns(200, 100, rng=0)
    assert mean_absolute_overlap(random) == pytest.approx(np.sqrt(2 / (np.pi * 100)), rel=0.05)
