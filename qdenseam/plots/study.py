"""Any column of a study's table against any other, a line for each contender and engine."""

from collections.abc import Mapping
from itertools import cycle
from textwrap import fill
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from qdenseam.experiments.study import FigureSpec
from qdenseam.experiments.study_findings import shown_name
from qdenseam.plots.style import framed, new_figure, palette, sidestep

if TYPE_CHECKING:
    import pandas as pd

AMBIGUOUS: Final[dict[str, Any]] = {"color": "#cccccc", "linewidth": 0, "label": "ambiguous probes"}
"""How the share of ambiguous probes is drawn."""
CONTENDERS: Final = ("label", "engine")
"""Columns whose values make a line of a study of contenders."""
_MARKERS = "osD^v<>Pph*X"
_INTERVALS = {"failure_rate": "failure", "clear_rate": "clear"}
_MOST_TICKS = 12


def line_styles(
    table: "pd.DataFrame", line: tuple[str, ...] = CONTENDERS
) -> dict[tuple[Any, ...], dict[str, Any]]:
    """Return matplotlib keywords by the values that make a line, so that panels agree.

    By the column ``kind``, where there is one, classical memories have open markers, baselines open
    ones and dashed lines, theory a thin line, and all others filled markers.
    """
    styles = {}
    lines = table.drop_duplicates([*line]) if line else table[:1]
    for color, marker, (_, row) in zip(
        palette(len(lines)), cycle(_MARKERS), lines.iterrows(), strict=False
    ):
        kind = row.get("kind", "quantum")
        styles[tuple(row[name] for name in line)] = {
            "color": color,
            "marker": "" if kind == "theory" else marker,
            "markerfacecolor": "white" if kind in ("classical", "baseline") else color,
            "linestyle": "--" if kind == "baseline" else "-",
            "linewidth": 0.8 if kind == "theory" else 1.2,
            "label": fill(line_name(row, line), 44).replace("$", r"\$"),
        }
    return styles


def line_name(row: Mapping[str, Any], line: tuple[str, ...] = CONTENDERS) -> str:
    """Return the name of the line that a row is on; numbers stand beside what they are."""
    if line == CONTENDERS:
        return shown_name(row["label"], row["engine"], peeks=bool(row.get("peeks", False)))
    values = ((name, row[name]) for name in line)
    return ", ".join(v if isinstance(v, str) else f"{n.replace('_', ' ')} {v:g}" for n, v in values)


def study_panels(
    table: "pd.DataFrame", figure: FigureSpec
) -> tuple["pd.DataFrame", list[tuple[str, "pd.DataFrame"]]]:
    """Return the rows that a figure shows, and those of each of its panels with its title.

    Who has no number to show is left out, unless that is everybody.

    Raises:
        ValueError: The table has no such column, or no such rows.
    """
    rows = figure.rows(table)
    if not len(rows):
        raise ValueError(f"where should leave rows of the table. Got {dict(figure.where)}.")
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
    styles = line_styles(rows, figure.line)
    for ax, (title, chosen) in zip(axes[0], panels, strict=True):
        plot_study(
            chosen, figure.x, figure.y, ax=ax, styles=styles, line=figure.line, log_y=figure.log_y
        )
        ax.set_title(title, fontsize=10)
    if figure.line:
        axes[0, -1].legend(loc="center left", bbox_to_anchor=(1.02, 0.5), fontsize=8, frameon=False)
    return drawing


def plot_study(
    table: "pd.DataFrame",
    x: str,
    y: str = "failure_rate",
    *,
    ax: Any,
    styles: dict[tuple[Any, ...], dict[str, Any]] | None = None,
    line: tuple[str, ...] = CONTENDERS,
    log_y: bool = False,
) -> Any:
    """Draw one line per contender and engine, with 95 % intervals where ``y`` has them.

    Lines are set a little apart, so that equal ones can be told; gray is the share of ambiguous
    probes.

    Args:
        table: Rows of :func:`qdenseam.experiments.run_study`, or of any study; the interval of a
            column ``success`` are columns ``success_low`` and ``success_high``.
        x: An axis of the study.
        y: A column of numbers.
        ax: Matplotlib axes.
        styles: Those of :func:`line_styles` for a larger table of which this is a part.
        line: Columns whose values make a line.
        log_y: Whether ``y`` is drawn on a logarithmic axis.

    Returns:
        The axes.

    Raises:
        ValueError: The table has no such column, ``x`` holds no numbers, or a contender has
            several rows at one ``x``.
    """
    table = FigureSpec(x=x, y=y, line=line).rows(table)
    if table[y].dtype.kind not in "iuf":
        raise ValueError(f"y should be a column of numbers. Got {y!r}.")
    styles = line_styles(table, line) if styles is None else styles
    ticks = sorted(table[x].unique())
    if not all(isinstance(tick, int | float | np.number) for tick in ticks):
        raise ValueError(f"x should be an axis of numbers. Got {x!r} with {ticks}.")
    is_wide = ticks[0] > 0 and ticks[-1] >= 8 * ticks[0]
    groups = table.groupby([*line], sort=False) if line else [((), table)]
    for place, (name, group) in enumerate(groups):
        rows = group.sort_values(x)
        if rows[x].duplicated().any():
            raise ValueError(
                f"a line should have one row for each {x}. Got several of {name}; choose a "
                "block of axes, or name the other axis in `by` (or `line`, `where`)."
            )
        style = styles[name]
        aside = 0.04 * (place - (len(groups) - 1) / 2) if style["marker"] else 0.0
        where = sidestep(rows[x], aside, ticks, log=is_wide)
        stem = _INTERVALS.get(y, y)
        if f"{stem}_low" in rows:
            low, high = (_finite(rows[f"{stem}_{end}"]) for end in ("low", "high"))
            ax.vlines(where, low, high, color=style["color"], linewidth=0.8)
        ax.plot(where, _finite(rows[y]), **style)
    if y == "failure_rate" and "ambiguous" in table:
        shares = table.groupby(x)["ambiguous"].mean()
        ax.fill_between(shares.index, shares, **AMBIGUOUS, zorder=0)
        ax.set_ylim(bottom=-0.03)
    if is_wide:
        ax.set_xscale("log", base=2 if len(ticks) <= _MOST_TICKS else 10)
    if log_y:
        positive = table[y][table[y] > 0].min()
        ax.set_yscale("symlog", linthresh=positive) if (table[y] == 0).any() else ax.set_yscale(
            "log"
        )
    if len(ticks) <= _MOST_TICKS and all(float(tick).is_integer() for tick in ticks):
        ax.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
    return framed(ax, x.replace("_", " "), y.replace("_", " "))


def _finite(column: "pd.Series") -> np.ndarray:
    """What cannot be drawn is left out: a cost without any correct recall is infinite."""
    return column.astype(float).replace([np.inf, -np.inf], np.nan).to_numpy()
