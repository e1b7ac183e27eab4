"""The landscape of an energy: how deep states lie at each distance from a target."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from qdenseam.plots.style import colored, framed

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def plot_landscape(
    shells: Mapping[str, tuple[npt.ArrayLike, npt.ArrayLike, npt.ArrayLike]], *, ax: "Axes"
) -> "Axes":
    """Draw the lowest energy at each distance as markers and the mean as a thin line.

    Args:
        shells: Label to (lowest, mean, highest) of
            :func:`qdenseam.studies.energy.landscape.energy_by_distance`.
        ax: Matplotlib axes.

    Returns:
        The axes.
    """
    for label, (lowest, mean, _), color in colored(shells):
        low, middle = np.asarray(lowest), np.asarray(mean)
        distances = np.arange(len(low))
        ax.plot(
            distances,
            low,
            color=color,
            marker="o",
            markersize=4.5,
            markerfacecolor="white",
            linewidth=1.2,
            label=label,
        )
        ax.plot(distances, middle, color=color, linewidth=0.7)
    return framed(ax, "neurons flipped, counted from the target", "energy: lowest (circles), mean")
