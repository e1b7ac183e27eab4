"""Choosing how to recall from what a planner may know: the memory, which neurons are known, noise.

A plan never sees a probe's values. Where the device is known, methods, encoders and layouts are
compared by predicted success per shot, P(target and accepted).
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from qiskit.transpiler import Target

from circuits.known_index import MAX_PATTERNS
from circuits.loading import IndexFirst
from circuits.resources import count
from qdenseam.execution.layout import Layout, best_layout, typical_survival
from qdenseam.execution.measuring import measured
from qdenseam.memories.amplitude import AmplitudeMemory
from qdenseam.memories.energy import EnergyMemory
from qdenseam.methods import (
    QAOA,
    Amplified,
    AmplitudeAmplification,
    HammingBall,
    IndexSearch,
    Iterations,
    OptimalFilter,
    ProbabilisticRecall,
    RecallMethod,
    SeparationFilter,
)
from qdenseam.methods.base import Spins


def choose_method(
    memory: AmplitudeMemory | EnergyMemory, probe: Spins, *, on_device: bool = False
) -> RecallMethod:
    """Return a method for one probe.

    Unknown neurons mean completion: amplitude amplification with one claimed match, on a device
    index search, which has far fewer gates, if the known neurons tell all patterns apart. A fully
    known probe may be corrupted anywhere, which amplification cannot tolerate: probabilistic recall
    with two controls, whose mean acceptance over distances is 3/8. An energy memory gets
    warm-started QAOA. To compare by a device's calibration use :func:`plan`.
    """
    if isinstance(memory, EnergyMemory):
        return QAOA()
    known = probe != 0
    if known.all():
        return ProbabilisticRecall()
    if on_device and memory.num_patterns <= MAX_PATTERNS:
        parts = np.unique(memory.patterns[:, known], axis=0)
        if len(parts) == memory.num_patterns:
            return IndexSearch()
    return AmplitudeAmplification()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Plan:
    """A way to recall on a device, and what is predicted of it."""

    memory: AmplitudeMemory
    """The memory with the encoder chosen."""
    method: RecallMethod
    layout: Layout
    """A circuit of this plan on the device; other probes differ in X gates."""
    ideal: float
    """P(target and accepted) without noise, mean over the stored patterns and their flips."""
    success: float
    """The same with noise."""
    false_accepts: float
    """P(accepted and not the target), with noise."""


def plan(
    memory: AmplitudeMemory,
    known: npt.ArrayLike,
    target: Target,
    *,
    num_flips: int = 0,
    num_seeds: int = 8,
    seed: int = 0,
) -> list[Plan]:
    r"""Return plans for probes with given known neurons, the one predicted best first.

    With F the probability of no error (gates, readout) and a uniform outcome after an error,
    P(target and accepted) = F · ideal + (1 - F) · 2^{-D-f} for f flags; false accepts likewise.
    Circuits that could not win even with the device's best gates are not laid out.

    Args:
        memory: The memory.
        known: Which neurons probes know, ``bool``, shape ``(D,)``.
        target: The device's calibration.
        num_flips: How many known neurons are expected to be wrong.
        num_seeds: Routings tried per circuit.
        seed: Seed of the routings.

    Raises:
        ValueError: ``known`` has another shape, or more flips are expected than neurons known.
    """
    mask = np.asarray(known)
    if mask.shape != (memory.num_neurons,) or mask.dtype != np.bool_:
        raise ValueError(
            f"known should be bool of shape ({memory.num_neurons},). Got {mask.dtype} of shape "
            f"{mask.shape}."
        )
    if not 0 <= num_flips <= mask.sum():
        raise ValueError(f"num_flips should be in 0..{mask.sum()}, the known. Got {num_flips}.")
    probes, targets = _expected_probes(memory, mask, num_flips)
    plans: list[Plan] = []
    survival = typical_survival(target)
    for chosen, method in _candidates(memory, mask, num_flips):
        laws = [method.law(chosen, probe) for probe in probes]
        ideal = float(np.mean([law.joint[t] for law, t in zip(laws, targets, strict=True)]))
        circuit = method.circuit(chosen, probes[0])
        bound = ideal * survival ** count(circuit).two_qubit_gates
        if plans and bound < max(each.success for each in plans):
            continue
        layout = best_layout(measured(circuit), target, num_seeds=num_seeds, seed=seed)
        good = layout.budget.success
        flags = sum(r.size for r in circuit.qregs if r.name == "flag")
        states = 2.0 ** -(memory.num_neurons + flags)
        accepted = float(np.mean([law.acceptance for law in laws]))
        chance = _accepted_at_random(method, chosen, probes) * 2.0**-flags
        plans.append(
            Plan(
                memory=chosen,
                method=method,
                layout=layout,
                ideal=ideal,
                success=good * ideal + (1 - good) * states,
                false_accepts=good * (accepted - ideal) + (1 - good) * (chance - states),
            )
        )
    return sorted(plans, key=lambda each: -each.success)


def _candidates(
    memory: AmplitudeMemory, known: npt.NDArray[np.bool_], num_flips: int
) -> Iterator[tuple[AmplitudeMemory, RecallMethod]]:
    """Yield memories (with an encoder) and methods, the cheapest circuits first."""
    probe = np.where(known, memory.patterns[0], 0).astype(np.int8)
    search = IndexSearch(radius=num_flips)
    for variant in range(min(2, len(search.indices(memory, probe)))):
        yield memory, replace(search, variant=variant)
    rounds = len(search.rounds(memory))
    for fewer in range(1, rounds):
        yield memory, replace(search, schedule=Iterations(fewer))
    if num_flips:
        yield memory, ProbabilisticRecall(2)
        yield memory, SeparationFilter(OptimalFilter(2, num_flips))
        claim = Amplified(1 / memory.num_patterns)
        yield memory, SeparationFilter(HammingBall(num_flips), amplified=claim)
    else:
        whole = AmplitudeMemory(memory.patterns, memory.weights, IndexFirst())
        yield whole, AmplitudeAmplification()


def _expected_probes(
    memory: AmplitudeMemory, known: npt.NDArray[np.bool_], num_flips: int
) -> tuple[list[Spins], list[int]]:
    """Return what probes look like: every pattern, with flips at random known neurons."""
    rng = np.random.default_rng(0)
    probes, targets = [], []
    for target, pattern in enumerate(memory.patterns[:16]):
        places = np.flatnonzero(known)
        for turn in range(len(places) if num_flips else 1):
            probe = np.where(known, pattern, 0).astype(np.int8)
            one = num_flips == 1  # every place in turn, else at random
            wrong = places[[turn]] if one else rng.choice(places, num_flips, replace=False)
            probe[wrong] *= -1
            probes.append(probe)
            targets.append(target)
    return probes, targets


def _accepted_at_random(
    method: RecallMethod, memory: AmplitudeMemory, probes: list[Spins]
) -> float:
    """Return how often the classical rule keeps a uniformly random outcome."""
    states = np.random.default_rng(0).choice([-1, 1], (4096, memory.num_neurons)).astype(np.int8)
    return float(method.acceptance_of(memory, probes[0], states).mean())
