"""Optimizers of an associative memory: losses over steps, by group, and against the horizon."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from qdenseam.plots.queries import fitted_power_law
from qdenseam.plots.style import colored, framed

_MARKERS = "os^DvP"


def plot_losses(losses: Mapping[str, npt.ArrayLike], *, ax: Any, floor: float = 1e-8) -> Any:
    """Draw losses against steps, both logarithmic, from the first step on.

    Args:
        losses: Label to losses ``(num_steps + 1,)`` of the start and after every step.
        ax: Matplotlib axes.
        floor: Lowest loss shown.

    Returns:
        The axes.
    """
    for label, values, color in colored(losses):
        array = np.asarray(values, dtype=float)
        shown = np.where(array > 0, array, np.nan)
        ax.plot(np.arange(1, len(array)), shown[1:], color=color, linewidth=1.3, label=label)
    ax.set_xscale("log")
    ax.set_yscale("log")
    ax.set_ylim(bottom=floor)
    return framed(ax, "steps", "loss above the optimum")


def plot_imbalance(
    group_losses: Mapping[str, npt.ArrayLike], probabilities: npt.ArrayLike, *, ax: Any
) -> Any:
    """Draw the loss of each group against how often it is asked.

    Args:
        group_losses: Label to losses at one moment, ``(num_groups,)``.
        probabilities: Of the groups, ``(num_groups,)``.
        ax: Matplotlib axes, made logarithmic on both sides.

    Returns:
        The axes; the legend tells the largest ratio between two groups.
    """
    from matplotlib.ticker import LogLocator, NullFormatter

    rates = np.asarray(probabilities, dtype=float)
    for marker, (label, values, color) in zip(_MARKERS, colored(group_losses), strict=False):
        array = np.asarray(values, dtype=float)
        ax.plot(
            rates,
            array,
            color=color,
            marker=marker,
            markersize=5,
            markerfacecolor="white",
            linewidth=1.0,
            label=f"{label}: {array.max() / array.min():.3g} to 1",
        )
    ax.set_xscale("log")
    ax.set_yscale("log")
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
        axis.set_major_formatter("{x:g}")
        axis.set_minor_formatter(NullFormatter())
    return framed(ax, "probability of the group", "loss of the group")


def plot_scaling(
    losses: Mapping[str, npt.ArrayLike], horizons: Mapping[str, npt.ArrayLike], *, ax: Any
) -> Any:
    """Draw losses against the number of steps, with fitted power laws as thin lines.

    Args:
        losses: Label to losses, ``(num_horizons,)``.
        horizons: Label to numbers of steps, ``(num_horizons,)``.
        ax: Matplotlib axes, made logarithmic on both sides.

    Returns:
        The axes; the legend tells each exponent and its standard error.
    """
    for marker, (label, values, color) in zip(_MARKERS, colored(losses), strict=False):
        steps = np.asarray(horizons[label], dtype=float)
        law = fitted_power_law(steps, values)
        ax.plot(steps, law.scale * steps**law.exponent, color=color, linewidth=0.9)
        ax.plot(
            steps,
            values,
            linestyle="none",
            marker=marker,
            markersize=5,
            markerfacecolor="white",
            color=color,
            label=f"{label}: {law.exponent:.2f} ± {law.error:.2f}",
        )
    ax.set_xscale("log", base=2)
    ax.set_yscale("log")
    return framed(ax, "steps T", "loss above the optimum")
