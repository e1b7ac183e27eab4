"""Class memories: accuracy and cooperation against the order, memories as pictures, XOR gaps."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from qdenseam.plots.style import colored, framed


def plot_by_order(
    orders: npt.ArrayLike,
    samples: Mapping[str, npt.ArrayLike],
    *,
    ax: Any,
    thresholds: Mapping[str, float] | None = None,
) -> Any:
    """Draw means over repetitions against the order, with single repetitions as faint dots.

    Args:
        orders: Ascending orders n, ``(num_orders,)``.
        samples: Label to values, ``(num_orders, num_repetitions)``.
        ax: Matplotlib axes; the order axis becomes logarithmic.
        thresholds: Label to a level that is drawn as a dotted line in the color of that label.

    Returns:
        The axes.
    """
    places = np.asarray(orders, dtype=float)
    for marker, (label, values, color) in zip("os^Dv", colored(samples), strict=False):
        array = np.asarray(values, dtype=float)
        ax.plot(places, array, linestyle="none", marker=".", markersize=3, color=color, alpha=0.35)
        ax.plot(
            places,
            array.mean(axis=1),
            color=color,
            marker=marker,
            markersize=5,
            markerfacecolor="white",
            linewidth=1.2,
            label=label,
        )
        if thresholds and label in thresholds:
            ax.axhline(thresholds[label], color=color, linewidth=0.8, linestyle=":")
    ax.set_xscale("log")
    ax.set_xticks(places, [f"{place:.0f}" for place in places])
    ax.minorticks_off()
    ax.set_xlabel("order n")
    ax.grid(alpha=0.25)
    return ax


def plot_memories(
    pixels: npt.ArrayLike, shape: tuple[int, int], *, ax: Any, num_columns: int = 4
) -> Any:
    """Draw memories as pictures in one mosaic; red is 1 (ink), blue is -1, white is 0.

    Args:
        pixels: ``(num_memories, rows * columns)``.
        shape: Rows and columns of a picture.
        ax: Matplotlib axes.
        num_columns: Pictures side by side.

    Returns:
        The axes.
    """
    pictures = np.asarray(pixels, dtype=float).reshape(-1, *shape)
    num_rows = -(-len(pictures) // num_columns)
    height, width = shape[0] + 1, shape[1] + 1
    mosaic = np.full((num_rows * height - 1, num_columns * width - 1), np.nan)
    for place, picture in enumerate(pictures):
        top, left = (place // num_columns) * height, (place % num_columns) * width
        mosaic[top : top + shape[0], left : left + shape[1]] = picture
    ax.imshow(mosaic, cmap="RdBu_r", vmin=-1, vmax=1, interpolation="nearest")
    ax.set_axis_off()
    return ax


def plot_gaps(gaps: Mapping[str, Sequence[float]], orders: npt.ArrayLike, *, ax: Any) -> Any:
    """Draw energy gaps against the order on a scale that shows zero.

    Args:
        gaps: Label to gaps, one per order; NaN is left out.
        orders: Orders n, ``(num_orders,)``.
        ax: Matplotlib axes.

    Returns:
        The axes.
    """
    places = np.asarray(orders)
    for marker, (label, values, color) in zip("os^D", colored(gaps), strict=False):
        known = ~np.isnan(np.asarray(values, dtype=float))
        ax.plot(
            places[known],
            np.asarray(values, dtype=float)[known],
            color=color,
            marker=marker,
            markerfacecolor="white",
            linewidth=1.2,
            label=label,
        )
    ax.set_yscale("symlog", linthresh=5)
    ax.set_ylim(bottom=-1)
    ax.set_xticks(places)
    return framed(ax, "order n", "energy of wrong rows above right ones")
