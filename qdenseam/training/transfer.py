"""Angles that serve many instances, so that recall needs no training per probe."""

from collections.abc import Sequence

import numpy as np

from classical_ref.checks import Floats
from qdenseam.training.angles import Training, train_angles
from qdenseam.training.gradient_sources import GradientSource, mean_energy


def train_shared_angles(
    diagonals: Sequence[Floats],
    start_angles: Sequence[Floats],
    num_layers: int,
    *,
    num_restarts: int = 3,
    max_evaluations: int = 150,
    optimizer: str = "L-BFGS-B",
    gradient_source: GradientSource = "diagonal",
    rng: np.random.Generator | int | None = None,
) -> Training:
    """Return the angles that minimize the mean energy per neuron over many instances.

    Args:
        diagonals: E of each instance, shape ``(2**D,)`` each, sizes may differ.
        start_angles: θ_i of each instance, shape ``(D,)`` each.
        num_layers: p.
        num_restarts: Starts of the training.
        max_evaluations: Evaluations of the mean per start.
        optimizer: One of :data:`qdenseam.training.minimize.OPTIMIZERS`.
        gradient_source: Who differentiates, see
            :func:`qdenseam.training.gradient_sources.mean_energy`.
        rng: Draws the random starts.

    Returns:
        The training; one evaluation is one of every instance.

    Raises:
        ValueError: There are no instances, not as many starts as diagonals, or a name is unknown.
    """
    if not diagonals or len(diagonals) != len(start_angles):
        raise ValueError(
            "diagonals and start_angles should be equally many and at least one. "
            f"Got {len(diagonals)} and {len(start_angles)}."
        )

    sources = [
        mean_energy(diagonal, start, gradient_source=gradient_source)
        for diagonal, start in zip(diagonals, start_angles, strict=True)
    ]

    def objective(gammas: Floats, betas: Floats) -> tuple[float, Floats, Floats]:
        value, by_gamma, by_beta = 0.0, np.zeros(num_layers), np.zeros(num_layers)
        for source, start in zip(sources, start_angles, strict=True):
            parts = source(gammas, betas)
            share = 1 / (len(start) * len(diagonals))
            value += share * parts[0]
            by_gamma += share * parts[1]
            by_beta += share * parts[2]
        return value, by_gamma, by_beta

    scale = float(np.mean([diagonal.std() for diagonal in diagonals]))
    return train_angles(
        objective,
        num_layers,
        energy_scale=scale,
        num_restarts=num_restarts,
        max_evaluations=max_evaluations,
        optimizer=optimizer,
        rng=rng,
    )
