"""Rows as JSON and CSV: the options that all commands with a table share."""

import csv
import json
import math
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext, redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Annotated

from typer import Option

from classical_ref.files import write_whole
from qdenseam.cli.outputs import DASH, output_file
from qdenseam.cli.tables import Row

ROWS = output_file(dash="standard output")
Write = Callable[..., None]
"""Takes the rows, and where JSON should hold more than these, all that it should hold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """The options ``--json`` and ``--csv``."""

    json: Annotated[
        Path | None,
        Option(
            callback=ROWS,
            metavar="FILE",
            help="Also write all of it here as JSON, with versions; - is standard output, and "
            "words for people then go to standard error.",
            show_default=False,
        ),
    ] = None
    csv: Annotated[
        Path | None,
        Option(
            callback=ROWS,
            metavar="FILE",
            help="Also write all columns here as CSV, or -.",
            show_default=False,
        ),
    ] = None

    @property
    def to_stdout(self) -> bool:
        """Whether rows take standard output, and words have to go to standard error."""
        return DASH in (self.json, self.csv)

    @contextmanager
    def ready(self) -> Iterator[Write]:
        """Give what writes rows: whole files when the block has ended, nothing where it fails.

        Raises:
            OSError: A file could not be written.
        """
        texts = "", ""

        def write(rows: Sequence[Row], content: Row | None = None) -> None:
            nonlocal texts
            texts = _json(content or {"rows": rows}) if self.json else "", _csv(rows)

        stdout = sys.stdout
        with redirect_stdout(sys.stderr) if self.to_stdout else nullcontext():
            yield write
        for place, text in zip((self.json, self.csv), texts, strict=True):
            if place == DASH:
                stdout.write(text)
            elif place is not None:
                write_whole(place, text.encode())


def _json(content: Row) -> str:
    from qdenseam.versions import versions

    return json.dumps(_plain({"versions": versions(), **content}), indent=1) + "\n"


def _plain(value: object) -> object:
    """Return data as JSON holds them: what is not finite is null."""
    if isinstance(value, Mapping):
        return _plain_row(value)
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if hasattr(value, "item"):  # a number of numpy's
        value = value.item()
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _plain_row(row: Row) -> dict[str, object]:
    return {name: _plain(value) for name, value in row.items()}


def _csv(rows: Sequence[Row]) -> str:
    file = StringIO(newline="")
    writer = csv.DictWriter(file, dict.fromkeys(name for row in rows for name in row))
    writer.writeheader()
    for row in map(_plain_row, rows):
        writer.writerow(
            {n: json.dumps(v) if isinstance(v, list | dict) else v for n, v in row.items()}
        )
    return file.getvalue()
