"""Learning constraints and recalling by them."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from qdenseam.experiments.statistics import Estimate
from qdenseam.plots.style import colored, framed, palette, with_errors


def plot_learned_checks(
    sample_sizes: Sequence[int], learned: npt.ArrayLike, num_planted: int, *, ax: Any
) -> Any:
    """Draw how many checks samples obey, one line per graph, beside the planted number.

    Args:
        sample_sizes: Numbers of samples, shape ``(n,)``.
        learned: Checks found, shape ``(num_graphs, n)``.
        num_planted: Checks that the samples were made with.
        ax: Matplotlib axes.

    Returns:
        The axes.
    """
    ax.axhline(num_planted, color="gray", linewidth=0.9, label=f"{num_planted} planted")
    for counts in np.asarray(learned):
        ax.plot(
            sample_sizes, counts, color=palette(1)[0], marker="o", markerfacecolor="white", lw=0.9
        )
    ax.set_yscale("log")
    ax.legend(fontsize=8)
    return framed(ax, "samples", "checks that all samples obey")


def plot_recall_rates(
    curves: Mapping[str, tuple[Sequence[float], Sequence[Estimate]]], *, ax: Any
) -> Any:
    """Draw rates of exact recall with their intervals, as open markers.

    Args:
        curves: Label to places and rates, both of the same length.
        ax: Matplotlib axes.

    Returns:
        The axes.
    """
    for label, (places, rates), color in colored(curves):
        best, errors = with_errors(rates)
        ax.errorbar(
            places, best, yerr=errors, color=color, marker="o", mfc="white", capsize=2, label=label
        )
    ax.set_ylim(-0.03, 1.05)
    ax.set_ylabel("recalled exactly")
    ax.legend(fontsize=8)
    ax.grid(alpha=0.25)
    return ax
