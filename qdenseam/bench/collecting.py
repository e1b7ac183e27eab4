"""What a collector costs on trivial tasks: ours beside sinter and joblib, in one run."""

import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any, ClassVar

import numpy as np

from qdenseam.bench.base import Benchmark, BenchRow, Case, Setting, not_run, register
from qdenseam.bench.measuring import timed
from qdenseam.experiments import Task, collect, trial


@register
@dataclass(frozen=True, slots=True, kw_only=True)
class CollectorBenchmark(Benchmark):
    """Measure what a collector costs on trivial tasks.

    Ours, joblib's and sinter's. All keep on disk what one process does. sinter is given a sampler
    that samples nothing, and its file to resume from; joblib a memory on disk, which is called task
    by task. Both get fewer tasks, since they take longer.
    """

    name: ClassVar[str] = "collect"
    columns: ClassVar[Mapping[str, str]] = {
        "collector": "Which.",
        "num_tasks": "Tasks that take no time.",
        "run_ms": "Time a task adds to a run that keeps it.",
        "skip_ms": "Time a task adds when the same call comes again and everything is there.",
        "ratio": "Of the time to run a task to ours.",
        "bytes_per_task": "On disk.",
    }
    example: ClassVar[str] = "--tasks 100000"
    packages: ClassVar[Mapping[str, str]] = {"joblib": "joblib", "sinter": "sinter"}
    tasks: Annotated[int, Setting("Trivial tasks of ours.", "[1, 10^9]")] = 10_000
    peer_tasks: Annotated[int, Setting("Trivial tasks of each peer.", "[1, 10^9]")] = 300

    def cases(self) -> list[Case]:
        """Return one case: all are timed in one run."""
        return [{}]

    def measure(self, case: Case) -> Iterator[BenchRow]:  # noqa: ARG002
        """Yield a row per collector."""
        ours = _measured(_ours, self.tasks)
        yield {"collector": "qdenseam", "num_tasks": self.tasks, **ours, "ratio": 1.0}
        for name, module, run in (
            ("joblib.Memory", "joblib", _joblib),
            ("sinter", "sinter", _sinter),
        ):
            row: BenchRow = {"collector": name, "num_tasks": self.peer_tasks}
            lacking = not_run(module, self.packages)
            if lacking:
                yield row | {"note": lacking}
                continue
            theirs = _measured(run, self.peer_tasks)
            ratio = theirs["run_ms"] / max(ours["run_ms"], 1e-9)
            yield {**row, **theirs, "ratio": ratio}


def _measured(run: Callable[[int, Path], None], num_tasks: int) -> dict[str, float]:
    """Return what a task adds: the time of many less that of one."""
    with tempfile.TemporaryDirectory() as folder:
        one, many = Path(folder) / "one", Path(folder) / "many"
        run(1, Path(folder) / "zero")  # imports what it needs
        first, again, all_, nothing = (
            timed(partial(run, *call), turns=1, warm_up=False)[0][0]
            for call in ((1, one), (1, one), (num_tasks, many), (num_tasks, many))
        )
        size = sum(file.stat().st_size for file in (many, *many.rglob("*")) if file.is_file())
    return {
        "run_ms": 1e3 * max(0.0, all_ - first) / num_tasks,
        "skip_ms": 1e3 * max(0.0, nothing - again) / num_tasks,
        "bytes_per_task": size / num_tasks,
    }


@trial("trivial")
def trivial(params: dict[str, Any], rng: np.random.Generator) -> dict[str, Any]:  # noqa: ARG001
    """Add one."""
    return {"y": params["x"] + 1}


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
