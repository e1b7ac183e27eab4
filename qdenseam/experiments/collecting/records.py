"""Tasks and their records: questions to a trial, and what came back, batch by batch.

The key of a task is a hash of what is asked for, so equal questions meet again whatever asked them.
"""

import hashlib
import json
import math
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np

from classical_ref.checks import check_integer
from qdenseam.files import MAX_DEPTH

Params: TypeAlias = Mapping[str, Any]
"""Plain JSON data under string keys."""
Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"
"""Plain JSON data."""


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
    files: Mapping[str, str | dict[str, Any]] = field(default_factory=dict)
    """Where files lie, by the parameter that the trial is to find the path in, and, as tables, how
    they are read. Neither is a part of what is asked: what the files hold is, by a hash in
    ``params``."""

    def __post_init__(self) -> None:
        check_name(self.kind, "kind")
        object.__setattr__(self, "params", plain_mapping(self.params, "params"))
        check_integer(0, seed=self.seed)
        check_integer(1, num_batches=self.num_batches)
        object.__setattr__(self, "seed", int(self.seed))
        object.__setattr__(self, "num_batches", int(self.num_batches))
        places = {n: p if isinstance(p, dict) else os.fspath(p) for n, p in self.files.items()}
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
        check_integer(0, batch=batch)
        return stream(self.seed, self.key, int(batch))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Task):
            return NotImplemented
        return (self.key, self.num_batches) == (other.key, other.num_batches)

    def __hash__(self) -> int:
        return hash((self.key, self.num_batches))


def stream(seed: int, key: str, batch: int) -> np.random.Generator:
    """Return the generator of a batch of the task with this seed and key."""
    return np.random.default_rng([seed, int(key[:16], 16), batch])


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One finished batch of one task; records of one task share its parameters."""

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
    """What the trial returned, as plain JSON data."""
    seconds: float
    """Wall time of the trial."""
    versions: Mapping[str, str]
    """Versions of the packages that made it, see :func:`qdenseam.versions.versions`."""
    backend: str | None = None
    """What the circuits ran on, where the trial said so."""


def plain_json(value: object, name: str = "value", depth: int = 0) -> Json:
    """Return a fresh copy of ``value`` as plain JSON data; ``name`` names it in errors.

    NumPy numbers and arrays become numbers and lists, tuples become lists.

    Raises:
        TypeError: There is something that JSON cannot hold, or a key that is no string.
        ValueError: A number is NaN or infinite, or lists and dicts are too deep within each other.
    """
    if depth > MAX_DEPTH - 2 and isinstance(value, Mapping | list | tuple):  # as a part of a row
        raise ValueError(f"{name[:40]}... should be at most {MAX_DEPTH - 2} lists or dicts deep.")
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
        return plain_mapping(value, name, depth)
    if isinstance(value, np.ndarray):
        return plain_json(value.tolist(), name, depth)
    if isinstance(value, list | tuple):
        return [plain_json(item, f"{name}[{i}]", depth + 1) for i, item in enumerate(value)]
    raise TypeError(
        f"{name} should be plain JSON data (numbers, strings, lists, dicts, None). "
        f"Got {type(value).__name__}."
    )


def plain_mapping(value: object, name: str, depth: int = 0) -> dict[str, Any]:
    """Return a fresh copy of a dict as plain JSON data.

    Raises:
        TypeError: It is no dict, a key is no string, or there is something that JSON cannot hold.
        ValueError: A number is NaN or infinite, or something is too deep.
    """
    if not isinstance(value, Mapping):
        raise TypeError(f"{name} should be a dict. Got {type(value).__name__}.")
    for key in value:
        if not isinstance(key, str):
            raise TypeError(f"{name} should have strings as keys. Got {key!r}.")
    return {
        str.__str__(key): plain_json(item, f"{name}[{key!r}]", depth + 1)
        for key, item in value.items()
    }


def check_name(value: object, name: str) -> None:
    """Raise a ValueError unless ``value`` is a string that is not empty."""
    if not isinstance(value, str) or not value:
        raise ValueError(f"{name} should be a name, a string that is not empty. Got {value!r}.")
