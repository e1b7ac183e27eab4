"""Batches run here, in processes of our own, or by any executor: a cluster's too."""

import json
import multiprocessing
import os
import pickle
import signal
import sys
import threading
import time
from collections import deque
from collections.abc import Generator, Iterable, Iterator, Sequence
from concurrent.futures import (
    FIRST_COMPLETED,
    BrokenExecutor,
    CancelledError,
    Executor,
    Future,
    ProcessPoolExecutor,
    wait,
)
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection

from qdenseam.errors import QDenseAMError
from qdenseam.experiments.collecting.records import Record
from qdenseam.experiments.collecting.trial_registry import (
    Batch,
    Outcome,
    import_trials,
    record_of,
    run_batch,
)
from qdenseam.versions import versions

CHUNK_SECONDS = 0.5
"""How long a worker goes on with the batches it was sent; it sends back those it has not begun."""
_LARGEST_CHUNK = 1024


@dataclass(frozen=True, slots=True)
class _Done:
    """What a worker sends back: outcomes of the first batches, and the error of the next one."""

    outcomes: list[Outcome]
    versions: dict[str, str]
    error: Exception | None


def run_here(batches: Iterable[Batch]) -> Generator[Record]:
    """Run batches in this process, one after another.

    Raises:
        QDenseAMError: A trial failed.
    """
    made_by = versions()
    for batch in batches:
        try:
            outcome = run_batch(batch)
        except Exception as error:
            raise _failure(batch, error) from error
        yield record_of(batch, outcome, made_by)


def run_by(
    batches: Iterable[Batch],
    workers: AbstractContextManager[Executor],
    modules: Sequence[str],
    *,
    window: int,
) -> Generator[Record]:
    """Run batches by an executor, and yield their records in the order in which they end.

    Batches are sent in chunks of about half a second, as long as the last ones took; what a worker
    has not begun by then comes back and is sent again.

    Args:
        batches: What to run.
        workers: Yields the executor.
        modules: Modules that register trials, imported by every worker.
        window: How many chunks are sent at a time.

    Raises:
        QDenseAMError: A trial failed, or the workers or their scheduler were lost.
    """
    waiting = deque(batches)
    sent: dict[Future[_Done], list[Batch]] = {}
    size = 1
    try:
        with workers as executor:
            while waiting or sent:
                while waiting and len(sent) < window:
                    fair = max(1, len(waiting) // window)
                    chunk = [waiting.popleft() for _ in range(min(size, fair, len(waiting)))]
                    with _deaf():
                        sent[executor.submit(_run_chunk, chunk, modules)] = chunk
                ended = wait(sent, return_when=FIRST_COMPLETED).done
                failure = None
                for future in [each for each in sent if each in ended]:
                    chunk = sent.pop(future)
                    done = _result(future)
                    for batch, outcome in zip(chunk, done.outcomes, strict=False):
                        yield record_of(batch, outcome, done.versions)
                    left = chunk[len(done.outcomes) :]
                    if done.error is not None:
                        failure = failure or (left[0], done.error)
                    waiting.extendleft(reversed(left))
                    size = len(done.outcomes) if left else min(2 * len(chunk), _LARGEST_CHUNK)
                if failure is not None:
                    raise _failure(*failure) from failure[1]
    except (BrokenExecutor, CancelledError) as error:
        raise QDenseAMError(
            "the workers were lost: one ended abruptly (out of memory, killed, or a script asks "
            'for workers outside of `if __name__ == "__main__":`), or a scheduler closed the '
            f"connection ({type(error).__name__}). Finished rows are kept; the same call goes on "
            "after them, with num_workers=0 in this process."
        ) from error
    finally:
        # After our own pool is gone, whose manager may not meet futures cancelled one by one.
        for future in sent:
            future.cancel()


def _result(future: Future[_Done]) -> _Done:
    try:
        return future.result()
    except (BrokenExecutor, CancelledError):
        raise
    except Exception as error:
        if _is_loss(error):
            raise BrokenExecutor(str(error)) from error
        return _Done([], {}, error)


def _is_loss(error: Exception) -> bool:
    """Whether an executor tells of lost workers by an error of its own, as Dask does."""
    return type(error).__module__.partition(".")[0] == "distributed" or isinstance(error, OSError)


def _run_chunk(batches: list[Batch], modules: Sequence[str]) -> _Done:
    """Run the first batches of a chunk, at least one; runs in a worker."""
    import_trials(modules)
    outcomes: list[Outcome] = []
    error = None
    start = time.perf_counter()
    for batch in batches:
        try:
            outcomes.append(run_batch(batch))
        except Exception as failure:
            error = _portable(failure)
            break
        if time.perf_counter() - start >= CHUNK_SECONDS:
            break
    return _Done(outcomes, versions(), error)


def _portable(error: Exception) -> Exception:
    """Return the error, or one that says the same where it cannot be sent between processes."""
    try:
        pickle.loads(pickle.dumps(error))  # noqa: S301  # its own bytes
    except Exception:
        return RuntimeError(f"{type(error).__name__}: {error}")
    return error


@contextmanager
def spawned(num_workers: int) -> Iterator[Executor]:
    """A pool of spawned processes that end at once when this process fails or dies.

    Spawned, since a process forked after Qiskit's transpiler has run can hang.
    """
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


@contextmanager
def _deaf() -> Iterator[None]:
    """Hold Ctrl-C back; processes started meanwhile never hear it, not even while they import."""
    if sys.platform == "win32":
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _live_on(lifeline: Connection) -> None:
    """Make this worker end as soon as the other end of the pipe closes, and ignore Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)

    def watch() -> None:
        lifeline.poll(None)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def _failure(batch: Batch, error: Exception) -> QDenseAMError:
    _, task, index = batch
    params = json.dumps(task.params)
    shown = params if len(params) <= 400 else params[:400] + " ..."
    return QDenseAMError(
        f"trial {task.kind!r} failed on batch {index} of seed {task.seed} and params {shown}: "
        f"{type(error).__name__}: {error} Finished rows are kept; the same call goes on from there."
    )
