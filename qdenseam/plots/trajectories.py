"""Energies on the way: of classical dynamics, of training, and over the angles of a layer."""

from typing import TYPE_CHECKING

import numpy as np

from circuits.energy.ansatz import warm_start_angles
from classical_ref.checks import SpinsLike, check_at_least, check_within
from classical_ref.discrete.dynamics import DynamicsResult, Outcome
from classical_ref.modular.attention import Descent
from classical_ref.modular.layers import ModularResult
from qdenseam.memories.energy import EnergyMemory
from qdenseam.methods.energy.energy_law import LayeredMethod
from qdenseam.methods.energy.qaoa import QAOA
from qdenseam.plots.style import framed, palette
from qdenseam.simulation.diagonal import qaoa_expectation
from qdenseam.training.angles import typical_spread

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from qdenseam.retrieval.result import TrainingReport

_ENDS = {
    Outcome.FIXED_POINT: ("o", "fixed point"),
    Outcome.TWO_CYCLE: ("^", "two-cycle"),
    Outcome.STEP_LIMIT: ("s", "not settled"),
}


def plot_energies(result: DynamicsResult | ModularResult | Descent, *, ax: "Axes") -> "Axes":
    """Draw the energy of each probe on its way; open markers say how discrete dynamics ended.

    Args:
        result: Of a recall with ``trajectory=True``, of a modular memory, or of a descent.
        ax: Matplotlib axes.

    Returns:
        The axes.

    Raises:
        ValueError: A discrete recall kept no trajectory.
    """
    from matplotlib.ticker import MaxNLocator

    kept = result.energies if isinstance(result, Descent) else result.energy_trajectory
    if kept is None:
        raise ValueError("energies on the way should be kept. Got none; recall(trajectory=True).")
    lines = kept.reshape(len(kept), -1).T
    told = set()
    for place, (line, color) in enumerate(zip(lines, palette(len(lines)), strict=True)):
        if not isinstance(result, DynamicsResult):
            ax.plot(line, color=color, linewidth=1)
            continue
        last = int(result.sweeps.ravel()[place])
        marker, words = _ENDS[Outcome(int(result.outcome.ravel()[place]))]
        ax.plot(line[: last + 1], color=color, linewidth=1)
        ax.plot(
            last, line[last], marker, color=color, markerfacecolor="white", markersize=5,
            label="" if words in told else words,
        )  # fmt: skip
        told.add(words)
    if told:
        ax.legend(fontsize=8, frameon=False)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    return framed(ax, "sweep" if isinstance(result, DynamicsResult) else "step", "energy")


def plot_training(training: "TrainingReport", *, ax: "Axes") -> "Axes":
    """Draw the objective at every evaluation of training's best start, and the lowest so far.

    Args:
        training: Of a :class:`~qdenseam.RecallResult`.
        ax: Matplotlib axes.

    Returns:
        The axes.

    Raises:
        ValueError: No trajectory was kept.
    """
    values = training.trajectory
    if not len(values):
        raise ValueError("a trajectory should be kept. Got none: submissions of 0.1 kept none.")
    from matplotlib.ticker import MaxNLocator

    color = palette(1)[0]
    numbers = np.arange(1, len(values) + 1)
    ax.plot(numbers, values, "o", color=color, markersize=3, label="evaluation")
    ax.plot(numbers, np.minimum.accumulate(values), color=color, linewidth=1, label="lowest so far")
    ax.legend(fontsize=8, frameon=False)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    return framed(ax, "evaluation of the best start", "objective")


def plot_qaoa_landscape(
    memory: EnergyMemory,
    probe: SpinsLike,
    method: LayeredMethod | None = None,
    *,
    layer: int = 0,
    num_angles: int = 33,
    ax: "Axes",
) -> "Axes":
    r"""Draw the mean energy ⟨E⟩ over the two angles of one layer, other layers as they are.

    γ from 0 to 2 standard deviations of E inverted, β from 0 to π/2, where training starts, and as
    far as the method's own angles, which a star marks.

    Args:
        memory: An energy memory.
        probe: One probe, shape ``(D,)``.
        method: A layered method with its angles; by default QAOA of one layer, which has none.
        layer: Which one, from 0.
        num_angles: Angles of each kind, at least 2; ``num_angles**2`` means are computed.
        ax: Matplotlib axes.

    Returns:
        The axes.

    Raises:
        ValueError: There is no such layer, or the method's angles are missing.
    """
    check_at_least(2, num_angles=num_angles)
    start = warm_start_angles(
        memory.check_probe(probe), QAOA().warm_start if method is None else method.warm_start
    )
    diagonal = memory.diagonal(probe)
    gammas, betas = (
        np.array(each, dtype=float)
        for each in (([0.0], [0.0]) if method is None else method.angles(memory))
    )
    check_within(f"[0, {len(gammas) - 1}]", layer=layer)
    own = float(gammas[layer]), float(betas[layer])
    grids = [
        np.linspace(min(0.0, 1.1 * angle), max(most, 1.1 * angle), num_angles)
        for angle, most in zip(own, (2 / typical_spread(diagonal), np.pi / 2), strict=True)
    ]
    means = np.empty((num_angles, num_angles))
    for row, beta in enumerate(grids[1]):
        for column, gamma in enumerate(grids[0]):
            gammas[layer], betas[layer] = gamma, beta
            means[row, column] = qaoa_expectation(diagonal, start, gammas=gammas, betas=betas)
    image = ax.pcolormesh(*grids, means, cmap="viridis", shading="nearest")
    ax.figure.colorbar(image, ax=ax, label="mean energy")
    if method is not None:
        ax.plot(*own, "*", color="white", markeredgecolor="black", markersize=13, label=method.name)
        ax.legend(fontsize=8, loc="upper right")
    ax.set_xlabel(f"phase angle γ, layer {layer}")
    ax.set_ylabel(f"mixer angle β, layer {layer}")
    return ax
