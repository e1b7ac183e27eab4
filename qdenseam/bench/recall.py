"""Every recall method at one table: how exactly its circuit obeys its law, and what it costs."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from classical_ref.discrete.dense import DenseMemory
from classical_ref.separation import LogSumExp
from qdenseam.bench.row import Row
from qdenseam.memories.amplitude import AmplitudeMemory
from qdenseam.memories.energy import EnergyMemory
from qdenseam.methods import METHODS, RecallLaw, RecallMethod
from qdenseam.methods.base import Floats, Spins
from qdenseam.spelling import parse, spell


@dataclass(frozen=True, slots=True, kw_only=True)
class RecallRow(Row):
    """One method on one memory and probe."""

    method: str
    """The spelling of what was run, numbers rounded."""
    law_error: float
    """Largest difference between the statevector and the law, over every stored pattern, all
    spurious outcomes together and the acceptance."""
    p_value: float
    """Smallest exact two-sided binomial p-value of the shots over outcomes, times their number."""
    acceptance: float
    """P(accepted), from the law."""
    success: float
    """P(target given acceptance), from the law."""
    two_qubit_gates: int
    """CX, all-to-all."""
    two_qubit_depth: int
    num_qubits: int
    state_preparations: int
    """Preparations and inverses of the memory state in one shot."""
    knows_match_count: bool
    """Whether it is right only for a claimed number of matches or acceptance."""


def bench_recall(
    *,
    num_neurons: int = 6,
    num_patterns: int = 6,
    shots: int = 4000,
    methods: Sequence[str] | None = None,
    rng: np.random.Generator | int | None = None,
) -> Iterator[RecallRow]:
    """Yield a row for every method on one random memory.

    Completions get a stored pattern with one bit unknown, all others one with one bit flipped, such
    that no other pattern is as near where the memory allows it. Laws, circuits and shots are
    compared by statevector, so D and the flags must be few.

    Args:
        num_neurons: D, at least 2.
        num_patterns: K, at most 2^D.
        shots: Shots per method.
        methods: Spellings, in which ``$num_patterns`` is K; by default :data:`COMPARED` and every
            other registered method with its defaults.
        rng: Seed or generator.

    Raises:
        ValueError: D, K or the shots are out of range, or a text spells no method with a law.
    """
    from classical_ref.patterns import random_patterns
    from qdenseam.retrieval.verb import recall

    rng = np.random.default_rng(rng)
    if num_neurons < 2:
        raise ValueError(f"num_neurons should be at least 2. Got {num_neurons}.")
    patterns = random_patterns(num_patterns, num_neurons, rng=rng)
    for untrained in _chosen(methods, num_patterns):
        memory = _memory_for(untrained, patterns)
        target, probe = _posed(patterns, 0 if completes(untrained) else -1)
        method = untrained.trained(memory, probe, rng=rng)
        law = method.law(memory, probe)
        result = recall(memory, probe, method=method, sampler="statevector", shots=shots, rng=rng)
        counts = [*result.counts, result.spurious, shots - result.accepted]
        cost = method.resources(memory, probe)
        yield RecallRow(
            method=spell(untrained, digits=3),
            law_error=law_error(method, memory, probe, law),
            p_value=smallest_p_value(counts, [*law.joint, law.spurious, law.rejected]),
            acceptance=law.acceptance,
            success=float(law.probabilities[target]),
            two_qubit_gates=cost.two_qubit_gates,
            two_qubit_depth=cost.two_qubit_depth,
            num_qubits=cost.num_qubits,
            state_preparations=cost.state_preparations,
            knows_match_count=method.knows_match_count,
        )


COMPARED = (
    "ventura-martinez",
    "distributed-query",
    "amplification(num_matches=1, schedule=plain)",
    "amplification(num_matches=1)",
    "amplification",
    "amplification(schedule=fixed-point)",
    "set-intersection(radius=1)",
    "set-intersection(radius=1, oracle=signal)",
    "probabilistic(num_controls=2)",
    "probabilistic(num_controls=4)",
    "separation-filter(hamming-ball(1))",
    "separation-filter(hamming-ball(1), synthesis=symmetric)",
    "separation-filter(hamming-ball(1), amplified=1/$num_patterns)",
    "separation-filter(posterior(0.2))",
    "separation-filter(capped-posterior(0.2, radius=1))",
    "separation-filter(optimal(3, radius=1))",
    "product-filter(damping=0.25)",
    "sample-and-accept(hamming-ball(1))",
)
"""The amplitude methods of the table; a planner claims that one of K patterns matches."""


def completes(method: RecallMethod) -> bool:
    """Return whether a method asks for patterns that agree with all known bits."""
    return not method.corrects or getattr(method, "radius", None) == 0


def law_error(method: RecallMethod, memory: Any, probe: Spins, law: RecallLaw) -> float:
    """Return the largest difference between the circuit's statevector and the law."""
    from circuits.bit_order import bits_to_integer
    from classical_ref.spins import spins_to_bits

    reached = accepted_distribution(method, memory, probe)
    stored = reached[bits_to_integer(spins_to_bits(memory.patterns))]
    spurious = float(reached.sum() - stored.sum())
    return max(
        float(np.abs(stored - law.joint).max()),
        abs(spurious - law.spurious),
        abs(float(reached.sum()) - law.acceptance),
    )


