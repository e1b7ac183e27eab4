"""The results file: append-only JSON Lines of three kinds, and how it is read.

``{"schema": 2, "versions": ...}`` opens every run and is repeated where versions change: it tells
what made the rows below it. ``{"task": KEY, "kind": ..., "params": ..., "seed": ...}`` stands once,
before the first row of its task. ``{"key": KEY, "batch": ..., "values": ..., "seconds": ...}``,
with ``"backend"`` where the trial named one, is a row. Files of schema 1, whose rows repeat all
that, are read too.
"""

import json
import os
from collections.abc import Mapping
from typing import Any

from classical_ref.checks import checked
from classical_ref.files import read_whole
from qdenseam.errors import ResultsFileError
from qdenseam.experiments.collecting.records import (
    Record,
    Task,
)
from qdenseam.files import MAX_ROW_BYTES, row_of, whole_lines
from qdenseam.formats import RESULTS_SCHEMA, BatchRow, BatchRow1, TaskRow, VersionsRow
from qdenseam.schema import door, read_as

_REPAIR = "Repair or delete that line, or collect into another file."
_STARTS = (b'{"schema": ', b'{"task": "', b'{"key": "')


class ResultsFile:
    """What is known of the lines of a results file, for reading on and for writing on."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = os.fspath(path)
        self.records: dict[tuple[str, int], Record] = {}
        """Records by key and batch; of equal ones the last."""
        self.length = 0
        """Bytes of whole lines that have been read or written."""
        self.is_of_schema_1 = False
        """Whether some line is of schema 1; such a file is never written to."""
        self._tasks: dict[str, Task | Record] = {}
        self._versions: Mapping[str, str] = {}
        self._num_lines = 0

    def read(self, data: bytes) -> None:
        """Take in lines that follow what is known; a last one that was cut is left out.

        Raises:
            ResultsFileError: A line is damaged or of a later schema, or the end is no piece of a
                line, so that this is some other file.
        """
        whole = whole_lines(data)
        # A crash of the machine may leave zero bytes where the end of the line would have been.
        cut = data[len(whole) :].rstrip(b"\0")
        if not any(cut[: len(start)] == start[: len(cut)] for start in _STARTS):
            raise ResultsFileError(
                f"{self.path} should be a results file, one JSON object per line. Got an end of "
                f"{cut[:20]!r}; choose another file."
            )
        for line in whole.splitlines():
            self._num_lines += 1
            with door(f"{self.path}, line {self._num_lines}", _REPAIR):
                self._take(line)
        self.length += len(whole)

    def lines_of(self, record: Record) -> bytes:
        """Return the lines that append a record, which is then known."""
        rows: list[dict[str, Any]] = []
        if record.versions != self._versions:
            self._versions = record.versions
            rows.append({"schema": RESULTS_SCHEMA, "versions": record.versions})
        if record.key not in self._tasks:
            self._tasks[record.key] = record
            asked = {"kind": record.kind, "params": record.params, "seed": record.seed}
            rows.append({"task": record.key, **asked})
        row = {
            "key": record.key,
            "batch": record.batch,
            "values": record.values,
            "seconds": record.seconds,
        }
        if record.backend is not None:
            row["backend"] = record.backend
        lines = "".join(json.dumps(each, allow_nan=False) + "\n" for each in (*rows, row)).encode()
        if max(map(len, lines.splitlines())) > MAX_ROW_BYTES:
            raise ResultsFileError(
                f"a trial's values should take at most {MAX_ROW_BYTES} bytes as JSON. Got more "
                f"from {record.kind!r}; return counts, or ask for smaller batches."
            )
        self.records[record.key, record.batch] = record
        self.length += len(lines)
        return lines

    def _take(self, line: bytes) -> None:
        row = row_of(line)
        if "task" in row:
            self._take_task(read_as(TaskRow, row), row["task"])
        elif "schema" not in row:
            batch = read_as(BatchRow, row)
            if batch["key"] not in self._tasks:
                raise ValueError(f"no task above has the key {batch['key']!r}.")
            self._take_row(batch, self._versions)
        elif type(row["schema"]) is int and row["schema"] == 1:
            whole = read_as(BatchRow1, row)
            self.is_of_schema_1 = True
            self._take_task(whole, whole["key"])
            self._take_row(whole, whole["versions"])
        else:
            self._versions = read_as(VersionsRow, row)["versions"]

    def _take_task(self, row: Mapping[str, Any], key: str) -> None:
        if key in self._tasks:
            return
        task = Task(kind=row["kind"], params=row["params"], seed=row["seed"])
        if key != task.key:
            raise ValueError(
                f"key should be {task.key}, the hash of kind, params and seed. Got {key!r}."
            )
        self._tasks[key] = task

    def _take_row(self, row: Mapping[str, Any], versions: Mapping[str, str]) -> None:
        key, batch = row["key"], row["batch"]
        task = self._tasks[key]
        self.records[key, batch] = Record(
            key=key,
            kind=task.kind,
            params=task.params,
            seed=task.seed,
            batch=batch,
            values=row["values"],
            seconds=float(row["seconds"]),
            versions=versions,
            backend=row.get("backend"),
        )


@checked
def read_records(path: str | os.PathLike[str]) -> list[Record]:
    """Return all records of a results file, in the order of its rows.

    A last line without its newline was cut by a killed run and is left out.

    Raises:
        FileNotFoundError: There is no such file.
        ResultsFileError: Any other line is damaged or of a later schema; the message names the
            file and the line.
    """
    file = ResultsFile(path)
    file.read(read_results(path))
    return list(file.records.values())


def read_results(path: str | os.PathLike[str]) -> bytes:
    """Return the bytes of a results file.

    Raises:
        ResultsFileError: It is too large to be read.
        OSError: It is missing, no file, or cannot be read.
    """
    try:
        return read_whole(path)
    except ValueError as error:
        raise ResultsFileError(f"{error} Collect into several files.") from None
