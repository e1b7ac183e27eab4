"""Rows that survive a kill, appended line by line; whole files are :mod:`classical_ref.files`."""

import json
import math
import os
import re
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO, NoReturn, Self

from qdenseam.errors import ResultsFileError

MAX_ROW_BYTES = 2**26
"""Of a row of JSON, read or written."""
MAX_DEPTH = 64
"""Of lists and objects within each other."""
_BRACKETS = re.compile(rb'"(?:[^"\\]++|\\.)*+"|[\[{]|[\]}]')


def whole_lines(data: bytes) -> bytes:
    """Return ``data`` without a last line that was cut before its newline."""
    return data[: data.rfind(b"\n") + 1]


def row_of(line: bytes) -> dict[str, Any]:
    """Return the JSON object of a line.

    Raises:
        ValueError: The line is no JSON, holds NaN, infinity or a field twice, or is too long or
            too deep, which is found before it is read.
        TypeError: It is no object.
    """
    if len(line) > MAX_ROW_BYTES:
        raise ValueError(f"the line has {len(line)} bytes, more than {MAX_ROW_BYTES}.")
    if line.count(b"[") + line.count(b"{") > MAX_DEPTH and _depth(line) > MAX_DEPTH:
        raise ValueError(f"the line has lists or objects more than {MAX_DEPTH} deep.")
    try:
        row = _DECODER.decode(line.decode())
    except ValueError as error:
        raise ValueError(f"the line is not JSON ({error}).") from error
    if not isinstance(row, dict):
        raise TypeError(f"the line should be a JSON object. Got {type(row).__name__}.")
    return row


def _depth(line: bytes) -> int:
    depth = most = 0
    for found in _BRACKETS.finditer(line):
        first = found[0][:1]
        depth += (first in b"[{") - (first in b"]}")
        most = max(most, depth)
    return most


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not allowed")


def _finite(text: str) -> float:
    if math.isinf(number := float(text)):
        raise ValueError(f"{text[:40]} is not allowed")
    return number


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a field stands twice")
    return found


_DECODER = json.JSONDecoder(
    object_pairs_hook=_distinct, parse_float=_finite, parse_constant=_refuse_constant
)


def open_own(path: Path) -> BinaryIO:
    """Open a file that is the user's alone to read and write; made if missing, no link followed.

    Raises:
        ResultsFileError: It is a link.
        OSError: It cannot be opened.
    """
    if path.is_symlink():  # a message; the flag makes sure
        raise ResultsFileError(
            f"{path} should be a file. Got a link, which is not followed: remove the link, or move "
            "the file here."
        )
    flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
    return os.fdopen(os.open(path, flags, 0o600), "r+b")


def append_row(path: Path, row: dict[str, Any]) -> None:
    """Append a row of JSON and put it on disk; a last row that was cut goes first."""
    with open_own(path) as file:
        file.seek(file.truncate(len(whole_lines(file.read()))))
        file.write(json.dumps(row, allow_nan=False).encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())


def lock(file: BinaryIO) -> None:
    """Keep other processes from locking the same open file, until it is closed or the process ends.

    Raises:
        BlockingIOError: Another process holds it.
        OSError: The file system has no locks.
    """
    if sys.platform == "win32":
        import msvcrt

        try:
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        except PermissionError as error:
            raise BlockingIOError(str(error)) from error
    else:
        import fcntl

        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def unlock(file: BinaryIO) -> None:
    """Undo :func:`lock` at once: a process forked meanwhile shares the lock and may live longer."""
    with suppress(OSError):
        if sys.platform == "win32":
            import msvcrt

            file.seek(0)
            msvcrt.locking(file.fileno(), msvcrt.LK_UNLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_UN)


class Appender:
    """Appends lines to an open file; a context manager.

    A kill of the process loses nothing that was appended. A power cut loses at most the last
    ``seconds``: what is new goes to disk that often, by a thread of its own, and when the block
    ends; with 0 seconds at once.
    """

    def __init__(self, file: BinaryIO, *, seconds: float = 1.0) -> None:
        self._file = file
        self._seconds = seconds
        self._has_news = threading.Event()
        self._ends = threading.Event()
        self._error: OSError | None = None
        self._thread = threading.Thread(target=self._keep_synced, daemon=True)

    def __enter__(self) -> Self:
        if self._seconds:
            self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._seconds:
            self._ends.set()
            self._has_news.set()
            self._thread.join()
        os.fsync(self._file.fileno())

    def append(self, lines: bytes) -> None:
        """Append whole lines.

        Raises:
            OSError: They could not be written, or earlier ones could not be put on disk.
        """
        if self._error is not None:
            raise self._error
        self._file.write(lines)
        self._file.flush()
        if self._seconds:
            self._has_news.set()
        else:
            os.fsync(self._file.fileno())

    def _keep_synced(self) -> None:
        while not self._ends.is_set():
            self._has_news.wait()
            self._has_news.clear()
            try:
                os.fsync(self._file.fileno())
            except OSError as error:
                self._error = error
                return
            self._ends.wait(self._seconds)
