"""Recall under device noise: success beside what the calibration allows."""

from collections.abc import Iterable, Mapping, Sequence
from math import log
from typing import TYPE_CHECKING, Any

from qdenseam.plots.style import colored, framed, new_figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_BARS = {
    "success": "measured",
    "mitigated": "readout mitigated",
    "decoded": "nearest pattern",
    "label_writing": "label-writing (peeks)",
    "baseline": "measure and accept",
}
_FACTORS = {
    "two_qubit": "two-qubit gates",
    "one_qubit": "one-qubit gates",
    "readout": "readout",
    "idling": "idling",
}


def plot_success(rows: Sequence[dict[str, Any]], *, ax: "Axes") -> "Axes":
    """Draw success as bars: a shot of the plan, read in three ways, and what stands beside it.

    The plan as measured (with its interval), readout mitigated and decoded; hatched, under the same
    noise, the answer of a classical scan written out, and measuring and accepting within as many
    state preparations as the plan takes. A line across each group is what gates and readout allow
    by the calibration, a dashed one measuring and accepting *without* noise, a dotted one the
    exact scan that is told the number of flips.

    Args:
        rows: Rows of the table of the study `noise`, one device.
        ax: Matplotlib axes.

    Returns:
        The axes.
    """
    width = 0.16
    for place, (name, label, color) in enumerate(colored(_BARS)):
        where = [group + (place - 2) * width for group in range(len(rows))]
        heights = [row[name] for row in rows]
        hatch = "///" if name in ("label_writing", "baseline") else None
        ax.bar(where, heights, width=0.9 * width, color=color, label=label, hatch=hatch,
               edgecolor="white", linewidth=0)  # fmt: skip
        if name == "success":
            errors = [
                [r["success"] - r["success_low"] for r in rows],
                [r["success_high"] - r["success"] for r in rows],
            ]
            ax.errorbar(where, heights, yerr=errors, fmt="none", ecolor="black", capsize=2)
    lines = (
        ("predicted", "predicted", "black", "-"),
        ("baseline_ideal", "measure and accept, no noise", "gray", "--"),
        ("scan", "scan, told the flips", "black", ":"),
    )
    for group, row in enumerate(rows):
        for name, label, color, style in lines:
            ax.hlines(row[name], group - 0.42, group + 0.42, color=color, ls=style, lw=1.2,
                      label=label if group == 0 else "_")  # fmt: skip
    ax.set_ylim(0, 1.03)
    return _by_size(rows, "P(target), all probes", ax)


def plot_error_budget(rows: Sequence[dict[str, Any]], *, ax: "Axes") -> "Axes":
    """Draw expected errors per shot, minus the logarithm of survival, as stacked bars.

    Args:
        rows: As for :func:`plot_success`.
        ax: Matplotlib axes.

    Returns:
        The axes.
    """
    base = [0.0] * len(rows)
    for name, label, color in colored(_FACTORS):
        heights = [-log(row[name]) for row in rows]
        ax.bar(range(len(rows)), heights, bottom=base, width=0.6, color=color, label=label)
        base = [low + height for low, height in zip(base, heights, strict=True)]
    return _by_size(rows, "expected errors per shot", ax)


def _by_size(rows: Sequence[dict[str, Any]], y: str, ax: "Axes") -> Any:
    ax.set_xticks(range(len(rows)), [f"{row['num_neurons']}/{row['num_patterns']}" for row in rows])
    ax.set_xlabel("D/K")
    ax.set_ylabel(y)
    ax.grid(axis="y", alpha=0.25)
    return ax


def plot_prediction(
    points: Iterable[tuple[float, float]], *, ax: "Axes", label: str | None = None
) -> "Axes":
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
    ax.set_xlim(0, 1.02)
    ax.set_ylim(0, 1.02)
    return framed(ax, "predicted success per shot", "simulated success per shot")


def prediction_figure(points: Mapping[str, Iterable[tuple[float, float]]]) -> "Figure":
    """Return a figure of :func:`plot_prediction` for pairs of each label."""
    figure, axes = new_figure(1, 1, size=(4.6, 4.4))
    for label, pairs in points.items():
        plot_prediction(pairs, ax=axes[0, 0], label=label)
    axes[0, 0].legend(fontsize=8)
    return figure
