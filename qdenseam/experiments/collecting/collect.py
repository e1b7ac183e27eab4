"""A collector that runs what a results file does not hold yet.

Kill it and run it again: it goes on where it stopped. Run it once more when it has finished: it
does nothing. Every batch draws from its own stream, so the numbers are the same either way.
"""

import os
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import Executor
from contextlib import closing, contextmanager, nullcontext
from pathlib import Path
from typing import Annotated, BinaryIO

from classical_ref.checks import Within, checked, shown
from qdenseam.errors import ResultsFileError
from qdenseam.experiments.collecting.records import Record, Task
from qdenseam.experiments.collecting.results_file import ResultsFile, read_results
from qdenseam.experiments.collecting.running import run_by, run_here, spawned
from qdenseam.experiments.collecting.trial_registry import import_trials, registered
from qdenseam.files import Appender, lock, unlock
from qdenseam.progress import Progress, followed

_ENGINE_NAMES = ("engine", "device", "backend", "sampler")
"""Parameters that name an engine, in whatever trial."""
_FOREIGN_WINDOW = 64
"""Chunks that a caller's executor is given at a time: it does not say how many workers it has."""


@checked
def collect(
    tasks: Iterable[Task],
    path: str | os.PathLike[str],
    *,
    num_workers: Annotated[int, Within("[0, 1000]", "One for each core is enough.")] = 0,
    executor: Executor | None = None,
    on_progress: Callable[[Progress], None] | None = None,
    modules: Sequence[str] = (),
) -> list[Record]:
    """Return the records of all batches of ``tasks``, running only those that ``path`` lacks.

    Each finished batch is appended to the file as one row by this process, the only writer: a kill
    loses nothing that has ended, a power cut at most the last second. A last row that a killed run
    left half-written is cut off before the first new one. When nothing is missing, the file is
    only read.

    Args:
        tasks: What is wanted. Tasks of equal keys share their rows.
        path: The results file; it and its folder are made when missing. Rows of other tasks in it
            stay and are ignored.
        num_workers: Number of worker processes, started by spawn; 0 runs the trials in this
            process. A script that asks for workers needs the usual
            ``if __name__ == "__main__":``.
        executor: Runs the batches instead, and stays open afterwards: any executor, such as
            Dask's ``Client.get_executor(pure=False)``.
        on_progress: Called after each new row; by default a terminal or a notebook shows a bar
            after two seconds.
        modules: Names of modules that register trials, imported here and by the workers. The
            workers find the module of a trial that is registered here by themselves.

    Returns:
        One record per batch, in the order of ``tasks`` and, within a task, of its batches.

    Raises:
        ValueError: A task's kind is no registered trial, its ``engine``, ``device``, ``backend`` or
            ``sampler`` is a ``module:factory`` or an ``ibm:NAME``, ``num_workers`` is out of range,
            or both ``num_workers`` and ``executor`` are given.
        OSError: ``path`` cannot be read or written; nothing was run.
        ResultsFileError: The file has a damaged row or is of an earlier schema, or another process
            is writing it; nothing was run.
        QDenseAMError: A trial failed or the workers were lost. Finished rows are in the file, and
            the same call goes on from there, as it does after ``KeyboardInterrupt``.
    """
    path = Path(path)
    tasks = list(tasks)
    given: list[object] = [*tasks]
    if wrong := [each for each in given if not isinstance(each, Task)]:
        raise TypeError(f"tasks should be several, each of class Task. Got {shown(wrong[0])}.")
    keyed = [(task.key, task) for task in tasks]
    for _, task in keyed:
        _check_engine(task)
    if num_workers and executor is not None:
        raise ValueError("num_workers and executor exclude each other; give only one of them.")
    wanted = {
        (key, batch): (key, task, batch) for key, task in keyed for batch in range(task.num_batches)
    }
    results = ResultsFile(path)
    if path.exists():
        results.read(read_results(path))
    if not wanted.keys() <= results.records.keys():
        import_trials(modules)
        homes = {registered(kind).__module__ for kind in {task.kind for _, task in keyed}}
        _check_schema(results)
        with _opened(path, results) as file, Appender(file) as rows:
            missing = [batch for name, batch in wanted.items() if name not in results.records]
            run: Generator[Record]
            if executor is not None:
                run = run_by(
                    missing,
                    nullcontext(executor),
                    (*modules, *sorted(homes)),
                    window=_FOREIGN_WINDOW,
                )
            elif num_workers:
                run = run_by(
                    missing,
                    spawned(num_workers),
                    (*modules, *sorted(homes)),
                    window=2 * num_workers,
                )
            else:
                run = run_here(missing)
            with followed("collect", on_progress) as tell, closing(run):
                for done, record in enumerate(run, start=len(wanted) - len(missing) + 1):
                    rows.append(results.lines_of(record))
                    tell(_progress(record, done, len(wanted)))
    return [results.records[name] for name in _in_order(keyed)]


def _in_order(keyed: list[tuple[str, Task]]) -> Iterator[tuple[str, int]]:
    for key, task in keyed:
        for batch in range(task.num_batches):
            yield key, batch


def _check_engine(task: Task) -> None:
    """Refuse an engine that runs code of its own or costs money; tasks may come from a file."""
    for name in map(task.params.get, _ENGINE_NAMES):
        if isinstance(name, str) and ":" in name:  # else the simulators need not be imported
            from qdenseam.execution.factories import check_study_engine

            check_study_engine(name)


def _check_schema(results: ResultsFile) -> None:
    if results.is_of_schema_1:
        raise ResultsFileError(
            f"{results.path} holds rows of an earlier format, which are read but not added to; "
            "collect into another file, or finish this one with the version that began it."
        )


@contextmanager
def _opened(path: Path, results: ResultsFile) -> Iterator[BinaryIO]:
    """Open a file for appending, keep other writers away, and take in what they wrote until now.

    One that is made here and gets no row before an error goes again.
    """
    is_new = not path.exists()
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+b") as file:
        try:
            lock(file)
        except BlockingIOError:
            raise ResultsFileError(
                f"{path} should have one writer at a time. Got a second while another process is "
                "writing it; wait for that one, or collect into another file."
            ) from None
        except OSError:
            pass  # a file system without locks: the advice cannot be given
        try:
            file.seek(results.length)
            results.read(file.read())
            file.truncate(results.length)
            yield file
        except Exception:
            if is_new and not results.length:
                path.unlink(missing_ok=True)
            raise
        finally:
            unlock(file)


def _progress(record: Record, done: int, total: int) -> Progress:
    message = f"{record.kind}, batch {record.batch}, {record.seconds:.1f} s"
    return Progress(done=done, total=total, message=message)
