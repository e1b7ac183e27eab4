"""How contenders answer a challenge: a classical memory once, a quantum one by its shots."""

from typing import Any

import numpy as np

from classical_ref.metrics import nearest_pattern
from classical_ref.recipes import Recipe
from classical_ref.spins import bits_to_spins
from qdenseam.execution.mitigation import Mitigation
from qdenseam.experiments.challenge import Answers, Challenge
from qdenseam.methods.adaptive import AdaptiveMethod
from qdenseam.methods.base import RecallMethod, Spins
from qdenseam.retrieval.reading import Memory
from qdenseam.retrieval.result import RecallResult
from qdenseam.retrieval.verb import recall


def classical_answers(challenge: Challenge, recipe: Recipe, rng: np.random.Generator) -> Answers:
    """Return what a classical memory recalls, known bits held where they are certain."""
    held = challenge.probes != 0 if challenge.clamped else None
    stored, weights = challenge.patterns, challenge.weights
    return Answers(
        states=recipe.recall_weighted(stored, weights, challenge.probes, clamped=held, rng=rng)
    )


def sampled_answers(
    challenge: Challenge,
    memory: Memory,
    method: RecallMethod | AdaptiveMethod | str,
    engine: str,
    shots: int,
    rng: np.random.Generator,
    *,
    mitigation: Mitigation | None = None,
) -> Answers:
    """Return the most frequent accepted outcome of the shots of each probe, and what they cost.

    Outcomes that contradict a known bit do not count where none is flipped. With mitigation it is
    the likeliest of the outcomes that were inferred; counts stay those of what was measured.
    """
    probes = list(challenge.probes)
    results = recall(memory, probes, method=method, sampler=engine, shots=shots, rng=rng)
    kept = [_kept(result, challenge) for result in results]
    targets = challenge.patterns[challenge.targets]
    shown = [
        int(counts[(states == target).all(axis=1)].sum())
        for (states, counts), target in zip(kept, targets, strict=True)
    ]
    known = [
        int(counts[(states[:, None] == challenge.patterns).all(axis=-1).any(axis=1)].sum())
        for states, counts in kept
    ]
    accepted = sum(int(counts.sum()) for _, counts in kept)
    gates = [_gates(result) for result in results if result.two_qubit_gates is not None]
    if not gates and challenge.count_gates and isinstance(method, RecallMethod):
        # probes differ in X gates and angles only: one stands for all
        ready = method.trained(memory, challenge.probes[0], rng=rng)
        used = ready.resources(memory, challenge.probes[0]).two_qubit_gates
        gates = [shots * used] * len(results)
    measured = np.array(
        [
            states[0] if len(states) else np.zeros_like(probe)
            for (states, _), probe in zip(kept, challenge.probes, strict=True)
        ]
    )
    inferred = None
    if mitigation is not None:
        inferred = np.array([_inferred(result, mitigation, challenge) for result in results])
    return Answers(
        states=measured if inferred is None else inferred,
        measured=None if inferred is None else measured,
        shots=shots * len(results),
        accepted=accepted,
        correct=sum(shown),
        spurious=accepted - sum(known),
        state_preparations=sum(r.state_preparations for r in results),
        two_qubit_gates=sum(gates),
        counted_shots=shots * len(gates),
        device_seconds=shots * sum(r.shot_seconds or 0.0 for r in results),
        evaluations=sum(r.evaluations for r in results),
    )


def _kept(result: Any, challenge: Challenge) -> tuple[Any, Any]:
    """The accepted outcomes and their counts; without those that contradict a certain bit."""
    agrees = _agree(result.states, result.probe, challenge)
    return result.states[agrees], result.state_counts[agrees]


def _agree(states: Spins, probe: Spins, challenge: Challenge) -> Any:
    if not challenge.clamped:
        return slice(None)
    return ((states == probe) | (probe == 0)).all(axis=1)


def _inferred(result: RecallResult, mitigation: Mitigation, challenge: Challenge) -> Spins:
    """The likeliest outcome after mitigation, zeros if there is none."""
    if not len(result.states):
        return np.zeros_like(result.probe)
    found = result.processed(mitigation)
    states = bits_to_spins(found.outcomes)
    agrees = _agree(states, result.probe, challenge)
    states, shares = states[agrees], found.shares[agrees]
    if not shares.max(initial=0.0) > 0:
        return np.zeros_like(result.probe)
    if mitigation.decoding:
        nearest = nearest_pattern(challenge.patterns, states).rows
        return np.asarray(challenge.patterns[np.bincount(nearest, shares).argmax()])
    return np.asarray(states[shares.argmax()])


def _gates(result: Any) -> int:
    """Two-qubit gates over all shots: as compiled on a device, else all-to-all."""
    if result.routed_two_qubit_gates is not None:
        return int(result.shots * result.routed_two_qubit_gates)
    return int(result.two_qubit_gates)
