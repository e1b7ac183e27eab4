"""A study run to its end, or read as far as it was run."""

import itertools
import os
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from pathlib import Path
from typing import TYPE_CHECKING

from qdenseam.experiments.collect import collect
from qdenseam.experiments.results_file import read_records
from qdenseam.experiments.study import Study, Until
from qdenseam.experiments.study_cells import SETS_PER_TASK, study_rows
from qdenseam.experiments.study_results import UNFINISHED, RowResult, row_result, study_table
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
    while True:
        tasks = [row.tasks(n) for row, n in zip(rows, num_sets, strict=True)]
        records = iter(
            collect(
                [task for each in tasks for task in each],
                Path(path),
                num_workers=num_workers,
                executor=executor,
                on_progress=on_progress,
                modules=(*_MODULES, *modules),
            )
        )
        results = [
            row_result(study, row, [next(records) for _ in each])
            for row, each in zip(rows, tasks, strict=True)
        ]
        wide = {each.row.place for each in results if each.stopped == UNFINISHED}
        if until is None or not wide:
            return study_table(results)
        num_sets = [
            _whole(until, 2 * n) if row.place in wide else n
            for row, n in zip(rows, num_sets, strict=True)
        ]


def read_study(study: Study, path: str | os.PathLike[str]) -> list[RowResult]:
    """Return what a results file holds of each row of a study, running nothing.

    Raises:
        ValueError: The study cannot be understood, or its data cannot serve it.
        OSError: A file cannot be read.
    """
    found = {record.key: record for record in read_records(path)}
    until = study.sampling.until
    num_sets = until.at_most_sets if until else study.sampling.pattern_sets
    results = []
    for row in study_rows(study):
        keys = (task.key for task in row.tasks(num_sets))
        finished = itertools.takewhile(found.__contains__, keys)
        results.append(row_result(study, row, [found[key] for key in finished]))
    return results


def _whole(until: Until, num_sets: int) -> int:
    """Return so many sets or a few more, so that tasks of earlier rounds stay as they are."""
    return min(-(-num_sets // SETS_PER_TASK) * SETS_PER_TASK, until.at_most_sets)
