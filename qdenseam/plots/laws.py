"""Laws as thin lines, and what was measured of them on top."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from qdenseam.experiments.estimates.statistics import rate
from qdenseam.plots.style import Floats, colored, framed, with_errors

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def plot_laws(
    laws: Mapping[str, npt.ArrayLike],
    measured: Mapping[str, npt.ArrayLike] | None = None,
    *,
    ax: "Axes",
    x: npt.ArrayLike | None = None,
    shots: int | None = None,
) -> "Axes":
    """Draw probabilities: a thin line for each law, and what circuits measured as filled points.

    Args:
        laws: Label to probabilities, shape ``(n,)``.
        measured: Label to probabilities of the same shape, or to counts out of ``shots``, which are
            drawn as rates with 95 % intervals. Labels without a law are left out.
        ax: Matplotlib axes.
        x: Where the probabilities are, shape ``(n,)``; by default 0, 1, 2, ...
        shots: Shots at each place, if counts are given.

    Returns:
        The axes.
    """
    for label, law, color in colored(laws):
        values = np.asarray(law, dtype=float)
        places = np.arange(len(values)) if x is None else np.asarray(x, dtype=float)
        ax.plot(places, values, color=color, linewidth=0.9, label=label)
        if measured is None or label not in measured:
            continue
        found = np.asarray(measured[label])
        rates = found if shots is None else [rate(int(c), shots, covers="shots") for c in found]
        best, errors = with_errors(list(rates))
        ax.errorbar(
            places, best, yerr=errors if shots else None, fmt="o", color=color, markersize=4
        )
    ax.set_ylim(-0.03, 1.03)
    ax.grid(alpha=0.25)
    return ax


def plot_overlaps(simulated: npt.ArrayLike, theory: npt.ArrayLike, *, ax: "Axes") -> "Axes":
    """Draw one curve per probe: simulation as open markers, theory as a thin line.

    Args:
        simulated: Overlaps ``(num_probes, num_steps + 1)``.
        theory: Overlaps of the same shape, or of any number of steps.
        ax: Matplotlib axes.

    Returns:
        The axes.
    """
    from matplotlib import colormaps

    measured, solved = np.asarray(simulated), np.asarray(theory)
    colors = colormaps["viridis"](np.linspace(0, 0.9, len(measured)))
    for markers, line, color in zip(measured, solved, colors, strict=True):
        ax.plot(np.arange(len(line)), line, color=color, linewidth=0.9)
        ax.plot(
            np.arange(len(markers)),
            markers,
            linestyle="none",
            marker="o",
            markersize=4.5,
            markerfacecolor="none",
            markeredgecolor=color,
        )
    ax.set_ylim(-0.05, 1.03)
    return framed(ax, "synchronous step", "overlap")


def plot_curves(
    curves: Mapping[str, Sequence[object]] | Mapping[str, Floats],
    x: npt.ArrayLike | None = None,
    *,
    ax: "Axes",
    joined: bool = True,
    markers: bool = True,
) -> "Axes":
    """Draw numbers as open markers, joined by lines, with their intervals where they have some.

    Args:
        curves: Label to numbers or estimates, shape ``(n,)``; or to a pair (places, numbers).
        x: Places of all, shape ``(n,)``; without them ``curves`` holds pairs.
        ax: Matplotlib axes.
        joined: Whether lines join the points of a curve.
        markers: Whether points are marked.

    Returns:
        The axes.
    """
    for marker, (label, values, color) in zip("os^DvP" * 9, colored(curves), strict=False):
        places, numbers = values if x is None else (x, values)
        best, errors = with_errors(list(numbers))
        ax.errorbar(
            places,
            best,
            yerr=errors if errors.any() else None,
            color=color,
            marker=marker if markers else "",
            markersize=4.5,
            markerfacecolor="white",
            linestyle="-" if joined else "none",
            linewidth=1.2,
            capsize=2,
            label=label,
        )
    ax.grid(alpha=0.25)
    return ax
