"""Training finds minima, counts what it does and never raises for not converging."""

import numpy as np
import pytest

from qdenseam.training.angles import train_angles
from qdenseam.training.minimize import OPTIMIZERS, minimize


def bowl(point: np.ndarray) -> tuple[float, np.ndarray]:
    return float((point - 1) @ (point - 1)), 2 * (point - 1)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_every_optimizer_finds_the_bottom_of_a_bowl(optimizer: str) -> None:
    calls = []

    def counted(point: np.ndarray) -> tuple[float, np.ndarray]:
        calls.append(point)
        return bowl(point)

    found = minimize(counted, [[3.0, -2.0], [0.0, 0.0]], optimizer=optimizer, max_evaluations=2000)
    np.testing.assert_allclose(found.point, 1, atol=1e-3)
    assert found.evaluations == len(calls)
    assert found.gradients in (0, found.evaluations)
    assert found.trajectory.min() == found.value == bowl(found.point)[0]


def test_a_budget_is_kept_and_the_best_point_returned() -> None:
    found = minimize(bowl, [[30.0, 5.0]], optimizer="Nelder-Mead", max_evaluations=7)
    assert found.evaluations == len(found.trajectory) == 7
    assert found.ended == "Stopped after 7 evaluations."
    assert found.value == found.trajectory.min()


def test_a_pole_ends_the_start_with_a_sentence() -> None:
    found = minimize(lambda _: (float("nan"), np.zeros(1)), [[0.5]])
    assert found.ended == "Stopped where the objective is not finite."
    assert found.value == np.inf
    assert found.point.tolist() == [0.5]


def test_the_outcome_is_said_in_our_words() -> None:
    assert minimize(bowl, [[3.0]]).ended == "The optimizer converged."
    uphill = minimize(lambda x: (float(x @ x), -2 * x), [[3.0, 2.0]])  # scipy says "ABNORMAL: "
    assert uphill.ended == "The optimizer gave up before it converged."
    assert uphill.outcome == (
        f"{uphill.ended} Objective 13 at the first start, 13 at the end, 20 evaluations."
    )


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"starts": []}, "starts should have shape"),
        ({"optimizer": "adam"}, "optimizer should be one of L-BFGS-B, "),
        ({"max_evaluations": 0}, "max_evaluations should be at least 1"),
        ({"tolerance": 0}, r"tolerance should be in \(0, 1\)\. Got 0"),
    ],
)
def test_bad_input_of_minimize_is_refused(change: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        minimize(**{"objective": bowl, "starts": [[0.0]], **change})


def layered_bowl(gammas: np.ndarray, betas: np.ndarray) -> tuple[float, np.ndarray, np.ndarray]:
    return (
        float((gammas - 0.02) @ (gammas - 0.02) * 1e4 + (betas - 1) @ (betas - 1)),
        2e4 * (gammas - 0.02),
        2 * (betas - 1),
    )


def test_angles_are_searched_in_units_of_the_energy() -> None:
    training = train_angles(
        layered_bowl, 3, energy_scale=100, num_restarts=2, max_evaluations=60, rng=0
    )
    np.testing.assert_allclose(training.gammas, 0.02, atol=1e-6)
    np.testing.assert_allclose(training.betas, 1, atol=1e-4)
    assert training.cost == min(training.trajectory)
    assert len(training.trajectory) < training.evaluations == training.gradients
    again = train_angles(
        layered_bowl, 3, energy_scale=100, num_restarts=2, max_evaluations=60, rng=0
    )
    assert again == training


def test_a_constant_energy_is_trained_without_complaint() -> None:
    training = train_angles(
        lambda *_: (0.0, np.zeros(1), np.zeros(1)),
        1,
        energy_scale=0.0,
        num_restarts=1,
        max_evaluations=5,
    )
    assert training.cost == 0


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"num_layers": 0}, r"num_layers should be at least 1\. Got 0"),
        ({"num_restarts": 0}, r"num_restarts should be at least 1\. Got 0"),
        ({"energy_scale": -1.0}, r"energy_scale should be at least 0\. Got"),
    ],
)
def test_bad_input_of_train_angles_is_refused(change: dict, message: str) -> None:
    good = {"num_layers": 1, "energy_scale": 1.0, "num_restarts": 1, "max_evaluations": 5}
    with pytest.raises(ValueError, match=message):
        train_angles(layered_bowl, **{**good, **change})
