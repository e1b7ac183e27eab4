"""Trials by name, and how one batch of one is run."""

import importlib
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias, TypeVar

import numpy as np

from qdenseam.experiments.collecting.records import (
    Record,
    Task,
    check_name,
    plain_mapping,
    stream,
)

Trial: TypeAlias = Callable[[dict[str, Any], np.random.Generator], Mapping[str, Any]]
"""One batch: parameters and a generator in, values out.

The key ``"backend"``, where a trial returns one, becomes the record's ``backend``.
"""
Batch: TypeAlias = tuple[str, Task, int]
"""The key of a task, the task, and which of its batches."""

_AnyTrial = TypeVar("_AnyTrial", bound=Trial)
_TRIALS: dict[str, Trial] = {}


def trial(name: str) -> Callable[[_AnyTrial], _AnyTrial]:
    """Return a decorator that registers a function as the trial ``name``.

    Args:
        name: What ``Task.kind`` says. Defining the same function again replaces it.

    Raises:
        ValueError: Another function has the name.
    """

    def register(function: _AnyTrial) -> _AnyTrial:
        known = _TRIALS.get(name)
        if known is not None and _place(known) != _place(function):
            raise ValueError(
                f"name should be free. Got {name!r}, the name of {_place(known)}; choose another."
            )
        _TRIALS[name] = function
        return function

    return register


def registered(kind: str) -> Trial:
    """Return the trial of a name.

    Raises:
        ValueError: There is none.
    """
    if kind not in _TRIALS:
        raise ValueError(
            f"kind should be a registered trial, one of {sorted(_TRIALS)}. Got {kind!r}; import "
            "the module that defines it, or name that module in modules. Workers cannot see a "
            "trial defined in a notebook; use num_workers=0 for it."
        )
    return _TRIALS[kind]


def import_trials(modules: Sequence[str]) -> None:
    """Import modules that register trials."""
    for module in modules:
        importlib.import_module(module)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one batch came to: a record without its task."""

    values: dict[str, Any]
    seconds: float
    backend: str | None


def run_batch(batch: Batch) -> Outcome:
    """Run one batch here and now.

    Raises:
        TypeError: The trial returned no dict of plain data.
        ValueError: It returned a number that is not finite.
    """
    key, task, index = batch
    function = registered(task.kind)
    params = plain_mapping({**task.params, **task.files}, "params")
    rng = stream(task.seed, key, index)
    start = time.perf_counter()
    values = function(params, rng)
    seconds = time.perf_counter() - start
    if not isinstance(values, Mapping):
        raise TypeError(f"a trial should return a dict of values. Got {type(values).__name__}.")
    plain = plain_mapping(values, "values")
    backend = plain.pop("backend", None)
    if backend is not None:
        check_name(backend, "backend")
    return Outcome(values=plain, seconds=round(seconds, 6), backend=backend)


def record_of(batch: Batch, outcome: Outcome, versions: Mapping[str, str]) -> Record:
    """Return the record of a batch that was run with these versions."""
    key, task, index = batch
    return Record(
        key=key,
        kind=task.kind,
        params=task.params,
        seed=task.seed,
        batch=index,
        values=outcome.values,
        seconds=outcome.seconds,
        versions=versions,
        backend=outcome.backend,
    )


def _place(function: Trial) -> str:
    return f"{function.__module__}.{function.__qualname__}"
