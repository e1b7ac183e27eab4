"""Recall by energy: the landscape, and P(target) against depth, field and size."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from qdenseam.plots.palette import palette

Row = Mapping[str, Any]
"""A row of :func:`qdenseam.experiments.energy_summary.energy_summary`."""

DEPTHS: dict[str, dict[str, int]] = {
    "QAOA, trained on the probe": {"QAOA p=1": 1, "QAOA p=2": 2, "QAOA p=3": 3},
    "QAOA, fixed angles": {"fixed angles p=2": 2, "fixed angles p=4": 4, "fixed angles p=8": 8},
    "adiabatic ramp": {"adiabatic p=8": 8, "adiabatic p=16": 16},
}
"""Methods of the study that differ in their number of layers only, by family."""

CLASSICAL = ("descent on the same energy", "annealing on the same energy")
"""Classical references of the study that minimize the very energy that the circuits do."""

_GROUND = "target is the ground state"
_QUANTUM_MARKERS = "osD^vP"
_CLASSICAL_STYLE = {CLASSICAL[0]: ("#000000", "s"), CLASSICAL[1]: ("#777777", "^")}


def plot_landscape(
    shells: Mapping[str, tuple[npt.ArrayLike, npt.ArrayLike, npt.ArrayLike]], *, ax: Any
) -> Any:
    """Draw the lowest energy at each distance as markers and the mean as a thin line.

    Args:
        shells: Label to (lowest, mean, highest) of
            :func:`qdenseam.experiments.landscape.energy_by_distance`.
        ax: Matplotlib axes.

    Returns:
        The axes.
    """
    for (label, (lowest, mean, _)), color in zip(shells.items(), palette(len(shells)), strict=True):
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
    ax.set_xlabel("neurons flipped, counted from the target")
    ax.set_ylabel("energy: lowest (circles), mean")
    ax.grid(alpha=0.25)
    return ax


def plot_depth(rows: Iterable[Row], *, ax: Any) -> Any:
    """Draw P(target) against the number of layers, one line per family, beside classical lines.

    Args:
        rows: The rows of one point of the study, all of its methods.
        ax: Matplotlib axes.

    Returns:
        The axes; classical references are level lines with their interval as a band.
    """
    by_method = {row["method"]: row for row in rows}
    families = {
        name: {depth: by_method[label] for label, depth in members.items() if label in by_method}
        for name, members in DEPTHS.items()
    }
    depths = sorted({depth for members in families.values() for depth in members})
    for place, ((name, members), color) in enumerate(
        zip(families.items(), palette(len(families)), strict=True)
    ):
        if members:
            _points(list(members), list(members.values()), name, place, color, ax)
    ends = [min(depths, default=1), max(depths, default=1)]
    for label in CLASSICAL:
        if label in by_method:
            estimate, (color, marker) = by_method[label]["success"], _CLASSICAL_STYLE[label]
            ax.fill_between(ends, estimate.low, estimate.high, color=color, alpha=0.12, linewidth=0)
            ax.plot(
                ends,
                [estimate.best] * 2,
                color=color,
                marker=marker,
                markerfacecolor="white",
                linewidth=1.0,
                label=label,
            )
    for row in list(by_method.values())[:1]:
        ground = row["ground_state"].best
        ax.plot(ends, [ground] * 2, color="black", linewidth=0.7, linestyle=":", label=_GROUND)
    ax.set_xscale("log", base=2)
    ax.set_xticks(depths, [str(depth) for depth in depths])
    ax.minorticks_off()
    ax.set_xlabel("layers p")
    return _probability_axis(ax)


def plot_success(rows: Sequence[Row], x: str, *, ax: Any) -> Any:
    """Draw P(target) against a column of the study, one line per method.

    Args:
        rows: Rows of one energy that differ in ``x`` and the method.
        x: Numeric column, such as ``"field"`` or ``"num_neurons"``.
        ax: Matplotlib axes.

    Returns:
        The axes; references that are neither descent nor annealing are left out.
    """
    labels = dict.fromkeys(row["method"] for row in rows)
    quantum = [name for name in labels if not _is_reference(name)]
    for place, (label, color) in enumerate(zip(quantum, palette(len(quantum)), strict=True)):
        chosen = _sorted(rows, label, x)
        _points([row[x] for row in chosen], chosen, label, place, color, ax)
    for label in CLASSICAL:
        if label in labels:
            color, marker = _CLASSICAL_STYLE[label]
            chosen = _sorted(rows, label, x)
            _points([row[x] for row in chosen], chosen, label, marker, color, ax, filled=False)
    if labels:
        chosen = _sorted(rows, next(iter(labels)), x)
        ax.plot(
            [row[x] for row in chosen],
            [row["ground_state"].best for row in chosen],
            color="black",
            linewidth=0.7,
            linestyle=":",
            label=_GROUND,
        )
    ax.set_xlabel({"field": "probe field h", "num_neurons": "neurons D"}.get(x, x))
    return _probability_axis(ax)


def _is_reference(label: str) -> bool:
    return label in (*CLASSICAL, "dynamics without field", "start state")


def _sorted(rows: Sequence[Row], label: str, x: str) -> list[Row]:
    return sorted((row for row in rows if row["method"] == label), key=lambda row: float(row[x]))


def _points(
    where: Sequence[float],
    rows: Sequence[Row],
    label: str,
    marker: int | str,
    color: str,
    ax: Any,
    *,
    filled: bool = True,
) -> None:
    estimates = [row["success"] for row in rows]
    best = np.array([each.best for each in estimates])
    errors = [best - [e.low for e in estimates], np.array([e.high for e in estimates]) - best]
    ax.errorbar(
        where,
        best,
        yerr=errors,
        color=color,
        marker=marker
        if isinstance(marker, str)
        else _QUANTUM_MARKERS[marker % len(_QUANTUM_MARKERS)],
        markerfacecolor=color if filled else "white",
        markersize=5,
        linewidth=1.2,
        capsize=2,
        label=label,
    )


def _probability_axis(ax: Any) -> Any:
    ax.set_ylim(-0.03, 1.03)
    ax.set_ylabel("P(target) of a shot")
    ax.grid(alpha=0.25)
    return ax
