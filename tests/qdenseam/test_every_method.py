"""Every registered method keeps what is promised; registers and acceptance are read alike."""

import numpy as np
import pytest
from cases import case
from method_examples import VARIANTS, adaptive_examples, example_id, examples

from circuits.bit_order import all_bits
from classical_ref.spins import bits_to_spins, text_to_spins
from qdenseam import AmplitudeMemory, recall
from qdenseam.methods import (
    QAOA,
    Amplified,
    CosinePower,
    DolphChebyshev,
    HammingBall,
    IndexSearch,
    LabelWriting,
    ProbabilisticRecall,
    SampleAndAccept,
    SeparationFilter,
    SetIntersection,
    VenturaMartinez,
)
from qdenseam.testing import assert_counts_follow, check_method
from qdenseam.testing.places import PLACES

WEIGHTED = next(place for place in PLACES if place.title == "weighted")


@pytest.mark.statistical
@pytest.mark.parametrize("method", [*examples(), *adaptive_examples()], ids=example_id)
def test_every_method_keeps_what_is_promised(method, rng: np.random.Generator) -> None:
    """Defaults of each class are tried in all edge cases, variants in the three hardest."""
    check_method(method, thorough=method not in VARIANTS, rng=rng)


def test_readings_are_accepted_by_their_distance_at_the_known_neurons() -> None:
    """The laws above take ``acceptance_of`` for granted; here it is written out."""
    memory, states = AmplitudeMemory(WEIGHTED.patterns), all_bits(5)
    probe = text_to_spins(WEIGHTED.probe)
    asked = [(i, int(bit)) for i, bit in enumerate(WEIGHTED.probe) if bit != "?"]
    for state in states:
        wrong = sum(int(state[i]) != bit for i, bit in asked)
        for method, expected in (
            (IndexSearch(), wrong == 0),
            (IndexSearch(positions=(0, 2), radius=1), wrong <= 1),
            (SampleAndAccept(HammingBall(1)), wrong <= 1),
            (SampleAndAccept(CosinePower(2)), np.cos(np.pi * wrong / (2 * len(asked))) ** 4),
        ):
            accepted = method.acceptance_of(memory, probe, bits_to_spins(state[np.newaxis]))
            assert accepted == pytest.approx(float(expected), abs=1e-12), (state, method)


KINDS_OF_READINGS = {
    "no flag": QAOA(num_layers=1, warm_start=None, gammas=(0.2,), betas=(0.4,)),
    "no flag, every state": VenturaMartinez(num_rounds=3),
    "a flag": SeparationFilter(DolphChebyshev(3, 0.8)),
    "three flags": ProbabilisticRecall(num_controls=3, scale=7.5),
    "a flag, amplified": SeparationFilter(CosinePower(1), amplified=Amplified(0.3), num_flags=3),
    "accepted by lot": SampleAndAccept(CosinePower(2)),
    "ancillas": SetIntersection(radius=2, schedule="plain"),
    "an index": IndexSearch(schedule="plain", positions=(0, 1), radius=1, variant=1),
    "an answer written": LabelWriting(variant=1),
}
"""One method of each kind of registers and acceptance: shots are drawn alike for all of a kind."""


@pytest.mark.statistical
@pytest.mark.parametrize("kind", KINDS_OF_READINGS)
def test_shots_follow_the_law(kind: str, rng: np.random.Generator) -> None:
    method = KINDS_OF_READINGS[kind]
    memory, probe = WEIGHTED.memory(method), WEIGHTED.probe
    law = method.law(memory, probe)
    for sampler in ("exact", "statevector"):
        result = recall(memory, probe, method=method, sampler=sampler, shots=4000, rng=rng)
        counts = [*result.counts, result.spurious, result.shots - result.accepted]
        with case(sampler):
            assert_counts_follow(counts, [*law.joint, law.spurious, law.rejected])
            assert result.acceptance == result.accepted / 4000
