"""Tasks, the rows they leave behind, and how a results file is read.

A results file is append-only JSON Lines: one self-contained row per finished batch. The key of a
row is a hash of what was asked for, so equal questions meet again whatever asked them.
"""

import hashlib
import json
import math
import operator
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any, Self, TypeAlias

import numpy as np

from qdenseam.errors import ResultsFileError

SCHEMA = 1
"""Version of the row format. A reader refuses rows of any other."""

Params: TypeAlias = Mapping[str, Any]
"""Plain JSON data under string keys."""

_ROW_START = b'{"schema": '


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Task:
    """One question to a trial, asked in ``num_batches`` independent batches.

    Two tasks are equal when their keys and their numbers of batches are.
    """

    kind: str
    """Name of the registered trial."""
    params: Params
    """What the trial is given: plain JSON data; NumPy numbers, arrays and tuples are converted."""
    seed: int = 0
    """Nonnegative; another seed gives another, independent task."""
    num_batches: int = 1
    """How many batches are wanted, at least 1. Raising it later keeps the finished ones."""
    files: Mapping[str, str | bool] = field(default_factory=dict)
    """Where files lie, by the parameter that the trial is to find the path in, and, as booleans,
    how they are read. Neither is a part of what is asked: what the files hold is, by a hash in
    ``params``."""

    def __post_init__(self) -> None:
        _check_name(self.kind, "kind")
        object.__setattr__(self, "params", _plain_mapping(self.params, "params"))
        object.__setattr__(self, "seed", _integer(self.seed, "seed", minimum=0))
        object.__setattr__(self, "num_batches", _integer(self.num_batches, "num_batches", 1))
        places = {n: p if isinstance(p, bool) else os.fspath(p) for n, p in self.files.items()}
        object.__setattr__(self, "files", places)

    @property
    def identity(self) -> dict[str, Any]:
        """Everything that decides what is sampled: the kind, the parameters and the seed.

        The number of batches, the places of files and the versions of the software are not part of
        it.
        """
        return {"kind": self.kind, "params": self.params, "seed": self.seed}

    @property
    def identity_text(self) -> str:
        """The identity as JSON with sorted keys and no spaces (``1`` and ``1.0`` differ)."""
        return json.dumps(self.identity, sort_keys=True, allow_nan=False, separators=(",", ":"))

    @property
    def key(self) -> str:
        """The SHA-256 of ``identity_text``, as 64 hexadecimal digits."""
        return hashlib.sha256(self.identity_text.encode()).hexdigest()

    def rng(self, batch: int) -> np.random.Generator:
        """Return the generator of one batch: the same in any order, worker or resumed run."""
        batch = _integer(batch, "batch", minimum=0)
        return np.random.default_rng([self.seed, int(self.key[:16], 16), batch])

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Task):
            return NotImplemented
        return (self.key, self.num_batches) == (other.key, other.num_batches)

    def __hash__(self) -> int:
        return hash((self.key, self.num_batches))


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One finished batch of one task: a row of a results file."""

    schema: int = SCHEMA
    """Version of the row format."""
    key: str
    """The task's key."""
    kind: str
    """Name of the trial."""
    params: Params
    """The task's parameters."""
    seed: int
    """The task's seed."""
    batch: int
    """Which batch of the task this is, from 0."""
    values: Mapping[str, Any]
    """What the trial returned: plain JSON data; NumPy numbers and arrays are converted."""
    seconds: float
    """Wall time of the trial."""
    versions: Mapping[str, str]
    """Versions of the packages that made the row, see ``versions``."""
    backend: str | None = None
    """What the circuits ran on, where the trial said so."""

    def __post_init__(self) -> None:
        for name in ("params", "values", "versions"):
            object.__setattr__(self, name, _plain_mapping(getattr(self, name), name))
        object.__setattr__(self, "batch", _integer(self.batch, "batch", minimum=0))
        object.__setattr__(self, "seconds", float(plain_json(self.seconds, "seconds")))
        if self.backend is not None:
            _check_name(self.backend, "backend")
        expected = Task(kind=self.kind, params=self.params, seed=self.seed).key
        if self.key != expected:
            raise ValueError(
                f"key should be {expected}, the hash of the row's kind, params and seed. "
                f"Got {self.key}."
            )

    def to_json_line(self) -> str:
        """Return the record as one line of JSON that ends in a newline."""
        return json.dumps(asdict(self), allow_nan=False) + "\n"

    @classmethod
    def from_json_line(cls, line: str | bytes) -> Self:
        """Return the record that ``to_json_line`` wrote.

        Raises:
            ResultsFileError: The line is no JSON object, has another schema, has missing or
                unknown fields, or its key does not belong to its parameters.
        """
        try:
            row = json.loads(line, parse_constant=_refuse_constant)
        except ValueError as error:
            raise ResultsFileError(f"the row is not JSON ({error}).") from error
        if not isinstance(row, dict):
            raise ResultsFileError(f"the row should be a JSON object. Got {type(row).__name__}.")
        if row.get("schema") != SCHEMA:
            raise ResultsFileError(
                f"schema should be {SCHEMA}. Got {row.get('schema')!r}; read the file with the "
                "version of qdenseam that wrote it."
            )
        if differing := row.keys() ^ {field.name for field in fields(cls)}:
            raise ResultsFileError(f"the row has missing or unknown fields: {sorted(differing)}.")
        try:
            return cls(**row)
        except (TypeError, ValueError) as error:
            raise ResultsFileError(str(error)) from error


