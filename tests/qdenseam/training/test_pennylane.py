"""PennyLane's gradients equal ours, and training runs on them."""

from dataclasses import replace

import numpy as np
import pytest

from classical_ref.separation import LogSumExp, Polynomial
from qdenseam import EnergyMemory
from qdenseam.methods import QAOA, RecursiveQAOA, method_from_dict, run_rounds, sample_laws
from qdenseam.training.angles import train_angles
from qdenseam.training.fixed_angles import train_shared_angles
from qdenseam.training.gradient_sources import mean_energy
from qdenseam.training.minimize import PENNYLANE_OPTIMIZERS, minimize


@pytest.mark.parametrize("num_qubits", [1, 2, 5])
@pytest.mark.parametrize("num_layers", [1, 3])
def test_both_sources_agree(num_qubits: int, num_layers: int, rng: np.random.Generator) -> None:
    diagonal = 3 * rng.normal(size=2**num_qubits) + 1
    start = rng.uniform(0.2, 2.9, size=num_qubits)
    gammas, betas = rng.uniform(-1, 1, size=(2, num_layers))
    ours = mean_energy(diagonal, start)(gammas, betas)
    theirs = mean_energy(diagonal, start, gradient_source="pennylane")(gammas, betas)
    for mine, other in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(other, mine, rtol=0, atol=1e-8)


@pytest.mark.parametrize("separation", [Polynomial(2), Polynomial(3), LogSumExp(1.0)])
def test_they_agree_on_memories(separation: object, rng: np.random.Generator) -> None:
    patterns = 1 - 2 * rng.integers(2, size=(2, 6), dtype=np.int8)
    diagonal, start = EnergyMemory(patterns, separation).diagonal(patterns[0]), np.full(6, 1.1)
    point = np.array([0.2, 0.4]), np.array([0.6, 0.3])
    ours = mean_energy(diagonal, start)(*point)
    theirs = mean_energy(diagonal, start, gradient_source="pennylane")(*point)
    for mine, other in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(other, mine, rtol=0, atol=1e-8)


def test_a_flat_energy_has_no_gradient() -> None:
    value, *slopes = mean_energy(np.full(4, 2.0), [1.0, 1.0], gradient_source="pennylane")(
        np.ones(1), np.ones(1)
    )
    assert value == pytest.approx(2)
    np.testing.assert_array_equal(slopes, 0)


def test_training_on_either_source_ends_at_the_same_angles(rng: np.random.Generator) -> None:
    diagonals, starts = [rng.normal(size=16)], [np.full(4, np.pi / 2)]
    ours, theirs = (
        train_shared_angles(
            diagonals, starts, 1, num_restarts=1, max_evaluations=20, gradient_source=source, rng=1
        )
        for source in ("diagonal", "pennylane")
    )
    np.testing.assert_allclose(theirs.cost, ours.cost, atol=1e-6)
    np.testing.assert_allclose(theirs.gammas, ours.gammas, atol=1e-4)


def test_qaoa_trains_to_the_same_angles_on_either_source() -> None:
    patterns = np.array([[1, 1, 1, 1], [1, -1, 1, -1]], dtype=np.int8)
    memory, probe = EnergyMemory(patterns), patterns[1] * np.array([1, 1, -1, 1], dtype=np.int8)
    method = QAOA(num_layers=1, num_restarts=1)
    ours, theirs = (
        replace(method, gradient_source=source).trained(memory, probe, rng=np.random.default_rng(0))
        for source in ("diagonal", "pennylane")
    )
    assert theirs.gradient_source == "pennylane"
    np.testing.assert_allclose(theirs.gammas, ours.gammas, atol=1e-6)
    np.testing.assert_allclose(theirs.betas, ours.betas, atol=1e-6)
    assert theirs.cost == pytest.approx(ours.cost, abs=1e-9)
    assert method_from_dict(theirs.to_dict()) == theirs
    rounds = [
        run_rounds(
            RecursiveQAOA(num_restarts=1, gradient_source=source),
            memory,
            probe,
            50,
            sample_laws,
            rng=1,
        )
        for source in ("diagonal", "pennylane")
    ]
    np.testing.assert_array_equal(rounds[0].answers, rounds[1].answers)


@pytest.mark.parametrize("optimizer", PENNYLANE_OPTIMIZERS)
def test_their_optimizers_train_angles(optimizer: str, rng: np.random.Generator) -> None:
    diagonal = rng.normal(size=16)
    training = train_angles(
        mean_energy(diagonal, np.full(4, np.pi / 2)),
        1,
        energy_scale=float(diagonal.std()),
        num_restarts=1,
        max_evaluations=300,
        optimizer=optimizer,
    )
    best = train_angles(
        mean_energy(diagonal, np.full(4, np.pi / 2)),
        1,
        energy_scale=float(diagonal.std()),
        num_restarts=1,
        max_evaluations=300,
    )
    assert training.cost == pytest.approx(best.cost, abs=1e-4)
    assert training.gradients == training.evaluations == len(training.trajectory)


@pytest.mark.parametrize("optimizer", PENNYLANE_OPTIMIZERS)
def test_they_end_with_a_sentence(optimizer: str) -> None:
    def bowl(point: np.ndarray) -> tuple[float, np.ndarray]:
        return float(point @ point) + 1, 2 * point

    assert (
        "Stopped after 3" in minimize(bowl, [[2.0]], optimizer=optimizer, max_evaluations=3).outcome
    )
    done = minimize(bowl, [[2.0]], optimizer=optimizer, max_evaluations=3000)
    assert done.ended == "The optimizer converged: 5 steps in a row changed nothing."


def test_unknown_sources_and_wrong_shapes_are_refused() -> None:
    with pytest.raises(ValueError, match=r"gradient_source should be one of diagonal, .*Got 'jax'"):
        mean_energy(np.ones(2), [1.0], gradient_source="jax")  # type: ignore[arg-type]
    with pytest.raises(
        ValueError, match=r"level should be 1 with gradients from PennyLane. Got 0.5"
    ):
        mean_energy(np.ones(2), [1.0], level=0.5, gradient_source="pennylane")
    for energies, angles in ((np.ones(3), [1.0]), (np.ones(1), [])):
        with pytest.raises(ValueError, match="should have shape"):
            mean_energy(energies, angles, gradient_source="pennylane")
