"""Outcomes are counted, looked up and drawn in proportion to how many are distinct."""

import tracemalloc

import numpy as np
import pytest

from classical_ref.patterns import random_patterns
from qdenseam import AmplitudeMemory, EnergyMemory, recall
from qdenseam.execution.tallies import counts_of, tally
from qdenseam.methods import (
    QAOA,
    AmplitudeAmplification,
    ProbabilisticRecall,
    RecallLaw,
    SetIntersection,
)
from qdenseam.methods.outcomes import draw
from qdenseam.testing import assert_counts_follow

MOST = 2**63 - 1


def test_outcomes_are_tallied_by_count_then_by_integer() -> None:
    states, counts = tally(np.array([[1, -1], [-1, 1], [1, 1], [1, 1], [-1, 1], [1, -1]]))
    # integers: [1, 1] is 0, [-1, 1] is 1, [1, -1] is 2
    assert states.tolist() == [[1, 1], [-1, 1], [1, -1]]
    assert counts.tolist() == [2, 2, 2]
    states, counts = tally(np.array([[1, -1], [1, 1], [1, -1]]), np.array([2**61, 5, 2**61]))
    assert states.tolist() == [[1, -1], [1, 1]]
    assert counts.tolist() == [2**62, 5]
    states, counts = tally(np.zeros((0, 3), dtype=np.int8))
    assert states.shape == (0, 3)
    assert counts.shape == (0,)


@pytest.mark.parametrize("num_neurons", [1, 7, 8, 9, 70])
def test_tallying_and_looking_up_agree_with_counting_by_hand(num_neurons: int, rng) -> None:
    shots = rng.choice([-1, 1], (300, num_neurons)).astype(np.int8)
    shots[:, 3:] *= shots[:, :1]
    states, counts = tally(shots)
    by_hand: dict[int, int] = {}
    for row in shots.tolist():
        key = sum(2**i for i, spin in enumerate(row) if spin < 0)
        by_hand[key] = by_hand.get(key, 0) + 1
    expected = sorted(by_hand.items(), key=lambda item: (-item[1], item[0]))
    keys = [sum(2**i for i, spin in enumerate(row) if spin < 0) for row in states.tolist()]
    assert list(zip(keys, counts.tolist(), strict=True)) == expected
    patterns = np.unique(np.concatenate([shots[:5], -shots[:5]]), axis=0)
    found = counts_of(patterns, states, counts)
    assert found.tolist() == [(shots == p).all(axis=1).sum() for p in patterns]


@pytest.mark.statistical
@pytest.mark.parametrize("table", [False, True])
def test_draws_follow_the_law(table: bool, rng) -> None:
    patterns = np.array([[1, 1], [-1, 1], [1, -1]], dtype=np.int8)
    joint = np.array([0.3, 0.1, 0.25])
    law = RecallLaw(
        joint=joint,
        spurious=0.15 if table else 0.0,
        rejected=0.2 if table else 0.35,
        distribution=np.array([*joint, 0.15]) if table else None,
    )
    states, counts = draw(law, patterns, 100_000, rng)
    found = counts_of(patterns, states, counts)
    spurious = int(counts.sum() - found.sum())
    assert_counts_follow(
        [*found, spurious, 100_000 - counts.sum()], [*joint, law.spurious, law.rejected]
    )


def test_a_law_that_hides_its_spurious_outcomes_cannot_be_drawn() -> None:
    law = RecallLaw(joint=np.array([0.5]), spurious=0.5, rejected=0.0)
    with pytest.raises(ValueError, match="does not say which"):
        draw(law, np.ones((1, 3), dtype=np.int8), 100, np.random.default_rng(0))


def test_a_probability_that_rounds_to_one_draws_no_state_that_cannot_occur() -> None:
    everything = AmplitudeMemory([[1, 1], [1, -1], [-1, 1], [-1, -1]])
    memory = EnergyMemory(everything.patterns)
    method = QAOA(num_layers=1, gammas=(0.1,), betas=(0.3,))
    result = recall(memory, "0?", method=method, shots=MOST, rng=1)
    assert (result.accepted, result.spurious) == (MOST, 0)


@pytest.mark.parametrize("shots", [10**6, 10**15, MOST])
def test_exact_recall_holds_no_shots(shots: int) -> None:
    """10^15 shots were a MemoryError, 10^6 took seconds."""
    patterns = random_patterns(5, 784, rng=0)
    memory = AmplitudeMemory(patterns)
    probe = patterns[3].copy()
    probe[:300] *= -1
    tracemalloc.start()
    result = recall(memory, probe, method=ProbabilisticRecall(1), shots=shots, rng=2)
    assert tracemalloc.get_traced_memory()[1] < 2e6
    tracemalloc.stop()
    assert result.counts.sum() == result.accepted
    law = ProbabilisticRecall(1).law(memory, probe)
    # 8 standard deviations at the widest: false-alarm rate below 1e-14
    assert abs(result.acceptance - law.acceptance) < 4 / np.sqrt(shots) + 1e-15
    values, counts = result.marginal([0, 5, 700])
    assert counts.sum() == result.accepted
    assert len(values) <= 5


def test_the_same_seed_gives_the_same_counts_and_too_many_shots_are_refused() -> None:
    memory = AmplitudeMemory(random_patterns(6, 30, rng=0))
    probe = np.zeros(30)
    counts = [
        recall(memory, probe, method=SetIntersection(radius=1), shots=MOST, rng=seed).counts
        for seed in (1, 1, 2)
    ]
    assert counts[0].tolist() == counts[1].tolist() != counts[2].tolist()
    for shots, message in ((0, "at least 1"), (MOST + 1, r"at most 2\*\*63 - 1")):
        with pytest.raises(ValueError, match=message):
            recall(memory, probe, method=AmplitudeAmplification(), shots=shots)
