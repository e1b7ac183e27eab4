"""Recall under device noise: success beside what the calibration allows."""

from collections.abc import Iterable, Sequence
from math import log
from typing import Any

from qdenseam.plots.palette import palette

_SHARES = (
    ("success", "measured"),
    ("mitigated", "readout mitigated"),
    ("decoded", "nearest pattern"),
)
_FACTORS = (
    ("two_qubit", "two-qubit gates"),
    ("one_qubit", "one-qubit gates"),
    ("readout", "readout"),
    ("idling", "idling"),
)


def plot_success(rows: Sequence[dict[str, Any]], *, ax: Any) -> Any:
    """Draw success per shot as bars: measured (with its interval), mitigated, decoded.

    A line across each group is what gates and readout allow by the calibration, a dashed one what
    measuring and accepting reaches without noise with as many state preparations.

    Args:
        rows: Rows of :func:`qdenseam.experiments.noise_study.noise_summary`, one device.
        ax: Matplotlib axes.

    Returns:
        The axes.
    """
    width = 0.26
    for shift, ((name, label), color) in enumerate(zip(_SHARES, palette(3), strict=True)):
        where = [group + (shift - 1) * width for group in range(len(rows))]
        heights = [row[name] for row in rows]
        ax.bar(where, heights, width=0.92 * width, color=color, label=label)
        if name == "success":
            errors = [
                [r["success"] - r["low"] for r in rows],
                [r["high"] - r["success"] for r in rows],
            ]
            ax.errorbar(where, heights, yerr=errors, fmt="none", ecolor="black", capsize=2)
    for group, row in enumerate(rows):
        labels = ("predicted", "measure and accept, no noise") if group == 0 else (None, None)
        ends = (group - 0.42, group + 0.42)
        ax.hlines(row["allowed"], *ends, color="black", lw=1.2, label=labels[0])
        ax.hlines(row["baseline"], *ends, color="gray", ls="--", lw=1.2, label=labels[1])
    ax.set_xticks(range(len(rows)), [f"{row['D']}/{row['K']}" for row in rows])
    ax.set_xlabel("D/K")
    ax.set_ylabel("P(target and accepted) per shot")
    ax.set_ylim(0, 1.03)
    ax.grid(axis="y", alpha=0.25)
    return ax


def plot_error_budget(rows: Sequence[dict[str, Any]], *, ax: Any) -> Any:
    """Draw expected errors per shot, minus the logarithm of survival, as stacked bars.

    Args:
        rows: As for :func:`plot_success`.
        ax: Matplotlib axes.

    Returns:
        The axes.
    """
    base = [0.0] * len(rows)
    for (name, label), color in zip(_FACTORS, palette(4), strict=True):
        heights = [-log(row[name]) for row in rows]
        ax.bar(range(len(rows)), heights, bottom=base, width=0.6, color=color, label=label)
        base = [low + height for low, height in zip(base, heights, strict=True)]
    ax.set_xticks(range(len(rows)), [f"{row['D']}/{row['K']}" for row in rows])
    ax.set_xlabel("D/K")
    ax.set_ylabel("expected errors per shot")
    ax.grid(axis="y", alpha=0.25)
    return ax


def plot_prediction(
    points: Iterable[tuple[float, float]], *, ax: Any, label: str | None = None
) -> Any:
    """Draw simulated against predicted success, one point per instance, and the diagonal.

    Args:
        points: Pairs (predicted, simulated).
        ax: Matplotlib axes.
        label: Name of the points in the legend.

    Returns:
        The axes.
    """
    pairs = list(points)
    ax.plot([0, 1], [0, 1], color="gray", linewidth=0.8)
    ax.plot([p for p, _ in pairs], [s for _, s in pairs], "o", markersize=4, alpha=0.7, label=label)
    ax.set_xlabel("predicted success per shot")
    ax.set_ylabel("simulated success per shot")
    ax.set_xlim(0, 1.02)
    ax.set_ylim(0, 1.02)
    ax.grid(alpha=0.25)
    return ax
