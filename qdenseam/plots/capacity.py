"""Capacity against size: the load at 90 % correct recall, filters beside their upper curves."""

from collections.abc import Iterable, Mapping
from typing import Any

from qdenseam.plots.style import GRAY, framed, palette, with_errors

_UPPER = {"shell": "^", "nearest pattern": "x"}
_MARKERS = ("o", "s", "D", "P", "v", "*", "<", ">")


def plot_capacities(
    rows: Iterable[Mapping[str, Any]],
    *,
    ax: Any,
    pooled: bool = False,
    baseline: str | None = "Hamming ball",
    patterns: str = "i.i.d.",
) -> Any:
    """Draw the capacity of each filter against D, on a logarithmic axis.

    The shell, an upper bound, and the exact scan for the nearest pattern are black with open
    markers; the other classical memories have open markers too. A filter without amplification has
    the capacity of measuring the memory and accepting classically, by their equal laws: one of
    them stands for that baseline, dashed gray, and the simulated baseline is gray crosses. What ran
    on drawn patterns, which are distinct, says so in the legend; filters on them are left out.
    Shannon's exponent is a thin line.

    Args:
        rows: Rows of :func:`qdenseam.studies.capacity.capacity_summary`.
        ax: Matplotlib axes.
        pooled: Draw the pooled capacity instead of the mean over probes; curves without one are
            left out.
        baseline: Label of the filter that is drawn as measure and accept as well.
        patterns: Whether the filters' rows are those of ``"i.i.d."`` or ``"distinct"`` patterns.

    Returns:
        The axes.
    """
    listed = sorted(_shown(rows, patterns), key=lambda row: row["num_neurons"])
    column = "pooled" if pooled else "mean"
    labels = list(dict.fromkeys(row["label"] for row in listed if row[column] is not None))
    plain = [label for label in labels if label not in _UPPER]
    colors = dict(zip(plain, palette(len(plain)), strict=True))
    for label in labels:
        chosen = [row for row in listed if row["label"] == label]
        sizes = [row["num_neurons"] for row in chosen]
        best, errors = with_errors([row[column] for row in chosen])
        color = colors.get(label, "black")
        kind = chosen[0].get("kind", "filter")
        classical = label in _UPPER or kind == "classical"
        place = plain.index(label) if label in plain else 0
        marker = _UPPER.get(label, _MARKERS[place % len(_MARKERS)])
        line = "-"
        if kind == "baseline":
            color, marker, line = GRAY, "+", "none"
        ax.errorbar(
            sizes,
            best,
            yerr=errors,
            color=color,
            marker=marker,
            markersize=5,
            markerfacecolor="white" if classical else color,
            linewidth=1.2,
            linestyle=line,
            capsize=2,
            label=label if kind == "filter" else f"{label}, distinct",
        )
        if label == baseline:
            ax.plot(
                sizes,
                best,
                color=GRAY,
                linestyle="--",
                marker="v",
                markersize=9,
                markerfacecolor="none",
                label=f"measure and accept ({label})",
            )
    packing = {row["num_neurons"]: row["sphere_packing"] for row in listed}
    ax.plot(
        list(packing),
        list(packing.values()),
        color="black",
        linewidth=0.8,
        label="sphere packing, $2^{D(1 - H_2(e/D))}$",
    )
    ax.set_yscale("log")
    ax.set_xticks(list(packing))
    return framed(ax, "neurons D", f"patterns at 90 % correct, {'pooled' if pooled else 'mean'}")


def _shown(rows: Iterable[Mapping[str, Any]], patterns: str) -> list[Mapping[str, Any]]:
    """Return the filters on these patterns, and of the drawn rows what no filter row shows."""
    listed = list(rows)
    filters = [
        row
        for row in listed
        if row.get("kind", "filter") == "filter" and row.get("patterns", patterns) == patterns
    ]
    shown = {row["label"] for row in filters}
    drawn = [
        row
        for row in listed
        if row.get("kind", "filter") in ("classical", "baseline") and row["label"] not in shown
    ]
    return filters + drawn
