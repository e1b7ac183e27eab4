"""A study run to its end, or read as far as it was run."""

import itertools
import os
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from pathlib import Path
from typing import TYPE_CHECKING

from classical_ref.checks import checked
from qdenseam.execution import engine
from qdenseam.experiments.challenge import CLASSICAL
from qdenseam.experiments.collecting.collect import collect
from qdenseam.experiments.collecting.results_file import read_records
from qdenseam.experiments.study import Study
from qdenseam.experiments.study_cells import SETS_PER_TASK, StudyRow, study_rows
from qdenseam.experiments.study_parts import Until
from qdenseam.experiments.study_results import UNFINISHED, RowResult, row_result, study_table
from qdenseam.progress import Progress

if TYPE_CHECKING:
    import pandas as pd

_TRIALS = ("qdenseam.experiments.trials",)


@checked
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

    Every row is one contender on one engine in one cell, with a column for each axis and ``sets``,
    the number of pattern sets. ``failure_rate`` is the share of *all* probes whose answer is not
    the target, an exact tie that falls on another pattern included; ``clear_rate`` is that of the
    unambiguous probes, and ``ambiguous`` the share of the others. Their 95 % intervals, by
    :func:`~qdenseam.experiments.rate_over_sets`, are in ``failure_rate_low`` and so on. ``overlap``
    is the patterns' mean absolute overlap. ``acceptance`` and ``success_per_shot`` (accepted and
    equal to the target) are shares of shots. Costs are per correct recall, over all shots, see
    :data:`~.study_rates.COSTS`; their intervals are bootstrapped over pattern sets; infinite
    without a correct recall, missing where there is no such cost: state preparations are those of
    superposed patterns, seconds those of a device. ``evaluations`` are those of training, per
    probe.

    With ``until`` more sets are drawn, doubled each time, for all contenders of a cell until each
    one's interval is narrow enough; ``stopped`` says why.

    Args:
        study: What is asked.
        path: The results file.
        num_workers: As for :func:`~qdenseam.experiments.collecting.collect`.
        executor: As there.
        on_progress: As there; with ``until`` the total grows.
        modules: Modules that register methods and the like, imported by workers.

    Raises:
        ValueError: A spelling is wrong, or the data cannot serve a cell.
        QDenseAMError: A trial failed; finished rows are kept.
        OSError: The file cannot be written.
    """
    return study_table(
        finished_study(
            study,
            path,
            num_workers=num_workers,
            executor=executor,
            on_progress=on_progress,
            modules=modules,
        )
    )


def finished_study(
    study: Study,
    path: str | os.PathLike[str],
    *,
    num_workers: int = 0,
    executor: Executor | None = None,
    on_progress: Callable[[Progress], None] | None = None,
    modules: Sequence[str] = (),
) -> list[RowResult]:
    """Return the result of each row of a study, as :func:`run_study` its table.

    Tasks of devices, which take longest, come first, then other circuits: so workers end together.
    """
    rows = study_rows(study)
    num_sets = [_first_sets(row) for row in rows]
    while True:
        tasks = [
            [*row.gallery_tasks(), *row.tasks(n)] for row, n in zip(rows, num_sets, strict=True)
        ]
        longest_first = sorted(zip(rows, tasks, strict=True), key=lambda each: _haste(each[0]))
        records = collect(
            [task for _, each in longest_first for task in each],
            Path(path),
            num_workers=num_workers,
            executor=executor,
            on_progress=on_progress,
            modules=(*_TRIALS, *modules),
        )
        found = {record.key: record for record in records}
        results = [
            row_result(row, [found[task.key] for task in each])
            for row, each in zip(rows, tasks, strict=True)
        ]
        wide = {each.row.place for each in results if each.stopped == UNFINISHED}
        if not wide:
            return results
        num_sets = [
            _whole(row.sampling.until, 2 * n) if row.sampling.until and row.place in wide else n
            for row, n in zip(rows, num_sets, strict=True)
        ]


def _haste(row: StudyRow) -> int:
    """The place of a row's tasks among all: 0 of a device, 1 of circuits elsewhere, 2 of laws."""
    if row.engine in (CLASSICAL, "exact"):
        return 2
    return int(engine(row.engine).target is None)


def read_study(study: Study, path: str | os.PathLike[str]) -> list[RowResult]:
    """Return what a results file holds of each row of a study, running nothing.

    Raises:
        ValueError: The study cannot be understood, or its data cannot serve it.
        OSError: A file cannot be read.
    """
    found = {record.key: record for record in read_records(path)}
    results = []
    for row in study_rows(study):
        until = row.sampling.until
        num_sets = until.at_most_sets if until else row.sampling.pattern_sets
        shown = [task.key for task in row.gallery_tasks() if task.key in found]
        keys = (task.key for task in row.tasks(num_sets))
        finished = itertools.takewhile(found.__contains__, keys)
        results.append(row_result(row, [found[key] for key in (*shown, *finished)]))
    return results


def _first_sets(row: StudyRow) -> int:
    until = row.sampling.until
    return _whole(until, until.at_least_sets) if until else row.sampling.pattern_sets


def _whole(until: Until, num_sets: int) -> int:
    """Return so many sets or a few more, so that tasks of earlier rounds stay as they are."""
    return min(-(-num_sets // SETS_PER_TASK) * SETS_PER_TASK, until.at_most_sets)
