"""Ways to recall worth comparing on a device: encoders, methods, degrees, controls, rounds."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from math import ceil, log2
from typing import TypeAlias

import numpy as np
from qiskit.transpiler import Target

from circuits.index.known_index import MAX_PATTERNS
from circuits.loading import Auto, IndexFirst
from classical_ref.checks import Booleans, Floats
from classical_ref.spins import hamming_distance
from qdenseam.execution.devices.parts import working_graph
from qdenseam.memories.amplitude import AmplitudeMemory
from qdenseam.methods import (
    Amplified,
    AmplitudeAmplification,
    CosinePower,
    Exact,
    FixedPoint,
    HammingBall,
    IndexSearch,
    Iterations,
    LabelWriting,
    OptimalFilter,
    Posterior,
    ProbabilisticRecall,
    RecallMethod,
    SampleAndAccept,
    Schedule,
    SeparationFilter,
)
from qdenseam.methods.amplitude.searches.marking import (
    NEGLIGIBLE,
    claim_for,
    claim_of_each,
    known_parts,
)
from qdenseam.methods.base import Spins

FEW_PATTERNS = 16
"""Patterns up to which all encoders and several indices are tried."""
MOST_CONTROLS = 4
"""Controls of probabilistic recall that are tried."""
MOST_INDICES = 8
"""Indices of index search that are tried, the cheapest to write; 2 for more patterns."""
MOST_PROBES = 64
"""Expected probes that a mean is taken over."""


Candidate: TypeAlias = tuple[AmplitudeMemory, RecallMethod]
"""A memory, with an encoder, and a method."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a method does without noise, over the expected probes."""

    ideal: float
    """P(target and accepted), mean."""
    accepted: float
    """P(accepted), mean."""
    answers: bool
    """Whether for every probe a nearest pattern comes first, and all nearest ones come out as their
    priors are to each other."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Expected:
    """What probes look like: stored patterns with flips at known neurons."""

    probes: list[Spins]
    targets: list[int]
    weights: Floats
    """Prior of each target, summing to 1."""

    def outcome(self, memory: AmplitudeMemory, method: RecallMethod) -> Outcome:
        """Return what a method does with these probes."""
        laws = [method.law(memory, probe) for probe in self.probes]
        hits = [law.joint[target] for law, target in zip(laws, self.targets, strict=True)]
        return Outcome(
            ideal=float(self.weights @ hits),
            accepted=float(self.weights @ [law.acceptance for law in laws]),
            answers=all(
                _answers(law.joint, memory, probe)
                for law, probe in zip(laws, self.probes, strict=True)
            ),
        )


def _answers(joint: Floats, memory: AmplitudeMemory, probe: Spins) -> bool:
    present = memory.weights > 0
    distances = hamming_distance(memory.patterns, probe)
    nearest = present & (distances == distances[present].min())
    if not joint[nearest].max() > joint[~nearest].max(initial=0.0) + 1e-9:
        return False
    shares, priors = joint[nearest], memory.weights[nearest]
    return bool(np.allclose(shares / shares.sum(), priors / priors.sum(), rtol=1e-3, atol=0))


def expected_probes(memory: AmplitudeMemory, known: Booleans, num_flips: int) -> Expected:
    """Return every stored pattern with flips at known neurons: one in turn, more at random."""
    rng = np.random.default_rng(0)
    places = np.flatnonzero(known)
    turns = len(places) if num_flips else 1
    pairs = [
        (target, turn) for target in np.flatnonzero(memory.weights > 0) for turn in range(turns)
    ]
    if len(pairs) > MOST_PROBES:
        kept = np.sort(rng.permutation(len(pairs))[:MOST_PROBES])
        pairs = [pairs[each] for each in kept]
    probes = []
    for target, turn in pairs:
        probe = np.where(known, memory.patterns[target], 0).astype(np.int8)
        wrong = places[[turn]] if num_flips == 1 else rng.choice(places, num_flips, replace=False)
        probe[wrong] *= -1
        probes.append(probe)
    targets = [int(target) for target, _ in pairs]
    weights = memory.weights[targets]
    return Expected(probes=probes, targets=targets, weights=weights / weights.sum())


def encoded(memory: AmplitudeMemory, target: Target) -> list[AmplitudeMemory]:
    """Return the memory with its own encoder and with others whose circuits differ.

    For fewest gates, for the cheapest reflection, with an index, and made for the couplings of the
    device; each of them compresses affine memories where that is cheaper.
    """
    encoders = [memory.encoder, Auto(goal="gates"), Auto(goal="reflection")]
    if memory.num_patterns <= FEW_PATTERNS:
        graph = working_graph(target)
        new = {old: place for place, old in enumerate(graph)}  # numbered without gaps
        couplings = tuple((new[a], new[b]) for a in graph for b in sorted(graph[a]) if a < b)
        spare = len(graph) - memory.num_neurons
        coupled = Auto(goal="routed", coupling_map=couplings, max_ancillas=spare)
        encoders += [IndexFirst(), coupled]
    found: list[AmplitudeMemory] = []
    for encoder in encoders:
        each = replace(memory, encoder=encoder)
        if not any(_same_circuit(each, other) for other in found):
            found.append(each)
    return found


def _same_circuit(one: AmplitudeMemory, other: AmplitudeMemory) -> bool:
    first, second = one.preparation(), other.preparation()
    return first.resources == second.resources and (
        first.reflection_qubits == second.reflection_qubits and first.circuit == second.circuit
    )


def baselines(memories: list[AmplitudeMemory], num_flips: int) -> list[Candidate]:
    """Return measuring and accepting, from each memory: what must be beaten."""
    return [(memory, SampleAndAccept(HammingBall(num_flips))) for memory in memories]


def answers_written(memory: AmplitudeMemory) -> list[Candidate]:
    """Return what finds the answer classically and writes it: to be shown, never to be chosen."""
    return [(memory, LabelWriting())] if memory.num_patterns <= MAX_PATTERNS else []


def candidates(
    memories: list[AmplitudeMemory],
    expected: Expected,
    num_flips: int,
    is_hopeless: Callable[[float, int], bool],
) -> Iterator[Candidate]:
    """Yield memories and methods, those of few gates first.

    Index search with several indices and numbers of rounds; without flips amplification about the
    memory; then filters, plain and amplified: probabilistic recall with 1 to 4 controls, optimal
    filters of each degree, the ball, and the one that :func:`nearest_filter` gives.

    Args:
        memories: The memory with several encoders.
        expected: What probes look like.
        num_flips: How many known neurons are expected to be wrong.
        is_hopeless: Told the largest possible P(target and accepted) without noise and the least
            number of CX, whether a method cannot win; it is asked before filters are solved for.
    """
    memory = memories[0]
    known = expected.probes[0] != 0
    if memory.num_patterns <= MAX_PATTERNS:
        schedules = [*_iterations(claim_of_each(memory).least), None]
        search = IndexSearch(radius=num_flips)
        most = MOST_INDICES if memory.num_patterns <= FEW_PATTERNS else 2
        num_indices = min(most, len(search.indices(memory, expected.probes[0])))
        for schedule in schedules:
            for variant in range(num_indices):
                yield memory, replace(search, schedule=schedule, variant=variant)
    if num_flips == 0:
        for schedule in [*_iterations(claim_for(memory, known).least), None]:
            for each in memories:
                yield each, AmplitudeAmplification(schedule=schedule)
    num_known = int(np.count_nonzero(known))
    share = float(expected.weights @ memory.weights[expected.targets])
    for method, signals in _filters(num_known, num_flips):
        gates = num_known * signals  # the least that a signal takes on a parity tree
        if not is_hopeless(share, gates):
            for each in memories:
                yield each, method
        if not is_hopeless(1.0, 3 * gates):  # one round takes the filter three times
            claim = min(1.0, expected.outcome(memory, method).accepted)
            for schedule in [*_iterations(claim), Exact()] if claim > 0 else ():
                for each in memories:
                    yield each, replace(method, amplified=Amplified(claim, schedule))
    nearest = nearest_filter(memory, num_known, num_flips)
    for each in memories:
        yield each, nearest


def _filters(
    num_known: int, num_flips: int
) -> Iterator[tuple[ProbabilisticRecall | SeparationFilter, int]]:
    """Yield filters with the number of signals each one takes."""
    for controls in range(1, MOST_CONTROLS + 1):
        yield ProbabilisticRecall(controls), controls
    for degree in range(1, num_known):
        yield SeparationFilter(OptimalFilter(degree, num_flips)), degree
    yield SeparationFilter(HammingBall(num_flips)), num_known


def tells_all_apart(memory: AmplitudeMemory, known: Booleans) -> bool:
    """Return whether no two stored patterns share their known part; an index search needs that."""
    parts = known_parts(memory, known)[memory.weights > 0]
    return len(np.unique(parts)) == len(parts)


def nearest_filter(memory: AmplitudeMemory, num_known: int, num_flips: int) -> SeparationFilter:
    """Return the amplified filter whose likeliest outcome is a nearest pattern, in any memory.

    It falls with every wrong neuron. Where priors are equal it is the power of a cosine, of so few
    signals that K random patterns at half the distance add up to an eighth; else, or for few known
    neurons, it is a posterior that falls by more than priors can make up for. Fixed-point rounds
    serve every acceptance from that of the rarest pattern with so many flips up.

    Args:
        memory: The memory.
        num_known: How many neurons a probe knows, at least 1.
        num_flips: How many of them may be wrong.
    """
    priors, one = memory.weights[memory.weights > 0], claim_of_each(memory)
    controls = ceil(log2(len(priors))) + 3
    step = max(1e-9, min(0.25, 0.5 * float(priors.min() / priors.max())))
    is_short = one.is_exact and 2 * controls <= num_known
    chosen = CosinePower(controls) if is_short else Posterior(step / (1 + step))
    kept = float(chosen.table(num_known)[min(num_flips, num_known - 1)] ** 2)
    claim = min(1.0, max(one.least * kept, NEGLIGIBLE))
    return SeparationFilter(chosen, amplified=Amplified(claim, FixedPoint()))


def _iterations(fraction: float) -> list[Schedule]:
    """Return Grover rounds from one up, fewer than a marked weight needs to be sure."""
    return [*map(Iterations, range(1, len(Exact().rounds(fraction))))]
