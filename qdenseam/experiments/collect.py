"""Trials by name, and a collector that runs what a results file does not hold yet.

Kill it and run it again: it goes on where it stopped. Run it once more when it has finished: it
does nothing. Every batch draws from its own stream, so the numbers are the same either way.
"""

import importlib
import json
import multiprocessing
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor, as_completed
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext, suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, BinaryIO, TypeAlias, TypeVar

import numpy as np

from qdenseam.errors import QDenseAMError, ResultsFileError
from qdenseam.experiments.records import (
    Record,
    Task,
    parse_records,
    plain_json,
    whole_rows,
)
from qdenseam.versions import versions

Trial: TypeAlias = Callable[[dict[str, Any], np.random.Generator], Mapping[str, Any]]
"""One batch: parameters and a generator in, values out.

The key ``"backend"``, where a trial returns one, becomes the record's ``backend``.
"""

_AnyTrial = TypeVar("_AnyTrial", bound=Trial)
_Batch: TypeAlias = tuple[Task, int]
_Rows: TypeAlias = dict[tuple[str, int], Record]
_TRIALS: dict[str, Trial] = {}
_ENGINE_NAMES = ("engine", "device", "backend", "sampler")
"""Parameters that name an engine, in whatever trial."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a collection is, told after each new row."""

    done: int
    """Finished batches, those of earlier runs included."""
    total: int
    """Batches of all tasks together."""
    message: str
    """One line about the batch that has just ended."""


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


def collect(
    tasks: Iterable[Task],
    path: str | os.PathLike[str],
    *,
    num_workers: int = 0,
    executor: Executor | None = None,
    on_progress: Callable[[Progress], None] | None = None,
    modules: Sequence[str] = (),
) -> list[Record]:
    """Return the records of all batches of ``tasks``, running only those that ``path`` lacks.

    Each finished batch is appended to the file as one row and synced to disk by this process, the
    only writer. A last row that a killed run left half-written is cut off before the first new
    one. When nothing is missing, the file is only read.

    Args:
        tasks: What is wanted. Tasks of equal keys share their rows.
        path: The results file; it and its folder are made when missing. Rows of other tasks in it
            stay and are ignored.
        num_workers: Number of worker processes, started by spawn (a process forked after Qiskit's
            transpiler has run can hang); 0 runs the trials in this process. A script that asks
            for workers needs the usual ``if __name__ == "__main__":``.
        executor: Runs the batches instead, and stays open afterwards: any executor, such as
            Dask's ``Client.get_executor()``.
        on_progress: Called after each new row.
        modules: Names of modules that register trials, imported here and by the workers. The
            workers find the module of a trial that is registered here by themselves.

    Returns:
        One record per batch, in the order of ``tasks`` and, within a task, of its batches.

    Raises:
        ValueError: A task's kind is no registered trial, its ``engine``, ``device``, ``backend`` or
            ``sampler`` is a ``module:factory`` or an ``ibm:NAME``, ``num_workers`` is negative, or
            both ``num_workers`` and ``executor`` are given.
        OSError: ``path`` cannot be read or written; nothing was run.
        ResultsFileError: The file has a damaged row, or another process is writing it; nothing
            was run.
        QDenseAMError: A trial failed or a worker died. Finished rows are in the file, and the
            same call goes on from there, as it does after ``KeyboardInterrupt``.
    """
    path = Path(path)
    keyed = [(task.key, task) for task in tasks]
    for _, task in keyed:
        _check_engine(task)
    if num_workers < 0:
        raise ValueError(f"num_workers should be at least 0. Got {num_workers}.")
    if num_workers and executor is not None:
        raise ValueError("num_workers and executor exclude each other; give only one of them.")
    if path.is_dir():
        raise IsADirectoryError(
            f"path should be a file, such as {path / 'results.jsonl'}. Got the folder {path}."
        )
    wanted = {
        (key, batch): (task, batch) for key, task in keyed for batch in range(task.num_batches)
    }
    rows = _rows(path.read_bytes(), path) if path.exists() else {}
    if not wanted.keys() <= rows.keys():
        for module in modules:
            importlib.import_module(module)
        homes = {_registered(task.kind).__module__ for _, task in keyed}
        with _locked(path) as file:
            rows = _mended(file, path)
            missing = [batch for name, batch in wanted.items() if name not in rows]
            if executor is None and num_workers == 0:
                run = _in_process(missing)
            else:
                workers = _spawned(num_workers) if executor is None else nullcontext(executor)
                run = _in_workers(missing, workers, (*modules, *sorted(homes)))
            with closing(run):
                for done, record in enumerate(run, start=len(wanted) - len(missing) + 1):
                    _append(file, record)
                    rows[record.key, record.batch] = record
                    if on_progress is not None:
                        on_progress(_progress(record, done, len(wanted)))
    return [rows[key, batch] for key, task in keyed for batch in range(task.num_batches)]


def _check_engine(task: Task) -> None:
    """Refuse an engine that runs code of its own or costs money; tasks may come from a file."""
    for name in map(task.params.get, _ENGINE_NAMES):
        if isinstance(name, str) and ":" in name:  # else the simulators need not be imported
            from qdenseam.execution.factories import check_study_engine

            check_study_engine(name)


