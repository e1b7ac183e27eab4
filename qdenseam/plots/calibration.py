"""Born frequencies against Bayes' posterior: does a memory know how sure it may be?"""

from typing import Any

import numpy as np
import numpy.typing as npt

from qdenseam.experiments.statistics import rate
from qdenseam.plots.style import framed, with_errors

_QUANTUM, _LAW = "#0072B2", "#000000"


def plot_born_frequencies(
    posterior: npt.ArrayLike,
    born: npt.ArrayLike,
    *,
    ax: Any,
    counts: npt.ArrayLike | None = None,
    accepted: npt.ArrayLike | None = None,
) -> Any:
    """Draw P(pattern | accepted) against the posterior: crosses by law, filled points by shots.

    Args:
        posterior: P(pattern | probe) by Bayes, shape ``(num_probes, K)``.
        born: The law given acceptance, same shape.
        ax: Matplotlib axes.
        counts: Accepted shots of each pattern, same shape; drawn with 95 % intervals.
        accepted: Accepted shots of each probe, shape ``(num_probes,)``; the sums of ``counts`` by
            default.

    Returns:
        The axes.
    """
    expected, law = np.ravel(posterior), np.ravel(born)
    ax.plot([0, 1], [0, 1], color="gray", linewidth=0.9)
    if counts is not None:
        table = np.asarray(counts)
        totals = table.sum(axis=1) if accepted is None else np.asarray(accepted)
        trials = np.repeat(totals, table.shape[1])
        rates = [rate(int(c), int(n)) for c, n in zip(table.ravel(), trials, strict=True)]
        best, errors = with_errors(rates)
        ax.errorbar(
            expected,
            best,
            yerr=errors,
            linestyle="none",
            marker="o",
            markersize=4,
            color=_QUANTUM,
            linewidth=0.9,
            label="shots",
        )
    ax.plot(expected, law, linestyle="none", marker="+", markersize=7, color=_LAW, label="law")
    return _framed(ax, "P(pattern | accepted)")


def plot_reliability(
    probability: npt.ArrayLike, correct: npt.ArrayLike, *, ax: Any, num_bins: int = 10
) -> Any:
    """Draw how often a pattern was the target, in bins of the probability it was given.

    Args:
        probability: Stated probabilities, shape ``(M,)``.
        correct: Whether each was the target, shape ``(M,)``.
        ax: Matplotlib axes.
        num_bins: Bins of equal width on [0, 1]; empty ones are left out.

    Returns:
        The axes, with one point per bin at its mean probability and a 95 % interval.
    """
    stated, right = np.ravel(probability), np.ravel(correct).astype(bool)
    bins = np.minimum((stated * num_bins).astype(int), num_bins - 1)
    ax.plot([0, 1], [0, 1], color="gray", linewidth=0.9)
    filled = [b for b in range(num_bins) if (bins == b).any()]
    rates = [rate(int(right[bins == b].sum()), int((bins == b).sum())) for b in filled]
    best, errors = with_errors(rates)
    ax.errorbar(
        [stated[bins == b].mean() for b in filled],
        best,
        yerr=errors,
        linestyle="none",
        marker="o",
        markersize=5,
        color=_QUANTUM,
        linewidth=0.9,
    )
    return _framed(ax, "share that was the target")


def _framed(ax: Any, label: str) -> Any:
    ax.set_xlim(-0.03, 1.03)
    ax.set_ylim(-0.03, 1.03)
    return framed(ax, "posterior probability", label)
