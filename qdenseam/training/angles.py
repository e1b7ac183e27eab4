"""Training the angles of a layered circuit by minimizing an exact expectation."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from classical_ref.checks import Floats, Rng, check_at_least, check_within
from classical_ref.shown import Shown
from qdenseam.training.minimize import minimize

Objective = Callable[[Floats, Floats], tuple[float, Floats, Floats]]
"""Maps (gammas, betas), each of shape ``(p,)``, to the value and its derivatives by both."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Training(Shown):
    """The best angles found and what finding them cost."""

    gammas: tuple[float, ...]
    betas: tuple[float, ...]
    cost: float
    """The objective at these angles."""
    evaluations: int
    """Points at which the objective was evaluated, over all starts; on a device each would be a
    batch of shots."""
    gradients: int
    """At how many of these points the gradient was used too. A simulator has it by one unwinding
    of the circuit. An angle turns a whole layer, so the two-term shift rule does not hold for it: a
    device pays at least two more evaluations per angle and gradient, for central differences."""
    trajectory: tuple[float, ...]
    """The objective at every evaluation of the best start, in order."""
    outcome: str
    """How the best start ended and what the objective gained, in two sentences."""


def ramp(num_layers: int) -> tuple[Floats, Floats]:
    """Return (γ·scale, β) of a digitized anneal, each ``(p,)``: γ rises to 3/4, β falls from it."""
    layer = (np.arange(num_layers) + 0.5) / num_layers
    return 0.75 * layer, 0.75 * (1 - layer)


def typical_spread(energies: Floats) -> float:
    """Return the standard deviation of energies, 1 where they are constant up to rounding.

    The angle of a constant energy means nothing; in units of a rounding error it would have no
    digits left.
    """
    spread = float(energies.std())
    return spread if spread > 1e-12 * float(np.abs(energies).max(initial=0.0)) else 1.0


def train_angles(
    objective: Objective,
    num_layers: int,
    *,
    energy_scale: float,
    num_restarts: int,
    max_evaluations: int,
    optimizer: str = "L-BFGS-B",
    rng: Rng = None,
) -> Training:
    """Return the angles with the lowest objective over several starts.

    The first start is :func:`ramp`, the others are drawn uniformly from γ in [0, 2/scale],
    β in [0, π/2].

    Args:
        objective: Value and derivatives at (gammas, betas).
        num_layers: p.
        energy_scale: Of :func:`typical_spread`; γ is searched in units of 1/scale.
        num_restarts: Number of starts, at least 1.
        max_evaluations: Objective evaluations per start.
        optimizer: One of :data:`qdenseam.training.minimize.OPTIMIZERS`.
        rng: Draws the random starts.

    Returns:
        The best training; every start's evaluations are counted.

    Raises:
        ValueError: A number is out of range or the optimizer is unknown.
    """
    rng = np.random.default_rng(rng)
    check_at_least(1, num_layers=num_layers, num_restarts=num_restarts)
    check_within("[0, inf)", energy_scale=energy_scale)
    scale = energy_scale or 1.0  # a constant energy: its angle means nothing

    def scaled(point: Floats) -> tuple[float, Floats]:
        value, by_gamma, by_beta = objective(point[:num_layers] / scale, point[num_layers:])
        return value, np.concatenate([by_gamma / scale, by_beta])

    starts = [np.concatenate(ramp(num_layers))]
    starts += [
        np.concatenate([rng.uniform(0, 2, num_layers), rng.uniform(0, np.pi / 2, num_layers)])
        for _ in range(num_restarts - 1)
    ]
    found = minimize(scaled, starts, optimizer=optimizer, max_evaluations=max_evaluations)
    return Training(
        gammas=tuple((found.point[:num_layers] / scale).tolist()),
        betas=tuple(found.point[num_layers:].tolist()),
        cost=found.value,
        evaluations=found.evaluations,
        gradients=found.gradients,
        trajectory=tuple(found.trajectory.tolist()),
        outcome=found.outcome,
    )
