"""From records to rows: which belong together, and means with intervals over what repeats."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from qdenseam.experiments.records import Record
from qdenseam.experiments.statistics import Estimate


def cells_of(records: Iterable[Record], *names: str) -> dict[tuple[Any, ...], list[Record]]:
    """Return records by the values of these parameters, in the order in which they first come."""
    cells: dict[tuple[Any, ...], list[Record]] = {}
    for record in records:
        cells.setdefault(tuple(record.params[name] for name in names), []).append(record)
    return cells


def of_kind(records: Iterable[Record], kind: str, **params: object) -> list[Record]:
    """Return the records of a kind that have these parameters."""
    return [
        record
        for record in records
        if record.kind == kind and all(record.params.get(k) == v for k, v in params.items())
    ]


def mean_of(values: Sequence[float] | ArrayLike, covers: str) -> Estimate:
    """Return a mean with Student's 95 % interval; of a single value the interval is all numbers.

    Args:
        values: Independent repetitions, shape ``(n,)``.
        covers: What repeats, for the reader.
    """
    from scipy.special import stdtrit

    numbers = np.asarray(values, dtype=float)
    best, half = float(numbers.mean()), float("inf")
    if len(numbers) > 1:
        spread = numbers.std(ddof=1) / np.sqrt(len(numbers))
        half = float(stdtrit(len(numbers) - 1, 0.975) * spread)
    return Estimate(
        low=best - half, best=best, high=best + half, method="Student", level=0.95, covers=covers
    )
