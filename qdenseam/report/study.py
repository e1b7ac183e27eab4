"""The report of any study: sentences, its figures, its table, and how it was made."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from qdenseam.experiments.challenge import CLASSICAL
from qdenseam.experiments.results_table import write_table
from qdenseam.experiments.study import Entrant, FigureSpec, Study
from qdenseam.experiments.study_findings import (
    FEW_PROBES,
    shown_name,
    study_sentences,
    told_flips,
)
from qdenseam.experiments.study_results import UNFINISHED, RowResult, study_table
from qdenseam.experiments.toml_text import toml_text
from qdenseam.files import write_whole
from qdenseam.plots.study import (
    AMBIGUOUS,
    line_name,
    line_styles,
    plot_study,
    study_figure,
    study_panels,
)
from qdenseam.plots.style import new_figure
from qdenseam.report.page import render, shown_number, shown_rate, svg_uri
from qdenseam.spelling import parse
from qdenseam.versions import versions_in

if TYPE_CHECKING:
    import pandas as pd

_COSTS = {
    "acceptance": ("acceptance", 1.0),
    "success per shot": ("success_per_shot", 1.0),
    "state preparations": ("state_preparations", 1.0),
    "two-qubit gates": ("two_qubit_gates", 1.0),
    "device ms": ("device_seconds", 1e3),
    "training evaluations a probe": ("evaluations", 1.0),
}
"""Name in the page, column of the table and factor; shown where any row has such a number."""


def write_study_report(
    study: Study, results: Sequence[RowResult], folder: str | Path, *, command: str
) -> Path:
    """Write ``report.html`` into a folder and return its path.

    The page needs no other file; ``table.csv`` and ``figure-N.png`` stand beside it for other uses.

    Args:
        study: What was asked.
        results: Of :func:`~qdenseam.experiments.run_study.read_study`.
        folder: Where the page goes; it exists.
        command: The command line that makes the results again.

    Raises:
        ValueError: A figure names a column that the table does not have.
        OSError: The page cannot be written.
    """
    folder, table = Path(folder), study_table(results)
    write_table(table, folder / "table.csv")
    records = [record for each in results for record in each.records]
    rows = [(each, _row(each.columns) if each.records else {}) for each in results]
    page = render(
        "study.html.j2",
        title=study.title or "A study",
        sentences=study_sentences(results),
        figures=[
            shown_figure(table, figure, folder / f"figure-{number}.png")
            for number, figure in enumerate(study.figures, start=1)
            if len(table)
        ],
        columns=[
            name
            for name in (*_row_names(), *_COSTS)
            if any(row.get(name, "–") != "–" for _, row in rows)
        ],
        cells=list(_cells(study, rows)),
        contenders=[_contender(each, results) for each in study.contenders],
        command=command,
        seconds=round(sum(record.seconds for record in records)),
        versions=versions_in(record.versions for record in records),
        toml=toml_text(study.to_dict()),
    )
    path = folder / "report.html"
    write_whole(path, page)
    return path


def shown_figure(table: "pd.DataFrame", figure: FigureSpec, picture: Path) -> dict[str, Any]:
    """Return what a page shows of a figure: panels, a legend and a caption; write it as a PNG too.

    Panels are pictures of their own, so that a narrow page sets them below each other.

    Raises:
        ValueError: It names a column that the table does not have.
    """
    study_figure(table, figure).savefig(picture)
    rows, chosen = study_panels(table, figure)
    styles = line_styles(rows, figure.line)
    panels = []
    for title, part in chosen:
        drawing, axes = new_figure(1, 1, size=(4.4, 3.4))
        ax = axes[0, 0]
        plot_study(
            part, figure.x, figure.y, ax=ax, styles=styles, line=figure.line, log_y=figure.log_y
        )
        ax.set_title(title, fontsize=10)
        panels.append({"src": svg_uri(drawing), "alt": _alt(part, figure, title)})
    shows_ambiguous = figure.y == "failure_rate" and "ambiguous" in table
    x, y = (name.replace("_", " ") for name in (figure.x, figure.y))
    caption = f"{y[:1].upper()}{y[1:]} against {x}. "
    if figure.where:
        chosen_rows = (
            f"{column.replace('_', ' ')} {', '.join(map(str, values))}"
            for column, values in figure.where.items()
        )
        caption += f"Shown: {'; '.join(chosen_rows).rstrip('.')}. "
    caption += "Lines are set a little apart; a missing point was not run or has no such number."
    if shows_ambiguous:
        caption += (
            " Failure rates are over all probes, with 95 % intervals over pattern sets; gray: the "
            "share of probes to which another pattern is as near as their own."
        )
    for title, part in chosen if figure.line else []:
        for names in _on_each_other(part, figure):
            caption += f" Lying on each other{f' ({title})' if title else ''}: {', '.join(names)}."
    return {
        "panels": panels,
        "legend": _legend(styles, shows_ambiguous) if figure.line else "",
        "caption": caption,
        "file": picture.name,
    }


def _on_each_other(part: "pd.DataFrame", figure: FigureSpec) -> list[list[str]]:
    """The lines of a panel that hide each other, having the same points."""
    names: dict[tuple[Any, ...], list[str]] = {}
    for _, rows in part.groupby([*figure.line], sort=False):
        points = rows.sort_values(figure.x)[[figure.x, figure.y]].round(12)
        name = line_name(rows.iloc[0], figure.line)
        names.setdefault(tuple(points.to_numpy().ravel()), []).append(name)
    return [same for same in names.values() if len(same) > 1]


def _legend(styles: dict[tuple[Any, ...], dict[str, Any]], shows_ambiguous: bool) -> str:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    handles: list[Any] = [Line2D([], [], **style) for style in styles.values()]
    handles += [Patch(**AMBIGUOUS)] if shows_ambiguous else []
    height = sum(0.19 * (1 + style["label"].count("\n")) for style in styles.values())
    drawing, axes = new_figure(1, 1, size=(4.4, 0.2 + height))
    axes[0, 0].axis("off")
    axes[0, 0].legend(handles=handles, loc="upper left", fontsize=9, frameon=False)
    return svg_uri(drawing)


def _alt(part: "pd.DataFrame", figure: FigureSpec, title: str) -> str:
    """What a panel shows, in words: each line's ends."""
    x, y = (name.replace("_", " ") for name in (figure.x, figure.y))
    clauses = []
    ordered = part.sort_values(figure.x)
    groups = ordered.groupby([*figure.line]) if figure.line else [((), ordered)]
    for _, rows in groups:
        first, last = (shown_number(rows[figure.y].iloc[end]) for end in (0, -1))
        clauses.append(f"{line_name(rows.iloc[0], figure.line)} from {first} to {last}".strip())
    span = f"{part[figure.x].min()} to {part[figure.x].max()}"
    return f"{y} against {x} {span}{f', {title}' if title else ''}: {'; '.join(clauses)}."


