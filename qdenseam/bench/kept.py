"""Long benchmarks that may be interrupted: finished cases are kept in a results file."""

from collections.abc import Callable, Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from qdenseam.bench.base import Benchmark, BenchRow, benchmark_named
from qdenseam.experiments import Record, Task, collect, trial
from qdenseam.progress import Progress

_TRIAL = "benchmark"


def run_kept(
    benchmark: Benchmark, path: Path, *, on_progress: Callable[[Progress], None] | None = None
) -> tuple[list[BenchRow], list[Record]]:
    """Return the rows of all cases and their records; only those that the file lacks are measured.

    Raises:
        OSError: The file cannot be written.
        ResultsFileError: It is damaged, or another process writes it.
    """
    settings = asdict(benchmark)
    tasks = [
        Task(kind=_TRIAL, params={"benchmark": benchmark.name, "settings": settings, "case": case})
        for case in benchmark.cases()
    ]
    records = collect(tasks, path, on_progress=on_progress)
    return [row for record in records for row in record.values["rows"]], records


@trial(_TRIAL)
def measured_case(params: dict[str, Any], rng: np.random.Generator) -> dict[str, Any]:  # noqa: ARG001
    """Measure one case of a benchmark, which draws from seeds of its own."""
    made = benchmark_named(params["benchmark"])
    benchmark = made(**{name: _tuples(value) for name, value in params["settings"].items()})
    return {"rows": list(benchmark.rows(params["case"]))}


def _tuples(value: Any) -> Any:
    if isinstance(value, Iterable) and not isinstance(value, str):
        return tuple(map(_tuples, value))
    return value
