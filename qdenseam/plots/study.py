"""Any column of a study's table against any other, a line for each contender and engine."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import cycle
from textwrap import fill
from typing import TYPE_CHECKING, Any, Final, TypeVar

import numpy as np

from qdenseam.experiments.standings import shown_name
from qdenseam.experiments.study_results import RowResult
from qdenseam.experiments.study_shown import FigureSpec, figure_names
from qdenseam.plots.bars import SCALED, plot_bars
from qdenseam.plots.style import framed, new_figure, palette, plain_log, sidestep

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

AMBIGUOUS: Final[dict[str, Any]] = {"color": "#cccccc", "linewidth": 0, "label": "ambiguous probes"}
"""How the share of ambiguous probes is drawn."""
CONTENDERS: Final = ("label", "engine")
"""Columns whose values make a line of a study of contenders."""
Styles = dict[tuple[Any, ...], dict[str, Any]]
"""Matplotlib keywords by the values that make a line."""
Panels = list[tuple[str, "pd.DataFrame"]]
"""Title and rows of each."""
_Figure = TypeVar("_Figure")
_BASELINES = ("#b8a040", "#777777", "#000000", "#884400")
_MARKERS = "osD^v<>Pph*X"
_MOST_TICKS = 12
_WORDS = {
    "failure_rate": "failure rate, all probes",
    "num_patterns": "stored patterns K",
    "num_neurons": "neurons D",
    "two_qubit_gates": "two-qubit gates",
    "flips": "flipped bits",
    "erasures": "unknown bits",
}


def line_styles(table: "pd.DataFrame", line: tuple[str, ...] = CONTENDERS) -> Styles:
    """Return matplotlib keywords by the values that make a line, so that panels agree.

    By the column ``kind``, where there is one, classical memories have open markers, baselines open
    ones in black or gray and dashed lines, theory a thin line, and all others filled markers. A
    contender has one color and marker on all engines, which differ in dashes.
    """
    lines = table.drop_duplicates([*line]) if line else table[:1]
    colors = {True: cycle(_BASELINES), False: cycle(palette(min(12, len(lines))))}
    looks: dict[Any, tuple[str, str, cycle[str]]] = {}
    styles = {}
    for _, row in lines.iterrows():
        key, kind = tuple(row[name] for name in line), row.get("kind", "quantum")
        look = row["label"] if line == CONTENDERS else key
        is_baseline = kind == "baseline"
        if look not in looks:
            marker = _MARKERS[(len(looks) + len(looks) // 12) % 12]
            dashes = cycle(("--", "-.", ":") if is_baseline else ("-", ":", "-."))
            looks[look] = next(colors[is_baseline]), marker, dashes
        color, marker, dashes = looks[look]
        styles[key] = {
            "color": color,
            "marker": "" if kind == "theory" else marker,
            "markerfacecolor": "white" if kind in ("classical", "baseline") else color,
            "linestyle": next(dashes),
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


def study_panels(table: "pd.DataFrame", figure: FigureSpec) -> tuple["pd.DataFrame", Panels]:
    """Return the rows that a figure shows, and those of each of its panels with its title.

    Who has no number to show is left out, unless that is everybody.

    Raises:
        ValueError: The table has no such column, or no such rows.
    """
    rows = figure.rows(table)
    if not len(rows):
        raise ValueError(f"where should leave rows of the table. Got {dict(figure.where)}.")
    if rows[figure.y].dtype.kind in "iuf" and np.isfinite(rows[figure.y]).any():
        is_shown = np.isfinite(rows[figure.y]) if figure.x else rows[figure.y].notna()
        rows = rows[is_shown]
    if figure.kind == "bars":
        rows = _one_each(rows, [*figure.line, *([figure.by] if figure.by else [])])
    return rows, list(_parted(rows, figure.by))


def has_numbers(table: "pd.DataFrame", figure: FigureSpec) -> bool:
    """Return whether any row has what a figure shows; bars say in words what is infinite.

    Raises:
        ValueError: The table has no such column.
    """
    rows = figure.rows(table)
    if figure.drawn_by is not None:
        return len(rows) > 0
    shown = rows[figure.y]
    is_finite = figure.x and shown.dtype.kind in "iuf"
    return bool((np.isfinite(shown) if is_finite else shown.notna()).any())


def _parted(rows: "pd.DataFrame", by: str) -> Iterator[tuple[str, "pd.DataFrame"]]:
    if by == "kind":
        kinds = [kind for kind in rows["kind"].unique() if kind != "baseline"] or ["baseline"]
        for kind in kinds:
            yield f"{kind}; baselines dashed", rows[rows["kind"].isin([kind, "baseline"])]
    elif by:
        word = "" if by == "corruption" else f"{by.replace('_', ' ')}: "
        for value, part in rows.groupby(by):
            yield f"{word}{value}", part
    else:
        yield "", rows


def _one_each(rows: "pd.DataFrame", names: list[str]) -> "pd.DataFrame":
    """One row for each contender, that of the most probes; its engines below each other."""
    most = rows.sort_values("probes", ascending=False, kind="stable") if "probes" in rows else rows
    kept = rows.loc[most.drop_duplicates(names).index.sort_values()]
    order = {value: place for place, value in enumerate(kept[names[0]].unique())}
    return kept.sort_values(names[0], key=lambda column: column.map(order), kind="stable")


def study_figure(table: "pd.DataFrame", figure: FigureSpec) -> "Figure":
    """Return a figure of a study: its panels side by side and a legend.

    Raises:
        ValueError: As for :func:`plot_study`.
    """
    if figure.drawn_by is not None:
        return figure.drawn_by(figure.rows(table), figure)
    rows, panels = study_panels(table, figure)
    sizes = [panel_size(part, figure) for _, part in panels]
    width, height = sum(each[0] for each in sizes), max(each[1] for each in sizes)
    has_legend = bool(figure.x and figure.line)
    drawing, axes = new_figure(1, len(panels), size=(width + 3 * has_legend, height + 0.5))
    styles = styles_of(table, rows, figure)
    for ax, (title, part) in zip(axes[0], panels, strict=True):
        draw_panel(part, title, figure, styles, ax=ax)
    if has_legend:
        found: dict[str, Any] = {}
        for ax in axes[0]:
            found |= dict(zip(*reversed(ax.get_legend_handles_labels()), strict=True))
        place = {"loc": "center left", "bbox_to_anchor": (1.02, 0.5)}
        axes[0, -1].legend([*found.values()], [*found], fontsize=8, frameon=False, **place)
    return drawing


def styles_of(table: "pd.DataFrame", rows: "pd.DataFrame", figure: FigureSpec) -> Styles:
    """Return the styles of a figure's lines; contenders look the same in all figures of a table."""
    is_of_contenders = figure.line == CONTENDERS
    styles = line_styles(table if is_of_contenders else rows, figure.line)
    used = set(rows[[*figure.line]].itertuples(index=False, name=None)) if figure.line else {()}
    return {line: style for line, style in styles.items() if line in used}


