"""Adaptive searches: their answers follow their laws, and they cost what the chain says."""

import numpy as np
import pytest
from qiskit.quantum_info import Statevector

from circuits.bit_order import integer_to_bits
from classical_ref.patterns import flip, random_patterns
from classical_ref.spins import hamming_distance
from qdenseam import AmplitudeMemory
from qdenseam.methods import (
    AdaptiveAmplification,
    AdaptiveMethod,
    MinimumSearch,
    run_rounds,
    sample_laws,
)
from qdenseam.testing import assert_counts_follow

EACH = pytest.mark.parametrize(
    "method",
    [
        AdaptiveAmplification(),
        AdaptiveAmplification(growth=1.3, max_rounds=3),
        MinimumSearch(),
        MinimumSearch(max_rounds=2, oracle="signal"),
    ],
    ids=repr,
)


def counts_of(memory: AmplitudeMemory, answers: np.ndarray) -> list[int]:
    answered = answers.any(axis=1)
    counts = [int((answers == p).all(axis=1).sum()) for p in memory.patterns]
    assert sum(counts) == answered.sum()
    return [*counts, int((~answered).sum())]


@EACH
@pytest.mark.statistical
@pytest.mark.parametrize("num_patterns", [1, 2, 11, 40])
def test_answers_follow_the_law(
    method: AdaptiveMethod, num_patterns: int, rng: np.random.Generator
) -> None:
    memory = AmplitudeMemory(
        random_patterns(num_patterns, 8, rng=rng), rng.dirichlet(np.full(num_patterns, 3.0))
    )
    probe = memory.patterns[0] * np.array([1, 1, 1, 0, 0, 1, 1, 1], dtype=np.int8)
    probe[0] *= -1 if isinstance(method, MinimumSearch) else 1
    state = run_rounds(method, memory, probe, 4000, sample_laws, rng=rng)
    law = method.law(memory, probe)
    assert_counts_follow(counts_of(memory, state.answers), [*law.joint, law.rejected])
    mean = state.state_preparations / 4000
    # 4000 searches; their costs spread no more than about their mean
    assert mean == pytest.approx(method.expected_state_preparations(memory, probe), rel=0.15)


@EACH
@pytest.mark.statistical
def test_the_circuits_give_the_same_answers(
    method: AdaptiveMethod, rng: np.random.Generator
) -> None:
    memory = AmplitudeMemory(random_patterns(5, 4, rng=rng))
    probe = memory.patterns[2] * np.array([1, 1, 0, 1], dtype=np.int8)

    def sample(rounds: list, rng: np.random.Generator) -> list[np.ndarray]:
        readouts = []
        for each in rounds:
            circuit = each.method.circuit(each.memory, each.probe)
            probabilities = Statevector(circuit).probabilities(range(4))
            drawn = rng.choice(16, size=each.shots, p=probabilities / probabilities.sum())
            readouts.append(1 - 2 * integer_to_bits(drawn, 4).astype(np.int8))
        return readouts

    state = run_rounds(method, memory, probe, 2000, sample, rng=rng)
    law = method.law(memory, probe)
    assert_counts_follow(counts_of(memory, state.answers), [*law.joint, law.rejected])


def test_completion_without_a_match_has_no_answer() -> None:
    memory = AmplitudeMemory(random_patterns(6, 6, rng=0))
    probe = -memory.patterns[0]
    assert not (memory.patterns == probe).all(axis=1).any()
    state = run_rounds(AdaptiveAmplification(), memory, probe, 20, sample_laws, rng=1)
    assert not state.answers.any()
    assert AdaptiveAmplification().law(memory, probe).rejected == 1


def test_minimum_search_finds_the_nearest_pattern_in_a_large_memory() -> None:
    memory = AmplitudeMemory(random_patterns(2_000, 64, rng=2))
    probe = memory.patterns[7] * np.where(np.arange(64) < 6, -1, 1)
    law = MinimumSearch().law(memory, probe)
    assert law.joint[7] > 0.95
    # Dürr and Høyer's bound of 22.5 √K oracle calls holds with room; two preparations a call
    assert 2 < MinimumSearch().preparations_until_found(memory, probe) / np.sqrt(2_000) < 20
    state = run_rounds(MinimumSearch(), memory, probe, 50, sample_laws, rng=3)
    assert (hamming_distance(state.answers, probe) == 6).mean() > 0.8


def test_the_law_of_a_minimum_search_follows_the_patterns_not_the_neurons(monkeypatch) -> None:
    """784 neurons took 25 ms a law, most of it at distances that no pattern has."""
    memory = AmplitudeMemory(random_patterns(5, 784, rng=0))
    asked: list[float] = []
    success = MinimumSearch.success_by_level
    monkeypatch.setattr(
        MinimumSearch,
        "success_by_level",
        lambda self, memory, weight: asked.append(weight) or success(self, memory, weight),
    )
    law = MinimumSearch().law(memory, flip(memory.patterns[2], 50, rng=1))
    assert len(asked) == 5
    assert law.joint[2] > 1 - 1e-9


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: AdaptiveAmplification(growth=1.5), ValueError, "growth should be in"),
        (lambda: MinimumSearch(growth=1.0), ValueError, "growth should be in"),
        (lambda: MinimumSearch(max_rounds=0), ValueError, r"max_rounds should be in \[1, "),
        (lambda: MinimumSearch(oracle="delphi"), ValueError, "oracle should be one of"),
    ],
)
def test_bad_input_is_refused(call, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        call()
