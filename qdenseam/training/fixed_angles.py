"""Angles trained once on many recall instances, so that recall needs no training per probe."""

from collections.abc import Sequence

import numpy as np

from classical_ref.checks import Floats, Rng
from qdenseam.training.angles import Training, train_angles
from qdenseam.training.gradient_sources import GradientSource, mean_energy

FIXED_ANGLES: dict[tuple[int, float | None], tuple[tuple[float, ...], tuple[float, ...]]] = {
    (1, 0.25): ((0.3021,), (0.5519,)),
    (2, 0.25): ((0.1824, 0.3350), (0.6754, 0.3228)),
    (3, 0.25): ((0.1450, 0.2578, 0.4101), (0.7177, 0.4793, 0.2198)),
    (4, 0.25): ((0.1362, 0.2257, 0.3421, 0.4285), (0.7418, 0.5372, 0.3589, 0.1837)),
    (6, 0.25): (
        (0.1018, 0.1804, 0.2588, 0.3141, 0.3451, 0.3989),
        (0.7332, 0.5756, 0.4488, 0.3734, 0.2861, 0.1506),
    ),
    (8, 0.25): (
        (0.0828, 0.1535, 0.2237, 0.2884, 0.3022, 0.3312, 0.3766, 0.4376),
        (0.7303, 0.5994, 0.4877, 0.4150, 0.3503, 0.2923, 0.2004, 0.0962),
    ),
    (1, None): ((0.4179,), (0.6386,)),
    (2, None): ((0.2487, 0.3734), (0.6532, 0.3695)),
    (3, None): ((0.1975, 0.3004, 0.4284), (0.7264, 0.5379, 0.2890)),
    (4, None): ((0.1703, 0.2509, 0.3537, 0.4387), (0.7210, 0.5946, 0.4487, 0.2356)),
    (6, None): (
        (0.1292, 0.2109, 0.2893, 0.3314, 0.3744, 0.4377),
        (0.7072, 0.6151, 0.5259, 0.3978, 0.2987, 0.1334),
    ),
    (8, None): (
        (0.0867, 0.1534, 0.2156, 0.2521, 0.2916, 0.3135, 0.3583, 0.4204),
        (0.6770, 0.5970, 0.5277, 0.4553, 0.3921, 0.3267, 0.2283, 0.1138),
    ),
}
"""(num_layers, warm_start) -> (gammas, betas), by :func:`train_shared_angles` from 2 starts.

The instances are log-sum-exp, order 3 and Hebb in turn, at 8 or 10 neurons and 2 to 4 patterns, the
probes with 1 or 2 flips (``tests/support/fixed_angle_recipe.py`` makes the table again).

The energies of an :class:`EnergyMemory` have one pattern D deep, so the same γ serves all sizes.
"""


def train_shared_angles(
    diagonals: Sequence[Floats],
    start_angles: Sequence[Floats],
    num_layers: int,
    *,
    num_restarts: int = 3,
    max_evaluations: int = 150,
    optimizer: str = "L-BFGS-B",
    gradient_source: GradientSource = "diagonal",
    rng: Rng = None,
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
