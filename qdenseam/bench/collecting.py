"""What a collector costs on trivial tasks: ours beside sinter and joblib, in one run."""

import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from qdenseam.bench.row import Row
from qdenseam.experiments import Task, collect, trial


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectorRow(Row):
    """One collector on tasks that take no time, run in one process and kept on disk."""

    collector: str
    num_tasks: int
    run_ms: float | None = None
    """Time a task adds to a run that keeps it."""
    skip_ms: float | None = None
    """Time a task adds when the same call comes again and everything is there."""
    bytes_per_task: float | None = None
    note: str = ""


@trial("trivial")
def trivial(params: dict[str, Any], rng: np.random.Generator) -> dict[str, Any]:  # noqa: ARG001
    """Add one."""
    return {"y": params["x"] + 1}


def bench_collecting(num_tasks: int = 10_000, num_peer_tasks: int = 300) -> list[CollectorRow]:
    """Return a row per collector; peers that are not installed have a note instead of numbers.

    sinter is given a sampler that samples nothing, and its file to resume from; joblib a memory on
    disk, which is called task by task. Both get fewer tasks, since they take longer.

    Raises:
        ValueError: A number of tasks is below 1.
    """
    for name, number in (("num_tasks", num_tasks), ("num_peer_tasks", num_peer_tasks)):
        if number < 1:
            raise ValueError(f"{name} should be at least 1. Got {number}.")
    return [
        _row("qdenseam", num_tasks, _ours),
        _row("joblib.Memory", num_peer_tasks, _joblib, needs="joblib"),
        _row("sinter", num_peer_tasks, _sinter, needs="sinter"),
    ]


def _row(
    name: str, num_tasks: int, run: Callable[[int, Path], None], *, needs: str | None = None
) -> CollectorRow:
    try:
        if needs is not None:
            import_module(needs)
    except ImportError:
        return CollectorRow(
            collector=name, num_tasks=num_tasks, note=f"not installed: pip install {needs}"
        )
    with tempfile.TemporaryDirectory() as folder:
        one, all_ = Path(folder) / "one", Path(folder) / "all"
        times = [_seconds(run, *call) for call in ((1, one), (1, one), (num_tasks, all_))]
        times.append(_seconds(run, num_tasks, all_))
        size = sum(file.stat().st_size for file in (all_, *all_.rglob("*")) if file.is_file())
    return CollectorRow(
        collector=name,
        num_tasks=num_tasks,
        run_ms=1e3 * max(0.0, times[2] - times[0]) / num_tasks,
        skip_ms=1e3 * max(0.0, times[3] - times[1]) / num_tasks,
        bytes_per_task=size / num_tasks,
    )


def _seconds(run: Callable[[int, Path], None], num_tasks: int, place: Path) -> float:
    start = time.perf_counter()
    run(num_tasks, place)
    return time.perf_counter() - start


def _ours(num_tasks: int, place: Path) -> None:
    collect([Task(kind="trivial", params={"x": x}) for x in range(num_tasks)], place)


def _joblib(num_tasks: int, place: Path) -> None:
    memory = import_module("joblib").Memory(place, verbose=0)
    cached = memory.cache(_add_one)
    for x in range(num_tasks):
        cached(x)


def _add_one(x: int) -> dict[str, int]:
    return {"y": x + 1}


def _sinter(num_tasks: int, place: Path) -> None:
    import_module("qdenseam.bench.sinter_peer").collect_trivial(num_tasks, place)
