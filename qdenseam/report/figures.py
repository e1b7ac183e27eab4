"""What a page shows of a figure: panels with their words, a legend, a caption, and a PNG beside."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qdenseam.experiments.study import Study
from qdenseam.experiments.study_findings import counted
from qdenseam.experiments.study_rates import COSTS
from qdenseam.experiments.study_results import RowResult
from qdenseam.experiments.study_shown import FigureSpec
from qdenseam.plots.gallery import study_gallery
from qdenseam.plots.study import (
    AMBIGUOUS,
    Panels,
    Styles,
    draw_panel,
    has_numbers,
    line_name,
    named_figures,
    panel_size,
    shown_in,
    study_figure,
    study_panels,
    styles_of,
    words_of,
)
from qdenseam.plots.style import new_figure, save_figure
from qdenseam.report.page import shown_number, svg_uri

if TYPE_CHECKING:
    import pandas as pd


def shown_figures(
    study: Study, results: Sequence[RowResult], table: "pd.DataFrame", folder: Path
) -> Iterator[dict[str, Any]]:
    """Yield what a page shows of each figure of a study, and write it as a PNG into a folder.

    Where nobody has a number, :func:`left_out` says so instead.

    Raises:
        ValueError: A figure names a column that the table does not have.
    """
    for name, figure in named_figures(study.figures, table, results):
        picture = folder / f"{name}.png"
        if figure.kind == "gallery":
            yield _shown_gallery(shown_in(results, figure), picture)
        else:
            yield shown_figure(table, figure, picture)


def left_out(study: Study, table: "pd.DataFrame") -> str:
    """Return which figures are not drawn though something was run, nobody having a number."""
    names = [
        figure.name.replace("-", " ") or words_of(figure.y)
        for figure in study.figures
        if figure.kind != "gallery" and len(table) and len(figure.rows(table))
        if not has_numbers(table, figure)
    ]
    return f"Not drawn, for nobody has such a number there: {', '.join(names)}." if names else ""


def _shown_gallery(recalls: Mapping[str, Mapping[str, Any]], picture: Path) -> dict[str, Any]:
    drawing = study_gallery(recalls)
    save_figure(drawing, picture)
    clauses = [
        f"{name} {sum(map(str.__eq__, each['answers'], each['stored']))}"
        for name, each in recalls.items()
    ]
    first = next(iter(recalls.values()))
    return {
        "panels": [
            {
                "src": svg_uri(drawing),
                "alt": f"Right recalls of {counted(len(first['stored']), 'probe')}: "
                f"{', '.join(clauses)}.",
            }
        ],
        "is_gallery": True,
        "caption": f"Recalls of the first pattern set, {first['corruption']}: full green frame "
        "right, dashed red frame wrong. Ambiguous: another pattern is as near as the probe's own.",
        "file": picture.name,
    }


def shown_figure(table: "pd.DataFrame", figure: FigureSpec, picture: Path) -> dict[str, Any]:
    """Return what a page shows of a figure: panels, a legend and a caption; write it as a PNG too.

    Panels are pictures of their own, so that a narrow page sets them below each other.

    Raises:
        ValueError: It names a column that the table does not have.
    """
    whole = study_figure(table, figure)
    save_figure(whole, picture)
    if figure.drawn_by is not None:
        caption = (figure.drawn_by.__doc__ or figure.kind).strip().splitlines()[0]
        wide = {"src": svg_uri(whole), "alt": caption}
        return {"wide": wide, "caption": caption, "file": picture.name}
    rows, chosen = study_panels(table, figure)
    styles = styles_of(table, rows, figure)
    panels = []
    for title, part in chosen:
        drawing, axes = new_figure(1, 1, size=panel_size(part, figure))
        draw_panel(part, title, figure, styles, ax=axes[0, 0])
        panels.append({"src": svg_uri(drawing), "alt": _alt(part, figure, title)})
    shows_ambiguous = figure.y == "failure_rate" and "ambiguous" in table
    return {
        "panels": panels,
        "legend": _legend(styles, shows_ambiguous) if figure.x and figure.line else "",
        "caption": _caption(figure, chosen, shows_ambiguous),
        "file": picture.name,
    }


def _caption(figure: FigureSpec, chosen: Panels, shows_ambiguous: bool) -> str:
    y = words_of(figure.y)
    caption = f"{y[:1].upper()}{y[1:]}"
    caption += f" against {words_of(figure.x)}. " if figure.x else ". "
    if figure.where:
        chosen_rows = (
            f"{column.replace('_', ' ')} {', '.join(map(str, values))}"
            for column, values in figure.where.items()
        )
        caption += f"Shown: {'; '.join(chosen_rows).rstrip('.')}. "
    if figure.x:
        caption += "Lines are set a little apart; a missing point was not run or has no number."
    else:
        caption += "Lines at the bars: 95 %; engines after a contender's first are hatched."
    if figure.y in COSTS:
        caption += " Costs are per correct recall, over all shots, rejected ones too."
    if shows_ambiguous:
        caption += (
            " Failure rates are over all probes, with 95 % intervals over pattern sets; "
            f"{'gray' if figure.x else 'dotted'}: the share of probes to which another pattern is "
            "as near as their own."
        )
    for title, part in chosen if figure.x and figure.line else ():
        for names in _on_each_other(part, figure):
            caption += f" Lying on each other{f' ({title})' if title else ''}: {', '.join(names)}."
    return caption


def _on_each_other(part: "pd.DataFrame", figure: FigureSpec) -> list[list[str]]:
    """The lines of a panel that hide each other, having the same points."""
    names: dict[tuple[Any, ...], list[str]] = {}
    for _, rows in part.groupby([*figure.line], sort=False):
        points = rows.sort_values(figure.x)[[figure.x, figure.y]].round(12)
        name = line_name(rows.iloc[0], figure.line)
        names.setdefault(tuple(points.to_numpy().ravel()), []).append(name)
    return [same for same in names.values() if len(same) > 1]


def _legend(styles: Styles, shows_ambiguous: bool) -> str:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    handles: list[Any] = [Line2D([], [], **style) for style in styles.values()]
    handles += [Patch(**AMBIGUOUS)] if shows_ambiguous else []
    drawing, _ = new_figure(1, 1, size=(4.4, 1.0))
    drawing.clear()
    legend = drawing.legend(handles=handles, loc="upper left", fontsize=9, frameon=False)
    height = legend.get_window_extent().height / drawing.dpi
    drawing.set_size_inches(4.4, 1.015 * height + 0.15)  # text in SVG is a little higher
    return svg_uri(drawing)


def _alt(part: "pd.DataFrame", figure: FigureSpec, title: str) -> str:
    """What a panel shows, in words: each line's ends, or each bar."""
    y, clauses = words_of(figure.y), []
    where = f", {title}" if title else ""
    if not figure.x:
        clauses = [
            f"{line_name(row, figure.line)} {shown_number(row[figure.y])}"
            for _, row in part.iterrows()
        ]
        return f"{y}{where}: {'; '.join(clauses)}."
    ordered = part.sort_values(figure.x)
    for _, rows in ordered.groupby([*figure.line]) if figure.line else [((), ordered)]:
        first, last = (shown_number(rows[figure.y].iloc[end]) for end in (0, -1))
        clauses.append(f"{line_name(rows.iloc[0], figure.line)} from {first} to {last}".strip())
    span = f"{part[figure.x].min()} to {part[figure.x].max()}"
    return f"{y} against {words_of(figure.x)} {span}{where}: {'; '.join(clauses)}."
