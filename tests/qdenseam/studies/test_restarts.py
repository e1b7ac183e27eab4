"""Sampled descents: what a budget of energy evaluations buys, against laws and enumeration."""

import numpy as np
import pytest

from qdenseam.studies.energy.minimizers import sampled_descents

DISTANCE = np.bitwise_count(np.arange(64)).astype(float)
"""An energy without traps: the distance from state 0."""


def test_one_evaluation_looks_at_the_probe_and_many_find_the_ground_state(
    rng: np.random.Generator,
) -> None:
    energies = rng.normal(size=64)
    one, many = sampled_descents(energies, 9, np.full(6, 0.5), [1, 3000], num_runs=50, rng=rng)
    assert (one == 9).all()
    assert (many == energies.argmin()).all()


def test_more_evaluations_are_never_worse(rng: np.random.Generator) -> None:
    energies = rng.normal(size=256)
    found = sampled_descents(energies, 3, np.full(8, 0.25), [1, 2, 5, 9, 40], num_runs=80, rng=rng)
    assert found.shape == (5, 80)
    assert (np.diff(energies[found], axis=0) <= 0).all()


@pytest.mark.statistical
def test_the_first_descent_finds_one_flip_by_the_law_of_its_order() -> None:
    # the wrong neuron is tried at place 1..6 alike, so P(found within b evaluations) = (b - 1)/6
    budgets = [2, 3, 4, 5, 6, 7]
    found = sampled_descents(DISTANCE, 4, np.zeros(6), budgets, num_runs=40_000, rng=0)
    # 6 budgets; six standard deviations, false alarms below 2e-8
    expected = (np.array(budgets) - 1) / 6
    assert np.abs((found == 0).mean(axis=1) - expected).max() < 6 * 0.5 / 200


def test_descents_start_again_once_every_neuron_was_tried_in_vain() -> None:
    trap = np.array([0.0, 5.0, 5.0, 9.0, 4.0, 9.0, 9.0, 1.0])  # 7 is lower than its neighbors
    trap[3] = trap[5] = trap[6] = 9.0
    stuck, away = (
        sampled_descents(trap, 7, np.full(3, chance), [4, 5], num_runs=400, rng=1)
        for chance in (0.0, 1.0)
    )
    assert (stuck == 7).all()
    assert (away[0] == 7).all()  # the start and three tries
    assert (away[1] == 0).all()  # the drawn start is the far corner


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"budgets": []}, "budgets should ascend"),
        ({"budgets": [0, 1]}, "budgets should ascend"),
        ({"budgets": [2, 2]}, "budgets should ascend"),
        ({"start": 64}, r"start should be in 0\.\.63"),
    ],
)
def test_bad_input_is_refused(change: dict, message: str) -> None:
    given = {"energies": DISTANCE, "start": 1, "flip_probabilities": np.zeros(6), "budgets": [1]}
    with pytest.raises(ValueError, match=message):
        sampled_descents(**{**given, **change})
