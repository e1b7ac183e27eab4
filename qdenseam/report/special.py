"""The report of a study with a trial of its own: sentences, figures, checks and its table."""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from classical_ref.files import check_folder, write_whole
from qdenseam.experiments.collecting.records import Record
from qdenseam.experiments.collecting.results_table import write_table
from qdenseam.experiments.study import FigureSpec
from qdenseam.experiments.study_shown import page_files
from qdenseam.plots.style import save_figure
from qdenseam.report.figures import shown_figure
from qdenseam.report.page import render, shown_number, svg_uri
from qdenseam.versions import versions_in

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

_CHECKS = ("quantity", "found", "published", "tolerance", "agrees")


def write_special_report(
    folder: str | Path,
    *,
    title: str,
    source: str,
    note: str,
    sentences: Sequence[str],
    figures: "Mapping[str, FigureSpec | tuple[str, Figure]]",
    table: "pd.DataFrame",
    columns: Sequence[str],
    checks: Sequence[Mapping[str, Any]],
    records: Sequence[Record],
    command: str,
) -> Path:
    """Write ``report.html``, the table and the pictures into a folder; return the page's path.

    Args:
        folder: Where the page goes; it exists.
        title: Of the study.
        source: The publication that it makes again, or nothing.
        note: What a reader of the table must know.
        sentences: What to take home.
        figures: By the name of the file, columns of the table against each other, or a caption
            with a drawn figure.
        table: Rows of named columns; intervals are columns ``x_low`` and ``x_high``.
        columns: Those that the page has room for.
        checks: Rows of numbers held against published ones.
        records: What was run.
        command: The command line that makes the results again.

    Raises:
        ValueError: A figure names a column that the table does not have.
        OSError: The page cannot be written.
    """
    folder = check_folder(folder, page_files(figures))
    write_table(table, folder / "table.csv")
    pictures = {folder / f"{name}.png": each for name, each in figures.items()}
    page = render(
        "special.html.j2",
        title=title,
        source=source,
        note=note,
        sentences=sentences,
        figures=[
            shown_figure(table, each, picture)
            if isinstance(each, FigureSpec)
            else _shown(*each, picture)
            for picture, each in pictures.items()
        ],
        checks=shown_rows(checks, _CHECKS),
        check_names=_CHECKS,
        columns=[
            (name.replace("_", " "), table[name].dtype.kind in "iuf")
            for name in main_columns(columns)
        ],
        rows=shown_rows(table.to_dict("records"), main_columns(columns)),
        command=command,
        seconds=round(sum(record.seconds for record in records)),
        versions=versions_in(record.versions for record in records),
    )
    path = folder / "report.html"
    write_whole(path, page)
    return path


def main_columns(columns: Sequence[str]) -> list[str]:
    """Return the columns but those that are ends of another's interval."""
    ends = {f"{name}_{end}" for name in columns for end in ("low", "high")}
    return [name for name in columns if name not in ends]


def shown_rows(rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> list[list[str]]:
    """Return cells as text, an interval behind its number."""
    return [[shown_cell(row, name) for name in columns] for row in rows]


def shown_cell(row: Mapping[str, Any], name: str) -> str:
    """Return ``0.12 [0.08, 0.17]``, a number, a text, or a dash."""
    value = row.get(name)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value is None or isinstance(value, str):
        return value or "–"
    if isinstance(value, list | dict | tuple):
        return str(value)
    shown = shown_number(value)
    low, high = (row.get(f"{name}_{end}") for end in ("low", "high"))
    if not (isinstance(low, int | float) and isinstance(high, int | float) and low <= high):
        return shown
    if math.isinf(low) and math.isinf(high):  # all numbers: nothing was repeated
        return shown
    return f"{shown} [{shown_number(low) if low > -math.inf else '-∞'}, {shown_number(high)}]"


def _shown(caption: str, drawing: Any, picture: Path) -> dict[str, Any]:
    save_figure(drawing, picture)
    wide = {"src": svg_uri(drawing), "alt": caption}
    return {"wide": wide, "caption": caption, "file": picture.name}
