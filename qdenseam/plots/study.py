"""Any column of a study's table against any axis, a line for each contender and engine."""

from itertools import cycle
from typing import TYPE_CHECKING, Any

import numpy as np

from qdenseam.plots.palette import palette

if TYPE_CHECKING:
    import pandas as pd

_MARKERS = "osD^v<>Pph*X"
_INTERVALS = {"failure_rate": "failure", "clear_rate": "clear"}


def line_styles(table: "pd.DataFrame") -> dict[tuple[str, str], dict[str, Any]]:
    """Return matplotlib keywords by (label, engine), so that panels of a figure agree.

    Classical memories have open markers, quantum ones filled ones, baselines dashed lines.
    """
    lines = table.drop_duplicates(["label", "engine"])[["label", "engine", "kind"]]
    styles = {}
    for color, marker, (label, engine, kind) in zip(
        palette(len(lines)), cycle(_MARKERS), lines.itertuples(index=False), strict=False
    ):
        shown = label if engine in ("classical", "exact") else f"{label} ({engine})"
        styles[label, engine] = {
            "color": color,
            "marker": marker,
            "markerfacecolor": color if kind == "quantum" else "white",
            "linestyle": "--" if kind == "baseline" else "-",
            "linewidth": 1.2,
            "label": shown.replace("$", r"\$"),
        }
    return styles


def plot_study(
    table: "pd.DataFrame",
    x: str,
    y: str = "failure_rate",
    *,
    ax: Any,
    styles: dict[tuple[str, str], dict[str, Any]] | None = None,
) -> Any:
    """Draw one line per contender and engine, with 95 % intervals where ``y`` has them.

    Lines are set a little apart, so that equal ones can be told; gray is the share of ambiguous
    probes.

    Args:
        table: Rows of :func:`qdenseam.experiments.run_study`.
        x: An axis of the study.
        y: A column of numbers.
        ax: Matplotlib axes.
        styles: Those of :func:`line_styles` for a larger table of which this is a part.

    Returns:
        The axes.

    Raises:
        ValueError: The table has no such column, ``x`` holds no numbers, or a contender has
            several rows at one ``x``.
    """
    for name in (x, y):
        if name not in table.columns:
            raise ValueError(f"a column should be among {', '.join(table.columns)}. Got {name!r}.")
    styles = line_styles(table) if styles is None else styles
    ticks = sorted(table[x].unique())
    if not all(isinstance(tick, int | float | np.number) for tick in ticks):
        raise ValueError(f"x should be an axis of numbers. Got {x!r} with {ticks}.")
    is_wide = ticks[0] > 0 and ticks[-1] >= 8 * ticks[0]
    names = list(dict.fromkeys(zip(table["label"], table["engine"], strict=True)))
    for place, (label, engine) in enumerate(names):
        rows = table[(table["label"] == label) & (table["engine"] == engine)].sort_values(x)
        if rows[x].duplicated().any():
            raise ValueError(
                f"a line should have one row for each {x}. Got several of {label!r}; choose a "
                "block of axes, or name the other axis in `by`."
            )
        aside = 0.04 * (place - (len(names) - 1) / 2)
        where = rows[x].to_numpy(float)
        where = where * 2**aside if is_wide else where + aside * _spacing(ticks)
        style = styles[label, engine]
        stem = _INTERVALS.get(y, y)
        if f"{stem}_low" in rows:
            low, high = (rows[f"{stem}_{end}"].to_numpy(float) for end in ("low", "high"))
            ax.vlines(where, low, high, color=style["color"], linewidth=0.8)
        ax.plot(where, rows[y].to_numpy(float), **style)
    if y == "failure_rate":
        shares = table.groupby(x)["ambiguous"].mean()
        ax.fill_between(
            shares.index, shares, color="#dddddd", linewidth=0, label="ambiguous probes", zorder=0
        )
        ax.set_ylim(bottom=-0.03)
    if is_wide:
        ax.set_xscale("log", base=2)
    ax.set_xticks(ticks, [str(tick) for tick in ticks])
    ax.set_xlabel(x.replace("_", " "))
    ax.set_ylabel(y.replace("_", " "))
    ax.grid(alpha=0.25)
    return ax


def _spacing(ticks: list[float]) -> float:
    """The least distance of neighboring values, 1 for a single one."""
    return float(np.diff(ticks).min()) if len(ticks) > 1 else 1.0
