"""Where a search over the amplitudes of a memory fails: success against load and rounds."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from qdenseam.plots.style import colored, framed

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def plot_failure_map(success: npt.ArrayLike, loads: npt.ArrayLike, *, ax: "Axes") -> "Axes":
    """Draw success as an image: one column per load, one row per number of rounds.

    Args:
        success: Shape ``(num_loads, num_rounds)``; column T - 1 is after T rounds.
        loads: Ascending p/N, the stored share of all 2^D states, shape ``(num_loads,)``.
        ax: Matplotlib axes; its figure gets a color bar.

    Returns:
        The axes.

    Raises:
        ValueError: The shapes do not fit.
    """
    grid, row = np.asarray(success, dtype=float), np.asarray(loads, dtype=float)
    if grid.ndim != 2 or row.shape != grid.shape[:1]:
        raise ValueError(
            f"success should have shape (num_loads, num_rounds) = ({row.size}, ...). "
            f"Got {grid.shape}."
        )
    rounds = np.arange(1, grid.shape[1] + 1)
    mesh = ax.pcolormesh(row, rounds, grid.T, cmap="cividis", vmin=0, vmax=1, shading="nearest")
    ax.set_xscale("log", base=2)
    ax.set_xlabel("load p/N")
    ax.set_ylabel("rounds T")
    ax.figure.colorbar(mesh, ax=ax, label="P(stored and matching)")
    return ax


def plot_best_success(
    loads: npt.ArrayLike, curves: Mapping[str, npt.ArrayLike], *, ax: "Axes", failing: str = ""
) -> "Axes":
    """Draw success against load, one line per method.

    Args:
        loads: Ascending p/N, shape ``(num_loads,)``.
        curves: Label to success probabilities, shape ``(num_loads,)``.
        ax: Matplotlib axes.
        failing: Label whose shortfall below 1 is shaded; none by default.

    Returns:
        The axes.
    """
    row = np.asarray(loads, dtype=float)
    markers = ["o", "s", "^", "D", "v", "P"]
    for place, (label, values, color) in enumerate(colored(curves)):
        marker = markers[place % len(markers)]
        ax.plot(row, values, color=color, marker=marker, markersize=4, linewidth=1.2, label=label)
        if label == failing:
            ax.fill_between(row, np.asarray(values, dtype=float), 1, color=color, alpha=0.12)
    ax.set_xscale("log", base=2)
    ax.set_ylim(-0.03, 1.06)
    return framed(ax, "load p/N", "P(stored and matching)")
