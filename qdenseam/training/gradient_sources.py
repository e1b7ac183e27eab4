"""Who computes the trained expectation and its gradient: our engine, a GPU, or PennyLane."""

from importlib import import_module
from typing import Any, Literal, get_args

import numpy as np
import numpy.typing as npt

from classical_ref.checks import Floats, check_choice
from qdenseam.errors import BackendError
from qdenseam.execution.engines.gpu_support import missing_for_cupy
from qdenseam.simulation.diagonal import qaoa_expectation_and_gradient
from qdenseam.training.angles import Objective
from qdenseam.training.objectives import conditional_value_at_risk
from qdenseam.training.pennylane_gradients import pennylane_objective

GradientSource = Literal["diagonal", "cupy", "pennylane"]
GRADIENT_SOURCES: tuple[GradientSource, ...] = get_args(GradientSource)


def check_training(cvar: float, gradient_source: str) -> None:
    """Raise ValueError where the share ``cvar`` is below 1 with gradients from PennyLane."""
    if gradient_source == "pennylane" and cvar < 1:
        raise ValueError(
            f"cvar should be 1 with gradients from PennyLane. Got {cvar}; "
            "use gradient_source='diagonal'."
        )


def mean_energy(
    diagonal: npt.ArrayLike,
    start_angles: npt.ArrayLike,
    *,
    level: float = 1.0,
    gradient_source: GradientSource = "diagonal",
) -> Objective:
    """Return QAOA's (γ, β) -> (⟨E⟩, ∂/∂γ, ∂/∂β) for :func:`qdenseam.training.angles.train_angles`.

    All sources give the same numbers to rounding.

    Args:
        diagonal: Energies E, shape ``(2**D,)``.
        start_angles: θ_i, shape ``(D,)``.
        level: α in (0, 1]; below 1 the mean is over the lowest α of the energies, see
            :func:`qdenseam.training.objectives.conditional_value_at_risk`. Not with PennyLane.
        gradient_source: ``"diagonal"``, :mod:`qdenseam.simulation.diagonal`; ``"cupy"``, the same
            on a GPU, :mod:`qdenseam.simulation.diagonal_arrays`, where the energies are moved
            once; or ``"pennylane"``, the circuit of Pauli-Z strings on lightning.qubit.

    Raises:
        ValueError: The source is unknown, the shapes do not fit each other, or the level is
            outside (0, 1] or below 1 with PennyLane.
        BackendError: The source is ``"cupy"`` and CuPy finds no GPU.
    """
    check_choice("gradient_source", gradient_source, GRADIENT_SOURCES)
    if gradient_source == "pennylane":
        if level != 1:
            raise ValueError(f"level should be 1 with gradients from PennyLane. Got {level}.")
        return pennylane_objective(diagonal, start_angles)
    array_module = _cupy() if gradient_source == "cupy" else None
    xp: Any = array_module or np
    energies, angles = xp.asarray(diagonal, dtype=np.float64), np.asarray(start_angles, dtype=float)
    observable = None
    if level != 1:
        observable = conditional_value_at_risk(energies, level, array_module=xp)

    def objective(gammas: Floats, betas: Floats) -> tuple[float, Floats, Floats]:
        return qaoa_expectation_and_gradient(
            energies,
            angles,
            gammas=gammas,
            betas=betas,
            observable=observable,
            array_module=array_module,
        )

    return objective


def _cupy() -> Any:
    missing = missing_for_cupy()
    if missing is not None:
        raise BackendError(f"'cupy' {missing}; mend that or use 'diagonal'.")
    return import_module("cupy")
