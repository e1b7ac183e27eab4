"""The branch engine beside simulators of the whole circuit, on the same recalls in one run.

Times are processor seconds, all threads together, of the simulation alone: circuits are built and
compiled and filter angles found beforehand. Every engine gives P(pattern μ, accepted), which is
compared.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import numpy.typing as npt

from circuits.bit_order import bits_to_integer
from circuits.distance.symmetric_signal_processing import scaled_phases
from classical_ref.patterns import flip, random_patterns
from classical_ref.spins import hamming_distance
from qdenseam.bench.exact import branch
from qdenseam.bench.exact.matrix_product import matrix_product_run
from qdenseam.bench.row import Row
from qdenseam.bench.simulator_runs import SIMULATORS, missing
from qdenseam.memories.amplitude import AmplitudeMemory
from qdenseam.methods import (
    Amplified,
    AmplitudeAmplification,
    DolphChebyshev,
    HammingBall,
    RecallMethod,
    SeparationFilter,
)

if TYPE_CHECKING:
    from qdenseam.filters.tables import Filter

Floats = npt.NDArray[np.float64]

BRANCH = "branch"
"""Our engine of K flag states."""

ENGINES = (BRANCH, "law", "aer", "aer-mps", "ddsim")
"""What is timed: the engine, the closed form, and statevectors, matrix products and decision
diagrams of all qubits."""

MAX_STATEVECTOR = 24
"""Qubits up to which a statevector is run."""

MAX_INDEXED = 62
"""Qubits up to which a basis state has an index of 64 bits."""

_LEAST_SECONDS, _LONG_SECONDS = 0.02, 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class RecallEngineRow(Row):
    """One engine on one recall."""

    case: str
    num_neurons: int
    num_patterns: int
    num_qubits: int
    num_gates: int
    engine: str
    seconds: float | None
    """Processor seconds of one run, the fewest of the repeats."""
    ratio: float | None
    """``seconds`` over those of the branch engine."""
    error: float | None
    """Largest difference of P(pattern, accepted) from the branch engine."""
    note: str = ""
    """Why there are no numbers."""


def bench_recall_engines(
    *,
    sizes: Sequence[tuple[int, int]] = ((8, 4), (12, 8), (16, 16)),
    engines: Sequence[str] = ENGINES,
    num_repeats: int = 3,
    rng: np.random.Generator | int | None = None,
) -> Iterator[RecallEngineRow]:
    """Time recalls on every engine: amplification, filters of two kinds, and one amplified.

    Args:
        sizes: Pairs (D, K).
        engines: Out of :data:`ENGINES`; one that is not installed gets rows that say so.
        num_repeats: Repeats of which the fastest counts.
        rng: Draws the patterns.

    Raises:
        ValueError: A name or a number is out of range.
    """
    rng = np.random.default_rng(rng)
    unknown = [name for name in engines if name not in ENGINES]
    if unknown:
        raise ValueError(f"engines should be among {', '.join(ENGINES)}. Got {unknown[0]!r}.")
    if num_repeats < 1 or not sizes or min(min(pair) for pair in sizes) < 4:
        raise ValueError(
            "sizes should have D and K of at least 4, and num_repeats should be at least 1. "
            f"Got {list(sizes)}, {num_repeats}."
        )
    for num_neurons, num_patterns in sizes:
        memory = AmplitudeMemory(random_patterns(num_patterns, num_neurons, rng=rng))
        for case, method, probe in _cases(memory, rng):
            circuit = method.circuit(memory, probe)
            common: dict[str, Any] = {
                "case": case,
                "num_neurons": num_neurons,
                "num_patterns": num_patterns,
                "num_qubits": circuit.num_qubits,
                "num_gates": sum(circuit.count_ops().values()),
            }
            reference, base = _fastest(_runner(BRANCH, method, memory, probe, circuit), num_repeats)
            for name in engines:
                seconds = ratio = error = None
                note = _obstacle(name, circuit.num_qubits)
                if not note:
                    run = _runner(name, method, memory, probe, circuit)
                    joint, seconds = (
                        (reference, base) if name == BRANCH else _fastest(run, num_repeats)
                    )
                    ratio = seconds / base
                    error = float(np.abs(joint - reference).max())
                yield RecallEngineRow(
                    **common, engine=name, seconds=seconds, ratio=ratio, error=error, note=note
                )


def branch_state(method: RecallMethod, memory: AmplitudeMemory, probe: Any) -> branch.Branches:
    """Return the state that a method's circuit makes, by the branch engine, shape ``(K, 2**f)``.

    Args:
        method: A :class:`SeparationFilter` or an :class:`AmplitudeAmplification`.
        memory: The stored patterns.
        probe: Spins, shape ``(D,)``.

    Raises:
        TypeError: The method is another one.
    """
    distances = hamming_distance(memory.patterns, probe)
    if isinstance(method, AmplitudeAmplification):
        state = branch.prepared(memory.weights, 0)
        matches = (distances == 0)[:, None]
        rounds = method.rounds(memory, np.asarray(probe) != 0)
        return branch.amplify(state, matches, rounds)
    if not isinstance(method, SeparationFilter):
        raise TypeError(f"method should be a filter or amplification. Got {method.name!r}.")
    num_known, chosen = int(np.count_nonzero(probe)), cast("Filter", method.filter)
    state = branch.prepared(memory.weights, method.num_flags)
    for flag in range(method.num_flags):
        if method.synthesis == "symmetric":
            phases, _ = scaled_phases(chosen.cosine_series(num_known))
            state = branch.symmetric_filter(state, distances, phases, num_known, flag=flag)
        else:
            state = branch.signal_filter(state, distances, *chosen.signal(num_known), flag=flag)
    rounds = () if method.amplified is None else method.amplified.rounds()
    marked = np.arange(2**method.num_flags)[None] == 0
    return branch.amplify(state, marked, rounds)


def _cases(
    memory: AmplitudeMemory, rng: np.random.Generator
) -> list[tuple[str, RecallMethod, npt.NDArray[np.int8]]]:
    stored = memory.patterns[0]
    partial = stored.copy()
    partial[: len(stored) // 2] = 0
    flipped = flip(stored, 1, rng=rng)
    dolph = DolphChebyshev(4, 0.8)
    claim = Amplified(1 / len(memory.patterns))
    return [
        ("amplification", AmplitudeAmplification(), partial),
        ("filter, ball", SeparationFilter(HammingBall(1)), flipped),
        ("filter, 4 signals", SeparationFilter(dolph), flipped),
        ("filter, 4 signals, amplified", SeparationFilter(dolph, amplified=claim), flipped),
    ]


def _obstacle(engine: str, num_qubits: int) -> str:
    if engine == "aer" and num_qubits > MAX_STATEVECTOR:
        return f"2^{num_qubits} amplitudes"
    if engine == "ddsim" and num_qubits > MAX_INDEXED:
        return f"asked for amplitudes of at most {MAX_INDEXED} qubits"
    if engine in SIMULATORS:
        return missing(engine) or ""
    return ""


def _runner(
    engine: str, method: RecallMethod, memory: AmplitudeMemory, probe: Any, circuit: Any
) -> Callable[[], Floats]:
    if engine == BRANCH:
        return lambda: branch.accepted(branch_state(method, memory, probe))
    if engine == "law":
        return lambda: np.asarray(method.law(memory, probe).joint)
    # flags and ancillas are the higher qubits and should be 0
    if engine == "aer-mps":
        higher = circuit.num_qubits - memory.num_neurons
        run = matrix_product_run(circuit, np.pad(memory.bits, ((0, 0), (0, higher))))
    else:
        run = SIMULATORS[engine][1](circuit, bits_to_integer(memory.bits))
    return lambda: np.abs(run()) ** 2


def _fastest(run: Callable[[], Any], num_repeats: int) -> tuple[Any, float]:
    """Return what a run gives and its time; one that takes over a second is not repeated."""
    start = time.process_time()
    result = run()
    times = [time.process_time() - start]
    if times[0] > _LONG_SECONDS:
        return result, times[0]
    for _ in range(num_repeats):
        count, start = 0, time.process_time()
        while not count or time.process_time() - start < _LEAST_SECONDS:
            run()
            count += 1
        times.append((time.process_time() - start) / count)
    return result, min(times)
