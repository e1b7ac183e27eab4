"""What a GPU gives: Aer's and our own engines on it, beside the CPU, in one run.

Where there is no GPU every engine gets a row that says what is missing.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from qdenseam.bench.gpu_workloads import WORKLOADS, Precision, Workload
from qdenseam.bench.row import Row
from qdenseam.execution.engines.gpu_support import (
    free_memory,
    missing_for_aer,
    missing_for_cupy,
    release_memory,
)

ENGINES = tuple(WORKLOADS)
"""What is measured: amplification by Aer, QAOA and amplification by our engines on CuPy."""

TOLERANCES: dict[Precision, float] = {"double": 1e-10, "single": 1e-6}
"""How far a result may be off, in the units of :attr:`GpuRow.error`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GpuRow(Row):
    """One engine on one workload at one size and precision."""

    engine: str
    workload: str = ""
    num_qubits: int | None = None
    precision: str | None = None
    gibibytes: float | None = None
    """Memory that our engine's arrays take, by counting them."""
    seconds: float | None = None
    """Wall time on the GPU, the faster of two after one to warm up."""
    cpu_seconds: float | None = None
    """Wall time of the same work on the CPU, with the threads that it chooses."""
    ratio: float | None = None
    """``cpu_seconds / seconds``."""
    error: float | None = None
    """Largest difference from the exact law: of a probability; of an expectation, over the depth D
    of a pattern; of a derivative, over the largest derivative."""
    correct: bool | None = None
    """Whether the error is within :data:`TOLERANCES`."""
    note: str = ""
    """What is missing, or why the run failed."""


def bench_gpu(
    *,
    sizes: Sequence[int] = (20, 24, 28, 30, 32, 33),
    max_cpu_qubits: int = 24,
    precisions: Sequence[Precision] = ("double", "single"),
    engines: Sequence[str] | None = None,
    array_module: Any = None,
) -> Iterator[GpuRow]:
    """Measure every engine on the GPU against the CPU and against the exact law.

    A run that does not fit is a row that says so; the others go on. Whatever else happens to an
    engine of ours is an error. Our engines are asked only for
    what the free memory of the device holds.

    Args:
        sizes: Numbers of neurons D; the branch engine, whose cost does not depend on D, gets
            memories of ``2**(D - 6)`` patterns instead.
        max_cpu_qubits: Largest D that is also run on the CPU. Above it there is no ratio.
        precisions: ``"double"`` and ``"single"``.
        engines: Out of :data:`ENGINES`; by default all.
        array_module: Instead of CuPy, for tests: any module with its interface.

    Raises:
        ValueError: A size, a precision or a name is out of range.
    """
    names = list(ENGINES if engines is None else engines)
    for name in names:
        if name not in ENGINES:
            raise ValueError(f"engines should be among {', '.join(ENGINES)}. Got {name!r}.")
    for precision in precisions:
        if precision not in TOLERANCES:
            raise ValueError(f"precisions should be 'double' or 'single'. Got {precision!r}.")
    if not sizes or min(sizes) < 9:
        raise ValueError(f"sizes should be at least 9. Got {list(sizes)}.")
    for name in names:
        missing = _missing(name, array_module)
        if missing is not None:
            yield GpuRow(engine=name, note=missing)
            continue
        xp = None if name == "aer-gpu" else array_module or import_module("cupy")
        for size in sizes:
            for precision in precisions:
                for workload in WORKLOADS[name]:
                    on_cpu, is_own = size <= max_cpu_qubits, name != "aer-gpu"
                    found = _measured(workload, xp, size, precision, on_cpu, is_own)
                    row = {"num_qubits": size, "precision": precision, **found}
                    yield GpuRow(engine=name, workload=workload.name, **row)
                    release_memory(xp)


def _missing(name: str, array_module: Any) -> str | None:
    if name == "aer-gpu":
        return missing_for_aer()
    return missing_for_cupy() if array_module is None else None


def _measured(
    workload: Workload, xp: Any, size: int, precision: Precision, on_cpu: bool, is_own: bool
) -> dict[str, Any]:
    """Return the numbers of a row, or its note where there is no room or another's engine fails."""
    needed = workload.bytes_needed(size, precision)
    found: dict[str, Any] = {"gibibytes": None if needed is None else needed / 2**30}
    free = None if needed is None else free_memory(xp)
    if needed is not None and free is not None and needed > free:
        note = f"needs {needed / 2**30:.1f} GiB on the device. Got {free / 2**30:.1f} GiB free"
        return found | {"note": note}
    try:
        seconds, cpu_seconds, error = workload.run(xp, size, precision, on_cpu)
    except Exception as failure:  # out of memory has a class of its own in each library
        reason = f"{type(failure).__name__}: {' '.join(str(failure).split())[:160]}"
        if is_own and not any(word in reason.lower() for word in ("memory", "alloc")):
            raise
        return found | {"note": reason}
    return found | {
        "seconds": seconds,
        "cpu_seconds": cpu_seconds,
        "ratio": None if cpu_seconds is None else cpu_seconds / seconds,
        "error": error,
        "correct": bool(error <= TOLERANCES[precision]),
    }