def accepted_distribution(method: RecallMethod, memory: Any, probe: Spins) -> Floats:
    """Return P(memory is x, accepted) at index Σ_i b_i 2^i, shape ``(2**D,)``, by statevector."""
    from qiskit.quantum_info import Statevector

    from circuits.bit_order import all_bits
    from classical_ref.spins import bits_to_spins

    circuit = method.circuit(memory, probe)
    states = bits_to_spins(all_bits(memory.num_neurons))
    # flags and ancillas stand behind the memory; all should be 0
    clean = Statevector(circuit).probabilities()[: len(states)]
    return np.asarray(clean * method.acceptance_of(memory, probe, states))


def smallest_p_value(counts: Sequence[int], probabilities: Sequence[float]) -> float:
    """Return the smallest exact binomial p-value over outcomes, times the number of outcomes."""
    from scipy.stats import binom

    observed = np.asarray(counts, dtype=np.int64)
    p = np.clip(np.asarray(probabilities, dtype=float), 0, 1)
    shots = int(observed.sum())
    low, high = binom.cdf(observed, shots, p), binom.sf(observed - 1, shots, p)
    return float(min(1.0, len(observed) * 2 * float(np.minimum(low, high).min())))


def _posed(patterns: Spins, factor: int) -> tuple[int, Spins]:
    """Return a target and its probe: one bit times ``factor``, the nearest pattern far ahead."""
    from classical_ref.spins import hamming_distance

    probes = np.repeat(patterns[:, None], patterns.shape[1], axis=1)
    neurons = np.arange(patterns.shape[1])
    probes[:, neurons, neurons] *= factor
    distances = np.sort(hamming_distance(patterns, probes), axis=-1)
    lead = distances[..., min(1, len(patterns) - 1)] - distances[..., 0]
    target, neuron = np.unravel_index(int(lead.argmax()), lead.shape)
    return int(target), probes[target, neuron].astype(np.int8)


def _chosen(methods: Sequence[str] | None, num_patterns: int) -> Iterator[RecallMethod]:
    axes = {"num_patterns": num_patterns}
    listed = [parse("method", text, axes) for text in (COMPARED if methods is None else methods)]
    for method in listed:
        if not isinstance(method, RecallMethod):
            raise ValueError(f"methods should have a law, one circuit each. Got {method}.")
        yield method
    if methods is None:
        covered = {type(method) for method in listed}
        yield from (made() for _, made in sorted(METHODS.items()) if made not in covered)


def _memory_for(
    method: RecallMethod, patterns: npt.NDArray[np.int8]
) -> AmplitudeMemory | EnergyMemory:
    if issubclass(method.memory_type, EnergyMemory):
        return EnergyMemory(DenseMemory(patterns, separation=LogSumExp()))
    return AmplitudeMemory(patterns)
