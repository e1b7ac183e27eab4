"""A column of a study's table as bars, one for each contender and engine."""

from collections.abc import Sequence
from textwrap import fill
from typing import TYPE_CHECKING, Final

import numpy as np

from qdenseam.plots.style import GRAY, plain_log

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.typing import ColorType

_HATCHES = ("", "xx", "..", "//")
SCALED: Final = {"device_seconds": (1e3, "device milliseconds")}
"""Columns that are shown in another unit: factor and name."""


def plot_bars(
    table: "pd.DataFrame",
    column: str,
    names: Sequence[str],
    colors: "Sequence[ColorType]",
    *,
    ax: "Axes",
) -> "Axes":
    """Draw a column as horizontal bars with 95 % intervals, from the top in the table's order.

    The axis is logarithmic where costs differ tenfold or more; engines after the first are hatched.

    Args:
        table: Rows of a study's table; with a column ``engine`` bars of others are hatched.
        column: A column of numbers.
        names: What each row is called.
        colors: The color of each row.
        ax: Matplotlib axes.

    Returns:
        The axes; a cost without a single correct recall is replaced by a note, and what has no such
        number by a dash.
    """
    scale, _ = SCALED.get(column, (1.0, ""))
    is_share = column.endswith("_rate")
    best, low, high = (
        scale * table[name if name in table else column].to_numpy(float)
        for name in (column, f"{column}_low", f"{column}_high")
    )
    paid = best[np.isfinite(best) & (best > 0)]
    largest = float(paid.max()) if len(paid) else 1.0
    is_wide = not is_share and len(paid) > 0 and largest >= 10 * paid.min()
    left = 0.5 * float(paid.min()) if is_wide else 0.0
    on = [*table["engine"]] if "engine" in table else [""] * len(table)
    engines = [name for name in dict.fromkeys(on) if name != "classical"]
    reach = largest
    for place, (engine, value) in enumerate(zip(on, best, strict=True)):
        if not np.isfinite(value):
            words = "  no correct recall" if np.isinf(value) else "  –"
            ax.text(left, place, words, va="center", fontsize=7)
            continue
        number = engines.index(engine) if engine in engines else 0
        ax.barh(
            place,
            max(0, value - left),
            left=left,
            facecolor=colors[place],
            alpha=0.55 if number else 0.9,
            hatch=_HATCHES[min(number, len(_HATCHES) - 1)],
            edgecolor="black",
            linewidth=0.4,
            height=0.7,
        )
        ends = np.clip([low[place], high[place]], left, 1.0 if is_share else 5 * largest)
        reach = max(reach, ends[1])
        ax.plot(ends, [place, place], color="black", linewidth=1)
        words = f"  {value:,.0f}" if value >= 100 else f"  {value:.3g}"
        ax.text(max(value, ends[1]), place, words, va="center", fontsize=7)
    if column == "failure_rate" and "ambiguous" in table:
        share = float(table["ambiguous"].iloc[0])
        ax.axvline(share, color=GRAY, linewidth=0.8, linestyle=":", zorder=0)
    if is_wide:
        ax.set_xscale("log")
        plain_log(ax.xaxis)
    ax.set_xlim(left, (8 if is_wide else 1.25) * reach)
    ax.set_ylim(len(table) - 0.4, -0.6)
    labels = [fill(name, 26, break_long_words=False) for name in names]
    ax.set_yticks(range(len(table)), labels, fontsize=7)
    ax.grid(axis="x", alpha=0.25)
    return ax
