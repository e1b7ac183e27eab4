"""Any column of a study's table against any axis, a line for each contender and engine."""

from itertools import cycle
from textwrap import fill
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from qdenseam.experiments.study import FigureSpec
from qdenseam.experiments.study_findings import shown_name
from qdenseam.plots.style import framed, new_figure, palette, sidestep

if TYPE_CHECKING:
    import pandas as pd

AMBIGUOUS: Final[dict[str, Any]] = {"color": "#dddddd", "linewidth": 0, "label": "ambiguous probes"}
"""How the share of ambiguous probes is drawn."""
_MARKERS = "osD^v<>Pph*X"
_INTERVALS = {"failure_rate": "failure", "clear_rate": "clear"}


def line_styles(table: "pd.DataFrame") -> dict[tuple[str, str], dict[str, Any]]:
    """Return matplotlib keywords by (label, engine), so that panels of a figure agree.

    Classical memories have open markers, quantum ones filled ones, baselines dashed lines.
    """
    lines = table.drop_duplicates(["label", "engine"])[["label", "engine", "kind", "peeks"]]
    styles = {}
    for color, marker, (label, engine, kind, peeks) in zip(
        palette(len(lines)), cycle(_MARKERS), lines.itertuples(index=False), strict=False
    ):
        styles[label, engine] = {
            "color": color,
            "marker": marker,
            "markerfacecolor": color if kind == "quantum" else "white",
            "linestyle": "--" if kind == "baseline" else "-",
            "linewidth": 1.2,
            "label": fill(shown_name(label, engine, peeks=peeks), 44).replace("$", r"\$"),
        }
    return styles


def study_panels(
    table: "pd.DataFrame", figure: FigureSpec
) -> tuple["pd.DataFrame", list[tuple[str, "pd.DataFrame"]]]:
    """Return the rows that a figure shows, and those of each of its panels with its title.

    Who has no number to show is left out, unless that is everybody.

    Raises:
        ValueError: The table has no such column.
    """
    _check_columns(table, figure.x, figure.y, *([figure.by] if figure.by else []))
    rows = table[table["block"].isin(figure.axes)] if figure.axes else table
    if rows[figure.y].dtype.kind in "iuf" and np.isfinite(rows[figure.y]).any():
        rows = rows[np.isfinite(rows[figure.y])]
    if not figure.by:
        return rows, [("", rows)]
    word = figure.by.replace("_", " ")
    return rows, [(f"{word}: {value}", chosen) for value, chosen in rows.groupby(figure.by)]


def study_figure(table: "pd.DataFrame", figure: FigureSpec) -> Any:
    """Return a figure of a study: its panels side by side and a legend.

    Raises:
        ValueError: As for :func:`plot_study`.
    """
    rows, panels = study_panels(table, figure)
    drawing, axes = new_figure(1, len(panels), size=(4.5 * len(panels) + 3, 4))
    styles = line_styles(rows)
    for ax, (title, chosen) in zip(axes[0], panels, strict=True):
        plot_study(chosen, figure.x, figure.y, ax=ax, styles=styles)
        ax.set_title(title, fontsize=10)
    axes[0, -1].legend(loc="center left", bbox_to_anchor=(1.02, 0.5), fontsize=8, frameon=False)
    return drawing


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
    _check_columns(table, x, y)
    if table[y].dtype.kind not in "iuf":
        raise ValueError(f"y should be a column of numbers. Got {y!r}.")
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
        where = sidestep(rows[x], aside, ticks, log=is_wide)
        style = styles[label, engine]
        stem = _INTERVALS.get(y, y)
        if f"{stem}_low" in rows:
            low, high = (_finite(rows[f"{stem}_{end}"]) for end in ("low", "high"))
            ax.vlines(where, low, high, color=style["color"], linewidth=0.8)
        ax.plot(where, _finite(rows[y]), **style)
    if y == "failure_rate":
        shares = table.groupby(x)["ambiguous"].mean()
        ax.fill_between(shares.index, shares, **AMBIGUOUS, zorder=0)
        ax.set_ylim(bottom=-0.03)
    if is_wide:
        ax.set_xscale("log", base=2)
    ax.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
    return framed(ax, x.replace("_", " "), y.replace("_", " "))


def _check_columns(table: "pd.DataFrame", *names: str) -> None:
    for name in names:
        if name not in table.columns:
            raise ValueError(f"a column should be among {', '.join(table.columns)}. Got {name!r}.")


def _finite(column: "pd.Series") -> np.ndarray:
    """What cannot be drawn is left out: a cost without any correct recall is infinite."""
    return column.astype(float).replace([np.inf, -np.inf], np.nan).to_numpy()
