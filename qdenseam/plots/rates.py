"""Failure rates against corruption or load, and what a correct recall costs."""

from textwrap import fill
from typing import Any

import numpy as np

from qdenseam.experiments.contenders import CONTENDERS
from qdenseam.plots.style import color, line_style


def plot_failure_rate(table: Any, x: str, *, ax: Any, log: bool = False) -> Any:
    """Draw one line per contender with its 95 % interval over probes.

    Args:
        table: Rows of :func:`qdenseam.experiments.summary.comparison_table` of one sweep.
        x: Column on the horizontal axis.
        ax: Matplotlib axes.
        log: Whether that axis is logarithmic (base 2).

    Returns:
        The axes.
    """
    names = [name for name in CONTENDERS if (table["contender"] == name).any()]
    for place, name in enumerate(names):
        rows = table[table["contender"] == name].sort_values(x)
        best = rows["failure_rate"].to_numpy(float)
        errors = [best - rows["failure_low"], rows["failure_high"] - best]
        where = rows[x].to_numpy(float)
        # a small sidestep keeps intervals of equal rates apart
        shift = 0.03 * (place - (len(names) - 1) / 2)
        where = where * 2**shift if log else where + shift * max(1.0, np.ptp(where) / 4)
        ax.errorbar(where, best, yerr=np.clip(errors, 0, None), capsize=2, **line_style(name))
    if log:
        ax.set_xscale("log", base=2)
        ticks = sorted(set(table[x]))
        ax.set_xticks(ticks, [str(t) for t in ticks])
        ax.minorticks_off()
    else:
        ax.set_xticks(sorted(set(table[x])))
    ax.set_ylim(-0.03, 1.03)
    ax.set_ylabel("failure rate of the answer")
    ax.grid(alpha=0.25)
    return ax


def plot_engines(table: Any, *, ax: Any, engines: list[str], hatched: str = "") -> Any:
    """Draw failure rates as grouped bars: one group per contender, one bar per engine.

    Args:
        table: Rows of one cell.
        ax: Matplotlib axes.
        engines: Engines in the order of the bars; contenders without a row of an engine have no
            bar there.
        hatched: The engine whose bars are hatched: a device model.

    Returns:
        The axes.
    """
    names = [name for name in CONTENDERS if (table["contender"] == name).any()]
    for group, name in enumerate(names):
        rows = table[table["contender"] == name].set_index("engine")
        present = [engine for engine in engines if engine in rows.index]
        width = 0.8 / len(present)
        for place, engine in enumerate(present):
            row = rows.loc[engine]
            best = float(row["failure_rate"])
            ax.bar(
                group + (place - (len(present) - 1) / 2) * width,
                best,
                width=0.9 * width,
                yerr=[
                    [max(0.0, best - row["failure_low"])],
                    [max(0.0, row["failure_high"] - best)],
                ],
                capsize=2,
                facecolor=color(name),
                alpha=0.5 if engine == hatched else 0.9,
                edgecolor="black",
                linewidth=0.6,
                hatch="xx" if engine == hatched else "",
            )
    ax.set_xticks(range(len(names)), [fill(CONTENDERS[n].label, 13) for n in names], fontsize=8)
    ax.set_ylim(0, 1.03)
    ax.set_ylabel("failure rate of the answer")
    ax.grid(axis="y", alpha=0.25)
    return ax


def plot_costs(table: Any, column: str, *, ax: Any) -> Any:
    """Draw a cost per correct recall as horizontal bars on a logarithmic axis.

    Args:
        table: Rows of one cell with circuits.
        column: ``"state_preparations"`` or ``"two_qubit_gates"``.
        ax: Matplotlib axes.

    Returns:
        The axes; a bar without a single correct recall is replaced by a note.
    """
    rows = table.dropna(subset=[column]).iloc[::-1]
    finite = rows[np.isfinite(rows[column])][column]
    left = 0.5 * max(finite.min(), 1e-3) if len(finite) else 0.5
    for place, (_, row) in enumerate(rows.iterrows()):
        if np.isfinite(row[column]):
            ax.barh(place, row[column] - left, left=left, color=color(row["contender"]), height=0.7)
            ax.text(row[column] * 1.08, place, f"{row[column]:.3g}", va="center", fontsize=8)
        else:
            ax.text(left * 1.1, place, "no correct recall", va="center", fontsize=8)
    ax.set_xscale("log")
    ax.set_xlim(left, 8 * float(finite.max()) if len(finite) else 10)
    labels = [f"{row['label']} ({row['engine']})" for _, row in rows.iterrows()]
    ax.set_yticks(range(len(rows)), labels, fontsize=8)
    ax.set_xlabel(f"{_COSTS[column]} per correct recall", fontsize=9)
    ax.grid(axis="x", alpha=0.25)
    return ax


_COSTS = {"state_preparations": "state preparations", "two_qubit_gates": "two-qubit gates"}
