"""Overlap against time: simulated memories beside their theory."""

from typing import Any

import numpy as np
import numpy.typing as npt

from qdenseam.plots.style import framed


def plot_overlaps(simulated: npt.ArrayLike, theory: npt.ArrayLike, *, ax: Any) -> Any:
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
