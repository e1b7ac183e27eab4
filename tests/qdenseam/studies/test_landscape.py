"""Minima, descent and annealing on a table of energies, against enumeration."""

from math import comb

import numpy as np
import pytest

from classical_ref.patterns import random_patterns
from classical_ref.separation import LogSumExp
from qdenseam import EnergyMemory
from qdenseam.studies.energy.landscape import energy_by_distance, local_minima, num_spurious
from qdenseam.studies.energy.minimizers import anneal, descend


def test_minima_and_descent_agree(rng: np.random.Generator) -> None:
    energies = rng.normal(size=64)
    found = set(local_minima(energies).tolist())
    assert int(energies.argmin()) in found
    assert {descend(energies, state, rng=rng)[0] for state in range(64)} <= found
    assert {descend(energies, state, rng=rng) for state in found} == {(s, 6) for s in found}


def test_minima_are_what_the_definition_says(rng: np.random.Generator) -> None:
    energies = rng.integers(4, size=32).astype(float)
    by_hand = [
        state
        for state in range(32)
        if all(energies[state] <= energies[state ^ (1 << i)] for i in range(5))
    ]
    assert local_minima(energies).tolist() == by_hand
    assert num_spurious(energies, by_hand[:1]) == len(by_hand) - 1
    assert num_spurious(energies, []) == len(by_hand)
    with pytest.raises(ValueError, match=r"stored should be indices of shape \(K,\)"):
        num_spurious(energies, np.ones((2, 4), dtype=np.int8))
    assert local_minima(np.zeros(8)).size == 8


def test_a_sharp_energy_of_far_patterns_has_no_spurious_minimum() -> None:
    memory = EnergyMemory([[1] * 8, [-1] * 4 + [1] * 4], separation=LogSumExp(2.0))
    assert num_spurious(memory.diagonal(), memory.pattern_indices()) == 0


def test_energies_by_distance_are_those_of_the_shells(rng: np.random.Generator) -> None:
    energies = rng.normal(size=64)
    lowest, mean, highest = energy_by_distance(energies, 5)
    assert lowest[0] == mean[0] == highest[0] == energies[5]
    assert lowest[-1] == energies[5 ^ 63]
    assert (lowest <= mean).all()
    assert (mean <= highest).all()
    assert mean @ [comb(6, d) for d in range(7)] == pytest.approx(energies.sum())


def test_annealing_finds_the_ground_state_of_one_pattern(rng: np.random.Generator) -> None:
    patterns = random_patterns(1, 8, rng=rng)
    memory = EnergyMemory(patterns, separation=LogSumExp(1.0))
    found = anneal(memory.diagonal(), num_runs=200, rng=rng)
    assert found.last.shape == found.lowest.shape == (200,)
    assert (found.last == memory.pattern_indices()[0]).mean() > 0.9


def test_annealing_looks_at_as_many_states_as_allowed() -> None:
    energies = np.array([0.0, -1, -2, -4, 3, 1, 2, 4])
    none = anneal(energies, start=4, num_runs=3, num_evaluations=0, rng=0)
    assert none.last.tolist() == none.lowest.tolist() == [4, 4, 4]
    one = anneal(energies, start=4, num_runs=300, num_evaluations=1, hottest=0.02, rng=0)
    assert set(one.last.tolist()) <= {0, 5, 6}  # the lower neighbors of 4
    hot = anneal(energies, start=3, num_runs=300, num_evaluations=60, hottest=9, coldest=8, rng=0)
    assert (hot.lowest == 3).all()
    assert (hot.last != 3).any()


def test_annealing_repeats_itself_and_takes_a_flat_energy() -> None:
    energies = np.random.default_rng(0).normal(size=32)
    first, second = (anneal(energies, rng=3).last for _ in range(2))
    np.testing.assert_array_equal(first, second)
    assert anneal(np.zeros(8), num_runs=5, rng=0).last.size == 5
    assert anneal([1.0], num_runs=2, rng=0).last.tolist() == [0, 0]


def test_slow_cooling_ends_lower_than_fast_cooling(rng: np.random.Generator) -> None:
    energies = rng.normal(size=1024)
    fast, slow = (
        energies[anneal(energies, num_evaluations=10 * n, rng=1).last].mean() for n in (2, 200)
    )
    assert slow < fast


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"energies": np.ones(3)}, r"energies should have shape \(2\*\*D,\)"),
        ({"energies": [np.nan, 0.0]}, "energies should be finite"),
        ({"num_runs": 0}, "num_runs should be at least 1"),
        ({"num_evaluations": -1}, "num_evaluations at least 0"),
        ({"coldest": 1.0}, "coldest between 0 and hottest"),
        ({"start": 4}, r"start should be in 0\.\.3"),
    ],
)
def test_bad_input_of_annealing_is_refused(change: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        anneal(**{"energies": np.arange(4.0), **change})
