"""Who computes the trained expectation and its gradient: our engine or PennyLane."""

from typing import Literal

import numpy as np
import numpy.typing as npt

from qdenseam.simulation.diagonal import qaoa_expectation_and_gradient
from qdenseam.training.angles import Objective
from qdenseam.training.pennylane_gradients import pennylane_objective

GradientSource = Literal["diagonal", "pennylane"]
GRADIENT_SOURCES = ("diagonal", "pennylane")


def mean_energy(
    diagonal: npt.ArrayLike,
    start_angles: npt.ArrayLike,
    *,
    gradient_source: GradientSource = "diagonal",
) -> Objective:
    """Return QAOA's (γ, β) -> (⟨E⟩, ∂/∂γ, ∂/∂β) for :func:`qdenseam.training.angles.train_angles`.

    Both sources give the same numbers to rounding.

    Args:
        diagonal: Energies E, shape ``(2**D,)``.
        start_angles: θ_i, shape ``(D,)``.
        gradient_source: ``"diagonal"``, :mod:`qdenseam.simulation.diagonal`; or ``"pennylane"``,
            the circuit of Pauli-Z strings on lightning.qubit.

    Raises:
        ValueError: The source is unknown or the shapes do not fit each other.
    """
    if gradient_source not in GRADIENT_SOURCES:
        raise ValueError(
            f"gradient_source should be 'diagonal' or 'pennylane'. Got {gradient_source!r}."
        )
    if gradient_source == "pennylane":
        return pennylane_objective(diagonal, start_angles)
    energies, angles = np.asarray(diagonal, dtype=float), np.asarray(start_angles, dtype=float)

    def objective(
        gammas: npt.NDArray[np.float64], betas: npt.NDArray[np.float64]
    ) -> tuple[float, npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        return qaoa_expectation_and_gradient(energies, angles, gammas=gammas, betas=betas)

    return objective
