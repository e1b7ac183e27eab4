"""Recall by energy: the landscape, and P(target) against evaluations, field and size."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from qdenseam.plots.style import GRAY, colored, framed, palette, with_errors

Row = Mapping[str, Any]
"""A row of :func:`qdenseam.studies.energy_summary.energy_summary`."""

FAMILIES: dict[str, tuple[str, ...]] = {
    "QAOA, trained on the probe": ("QAOA p=1", "QAOA p=2", "QAOA p=3"),
    "QAOA, fixed angles": ("fixed angles p=2", "fixed angles p=4", "fixed angles p=8"),
    "adiabatic ramp": ("adiabatic p=8", "adiabatic p=16"),
    "bias fields": ("bias field, 3 rounds",),
}
"""Circuits of the study that differ in their number of layers only, by family."""

SCAN = "nearest-neighbor scan"
"""The classical reference that looks at no energy."""

_GROUND = "target is the ground state"
_QUANTUM_MARKERS = "osD^vP"
CLASSICAL: dict[str, tuple[str, str]] = {
    "sampled descents, lowest": ("#000000", "s"),
    "annealer from the probe": (GRAY, "^"),
}
"""Color and marker of the classical references that minimize the very energy that circuits do."""


def plot_landscape(
    shells: Mapping[str, tuple[npt.ArrayLike, npt.ArrayLike, npt.ArrayLike]], *, ax: Any
) -> Any:
    """Draw the lowest energy at each distance as markers and the mean as a thin line.

    Args:
        shells: Label to (lowest, mean, highest) of
            :func:`qdenseam.studies.landscape.energy_by_distance`.
        ax: Matplotlib axes.

    Returns:
        The axes.
    """
    for label, (lowest, mean, _), color in colored(shells):
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
    return framed(ax, "neurons flipped, counted from the target", "energy: lowest (circles), mean")


def plot_evaluations(rows: Iterable[Row], *, ax: Any) -> Any:
    """Draw success against the energy evaluations behind one answer.

    Args:
        rows: The rows of one point of the study, all of its methods.
        ax: Matplotlib axes.

    Returns:
        The axes. Filled markers are circuits, one line per family; open ones the classical rows
        that minimize the same energy; the dotted line is the share of targets that are the ground
        state, the gray one the exact scan for the nearest pattern, which looks at no energy.
    """
    listed = list(rows)
    by_method = {row["method"]: row for row in listed}
    for place, (name, members, color) in enumerate(colored(FAMILIES)):
        chosen = [by_method[label] for label in members if label in by_method]
        if chosen:
            where = [row["energy_evaluations"] for row in chosen]
            _points(where, chosen, name, place, color, ax)
    for label, (color, marker) in CLASSICAL.items():
        chosen = _sorted(listed, label, "energy_evaluations")
        if chosen:
            where = [row["energy_evaluations"] for row in chosen]
            _points(where, chosen, label, marker, color, ax, filled=False)
    if SCAN in by_method:
        ax.axhline(by_method[SCAN]["success"].best, color="0.6", linewidth=3, label=SCAN)
    for row in listed[:1]:
        ax.axhline(
            row["ground_state"].best, color="black", linewidth=0.8, linestyle=":", label=_GROUND
        )
    ax.set_xscale("log")
    return _probability_axis(ax, "energy evaluations of one answer")


def plot_success(rows: Sequence[Row], x: str, *, ax: Any, evaluations: float = 16) -> Any:
    """Draw success against a column of the study, one line per circuit.

    Args:
        rows: Rows of one energy that differ in ``x`` and the method.
        x: Numeric column, such as ``"field"`` or ``"num_neurons"``.
        ax: Matplotlib axes.
        evaluations: Budget at which the classical rows that minimize the same energy are drawn.

    Returns:
        The axes; other references are left out.
    """
    quantum = list(dict.fromkeys(row["method"] for row in rows if row["kind"] == "circuit"))
    for place, (label, color) in enumerate(zip(quantum, palette(len(quantum)), strict=True)):
        chosen = _sorted(rows, label, x)
        _points([row[x] for row in chosen], chosen, label, place, color, ax)
    within = [row for row in rows if row["energy_evaluations"] == evaluations]
    for label, (color, marker) in CLASSICAL.items():
        chosen = _sorted(within, label, x)
        if chosen:
            name = f"{label}, {evaluations:g} evaluations"
            _points([row[x] for row in chosen], chosen, name, marker, color, ax, filled=False)
    if rows:
        chosen = _sorted(rows, rows[0]["method"], x)
        ax.plot(
            [row[x] for row in chosen],
            [row["ground_state"].best for row in chosen],
            color="black",
            linewidth=0.8,
            linestyle=":",
            label=_GROUND,
        )
    return _probability_axis(ax, {"field": "probe field h", "num_neurons": "neurons D"}.get(x, x))


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
    best, errors = with_errors([row["success"] for row in rows])
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


def _probability_axis(ax: Any, x: str) -> Any:
    ax.set_ylim(-0.03, 1.03)
    return framed(ax, x, "P(target) of an answer")
