"""Tasks of a grid, and from records to rows: what belongs together, means with intervals."""

import itertools
from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from classical_ref.checks import check_array, checked
from qdenseam.experiments.collecting.records import Record, Task
from qdenseam.experiments.estimates.statistics import Estimate

Floats: TypeAlias = NDArray[np.float64]


def grid(kind: str, *, num_batches: int = 1, **params: object) -> list[Task]:
    """Return a task for every combination of parameters, the last one changing fastest.

    A list or tuple holds the values of a parameter, anything else is its only value; a parameter
    that is itself a list stands in one, ``betas=[[0.1, 0.5]]``.
    """
    axes = [each if isinstance(each, list | tuple) else [each] for each in params.values()]
    return [
        Task(kind=kind, params=dict(zip(params, values, strict=True)), num_batches=num_batches)
        for values in itertools.product(*axes)
    ]


@checked
def cells_of(records: Sequence[Record], *names: str) -> dict[tuple[Any, ...], list[Record]]:
    """Return records by the values of these parameters, in the order in which they first come."""
    cells: dict[tuple[Any, ...], list[Record]] = {}
    for record in records:
        cells.setdefault(tuple(record.params[name] for name in names), []).append(record)
    return cells


@checked
def by_task(records: Sequence[Record]) -> list[list[Record]]:
    """Return the batches of each task together, in the order in which tasks first come."""
    tasks: dict[str, list[Record]] = {}
    for record in records:
        tasks.setdefault(record.key, []).append(record)
    return list(tasks.values())


@checked
def of_kind(records: Sequence[Record], kind: str, **params: object) -> list[Record]:
    """Return the records of a kind that have these parameters."""
    return [
        record
        for record in records
        if record.kind == kind and all(record.params.get(k) == v for k, v in params.items())
    ]


@checked
def mean_of(values: Sequence[float] | ArrayLike, covers: str) -> Estimate:
    """Return a mean with Student's 95 % interval; of a single value the interval is all numbers.

    Args:
        values: Independent repetitions, shape ``(n,)``.
        covers: What repeats, for the reader.
    """
    from scipy.special import stdtrit

    numbers = check_array("values", values, "n")
    best, half = float(numbers.mean()), float("inf")
    if len(numbers) > 1:
        spread = numbers.std(ddof=1) / np.sqrt(len(numbers))
        half = float(stdtrit(len(numbers) - 1, 0.975) * spread)
    return Estimate(
        low=best - half, best=best, high=best + half, method="Student", level=0.95, covers=covers
    )
