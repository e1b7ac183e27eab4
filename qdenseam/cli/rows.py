"""Rows of numbers as a table on stdout and as a JSON file."""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import typer


def print_rows(
    rows: Sequence[dict[str, Any]],
    *,
    columns: Sequence[str] | None = None,
    right: Sequence[str] = (),
) -> None:
    """Print one line per row; by default a column for every key of the first row.

    Columns of numbers stand to the right, and those named by ``right``.
    """
    from rich.console import Console
    from rich.table import Table

    if not rows:
        typer.echo("No rows.")
        return
    names = list(rows[0]) if columns is None else list(columns)
    table = Table()
    for name in names:
        is_number = name in right or any(isinstance(row.get(name), int | float) for row in rows)
        table.add_column(name.replace("_", " "), justify="right" if is_number else "left")
    for row in rows:
        table.add_row(*(_cell(row.get(name)) for name in names))
    console = Console()
    if not console.is_terminal:  # a file or a pipe has no width to keep to
        console.width = 1000
    console.print(table)


def write_json(path: Path | None, **content: Any) -> None:
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
