"""Quantum recall methods, and what they must be compared with, as they are set in a comparison."""

from collections.abc import Callable
from typing import Any

import numpy as np

from qdenseam.experiments.challenge import Answers, Challenge, Contender


def _sampled(
    method: Callable[[Challenge], Any], memory: Callable[[Challenge], Any] | None = None
) -> Callable[[Challenge, str, int, np.random.Generator], Answers]:
    def answer(challenge: Challenge, engine: str, shots: int, rng: np.random.Generator) -> Answers:
        from qdenseam.experiments.answering import sampled_answers
        from qdenseam.memories.amplitude import AmplitudeMemory

        stored = AmplitudeMemory(challenge.patterns) if memory is None else memory(challenge)
        return sampled_answers(challenge, stored, method(challenge), engine, shots, rng)

    return answer


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
    from classical_ref.discrete.dense import DenseMemory
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
