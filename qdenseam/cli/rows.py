"""Rows of numbers as a table on stdout and as a JSON file."""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import typer

_EMPTY = ("-", "–", "")
_LEAST = 16
"""Characters of a text that stand on one line at least, where the terminal allows."""


def print_rows(
    rows: Sequence[dict[str, Any]],
    *,
    columns: Sequence[str] | None = None,
    right: Sequence[str] = (),
) -> None:
    """Print a table of rows; by default with a column for every key of the first one.

    Columns of numbers stand to the right, and those named by ``right``; those of dashes are left
    out. Where the terminal is narrow, cells go on in a next line.
    """
    from rich.console import Console
    from rich.table import Table

    if not rows:
        typer.echo("No rows.")
        return
    asked = list(rows[0]) if columns is None else list(columns)
    names = [name for name in asked if any(_cell(row.get(name)) not in _EMPTY for row in rows)]
    right = [
        name
        for name in names
        if name in right or any(isinstance(row.get(name), int | float) for row in rows)
    ]
    cells = {name: [_cell(row.get(name)) for row in rows] for name in names}
    console = Console()
    if not console.is_terminal:  # a file or a pipe has no width to keep to
        console.width = 1000
    words = {name: " ".join((name.replace("_", " "), *cells[name])).split() for name in names}
    least = {name: max(map(len, words[name])) for name in names}
    least |= {name: min(_LEAST, least[name]) for name in names if name not in right}
    room = console.width - sum(least.values()) - 1  # for what stands between columns
    whole = sum(max(map(len, (name, *cells[name]))) + 3 for name in names)
    is_narrow = whole + 1 > console.width  # then texts get what the longest words of numbers leave
    table = Table(padding=(0, int(room >= 3 * len(names))))
    for name in names:
        table.add_column(
            name.replace("_", " "),
            justify="right" if name in right else "left",
            width=least[name] if is_narrow and room >= len(names) and name in right else None,
            overflow="fold",
        )
    for row in zip(*cells.values(), strict=True):
        table.add_row(*row)
    console.print(table)


def write_json(path: Path | None, **content: object) -> None:
    """Write the content with the versions that made it, if a path is given."""
    import json

    from qdenseam.experiments import versions

    if path is not None:
        path.write_text(json.dumps({"versions": versions(), **content}, indent=1) + "\n")


def _cell(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return "-" if math.isnan(value) else f"{value:.4g}"
    return str(value)
