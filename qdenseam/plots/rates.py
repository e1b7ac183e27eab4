"""Failure rates against corruption or load, and what a correct recall costs."""

from textwrap import fill
from typing import Any

import numpy as np

from qdenseam.experiments.contenders import CONTENDERS
from qdenseam.plots.style import GRAY, sidestep

# Okabe and Ito's palette; those that share a panel differ in color and in marker
_STYLES = {
    "hopfield": ("#E69F00", "o", "-"),
    "hopfield-projection": ("#D55E00", "s", "-"),
    "dense-3": ("#56B4E9", "D", "-"),
    "dense-3-centered": ("#0072B2", "v", "-"),
    "dense-exp": ("#CC79A7", "^", "-"),
    "dense-exp-published": ("#CC79A7", "<", ":"),
    "amplification": ("#0072B2", "o", "-"),
    "index-search": ("#56B4E9", "P", "-"),
    "ball-filter": ("#882255", "^", "-"),
    "probabilistic": ("#009E73", "s", "-"),
    "ramp": ("#D55E00", "p", "-"),
    "qaoa": ("#E69F00", "D", "-"),
    "sample-and-accept": (GRAY, "v", "--"),
    "label-writing": ("#B8A040", "h", "--"),
    "nearest": ("#000000", "x", "--"),
    "informed-scan": ("#000000", "+", ":"),
}
_SPARE = ("#0072B2", "P", "-")


def line_style(contender: str) -> dict[str, Any]:
    """Return matplotlib keywords for a contender's line, marker, color and label."""
    chosen, marker, line = _STYLES.get(contender, _SPARE)
    return {
        "color": chosen,
        "marker": marker,
        "markerfacecolor": chosen if CONTENDERS[contender].kind == "quantum" else "white",
        "linestyle": line,
        "linewidth": 1.2,
        "markersize": 6,
        "label": CONTENDERS[contender].label,
    }


def color(contender: str) -> str:
    """Return a contender's color."""
    return _STYLES.get(contender, _SPARE)[0]


def plot_failure_rate(table: Any, x: str, *, ax: Any, log: bool = False) -> Any:
    """Draw one line per contender with its 95 % interval, over the share of ambiguous probes.

    Args:
        table: Rows of :func:`qdenseam.experiments.summary.comparison_table` of one sweep.
        x: Column on the horizontal axis.
        ax: Matplotlib axes.
        log: Whether that axis is logarithmic (base 2).

    Returns:
        The axes.
    """
    shares = table.groupby(x)["ambiguous"].first()
    ax.fill_between(
        shares.index.to_numpy(float),
        shares.to_numpy(float),
        color="#dddddd",
        linewidth=0,
        label="share of ambiguous probes",
    )
    names = [name for name in CONTENDERS if (table["contender"] == name).any()]
    for place, name in enumerate(names):
        rows = table[table["contender"] == name].sort_values(x)
        best = rows["failure_rate"].to_numpy(float)
        errors = [best - rows["failure_low"], rows["failure_high"] - best]
        # a small sidestep keeps intervals of equal rates apart
        shift = 0.05 * (place - (len(names) - 1) / 2)
        where = sidestep(rows[x], shift, shares.index, log=log)
        ax.errorbar(where, best, yerr=np.clip(errors, 0, None), elinewidth=0.8, **line_style(name))
    if log:
        ax.set_xscale("log", base=2)
        ax.minorticks_off()
    ax.set_xticks(shares.index, [str(tick) for tick in shares.index])
    ax.set_ylim(-0.03, 1.03 * max(0.2, table["failure_high"].max(), shares.max()))
    ax.set_ylabel("failure rate, all probes")
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
    labels = [fill(CONTENDERS[name].label, 12, break_long_words=False) for name in names]
    ax.set_xticks(range(len(names)), labels, fontsize=7)
    if len(table):
        share = float(table["ambiguous"].iloc[0])
        ax.axhline(share, color=GRAY, linewidth=0.8, linestyle=":", zorder=0)
        ax.text(len(names) - 0.45, share, "ambiguous", fontsize=7, color="#555555", va="bottom")
    ax.set_xlim(-0.6, len(names) + 0.3)
    ax.set_ylim(0, 1.03 * max(0.2, table["failure_high"].max()))
    ax.set_ylabel("failure rate, all probes")
    ax.grid(axis="y", alpha=0.25)
    return ax


def plot_costs(table: Any, column: str, *, ax: Any) -> Any:
    """Draw a cost per correct recall as horizontal bars with intervals.

    The axis is logarithmic where costs differ tenfold or more.

    Args:
        table: Rows of one cell with circuits.
        column: One of :data:`qdenseam.experiments.summary.COSTS`.
        ax: Matplotlib axes.

    Returns:
        The axes; a bar without a single correct recall is replaced by a note, and a contender
        without this cost has none.
    """
    rows = table.iloc[::-1]
    scale, unit = _COSTS[column]
    best, low, high = (
        scale * rows[name].to_numpy(float) for name in (column, f"{column}_low", f"{column}_high")
    )
    paid = best[np.isfinite(best) & (best > 0)]
    largest = float(paid.max()) if len(paid) else 1.0
    is_wide = len(paid) > 0 and largest >= 10 * paid.min()
    left = 0.5 * float(paid.min()) if is_wide else 0.0
    reach = largest
    for place, (name, value) in enumerate(zip(rows["contender"], best, strict=True)):
        if np.isfinite(value):
            ax.barh(place, max(0, value - left), left=left, color=color(name), height=0.7)
            ends = np.clip([low[place], high[place]], left, 5 * largest)
            reach = max(reach, ends[1])
            ax.plot(ends, [place, place], color="black", linewidth=1)
            words = f"  {value:,.0f}" if value >= 100 else f"  {value:.3g}"
            ax.text(max(value, ends[1]), place, words, va="center", fontsize=8)
        else:
            words = "  no correct recall" if np.isinf(value) else "  –"
            ax.text(left, place, words, va="center", fontsize=8)
    if is_wide:
        ax.set_xscale("log")
    ax.set_xlim(left, (8 if is_wide else 1.3) * reach)
    ax.set_ylim(-0.6, len(rows) - 0.4)
    labels = [f"{row['label']} ({row['engine']})" for _, row in rows.iterrows()]
    ax.set_yticks(range(len(rows)), labels, fontsize=8)
    ax.set_xlabel(f"{unit} per correct recall", fontsize=9)
    ax.grid(axis="x", alpha=0.25)
    return ax


_COSTS = {
    "state_preparations": (1.0, "state preparations"),
    "two_qubit_gates": (1.0, "two-qubit gates"),
    "device_seconds": (1e3, "device milliseconds"),
}
