"""The classical kernels against the physical limit of matrix products, and against peers.

The limit of one synchronous step over B probes, K patterns and D neurons is the bare pair of
single-precision products ``(B, D) @ (D, K)`` and ``(B, K) @ (K, D)``.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Annotated, ClassVar

import numpy as np
from numpy.typing import NDArray

from classical_ref.checks import Spins
from classical_ref.discrete.dense import DenseMemory
from classical_ref.discrete.fields import DenseFields, Engine
from classical_ref.patterns import flip, random_patterns
from classical_ref.separation import Exponential, Polynomial, RectifiedPolynomial, Separation
from qdenseam.bench.base import Benchmark, BenchRow, Case, Setting, not_run, register
from qdenseam.bench.measuring import timed

BETA = 0.2
ASYNCHRONOUS_ORDER = 6
_BITS_TIMED = 32  # of the slow peer


@register
@dataclass(frozen=True, slots=True, kw_only=True)
class ClassicalBenchmark(Benchmark):
    """Measure classical kernels against matrix products and peers.

    Every ratio says how many times as fast as its reference a kernel is, both timed in turns in
    the same run. One thread is timed in its own processor time, which other programs disturb
    least; several in wall time.
    """

    name: ClassVar[str] = "classical"
    columns: ClassVar[Mapping[str, str]] = {
        "kernel": "What was timed.",
        "workload": "On what: B probes, K patterns, D neurons.",
        "reference": "Against what.",
        "seconds": "Least time of the kernel.",
        "reference_seconds": "Least time of the reference.",
        "ratio": "How many times as fast as the reference.",
        "target": "The ratio to reach, where there is one.",
    }
    example: ClassVar[str] = "--num-patterns 512 --num-single 4096 --turns 3"
    packages: ClassVar[Mapping[str, str]] = {"torch": "torch"}
    num_probes: Annotated[int, Setting("B of the synchronous steps.", "[1, 10^9]")] = 256
    num_patterns: Annotated[int, Setting("Their K.", "[1, 10^9]")] = 4096
    num_neurons: Annotated[int, Setting("D of everything.", "[1, 10^9]")] = 1024
    num_single: Annotated[int, Setting("K where one probe is recalled.", "[1, 10^9]")] = 65_536
    num_asynchronous: Annotated[int, Setting("K of asynchronous recall.", "[1, 10^9]")] = 1024
    threads: Annotated[int, Setting("Threads of products and kernels.", "[1, 10^9]")] = 1
    turns: Annotated[int, Setting("Turns, of which the least time counts.", "[1, 10^9]")] = 9
    seed: Annotated[int, Setting("Seed of patterns and probes.", "[0, inf)")] = 0

    def __post_init__(self) -> None:
        Benchmark.__post_init__(self)
        if self.num_probes > self.num_patterns:
            raise ValueError(
                f"num_probes should be at most {self.num_patterns}. Got {self.num_probes}."
            )

    def cases(self) -> list[Case]:
        """Return the three kinds of work."""
        return [{"work": work} for work in ("many probes", "one probe", "asynchronous")]

    def measure(self, case: Case) -> Iterator[BenchRow]:
        """Yield the kernels of one kind of work with their ratios."""
        rng = np.random.default_rng(self.seed)
        with _threads(self.threads):
            if case["work"] == "asynchronous":
                patterns = random_patterns(self.num_asynchronous, self.num_neurons, rng=rng)
                yield self._asynchronous(
                    patterns, flip(patterns[0], self.num_neurons // 5, rng=rng)
                )
                return
            is_many = case["work"] == "many probes"
            number = self.num_patterns if is_many else self.num_single
            patterns = random_patterns(number, self.num_neurons, rng=rng)
            chosen = patterns[: self.num_probes if is_many else 1]
            probes = flip(chosen, self.num_neurons // 10, rng=rng)
            yield from self._steps(patterns, probes, _MANY_PROBES if is_many else _ONE_PROBE)

    def _seconds(self, *actions: Callable[[], object]) -> list[float]:
        clock = time.thread_time if self.threads == 1 else time.perf_counter
        return [seconds for seconds, _ in timed(*actions, turns=self.turns, clock=clock)]

    def _steps(self, patterns: Spins, probes: Spins, steps: "_Steps") -> Iterator[BenchRow]:
        work = f"B = {len(probes)}, K = {len(patterns)}, D = {self.num_neurons}"
        row: BenchRow = {"workload": work, "reference": "pair of matrix products"}
        kernels = {each[0]: _step(patterns, probes, *each[1:3]) for each in steps}
        lacking = not_run("torch", self.packages)
        if not lacking:
            kernels[_ATTENTION] = _attention(patterns, probes, self.threads)
        reference, *times = self._seconds(_product_pair(patterns, probes), *kernels.values())
        targets = {each[0]: each[3] for each in steps}
        for kernel, seconds in zip(kernels, times, strict=True):
            yield {
                **row,
                "kernel": kernel,
                "seconds": seconds,
                "reference_seconds": reference,
                "ratio": reference / seconds,
                "target": targets.get(kernel),
            }
        if lacking:
            yield {**row, "kernel": _ATTENTION, "reference_seconds": reference, "note": lacking}

    def _asynchronous(self, patterns: Spins, probe: Spins) -> BenchRow:
        memory = DenseMemory(patterns, RectifiedPolynomial(ASYNCHRONOUS_ORDER))
        sweep = partial(memory.recall, probe, order="sequential", max_sweeps=1, engine="numba")
        num_timed = min(_BITS_TIMED, self.num_neurons)
        seconds, slow = self._seconds(sweep, _recomputing(patterns, probe, num_timed))
        ours, theirs = seconds / self.num_neurons, slow / num_timed
        return {
            "kernel": f"asynchronous sweep, rectified order {ASYNCHRONOUS_ORDER}, per neuron",
            "workload": f"K = {len(patterns)}, D = {self.num_neurons}",
            "reference": "two full energies per neuron",
            "seconds": ours,
            "reference_seconds": theirs,
            "ratio": theirs / ours,
            "target": 100.0,
        }


@contextmanager
def _threads(number: int) -> Iterator[None]:
    import numba
    from threadpoolctl import threadpool_limits

    before = numba.get_num_threads()
    try:
        numba.set_num_threads(min(number, numba.config.NUMBA_NUM_THREADS))
        with threadpool_limits(number):
            yield
    finally:
        numba.set_num_threads(before)


_EXPONENTIAL = f"packed bits and active sets, exponential (beta {BETA})"
_Steps = tuple[tuple[str, Separation, Engine, float | None], ...]
_MANY_PROBES: _Steps = (
    ("matrix products, order 3", Polynomial(3), "numpy", 0.92),
    ("packed bits, order 3", Polynomial(3), "auto", 1.6),
    (_EXPONENTIAL, Exponential(BETA), "auto", 6.0),
)
_ONE_PROBE: _Steps = (
    ("packed bits, order 3", Polynomial(3), "auto", None),
    (_EXPONENTIAL, Exponential(BETA), "auto", 50.0),
)
"""One synchronous step each, and the ratio that it should reach."""
_ATTENTION = "torch scaled_dot_product_attention"


def _recomputing(patterns: Spins, probe: Spins, num_neurons: int) -> Callable[[], None]:
    floats = patterns.astype(np.float32)

    def energy(state: NDArray[np.float32]) -> np.floating:
        return -(np.maximum(floats @ state, 0) ** ASYNCHRONOUS_ORDER).sum()

    def recompute() -> None:
        """Flip single bits where that lowers the energy, both energies from scratch."""
        state = probe.astype(np.float32)
        for neuron in range(num_neurons):
            flipped = state.copy()
            flipped[neuron] = -state[neuron]
            if energy(flipped) < energy(state):
                state = flipped

    return recompute


def _attention(patterns: Spins, probes: Spins, num_threads: int) -> Callable[[], object]:
    """Return another package's attention, whose keys and values are the patterns."""
    import torch

    torch.set_num_threads(num_threads)
    queries = torch.tensor(probes[np.newaxis], dtype=torch.float32)
    keys = torch.tensor(patterns[np.newaxis], dtype=torch.float32)

    def attend() -> object:
        with torch.no_grad():
            return torch.nn.functional.scaled_dot_product_attention(queries, keys, keys, scale=BETA)

    return attend


def _product_pair(patterns: Spins, probes: Spins) -> Callable[[], NDArray[np.float32]]:
    stored, states = patterns.astype(np.float32), probes.astype(np.float32)
    return lambda: np.asarray((states @ stored.T) @ stored)


def _step(
    patterns: Spins, probes: Spins, separation: Separation, engine: Engine
) -> Callable[[], object]:
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
