"""Separation functions as circuits see them: the factor of an amplitude at each distance."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from qdenseam.experiments.statistics import rate
from qdenseam.plots.palette import palette


def plot_filters(
    tables: Mapping[str, npt.ArrayLike],
    *,
    ax: Any,
    accepted: Mapping[str, npt.ArrayLike] | None = None,
    shots: int | None = None,
) -> Any:
    """Draw F(d)² against d as a thin line per filter, with what circuits measured on top.

    Args:
        tables: Label to F(d) for d = 0..D, shape ``(D + 1,)``.
        ax: Matplotlib axes.
        accepted: Label to measured acceptances at d = 0..D, shape ``(D + 1,)``: probabilities, or
            counts out of ``shots``, which are drawn as rates with 95 % intervals. Labels without a
            table are left out.
        shots: Shots at each distance, if counts are given.

    Returns:
        The axes.
    """
    for (label, table), color in zip(tables.items(), palette(len(tables)), strict=True):
        squares = np.asarray(table, dtype=float) ** 2
        distances = np.arange(len(squares))
        style: dict[str, Any] = {"color": color, "marker": "o", "markersize": 4}
        ax.plot(distances, squares, color=color, linewidth=0.9, label=label)
        if accepted is None or label not in accepted:
            continue
        measured = np.asarray(accepted[label])
        if shots is None:
            ax.plot(distances, measured, linestyle="none", **style)
            continue
        rates = [rate(int(count), shots, covers="shots") for count in measured]
        best = np.array([r.best for r in rates])
        errors = np.array([[r.best - r.low, r.high - r.best] for r in rates]).T
        ax.errorbar(distances, best, yerr=np.clip(errors, 0, None), linestyle="none", **style)
    ax.set_ylim(-0.03, 1.03)
    ax.set_xlabel("Hamming distance d to the probe")
    ax.set_ylabel("acceptance F(d)²")
    ax.grid(alpha=0.25)
    return ax
