"""Success of amplitude amplification against its rounds."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from qdenseam.experiments.statistics import Estimate
from qdenseam.plots.style import framed, palette, with_errors


def plot_rounds(fraction: float, rates: Sequence[Estimate], *, ax: Any) -> Any:
    """Draw sin²((2r + 1)θ), sin²θ = ``fraction``, as a thin line and measured rates on top.

    Args:
        fraction: The share of marked states.
        rates: Rates after 0, 1, 2, ... rounds.
        ax: Matplotlib axes.

    Returns:
        The axes.
    """
    color = palette(1)[0]
    fine = np.linspace(0, len(rates) - 1, 400)
    law = np.sin((2 * fine + 1) * np.arcsin(np.sqrt(fraction))) ** 2
    ax.plot(fine, law, color=color, linewidth=0.9, label="sin²((2r + 1)θ)")
    best, errors = with_errors(rates)
    ax.errorbar(
        np.arange(len(rates)), best, yerr=errors, fmt="o", color=color, markersize=5, label="shots"
    )
    ax.set_ylim(-0.03, 1.03)
    ax.legend(fontsize=8)
    return framed(ax, "rounds r", "P(right answer)")
