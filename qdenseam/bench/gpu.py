"""What a GPU gives: Aer's and our own engines on it, beside the CPU, in one run.

Where there is no GPU every engine gets a row that says what is missing.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from time import perf_counter
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from qiskit import transpile

from classical_ref.patterns import random_patterns
from qdenseam.bench.recall_cases import recall_case
from qdenseam.execution.gpu_support import missing_for_aer, missing_for_cupy
from qdenseam.simulation import branch, diagonal
from qdenseam.simulation.diagonal_arrays import qaoa_state_arrays

Precision = Literal["double", "single"]

ENGINES = ("aer-gpu", "cupy-diagonal", "cupy-branch")
"""What is measured: amplification by Aer, QAOA and amplification by our engines on CuPy."""

TOLERANCES: dict[Precision, float] = {"double": 1e-10, "single": 1e-6}
"""How far a probability may be off."""

_NUM_PATTERNS = 16
_GAMMAS, _BETAS = (0.11, 0.23), (0.6, 0.3)
_STATES_PER_PATTERN = 2**6  # the branch engine gets 2^(D - 6) patterns
_NUM_ROUNDS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class GpuRow:
    """One engine at one size and precision."""

    engine: str
    workload: str
    num_qubits: int | None = None
    precision: str | None = None
    seconds: float | None = None
    """Wall time on the GPU, the faster of two after one to warm up."""
    cpu_seconds: float | None = None
    """Wall time of the same work on the CPU, with the threads that it chooses."""
    ratio: float | None = None
    """``cpu_seconds / seconds``."""
    error: float | None = None
    """Largest difference of a probability from ``reference``."""
    reference: str | None = None
    """``"law"``, ``"cpu"``, or ``"norm"`` where only the sum of all probabilities is compared."""
    correct: bool | None = None
    """Whether the error is within :data:`TOLERANCES`."""
    note: str = ""
    """What is missing, or why the run failed."""


def bench_gpu(
    *,
    sizes: Sequence[int] = (20, 24, 28, 30, 32),
    max_cpu_qubits: int = 24,
    precisions: Sequence[Precision] = ("double", "single"),
    engines: Sequence[str] = ENGINES,
    array_module: Any = None,
    on_row: Callable[[GpuRow], None] | None = None,
) -> list[GpuRow]:
    """Measure every engine on the GPU against the CPU.

    A run that does not fit is a row that says so; the others go on.

    Args:
        sizes: Numbers of neurons D; the branch engine, whose cost does not depend on D, gets
            memories of ``2**(D - 6)`` patterns instead.
        max_cpu_qubits: Largest D that is also run on the CPU. Above it the law or the norm is the
            reference and there is no ratio.
        precisions: ``"double"`` and ``"single"``.
        engines: Out of :data:`ENGINES`.
        array_module: Instead of CuPy, for tests: any module with NumPy's interface.
        on_row: Called with each row as it is measured.

    Raises:
        ValueError: A size, a precision or a name is out of range.
    """
    for name in engines:
        if name not in ENGINES:
            raise ValueError(f"engines should be among {', '.join(ENGINES)}. Got {name!r}.")
    for precision in precisions:
        if precision not in TOLERANCES:
            raise ValueError(f"precisions should be 'double' or 'single'. Got {precision!r}.")
    if not sizes or min(sizes) < 9:
        raise ValueError(f"sizes should be at least 9. Got {list(sizes)}.")
    rows: list[GpuRow] = []

    def add(row: GpuRow) -> None:
        rows.append(row)
        if on_row is not None:
            on_row(row)

    for name in engines:
        measure, workload = _MEASURES[name]
        missing = None
        if name == "aer-gpu":
            missing = missing_for_aer()
        elif array_module is None:
            missing = missing_for_cupy()
        if missing is not None:
            add(GpuRow(engine=name, workload=workload, note=missing))
            continue
        xp = array_module or import_module("cupy")
        for size in sizes:
            for precision in precisions:
                common = {
                    "engine": name,
                    "workload": workload,
                    "num_qubits": size,
                    "precision": precision,
                }
                try:
                    found = measure(xp, size, precision, size <= max_cpu_qubits)
                except Exception as error:  # out of memory has a class of its own in each library
                    reason = " ".join(str(error).split())[:160]
                    found = {"note": f"{type(error).__name__}: {reason}"}
                add(GpuRow(**common, **found))  # type: ignore[arg-type]
    return rows


def _compared(
    seconds: float,
    cpu_seconds: float | None,
    error: float,
    reference: str,
    precision: Precision,
) -> dict[str, Any]:
    return {
        "seconds": seconds,
        "cpu_seconds": cpu_seconds,
        "ratio": None if cpu_seconds is None else cpu_seconds / seconds,
        "error": error,
        "reference": reference,
        "correct": error <= TOLERANCES[precision],
    }


def _aer(_: Any, size: int, precision: Precision, on_cpu: bool) -> dict[str, Any]:
    """Amplification, whose law is known at every D."""
    from qiskit_aer import AerSimulator

    case = recall_case("amplification", size, _NUM_PATTERNS, rng=0)
    circuit = case.circuit()
    circuit.save_amplitudes(case.indices().tolist(), "asked")

    def runner(device: str) -> Callable[[], Any]:
        simulator = AerSimulator(
            method="statevector",
            device=device,
            precision=precision,
            n_qubits=circuit.num_qubits,
        )
        compiled = transpile(circuit, simulator, optimization_level=1, seed_transpiler=1)

        def run() -> Any:
            result = simulator.run(compiled).result()
            if not result.success:
                raise RuntimeError(result.results[0].status if result.results else result.status)
            return np.asarray(result.data(0)["asked"])

        return run

    seconds, amplitudes = _timed(runner("GPU"))
    cpu_seconds = _timed(runner("CPU"))[0] if on_cpu else None
    error = float(np.abs(np.abs(amplitudes) ** 2 - case.law().joint).max())
    return _compared(seconds, cpu_seconds, error, "law", precision)


def _diagonal(xp: Any, size: int, precision: Precision, on_cpu: bool) -> dict[str, Any]:
    """QAOA with two layers on the Hebb energy of three patterns."""
    dtype = xp.float64 if precision == "double" else xp.float32
    patterns = random_patterns(3, size, rng=0).astype(float)
    energies = hebb_diagonal(xp, patterns, dtype)
    start = np.full(size, np.pi / 2)
    angles: dict[str, Any] = {"gammas": _GAMMAS, "betas": _BETAS}

    def run() -> Any:
        state = qaoa_state_arrays(energies, start, **angles, array_module=xp)
        _wait(xp)
        return state

    seconds, state = _timed(run)
    if not on_cpu:
        error = abs(float(xp.linalg.norm(state)) ** 2 - 1)
        return _compared(seconds, None, error, "norm", precision)
    probabilities = _host(xp, xp.abs(state) ** 2)
    del state
    exact = hebb_diagonal(np, patterns, np.float64)
    reference = np.abs(diagonal.qaoa_state(exact, start, **angles)) ** 2
    own = exact.astype(dtype)
    cpu_seconds, _ = _timed(lambda: diagonal.qaoa_state(own, start, **angles, precision=precision))
    error = float(np.abs(probabilities - reference).max())
    return _compared(seconds, cpu_seconds, error, "cpu", precision)


def hebb_diagonal(xp: Any, patterns: npt.NDArray[np.float64], dtype: Any) -> Any:
    """Return -Σ_μ Σ_{i<j} ξ_i ξ_j z_i z_j / D at index Σ_i b_i 2^i, an array of the module."""
    num_neurons = patterns.shape[1]
    overlaps = []
    for pattern in patterns.tolist():
        sums = xp.zeros(1, dtype=dtype)
        for spin in pattern:
            sums = xp.concatenate([sums + dtype(spin), sums - dtype(spin)])
        overlaps.append(sums * sums - dtype(num_neurons))
    return sum(overlaps) * dtype(-0.5 / num_neurons)


def _branch(xp: Any, size: int, precision: Precision, on_cpu: bool) -> dict[str, Any]:
    """Amplification of four among 2^(D - 6) patterns, in the span of these."""
    num_patterns = 2**size // _STATES_PER_PATTERN
    dtype = np.complex128 if precision == "double" else np.complex64
    host: Any = branch.prepared(np.full(num_patterns, 1 / num_patterns), num_flags=0).astype(dtype)
    marked = np.arange(num_patterns)[:, None] < 4
    rounds = _NUM_ROUNDS * ((np.pi, np.pi),)
    there, marked_there = xp.asarray(host), xp.asarray(marked)

    def run() -> Any:
        state = branch.amplify(there, marked_there, rounds, array_module=xp)
        _wait(xp)
        return state

    seconds, state = _timed(run)
    angle = np.arcsin(np.sqrt(4 / num_patterns))
    expected = np.sin((2 * _NUM_ROUNDS + 1) * angle) ** 2 / 4
    error = float(abs(_host(xp, xp.abs(state[:4]) ** 2) - expected).max())
    cpu_seconds = _timed(lambda: branch.amplify(host, marked, rounds))[0] if on_cpu else None
    return _compared(seconds, cpu_seconds, error, "law", precision)


def _timed(run: Callable[[], Any]) -> tuple[float, Any]:
    """Return the seconds of the faster of two runs after a first, and the last result."""
    result = run()
    times = []
    for _ in range(2):
        result = None  # two states need not fit
        start = perf_counter()
        result = run()
        times.append(perf_counter() - start)
    return min(times), result


def _wait(xp: Any) -> None:
    if hasattr(xp, "cuda"):
        xp.cuda.Device().synchronize()


def _host(xp: Any, array: Any) -> npt.NDArray[Any]:
    return np.asarray(xp.asnumpy(array) if hasattr(xp, "asnumpy") else array)


_MEASURES: dict[str, tuple[Callable[..., dict[str, Any]], str]] = {
    "aer-gpu": (_aer, f"amplification, {_NUM_PATTERNS} patterns"),
    "cupy-diagonal": (_diagonal, "qaoa, 2 layers"),
    "cupy-branch": (_branch, "amplification, 2^(D-6) patterns"),
}
