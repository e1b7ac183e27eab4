"""Quantum recall methods, and what they must be compared with, as they are set in a comparison."""

from collections.abc import Callable
from typing import Any

import numpy as np

from qdenseam.experiments.challenge import Answers, Challenge, Contender


def _sampled(
    method: Callable[[Challenge], Any], memory: Callable[[Challenge], Any] | None = None
) -> Callable[[Challenge, str, int, np.random.Generator], Answers]:
    def answer(challenge: Challenge, engine: str, shots: int, rng: np.random.Generator) -> Answers:
        from qdenseam.memories.amplitude import AmplitudeMemory
        from qdenseam.retrieval import recall

        stored = AmplitudeMemory(challenge.patterns) if memory is None else memory(challenge)
        chosen = method(challenge)
        results = recall(
            stored, challenge.probes, method=chosen, sampler=engine, shots=shots, rng=rng
        )
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
        if engine != "exact":
            gates = [_gates(result) for result in results]
        elif challenge.count_gates:  # probes differ in X gates and angles only: one stands for all
            ready = chosen.trained(stored, challenge.probes[0], rng=rng)
            gates = [ready.resources(stored, challenge.probes[0]).two_qubit_gates] * len(results)
        else:
            gates = []
        return Answers(
            states=np.array(
                [
                    states[0] if len(states) else np.zeros_like(probe)
                    for (states, _), probe in zip(kept, challenge.probes, strict=True)
                ]
            ),
            shots=shots * len(results),
            accepted=accepted,
            correct=sum(shown),
            spurious=accepted - sum(known),
            state_preparations=sum(r.state_preparations for r in results),
            two_qubit_gates=shots * sum(gates),
            counted_shots=shots * len(gates),
            device_seconds=shots * sum(r.shot_seconds or 0.0 for r in results),
            evaluations=sum(r.evaluations for r in results),
        )

    return answer


def _kept(result: Any, challenge: Challenge) -> tuple[Any, Any]:
    """The accepted outcomes and their counts; without those that contradict a certain bit."""
    states, counts = result.states, result.state_counts
    if not challenge.clamped:
        return states, counts
    agrees = ((states == result.probe) | (result.probe == 0)).all(axis=1)
    return states[agrees], counts[agrees]


def _gates(result: Any) -> int:
    if result.routed_two_qubit_gates is not None:
        return int(result.routed_two_qubit_gates)
    return int(result.resources.two_qubit_gates)


def _sample_and_accept(challenge: Challenge) -> Any:
    from qdenseam.methods import HammingBall, SampleAndAccept

    return SampleAndAccept(HammingBall(challenge.num_flips))


def _probabilistic(challenge: Challenge) -> Any:
    from qdenseam.methods import ProbabilisticRecall

    return ProbabilisticRecall(num_controls=challenge.num_controls)


def _amplification(challenge: Challenge) -> Any:  # noqa: ARG001
    from qdenseam.methods import AmplitudeAmplification

    return AmplitudeAmplification()


def _index_search(challenge: Challenge) -> Any:  # noqa: ARG001
    from qdenseam.methods import IndexSearch

    return IndexSearch()


def _label_writing(challenge: Challenge) -> Any:  # noqa: ARG001
    from qdenseam.methods import LabelWriting

    return LabelWriting()


def _ball_filter(challenge: Challenge) -> Any:
    from qdenseam.methods import Amplified, HammingBall, SeparationFilter

    one_match = Amplified(1 / len(challenge.patterns))
    return SeparationFilter(HammingBall(challenge.num_flips), amplified=one_match)


def _qaoa(challenge: Challenge) -> Any:  # noqa: ARG001
    from qdenseam.methods import QAOA

    return QAOA(num_layers=2, warm_start=0.25)


def _ramp(challenge: Challenge) -> Any:  # noqa: ARG001
    from qdenseam.methods import AdiabaticRecall

    return AdiabaticRecall()


def _log_sum_exp(challenge: Challenge) -> Any:
    from classical_ref.dense import DenseMemory
    from classical_ref.separation import LogSumExp
    from qdenseam.memories.energy import EnergyMemory

    return EnergyMemory(DenseMemory(challenge.patterns, separation=LogSumExp()))


QUANTUM_CONTENDERS = (
    Contender(
        name="amplification",
        label="amplitude amplification",
        kind="quantum",
        answer=_sampled(_amplification),
        setting="rounds for every cue that the known positions can hold",
        certain="known bits",
        amplitudes=True,
    ),
    Contender(
        name="index-search",
        label="index search",
        kind="quantum",
        answer=_sampled(_index_search),
        setting="exact schedule for one match, on the index alone",
        certain="known bits",
        amplitudes=True,
    ),
    Contender(
        name="ball-filter",
        label="amplified ball filter",
        kind="quantum",
        answer=_sampled(_ball_filter),
        setting="radius: the number of flipped bits; exact schedule for one match",
        told_flips=True,
        amplitudes=True,
    ),
    Contender(
        name="probabilistic",
        label="probabilistic memory",
        kind="quantum",
        answer=_sampled(_probabilistic),
        setting="Trugenberger's filter, b controls, not amplified",
        amplitudes=True,
    ),
    Contender(
        name="ramp",
        label="annealing ramp",
        kind="quantum",
        answer=_sampled(_ramp, _log_sum_exp),
        setting="digitized, on the log-sum-exp energy, started near the probe, not trained",
    ),
    Contender(
        name="qaoa",
        label="warm-started QAOA",
        kind="quantum",
        answer=_sampled(_qaoa, _log_sum_exp),
        setting="two layers on the same energy, started near the probe, trained for each probe",
    ),
)
"""In the order of tables and legends."""

SAMPLE_AND_ACCEPT = Contender(
    name="sample-and-accept",
    label="measure and accept",
    kind="baseline",
    answer=_sampled(_sample_and_accept),
    setting="radius: the number of flipped bits; law and acceptance of the filter, not amplified",
    told_flips=True,
    amplitudes=True,
)
LABEL_WRITING = Contender(
    name="label-writing",
    label="label writing (reads the answer)",
    kind="baseline",
    answer=_sampled(_label_writing),
    setting="a scan finds the nearest pattern, X gates set its index, the circuit of index search "
    "writes it",
    peeks=True,
)