def panel_size(part: "pd.DataFrame", figure: FigureSpec) -> tuple[float, float]:
    """Return width and height of a panel in inches."""
    return (4.4, 3.4) if figure.x else (3.7, 0.8 + 0.24 * len(part))


def draw_panel(
    part: "pd.DataFrame", title: str, figure: FigureSpec, styles: Styles, *, ax: "Axes"
) -> None:
    """Draw one panel of lines or of bars."""
    if figure.x:
        plot_study(
            part, figure.x, figure.y, ax=ax, styles=styles, line=figure.line, log_y=figure.log_y
        )
        ax.set_title(title, fontsize=10)
        return
    names = [line_name(row, figure.line) for _, row in part.iterrows()]
    colors = [
        styles[line]["color"] for line in part[[*figure.line]].itertuples(index=False, name=None)
    ]
    plot_bars(part, figure.y, names, colors, ax=ax)
    ax.set_xlabel(words_of(figure.y), fontsize=9)
    ax.set_title(title, fontsize=9, loc="right")


def shown_in(results: Sequence[RowResult], figure: FigureSpec) -> dict[str, Mapping[str, Any]]:
    """Return what a gallery shows, by the contender's name; nothing where nothing was run."""
    return {
        shown_name(*each.line, peeks=each.row.peeks): each.shown
        for each in results
        if each.shown is not None
        and figure.takes(
            each.row.block,
            each.row.cell | {"label": each.row.label, "engine": each.row.engine},
        )
    }


def named_figures(
    figures: Sequence[_Figure], table: "pd.DataFrame", results: Sequence[RowResult] = ()
) -> list[tuple[str, _Figure]]:
    """Return the figures that have something to show, each behind the name of its file.

    Args:
        figures: Of a study; what is no :class:`FigureSpec` is always shown.
        table: Of the study.
        results: Of a study of contenders, of which a gallery shows some.

    Raises:
        ValueError: A figure names a column that the table does not have.
    """
    return [
        (name, each)
        for name, each in zip(figure_names(figures), figures, strict=True)
        if not isinstance(each, FigureSpec) or _has_any(each, table, results)
    ]


def _has_any(figure: FigureSpec, table: "pd.DataFrame", results: Sequence[RowResult]) -> bool:
    if figure.kind == "gallery":
        return bool(shown_in(results, figure))
    return len(table) > 0 and has_numbers(table, figure)


def words_of(column: str) -> str:
    """Return what axes and captions call a column."""
    return _WORDS.get(column) or SCALED.get(column, (1.0, column.replace("_", " ")))[1]


def plot_study(
    table: "pd.DataFrame",
    x: str,
    y: str = "failure_rate",
    *,
    ax: "Axes",
    styles: Styles | None = None,
    line: tuple[str, ...] = CONTENDERS,
    log_y: bool = False,
) -> "Axes":
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
        if f"{y}_low" in rows:
            low, high = (_finite(rows[f"{y}_{end}"]) for end in ("low", "high"))
            ax.vlines(where, low, high, color=style["color"], linewidth=0.8)
        ax.plot(where, _finite(rows[y]), **style)
    if y == "failure_rate" and "ambiguous" in table:
        shares = table.groupby(x)["ambiguous"].mean()
        ax.fill_between(shares.index, shares, **AMBIGUOUS, zorder=0)
        ax.set_ylim(bottom=-0.03)
    if is_wide:
        ax.set_xscale("log", base=2 if len(ticks) <= _MOST_TICKS else 10)
        if len(ticks) > _MOST_TICKS:
            plain_log(ax.xaxis)
    if log_y:
        positive = table[y][table[y] > 0].min()
        has_zero = bool((table[y] == 0).any())
        if has_zero:
            ax.set_yscale("symlog", linthresh=positive)
        else:
            ax.set_yscale("log")
            plain_log(ax.yaxis)
    if len(ticks) <= _MOST_TICKS and all(float(tick).is_integer() for tick in ticks):
        ax.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
    return framed(ax, words_of(x), words_of(y))


def _finite(column: "pd.Series") -> np.ndarray:
    """What cannot be drawn is left out: a cost without any correct recall is infinite."""
    return column.astype(float).replace([np.inf, -np.inf], np.nan).to_numpy()
