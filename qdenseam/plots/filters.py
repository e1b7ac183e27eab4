"""Separation functions as circuits see them: the factor of an amplitude at each distance."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from qdenseam.experiments.statistics import rate
from qdenseam.plots.style import colored, framed, with_errors


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
    for label, table, color in colored(tables):
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
        best, errors = with_errors(rates)
        ax.errorbar(distances, best, yerr=errors, linestyle="none", **style)
    ax.set_ylim(-0.03, 1.03)
    return framed(ax, "Hamming distance d to the probe", "acceptance F(d)²")