def _row_names() -> tuple[str, ...]:
    return "failures", "failure rate", "where unambiguous"


def _row(columns: dict[str, Any]) -> dict[str, str]:
    costs = {
        name: shown_number(None if value is None else factor * value)
        for name, (column, factor) in _COSTS.items()
        for value in [columns[column] if column != "evaluations" else columns[column] or None]
    }
    counts = f"{columns['failures']} of {columns['probes']}"
    return dict(
        zip(
            _row_names(),
            (counts, shown_rate(columns, "failure"), shown_rate(columns, "clear")),
            strict=True,
        ),
        **costs,
    )


def _cells(study: Study, rows: list[tuple[RowResult, dict[str, str]]]) -> Iterator[dict[str, Any]]:
    """The cells in the order asked; in each what every contender answered, or why nothing."""
    lines = list(dict.fromkeys(each.line for each, _ in rows))
    places = dict.fromkeys(each.row.place for each, _ in rows)
    for place in places:
        here = {each.line: (each, row) for each, row in rows if each.row.place == place}
        listed = []
        for line in lines:
            result, values = here.get(line, (None, {}))
            name = shown_name(*line, peeks=result is not None and result.row.peeks)
            if result is not None and result.records and result.stopped == UNFINISHED:
                name += " (unfinished)"
            if result is not None and result.records:
                probes = result.columns["probes"]
                name += f" ({probes} probes only)" if probes < FEW_PROBES else ""
            word = "not asked here" if result is None else "" if values else "not run"
            listed.append({"name": name, "word": word, "numbers": values})
        yield {"name": _cell_name(study, [result for result, _ in here.values()]), "rows": listed}


def _cell_name(study: Study, results: Sequence[RowResult]) -> str:
    cell = results[0].row.cell
    words = [", ".join(f"{axis.replace('_', ' ')} {value}" for axis, value in cell.items())]
    ran = next((each for each in results if each.records), None)
    if ran is not None:
        columns = ran.columns
        words.append(f"{columns['ambiguous']:.0%} of {columns['probes']} probes ambiguous")
        independent = np.sqrt(2 / (np.pi * float(cell["num_neurons"])))
        words.append(
            f"mean absolute overlap of patterns {columns['overlap']:.2f} (independent ones "
            f"{independent:.2f})"
        )
        if study.sampling.until:
            why = dict.fromkeys(each.stopped.replace("_", " ") for each in results if each.records)
            words.append(f"{columns['sets']} pattern sets ({', '.join(why)})")
    return "; ".join(words)


def _contender(entrant: Entrant, results: Sequence[RowResult]) -> dict[str, str]:
    own = [each for each in results if each.row.entrant == entrant]
    told = ["the number of flipped bits"] if own and told_flips(own[0]) else []
    told += ["the answer, read classically"] if own and own[0].row.peeks else []
    completes = own and not getattr(
        parse(("method", "classical memory"), own[0].row.recall), "corrects", True
    )
    cells = [each.row.cell for each in own]
    is_held = any(cell["erasures"] and not cell["flips"] for cell in cells)
    engines = dict.fromkeys(each.row.engine for each in own)
    return {
        "name": entrant.label or entrant.recall,
        "recall": entrant.recall,
        "memory": "" if CLASSICAL in engines else entrant.memory,
        "engines": ", ".join(engines),
        "certain": "known bits, always" if completes else "known bits" if is_held else "nothing",
        "told": " and ".join(told) or "nothing",
    }
