"""Rows of numbers as a table on stdout and as a JSON file, and the lists they are made for."""

import math
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

if TYPE_CHECKING:
    from qdenseam.bench.row import Row

AnyRow = TypeVar("AnyRow", bound="Row")

JsonFile = Annotated[
    Path | None,
    typer.Option("--json", metavar="FILE", help="Also write the rows here.", show_default=False),
]


def names_of(text: str) -> list[str]:
    """Return the parts of an option like ``aer,ddsim``."""
    return [part.strip() for part in text.split(",") if part.strip()]


def numbers_of(text: str) -> list[int]:
    """Return the numbers of an option like ``4,8``."""
    return [int(part) for part in names_of(text)]


def sizes_of(text: str) -> list[tuple[int, int]]:
    """Return the pairs of neurons and patterns of an option like ``8:4,12:8``.

    Raises:
        ValueError: A part is no pair.
    """
    sizes = []
    for part in names_of(text):
        num_neurons, separator, num_patterns = part.partition(":")
        if not (separator and num_neurons.isdecimal() and num_patterns.isdecimal()):
            raise ValueError(f"sizes should be D:K,D:K, such as 8:4,12:8. Got {part!r}.")
        sizes.append((int(num_neurons), int(num_patterns)))
    return sizes


def report_rows(
    rows: Iterable[AnyRow],
    json_file: Path | None,
    *,
    news: Callable[[AnyRow], str] | None = None,
    **facts: Any,
) -> list[AnyRow]:
    """Print and write the rows of a benchmark with some facts of it, and return them.

    ``news`` of a row goes to stderr when the row is measured.
    """
    measured = []
    for row in rows:
        measured.append(row)
        if news is not None:
            typer.echo(news(row), err=True)
    plain = [row.to_dict() for row in measured]
    print_rows(plain)
    write_json(json_file, **facts, rows=plain)
    return measured


def print_rows(
    rows: Sequence[dict[str, Any]],
    *,
    columns: Sequence[str] | None = None,
    right: Sequence[str] = (),
    caption: str | None = None,
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
    table = Table(caption=caption, caption_justify="left")
    for name in names:
        is_number = name in right or any(isinstance(row.get(name), int | float) for row in rows)
        table.add_column(name.replace("_", " "), justify="right" if is_number else "left")
    for row in rows:
        table.add_row(*(_cell(row.get(name)) for name in names))
    console = Console()
    if not console.is_terminal:  # a file or a pipe has no width to keep to
        console.width = 200
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
