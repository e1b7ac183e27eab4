"""The classical kernels against the physical limit of matrix products, and against peers.

The limit of one synchronous step over B probes, K patterns and D neurons is the bare pair of
single-precision products ``(B, D) @ (D, K)`` and ``(B, K) @ (K, D)``. Every ratio says how many
times as fast as its reference a kernel is, both timed in turns in the same run.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from classical_ref.discrete.dense import DenseMemory
from classical_ref.discrete.fields import DenseFields, Engine
from classical_ref.patterns import flip, random_patterns
from classical_ref.separation import Exponential, Polynomial, RectifiedPolynomial, Separation
from qdenseam.bench.row import Row

BETA = 0.2
ASYNCHRONOUS_ORDER = 6
_BITS_TIMED = 32  # of the slow peer


@dataclass(frozen=True, slots=True, kw_only=True)
class KernelRow(Row):
    """One kernel beside its reference."""

    kernel: str
    """What was timed."""
    workload: str
    """On what."""
    reference: str
    """Against what."""
    seconds: float | None
    """Least time of the kernel; None if it was skipped."""
    reference_seconds: float
    """Least time of the reference."""
    target: float | None
    """The ratio to reach, where there is one."""
    note: str = ""
    """Why it was skipped."""

    @property
    def ratio(self) -> float | None:
        """How many times as fast as the reference."""
        return None if self.seconds is None else self.reference_seconds / self.seconds

    def to_dict(self) -> dict[str, Any]:
        """Return the plain fields and the ratio."""
        return asdict(self) | {"ratio": self.ratio}


def bench_classical(
    *,
    num_probes: int = 256,
    num_patterns: int = 4096,
    num_neurons: int = 1024,
    num_single: int = 65_536,
    num_asynchronous: int = 1024,
    num_threads: int = 1,
    repeats: int = 9,
    rng: np.random.Generator | int | None = 0,
) -> Iterator[KernelRow]:
    """Yield every kernel with its ratio.

    One thread is timed in its own processor time, which other programs disturb least; several in
    wall time.

    Args:
        num_probes: B of the synchronous steps.
        num_patterns: Their K.
        num_neurons: D of everything.
        num_single: K where a single probe is recalled.
        num_asynchronous: K of asynchronous recall.
        num_threads: Threads of matrix products and compiled kernels.
        repeats: Turns, of which the least time counts.
        rng: Source of patterns and probes.

    Raises:
        ValueError: A number is below one, or there are more probes than patterns.
    """
    numbers = {
        "num_probes": num_probes,
        "num_patterns": num_patterns,
        "num_neurons": num_neurons,
        "num_single": num_single,
        "num_asynchronous": num_asynchronous,
        "num_threads": num_threads,
        "repeats": repeats,
    }
    for name, value in numbers.items():
        if value < 1:
            raise ValueError(f"{name} should be at least 1. Got {value}.")
    if num_probes > num_patterns:
        raise ValueError(f"num_probes should be at most {num_patterns}. Got {num_probes}.")
    import numba
    from threadpoolctl import threadpool_limits

    rng = np.random.default_rng(rng)
    clock = time.thread_time if num_threads == 1 else time.perf_counter
    compiled_threads = numba.get_num_threads()
    try:
        numba.set_num_threads(min(num_threads, numba.config.NUMBA_NUM_THREADS))
        with threadpool_limits(num_threads):
            turns = _Turns(clock, repeats)
            patterns = random_patterns(num_patterns, num_neurons, rng=rng)
            probes = flip(patterns[:num_probes], num_neurons // 10, rng=rng)
            yield from _step_rows(patterns, probes, turns, _MANY_PROBES)
            yield _torch_row(patterns, probes, turns, num_threads)
            many = random_patterns(num_single, num_neurons, rng=rng)
            probe = flip(many[:1], num_neurons // 10, rng=rng)
            yield from _step_rows(many, probe, turns, _ONE_PROBE)
            few = random_patterns(num_asynchronous, num_neurons, rng=rng)
            yield _asynchronous_row(few, flip(few[0], num_neurons // 5, rng=rng), turns)
    finally:
        numba.set_num_threads(compiled_threads)


@dataclass(frozen=True, slots=True)
class _Turns:
    clock: Callable[[], float]
    repeats: int

    def least(self, *actions: Callable[[], object]) -> tuple[float, ...]:
        """Return the least time of each action; all take turns.

        An untimed call before each timed one leaves the caches as in the middle of a recall.
        """
        best = [float("inf")] * len(actions)
        for _ in range(self.repeats):
            for place, action in enumerate(actions):
                action()
                start = self.clock()
                action()
                best[place] = min(best[place], self.clock() - start)
        return tuple(max(seconds, 1e-9) for seconds in best)


@dataclass(frozen=True, slots=True)
class _Step:
    """One synchronous step and the ratio it should reach."""

    kernel: str
    separation: Separation
    engine: Engine
    target: float | None


_EXPONENTIAL = f"packed bits and active sets, exponential (beta {BETA})"
_MANY_PROBES = (
    _Step("matrix products, order 3", Polynomial(3), "numpy", 0.92),
    _Step("packed bits, order 3", Polynomial(3), "auto", 1.6),
    _Step(_EXPONENTIAL, Exponential(BETA), "auto", 6.0),
)
_ONE_PROBE = (
    _Step("packed bits, order 3", Polynomial(3), "auto", None),
    _Step(_EXPONENTIAL, Exponential(BETA), "auto", 50.0),
)


def _step_rows(
    patterns: NDArray[np.int8], probes: NDArray[np.int8], turns: _Turns, steps: Sequence[_Step]
) -> Iterator[KernelRow]:
    reference, *times = turns.least(
        _product_pair(patterns, probes),
        *(_step(patterns, probes, step.separation, step.engine) for step in steps),
    )
    for step, seconds in zip(steps, times, strict=True):
        yield _against_pair(step.kernel, patterns, probes, seconds, reference, step.target)


def _asynchronous_row(
    patterns: NDArray[np.int8], probe: NDArray[np.int8], turns: _Turns
) -> KernelRow:
    memory = DenseMemory(patterns, RectifiedPolynomial(ASYNCHRONOUS_ORDER))
    floats = patterns.astype(np.float32)
    num_patterns, num_neurons = patterns.shape

    def energy(state: NDArray[np.float32]) -> np.floating:
        return -(np.maximum(floats @ state, 0) ** ASYNCHRONOUS_ORDER).sum()

    def recompute() -> None:
        """Flip single bits where that lowers the energy, both energies from scratch."""
        state = probe.astype(np.float32)
        for neuron in range(min(_BITS_TIMED, num_neurons)):
            flipped = state.copy()
            flipped[neuron] = -state[neuron]
            if energy(flipped) < energy(state):
                state = flipped

    def sweep() -> None:
        memory.recall(probe, order="sequential", max_sweeps=1, engine="numba")

    seconds, slow = turns.least(sweep, recompute)
    return KernelRow(
        kernel=f"asynchronous sweep, rectified order {ASYNCHRONOUS_ORDER}, per neuron",
        workload=f"K = {num_patterns}, D = {num_neurons}",
        reference="two full energies per neuron",
        seconds=seconds / num_neurons,
        reference_seconds=slow / min(_BITS_TIMED, num_neurons),
        target=100.0,
    )


def _torch_row(
    patterns: NDArray[np.int8], probes: NDArray[np.int8], turns: _Turns, num_threads: int
) -> KernelRow:
    """Time another package's attention, whose keys and values are the patterns."""
    pair = _product_pair(patterns, probes)
    kernel = "torch scaled_dot_product_attention"
    try:
        import torch
    except ImportError:
        (reference,) = turns.least(pair)
        row = _against_pair(kernel, patterns, probes, None, reference, None)
        return replace(row, note="skipped: torch is not installed")
    torch.set_num_threads(num_threads)
    queries = torch.tensor(probes[np.newaxis], dtype=torch.float32)
    keys = torch.tensor(patterns[np.newaxis], dtype=torch.float32)

    def attend() -> None:
        with torch.no_grad():
            torch.nn.functional.scaled_dot_product_attention(queries, keys, keys, scale=BETA)

    reference, seconds = turns.least(pair, attend)
    return _against_pair(kernel, patterns, probes, seconds, reference, None)


def _product_pair(
    patterns: NDArray[np.int8], probes: NDArray[np.int8]
) -> Callable[[], NDArray[np.float32]]:
    stored, states = patterns.astype(np.float32), probes.astype(np.float32)
    return lambda: np.asarray((states @ stored.T) @ stored)


def _step(
    patterns: NDArray[np.int8], probes: NDArray[np.int8], separation: Separation, engine: Engine
) -> Callable[[], NDArray[np.int8]]:
    """Return one synchronous step of a memory that is already stored."""
    memory = DenseMemory(patterns, separation)
    fields = DenseFields(
        memory.stored,
        separation,
        memory.weights,
        rule="exact",
        self_interaction="excluded",
        engine=engine,
    )
    return lambda: fields.signs(probes)


def _against_pair(
    kernel: str,
    patterns: NDArray[np.int8],
    probes: NDArray[np.int8],
    seconds: float | None,
    reference: float,
    target: float | None,
) -> KernelRow:
    num_patterns, num_neurons = patterns.shape
    return KernelRow(
        kernel=kernel,
        workload=f"B = {len(probes)}, K = {num_patterns}, D = {num_neurons}",
        reference="pair of matrix products",
        seconds=seconds,
        reference_seconds=reference,
        target=target,
    )
