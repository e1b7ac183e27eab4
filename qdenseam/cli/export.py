"""Rows as JSON and CSV: the options that all commands with a table share."""

import csv
import json
import math
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext, redirect_stdout
from dataclasses import dataclass
from errno import EISDIR
from io import StringIO
from os import strerror
from pathlib import Path
from typing import Annotated, TextIO

from typer import Option

from qdenseam.cli.tables import Row

Write = Callable[..., None]
"""Takes the rows, and where JSON should hold more than these, all that it should hold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """The options ``--json`` and ``--csv``."""

    json: Annotated[
        str | None,
        Option(
            metavar="FILE",
            help="Also write all of it here as JSON, with versions; - is standard output, and "
            "words for people then go to standard error.",
            show_default=False,
        ),
    ] = None
    csv: Annotated[
        str | None,
        Option(
            metavar="FILE", help="Also write all columns here as CSV, or -.", show_default=False
        ),
    ] = None

    @property
    def to_stdout(self) -> bool:
        """Whether rows take standard output, and words have to go to standard error."""
        return "-" in (self.json, self.csv)

    @contextmanager
    def ready(self) -> Iterator[Write]:
        """Give what writes rows: whole files when the block has ended, nothing where it fails.

        Raises:
            OSError: A file cannot be written; the block is not begun.
            ValueError: Both should go to one place.
        """
        places, texts = (self.json, self.csv), ("", "")
        if self.json is not None and self.json == self.csv:
            raise ValueError(f"--json and --csv should go to two places. Got {self.json!r} twice.")
        for place in places:
            if place not in (None, "-"):
                prove(Path(place))

        def write(rows: Sequence[Row], content: Row | None = None) -> None:
            nonlocal texts
            texts = _json(content or {"rows": rows}) if self.json else "", _csv(rows)

        stdout = sys.stdout
        with redirect_stdout(sys.stderr) if self.to_stdout else nullcontext():
            yield write
        for place, text in zip(places, texts, strict=True):
            _put(place, text, stdout)


def prove(path: Path) -> None:
    """Find out whether a file can be written, and leave all as it is.

    Raises:
        OSError: It cannot.
    """
    if path.is_dir():
        raise IsADirectoryError(EISDIR, strerror(EISDIR), str(path))
    if path.exists():
        path.open("ab").close()
    if path.is_file() or not path.exists():
        partial = path.with_name(f"{path.name}.partial")  # as it will be written
        partial.open("ab").close()
        partial.unlink()


def _put(place: str | None, text: str, stdout: TextIO) -> None:
    from qdenseam.files import write_whole

    if place == "-":
        stdout.write(text)
    elif place is not None and (path := Path(place)).exists() and not path.is_file():
        path.write_text(text)  # a device or a pipe
    elif place is not None:
        write_whole(path, text.encode())


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
