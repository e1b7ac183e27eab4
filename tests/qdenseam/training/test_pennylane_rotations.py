"""PennyLane agrees with our gradients for circuits of rotations."""

import numpy as np
import pytest

from classical_ref import LogSumExp, random_patterns
from qdenseam import EnergyMemory
from qdenseam.methods import VQE
from qdenseam.simulation.rotations import rotation_expectation_and_gradient
from qdenseam.training.pennylane_gradients import pennylane_rotation_objective


def test_both_sources_agree(rng: np.random.Generator) -> None:
    generator, energies = rng.normal(size=(2, 8))
    gammas, angles = rng.normal(size=2), rng.normal(size=(3, 3))
    ours = rotation_expectation_and_gradient(generator, gammas, angles, energies)
    theirs = pennylane_rotation_objective(generator, energies)(gammas, angles)
    for a, b in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(a, b, atol=1e-10)
    with pytest.raises(ValueError, match=r"generator should have shape \(8,\)\. Got shape \(4,\)"):
        pennylane_rotation_objective(generator[:4], energies)


@pytest.mark.parametrize("entangler", ["chain", "energy"])
def test_training_with_both_sources_agrees(entangler: str, rng: np.random.Generator) -> None:
    memory = EnergyMemory(random_patterns(2, 3, rng=rng), separation=LogSumExp(1.0))
    costs = [
        VQE(entangler=entangler, num_restarts=1, max_evaluations=4, gradient_source=source)
        .trained(memory, memory.patterns[0], rng=rng)
        .cost
        for source in ("diagonal", "pennylane")
    ]
    assert costs[0] == pytest.approx(costs[1], abs=1e-9)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"gradient_source": "cupy"}, "gradient_source should be one of diagonal, pennylane"),
        ({"gradient_source": "pennylane", "cvar": 0.5}, "cvar should be 1 with gradients"),
    ],
)
def test_bad_input_is_refused(change: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        VQE(**change)