def read_records(path: str | os.PathLike[str]) -> list[Record]:
    """Return all records of a results file, in the order of its rows.

    A last row without its newline was cut by a killed run and is left out.

    Raises:
        FileNotFoundError: There is no such file.
        ResultsFileError: Any other row is damaged or of an unknown schema; the message names the
            file and the line.
    """
    return parse_records(Path(path).read_bytes(), path)


def parse_records(data: bytes, path: str | os.PathLike[str]) -> list[Record]:
    """Return the records in the bytes of a results file; ``path`` only names it in errors.

    Raises:
        ResultsFileError: As for ``read_records``.
    """
    records = []
    for number, line in enumerate(whole_rows(data, path).splitlines(), start=1):
        try:
            records.append(Record.from_json_line(line))
        except ResultsFileError as error:
            raise ResultsFileError(
                f"{os.fspath(path)}, line {number}: {error} "
                "Repair or delete that line, or collect into another file."
            ) from error
    return records


def whole_rows(data: bytes, path: str | os.PathLike[str]) -> bytes:
    """Return ``data`` without a last row that was cut before its newline.

    Raises:
        ResultsFileError: The end is no piece of a row, so that this is some other file.
    """
    length = data.rfind(b"\n") + 1
    # A crash of the machine may leave zero bytes where the end of the row would have been.
    cut = data[length:].rstrip(b"\0")
    if cut[: len(_ROW_START)] != _ROW_START[: len(cut)]:
        raise ResultsFileError(
            f"{os.fspath(path)} should be a results file, one JSON row per line. Got an end of "
            f"{cut[:20]!r}; choose another file."
        )
    return data[:length]


def plain_json(value: Any, name: str = "value") -> Any:
    """Return a fresh copy of ``value`` as plain JSON data; ``name`` names it in errors.

    NumPy numbers and arrays become numbers and lists, tuples become lists.

    Raises:
        TypeError: There is something that JSON cannot hold, or a key that is no string.
        ValueError: A number is NaN or infinite.
    """
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, np.bool_):
        return bool(value)
    if isinstance(value, int | np.integer):
        return int(value)
    if isinstance(value, float | np.floating):
        if not math.isfinite(value):
            raise ValueError(f"{name} should be finite. Got {value}; store None for no value.")
        return float(value)
    if isinstance(value, Mapping):
        return _plain_mapping(value, name)
    if isinstance(value, np.ndarray):
        return plain_json(value.tolist(), name)
    if isinstance(value, list | tuple):
        return [plain_json(item, f"{name}[{i}]") for i, item in enumerate(value)]
    raise TypeError(
        f"{name} should be plain JSON data (numbers, strings, lists, dicts, None). "
        f"Got {type(value).__name__}."
    )


def _plain_mapping(value: Any, name: str) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        raise TypeError(f"{name} should be a dict. Got {type(value).__name__}.")
    for key in value:
        if not isinstance(key, str):
            raise TypeError(f"{name} should have strings as keys. Got {key!r}.")
    return {str.__str__(key): plain_json(item, f"{name}[{key!r}]") for key, item in value.items()}


def _check_name(value: Any, name: str) -> None:
    if not isinstance(value, str) or not value:
        raise ValueError(f"{name} should be a name, a string that is not empty. Got {value!r}.")


def _integer(value: Any, name: str, minimum: int) -> int:
    try:
        number = operator.index(value)
    except TypeError:
        raise TypeError(f"{name} should be an integer. Got {value!r}.") from None
    if number < minimum:
        raise ValueError(f"{name} should be at least {minimum}. Got {number}.")
    return number


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not allowed")
