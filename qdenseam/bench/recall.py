"""Every recall method at one table: how exactly its circuit obeys its law, and what it costs."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

import numpy as np

from classical_ref.checks import Floats, Spins
from classical_ref.discrete.dense import DenseMemory
from classical_ref.patterns import random_patterns
from classical_ref.separation import LogSumExp
from qdenseam.bench.base import Benchmark, BenchRow, Case, Names, Setting, register
from qdenseam.memories.amplitude import AmplitudeMemory
from qdenseam.memories.energy import EnergyMemory
from qdenseam.methods import RecallLaw, RecallMethod
from qdenseam.retrieval.reading import Memory
from qdenseam.spelling import parse, registered, spell

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


@register
@dataclass(frozen=True, slots=True, kw_only=True)
class RecallBenchmark(Benchmark):
    """Check every method against its law, and count what it costs.

    Completions get a stored pattern with one bit unknown, all others one with one bit flipped, such
    that no other pattern is as near where the memory allows it. Laws, circuits and shots are
    compared by statevector, so D and the flags must be few.
    """

    name: ClassVar[str] = "recall"
    columns: ClassVar[Mapping[str, str]] = {
        "method": "The spelling of what was run, numbers rounded.",
        "law_error": "Largest difference between the statevector and the law, over every stored "
        "pattern, all spurious outcomes together and the acceptance.",
        "p_value": "Smallest exact two-sided binomial p-value of the shots over outcomes, times "
        "their number.",
        "correct": "Whether the error is below 1e-10 and the p-value above 1e-9.",
        "acceptance": "P(accepted), from the law.",
        "success": "P(target given acceptance), from the law.",
        "two_qubit_gates": "CX, all-to-all.",
        "two_qubit_depth": "Their depth.",
        "num_qubits": "Of the circuit.",
        "state_preparations": "Preparations and inverses of the memory state in one shot.",
        "knows_match_count": "Whether it is right only for a claimed number of matches or "
        "acceptance.",
    }
    example: ClassVar[str] = "--methods 'separation-filter(hamming-ball(1)), amplification'"
    num_neurons: Annotated[int, Setting("D.", "[2, 10^9]")] = 6
    num_patterns: Annotated[int, Setting("K, at most 2^D.", "[1, 10^9]")] = 6
    shots: Annotated[int, Setting("Shots per method.", "[1, 10^9]")] = 4000
    methods: Annotated[
        Names,
        Setting("Spellings, in which $num_patterns is K. By default every method with a law."),
    ] = ()
    seed: Annotated[int, Setting("Seed of the memory, the training and the shots.", "[0, inf)")] = 0

    def cases(self) -> list[Case]:
        """Return the methods."""
        axes = {"num_patterns": self.num_patterns}
        chosen = [parse("method", text, axes) for text in self.methods or COMPARED]
        for method in chosen:
            if not isinstance(method, RecallMethod):
                raise ValueError(f"methods should have a law, one circuit each. Got {method}.")
        if not self.methods:
            covered = {type(method) for method in chosen}
            chosen += [
                made()
                for _, made in sorted(registered("method").items())
                if issubclass(made, RecallMethod) and made not in covered
            ]
        return [{"method": spell(method)} for method in chosen]

    def measure(self, case: Case) -> Iterator[BenchRow]:
        """Yield the row of one method."""
        from qdenseam.retrieval.verb import recall

        rng = np.random.default_rng(self.seed)
        patterns = random_patterns(self.num_patterns, self.num_neurons, rng=rng)
        untrained: Any = parse("method", case["method"])
        memory = _memory_for(untrained, patterns)
        target, probe = _posed(patterns, 0 if _completes(untrained) else -1)
        method = untrained.trained(memory, probe, rng=rng)
        law = method.law(memory, probe)
        result = recall(
            memory, probe, method=method, sampler="statevector", shots=self.shots, rng=rng
        )
        counts = [*result.counts, result.spurious, self.shots - result.accepted]
        error = law_error(method, memory, probe, law)
        p_value = smallest_p_value(counts, [*law.joint, law.spurious, law.rejected])
        cost = method.resources(memory, probe)
        yield {
            "method": spell(untrained, digits=3),
            "law_error": error,
            "p_value": p_value,
            "correct": error < 1e-10 and p_value > 1e-9,
            "acceptance": law.acceptance,
            "success": float(law.probabilities[target]),
            "two_qubit_gates": cost.two_qubit_gates,
            "two_qubit_depth": cost.two_qubit_depth,
            "num_qubits": cost.num_qubits,
            "state_preparations": cost.state_preparations,
            "knows_match_count": method.knows_match_count,
        }


def law_error(method: RecallMethod, memory: Memory, probe: Spins, law: RecallLaw) -> float:
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


def accepted_distribution(method: RecallMethod, memory: Memory, probe: Spins) -> Floats:
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


def _completes(method: RecallMethod) -> bool:
    """Return whether a method asks for patterns that agree with all known bits."""
    return not method.corrects or getattr(method, "radius", None) == 0


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


def _memory_for(method: RecallMethod, patterns: Spins) -> AmplitudeMemory | EnergyMemory:
    if issubclass(method.memory_type, EnergyMemory):
        return EnergyMemory(DenseMemory(patterns, separation=LogSumExp()))
    return AmplitudeMemory(patterns)
