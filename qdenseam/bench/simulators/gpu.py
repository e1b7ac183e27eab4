"""What a GPU gives: Aer's and our own engines on it, beside the CPU, in one run.

Where there is no GPU every engine gets a row that says what is missing.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from types import ModuleType
from typing import Annotated, Any, ClassVar

from qdenseam.bench.base import Benchmark, BenchRow, Case, Names, Numbers, Setting, register
from qdenseam.bench.simulators.gpu_workloads import WORKLOADS, Precision, Workload
from qdenseam.execution.engines.gpu_support import (
    free_memory,
    missing_for_aer,
    missing_for_cupy,
    release_memory,
)

TOLERANCES: dict[Precision, float] = {"double": 1e-10, "single": 1e-6}
"""How far a result may be off, in the units of the column ``error``."""


@register
@dataclass(frozen=True, slots=True, kw_only=True)
class GpuBenchmark(Benchmark):
    """Measure Aer and our engines on a GPU against the CPU.

    Their outcomes are held against the exact law. Without a GPU it says for each engine what is
    missing. A run that does not fit is a row that says so; our engines are asked only for what the
    free memory of the device holds.
    """

    name: ClassVar[str] = "gpu"
    columns: ClassVar[Mapping[str, str]] = {
        "engine": "What is measured: Aer, or one of our engines on CuPy.",
        "workload": "What is computed.",
        "num_qubits": "D; the branch engine, whose cost does not depend on D, gets 2^(D-6) "
        "patterns instead.",
        "precision": "Double or single.",
        "gibibytes": "Memory that our engine's arrays take, by counting them.",
        "seconds": "Wall time on the GPU.",
        "cpu_seconds": "Wall time of the same work on the CPU, with the threads that it chooses.",
        "ratio": "Of the CPU's seconds to the GPU's.",
        "error": "Largest difference from the exact law: of a probability; of an expectation, per "
        "neuron; of a derivative, over the largest one.",
        "correct": "Whether the error is below 1e-10, in single precision 1e-6.",
    }
    example: ClassVar[str] = "--sizes 20,28 --engines cupy-diagonal"
    sizes: Annotated[Numbers, Setting("Neurons, up to what the GPU holds.", "[9, 64]")] = (
        20,
        24,
        28,
        30,
        32,
        33,
    )
    max_cpu_qubits: Annotated[int, Setting("Largest D on the CPU too.", "[0, inf)")] = 24
    precisions: Annotated[Names, Setting("Of numbers.", among=tuple(TOLERANCES))] = tuple(
        TOLERANCES
    )
    engines: Annotated[Names, Setting("Engines.", among=tuple(WORKLOADS))] = tuple(WORKLOADS)

    def cases(self) -> Iterator[Case]:
        """Return engines with their sizes and precisions; one without a GPU once."""
        for engine in self.engines:
            if _missing(engine) is not None:
                yield {"engine": engine}
                continue
            for size in self.sizes:
                for precision in self.precisions:
                    yield {"engine": engine, "size": size, "precision": precision}

    def measure(self, case: Case) -> Iterator[BenchRow]:
        """Yield a row per workload of an engine."""
        engine = case["engine"]
        if "size" not in case:
            yield {"engine": engine, "note": _missing(engine)}
            return
        xp = None if engine == "aer-gpu" else import_module("cupy")
        size, precision = case["size"], case["precision"]
        for workload in WORKLOADS[engine]:
            found = _measured(workload, xp, size, precision, size <= self.max_cpu_qubits)
            facts: BenchRow = {
                "num_qubits": size,
                "precision": precision,
                "workload": workload.name,
            }
            yield {"engine": engine, **facts, **found}
            if xp is not None:
                release_memory(xp)


def _missing(engine: str) -> str | None:
    lacking = missing_for_aer() if engine == "aer-gpu" else missing_for_cupy()
    return None if lacking is None else f"not run: {lacking}"


def _measured(
    workload: Workload, xp: ModuleType | None, size: int, precision: Precision, on_cpu: bool
) -> dict[str, Any]:
    """Return the numbers of a row, or its note where there is no room or another's engine fails."""
    needed = workload.bytes_needed(size, precision)
    found: dict[str, Any] = {"gibibytes": None if needed is None else needed / 2**30}
    free = None if needed is None or xp is None else free_memory(xp)
    if needed is not None and free is not None and needed > free:
        note = f"needs {needed / 2**30:.1f} GiB on the device. Got {free / 2**30:.1f} GiB free"
        return found | {"note": note}
    try:
        seconds, cpu_seconds, error = workload.run(xp, size, precision, on_cpu)
    except Exception as failure:  # out of memory has a class of its own in each library
        reason = f"{type(failure).__name__}: {' '.join(str(failure).split())[:160]}"
        if xp is not None and not any(word in reason.lower() for word in ("memory", "alloc")):
            raise
        return found | {"note": reason}
    return found | {
        "seconds": seconds,
        "cpu_seconds": cpu_seconds,
        "ratio": None if cpu_seconds is None else cpu_seconds / seconds,
        "error": error,
        "correct": bool(error <= TOLERANCES[precision]),
    }
