"""A study run to its end, and its table."""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qdenseam.experiments.collect import collect
from qdenseam.experiments.records import Record, Task
from qdenseam.experiments.study import Study, Until
from qdenseam.experiments.study_cells import SETS_PER_TASK, Row, study_rows
from qdenseam.experiments.summary import rates_and_costs
from qdenseam.progress import Progress

if TYPE_CHECKING:
    import pandas as pd

_MODULES = ("qdenseam.experiments.study_cells",)


def run_study(
    study: Study,
    path: str | os.PathLike[str],
    *,
    num_workers: int = 0,
    executor: Executor | None = None,
    on_progress: Callable[[Progress], None] | None = None,
    modules: Sequence[str] = (),
) -> "pd.DataFrame":
    """Return the table of a study, running what the results file lacks.

    Every row of the table is one contender on one engine in one cell, with the columns of
    :func:`~qdenseam.experiments.summary.comparison_table`, one column for each axis, and ``sets``,
    the number of pattern sets. With ``until`` more sets are drawn, doubled each time, for all
    contenders of a cell until each one's interval is narrow enough; ``stopped`` says why.

    Args:
        study: What is asked.
        path: The results file.
        num_workers: As for :func:`~qdenseam.experiments.collect`.
        executor: As there.
        on_progress: As there; with ``until`` the total grows.
        modules: Modules that register methods and the like, imported by workers.

    Raises:
        ValueError: A spelling is wrong, or the data cannot serve a cell.
        QDenseAMError: A trial failed; finished rows are kept.
        OSError: The file cannot be written.
    """
    rows = study_rows(study)
    until = study.sampling.until
    num_sets = [_whole(until, until.at_least_sets) if until else study.sampling.pattern_sets]
    num_sets *= len(rows)
    stopped = ["as asked"] * len(rows)
    while True:
        tasks = [row.tasks(n) for row, n in zip(rows, num_sets, strict=True)]
        records = collect(
            [task for each in tasks for task in each],
            Path(path),
            num_workers=num_workers,
            executor=executor,
            on_progress=on_progress,
            modules=(*_MODULES, *modules),
        )
        found = _values(tasks, records)
        if until is None:
            break
        halves = [_half_width(values) for values in found]
        wide = {
            _cell(row)
            for row, half, n in zip(rows, halves, num_sets, strict=True)
            if half > until.half_width and n < until.at_most_sets
        }
        stopped = [
            "narrow enough" if half <= until.half_width else "at_most_sets" for half in halves
        ]
        if not wide:
            break
        num_sets = [
            _whole(until, 2 * n) if _cell(row) in wide else n
            for row, n in zip(rows, num_sets, strict=True)
        ]
    return _table(rows, found, records, stopped)


def _whole(until: Until, num_sets: int) -> int:
    """Return so many sets or a few more, so that tasks of earlier rounds stay as they are."""
    return min(-(-num_sets // SETS_PER_TASK) * SETS_PER_TASK, until.at_most_sets)


def _cell(row: Row) -> tuple[Any, ...]:
    return tuple(sorted((axis, str(value)) for axis, value in row.cell.items()))


def _values(tasks: list[list[Task]], records: list[Record]) -> list[dict[str, list[Any]]]:
    """Join the lists of the tasks of each row, in the order of the pattern sets."""
    remaining = iter(records)
    joined = []
    for each in tasks:
        values: dict[str, list[Any]] = {}
        for _ in each:
            for name, counts in next(remaining).values.items():
                values.setdefault(name, []).extend(counts)
        joined.append(values)
    return joined


def _half_width(values: dict[str, list[Any]]) -> float:
    row = rates_and_costs(values, superposed=False)
    return float(row["failure_high"] - row["failure_low"]) / 2


def _table(
    rows: list[Row],
    found: list[dict[str, list[Any]]],
    records: list[Record],
    stopped: list[str],
) -> "pd.DataFrame":
    import pandas as pd

    listed = []
    position = 0
    for row, values, why in zip(rows, found, stopped, strict=True):
        count = -(-len(values["probes"]) // SETS_PER_TASK)
        seconds = sum(record.seconds for record in records[position : position + count])
        position += count
        listed.append(
            {
                "label": row.label,
                "recall": row.recall,
                "memory": row.memory,
                "kind": row.kind,
                "peeks": row.peeks,
                "engine": row.engine,
                "block": row.block,
                **row.cell,
                **rates_and_costs(values, superposed=row.memory.startswith("amplitude")),
                "seconds": seconds,
                "stopped": why,
            }
        )
    return pd.DataFrame(listed)
