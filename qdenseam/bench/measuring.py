"""Time and memory: of calls in turns, and of a process of its own."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from math import inf
from pathlib import Path
from typing import Any, TypeVar

import psutil

from qdenseam.bench.base import BenchRow

Clock = Callable[[], float]
Result = TypeVar("Result")

_LONG = 1.0
_MIB = 2.0**20
_POLL_SECONDS = 0.2
_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "RAYON_NUM_THREADS")


def timed(
    *actions: Callable[[], Result],
    turns: int = 3,
    clock: Clock = time.perf_counter,
    at_least: float = 0.0,
    warm_up: bool = True,
) -> list[tuple[float, Result]]:
    """Return the least seconds of one call of each action, and what it gave last.

    All take turns, so that ratios are of one run. An untimed call before each timed one leaves the
    caches as in the middle of a series. What takes over a second is not repeated.

    Args:
        actions: What is timed.
        turns: How often.
        clock: Wall time, or the processor's.
        at_least: Seconds for which a short action is called again and again.
        warm_up: Whether there are untimed calls, which what keeps its answers must not have.
    """
    best: list[float] = [inf] * len(actions)
    results: list[Any] = [None] * len(actions)
    for turn in range(turns):
        for place, action in enumerate(actions):
            if turn and best[place] > _LONG:
                continue
            results[place] = None  # two of them need not fit
            if warm_up:
                results[place] = action()
            calls, elapsed, start = 0, 0.0, clock()
            while not calls or elapsed < at_least:
                results[place] = None
                results[place] = action()
                calls, elapsed = calls + 1, clock() - start
            best[place] = min(best[place], max(elapsed / calls, 1e-9))
    return list(zip(best, results, strict=True))


def peak_mib(action: Callable[[], Result]) -> tuple[float | None, Result]:
    """Return the memory that an action takes beyond what is taken before, and what it gives.

    The memory is None where the system does not say it: Linux alone lets peaks be forgotten.
    """
    before = _memory(reset=True)
    result = action()
    peak = _memory(reset=False)
    return None if before is None or peak is None else (peak - before) / _MIB, result


def in_child(
    arguments: Sequence[str],
    *,
    num_threads: int = 1,
    limit: float = 60.0,
    environment: Mapping[str, str] | None = None,
) -> BenchRow:
    """Return what a new Python process says, or a note why it says nothing.

    Args:
        arguments: Of the interpreter; the last line that it prints is a part of a row as JSON.
        num_threads: Threads that libraries may use there.
        limit: Processor seconds after which the process is stopped, imports included.
        environment: Further variables.
    """
    threads = dict.fromkeys(_THREADS, str(num_threads))
    with subprocess.Popen(  # noqa: S603  # this interpreter, on modules that cases name
        [sys.executable, *arguments],
        env={**os.environ, **threads, **(environment or {})},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as child:
        try:
            while True:
                with suppress(subprocess.TimeoutExpired):
                    output, errors = child.communicate(timeout=_POLL_SECONDS)
                    break
                if _processor_seconds(child.pid) > limit:
                    return {"note": f"stopped after {limit:g} s"}
        finally:
            child.kill()  # also where this process is interrupted
    if child.returncode:
        reason = (errors.strip().splitlines() or [f"ended with {child.returncode}"])[-1]
        return {"note": f"failed: {reason[:200]}"}
    answer: BenchRow = json.loads(output.splitlines()[-1])
    return answer


def _processor_seconds(pid: int) -> float:
    try:
        times = psutil.Process(pid).cpu_times()
    except psutil.NoSuchProcess:
        return 0.0
    return float(times.user + times.system)


def _memory(*, reset: bool) -> int | None:
    """Return the bytes now in memory, forgetting earlier peaks, or the peak; Linux only."""
    status, clear = Path("/proc/self/status"), Path("/proc/self/clear_refs")
    try:
        if reset:
            clear.write_text("5")
        lines = dict(line.split(":", 1) for line in status.read_text().splitlines())
    except OSError:
        return None
    return 1024 * int(lines["VmRSS" if reset else "VmHWM"].split()[0])
