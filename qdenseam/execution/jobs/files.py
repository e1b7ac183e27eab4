"""What happens to jobs, row by row on disk, by one writer at a time."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from qdenseam.errors import BackendError, ResultsFileError
from qdenseam.files import lock, whole_lines


def append_row(path: Path, row: dict[str, Any]) -> None:
    """Append a row of JSON and put it on disk; a last row that was cut goes first."""
    with path.open("r+b" if path.exists() else "x+b") as file:
        file.seek(file.truncate(len(whole_lines(file.read()))))
        file.write(json.dumps(row, allow_nan=False).encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())


def read_rows(path: Path) -> list[dict[str, Any]]:
    """Return the rows of a file, without a last one that was cut; none if there is no file.

    Raises:
        ResultsFileError: Another row is damaged.
    """
    data = path.read_bytes() if path.exists() else b""
    rows = []
    for number, line in enumerate(whole_lines(data).splitlines(), start=1):
        try:
            row = json.loads(line)
        except ValueError:
            row = None
        if not isinstance(row, dict):
            raise ResultsFileError(
                f"{path}, line {number} should be a JSON object. Got {line[:40]!r}; repair that "
                "line, do not delete it: it may hold the id of a job."
            )
        rows.append(row)
    return rows


@contextmanager
def only_writer(folder: Path) -> Iterator[None]:
    """Keep other processes from working on a folder meanwhile; a kill ends the hold.

    Raises:
        BackendError: Another process is at work there, or the file system has no locks.
    """
    with (folder / "lock").open("a+b") as file:
        try:
            lock(file)
        except BlockingIOError:
            raise BackendError(
                f"A submission should be worked on by one process at a time. {folder.name} is held "
                "by another one; try again when that has ended."
            ) from None
        except OSError as error:
            raise BackendError(
                f"A store of jobs should be on a file system with locks, so that no job is "
                f"submitted twice. Got {folder.parent}: {error.strerror}; choose another folder."
            ) from error
        yield