def _rows(data: bytes, path: Path) -> _Rows:
    """Return the records of a file by key and batch; of equal ones, the last."""
    return {(record.key, record.batch): record for record in parse_records(data, path)}


def _mended(file: BinaryIO, path: Path) -> _Rows:
    """Return what the open file holds, and cut off a half-written last row."""
    file.seek(0)
    data = file.read()
    rows = _rows(data, path)
    file.truncate(len(whole_rows(data, path)))
    return rows


def _append(file: BinaryIO, record: Record) -> None:
    file.write(record.to_json_line().encode())
    file.flush()
    os.fsync(file.fileno())


@contextmanager
def _locked(path: Path) -> Iterator[BinaryIO]:
    """Open a file for reading and appending, and keep other writers away meanwhile."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+b") as file:
        if sys.platform == "win32":
            yield file
            return
        import fcntl

        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ResultsFileError(
                f"{path} should have one writer at a time. Got a second while another process is "
                "writing it; wait for that one, or collect into another file."
            ) from None
        except OSError:
            pass  # a file system without locks: the advice cannot be given
        try:
            yield file
        finally:
            # Not left to closing: a worker forked by the caller's executor shares the lock.
            with suppress(OSError):
                fcntl.flock(file, fcntl.LOCK_UN)


def _in_process(batches: Iterable[_Batch]) -> Generator[Record]:
    for task, batch in batches:
        try:
            record = _run_batch(task, batch, ())
        except Exception as error:
            raise _failure(task, batch, error) from error
        yield record


def _in_workers(
    batches: Iterable[_Batch],
    workers: AbstractContextManager[Executor],
    modules: Sequence[str],
) -> Generator[Record]:
    futures: dict[Future[Record], _Batch] = {}
    try:
        with workers as executor:
            for task, batch in batches:
                futures[executor.submit(_run_batch, task, batch, modules)] = task, batch
            for future in as_completed(futures):
                try:
                    record = future.result()
                except BrokenExecutor:
                    raise
                except Exception as error:
                    raise _failure(*futures[future], error) from error
                yield record
    except BrokenExecutor as error:
        raise QDenseAMError(
            "a worker process ended abruptly: it ran out of memory, was killed, or a script asks "
            'for workers outside of `if __name__ == "__main__":`. Finished rows are kept; the '
            "same call goes on after them, with num_workers=0 in this process."
        ) from error
    finally:
        # After our own pool is gone, whose manager may not meet futures cancelled one by one.
        for future in futures:
            future.cancel()


def _run_batch(task: Task, batch: int, modules: Sequence[str]) -> Record:
    """Return the record of one batch; runs in a worker, which first imports the trials."""
    for module in modules:
        importlib.import_module(module)
    function = _registered(task.kind)
    start = time.perf_counter()
    values = function(plain_json({**task.params, **task.files}), task.rng(batch))
    seconds = time.perf_counter() - start
    if not isinstance(values, Mapping):
        raise TypeError(f"a trial should return a dict of values. Got {type(values).__name__}.")
    values = dict(values)
    return Record(
        key=task.key,
        kind=task.kind,
        params=task.params,
        seed=task.seed,
        batch=batch,
        backend=values.pop("backend", None),
        values=values,
        seconds=seconds,
        versions=versions(),
    )


@contextmanager
def _spawned(num_workers: int) -> Iterator[Executor]:
    """A pool of spawned processes that end at once when this process fails or dies."""
    context = multiprocessing.get_context("spawn")
    lifeline, held = context.Pipe(duplex=False)
    pool = ProcessPoolExecutor(
        num_workers, mp_context=context, initializer=_live_on, initargs=(lifeline,)
    )
    with lifeline, held, pool:
        try:
            yield pool
        except BaseException:
            held.close()
            pool.shutdown(cancel_futures=True)
            raise


def _live_on(lifeline: Connection) -> None:
    """Make this worker end as soon as the other end of the pipe closes, and ignore Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)

    def watch() -> None:
        lifeline.poll(None)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def _registered(kind: str) -> Trial:
    if kind not in _TRIALS:
        raise ValueError(
            f"kind should be a registered trial, one of {sorted(_TRIALS)}. Got {kind!r}; import "
            "the module that defines it, or name that module in modules. Workers cannot see a "
            "trial defined in a notebook; use num_workers=0 for it."
        )
    return _TRIALS[kind]


def _place(function: Trial) -> str:
    return f"{function.__module__}.{function.__qualname__}"


def _progress(record: Record, done: int, total: int) -> Progress:
    message = f"{record.kind}, batch {record.batch}, {record.seconds:.1f} s"
    return Progress(done=done, total=total, message=message)


def _failure(task: Task, batch: int, error: Exception) -> QDenseAMError:
    params = json.dumps(task.params)
    shown = params if len(params) <= 400 else params[:400] + " ..."
    return QDenseAMError(
        f"trial {task.kind!r} failed on batch {batch} of seed {task.seed} and params {shown}: "
        f"{type(error).__name__}: {error} Finished rows are kept; the same call goes on from there."
    )
