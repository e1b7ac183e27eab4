"""Adaptive recalls of many probes: the same door, one batch a round, progress, the same laws."""

import numpy as np
import pytest
from qiskit.primitives import StatevectorSampler

from classical_ref.patterns import random_patterns
from qdenseam import AmplitudeMemory, CapacityError, EnergyMemory, recall
from qdenseam.methods import (
    METHODS,
    AdaptiveAmplification,
    AdaptiveMethod,
    BiasFieldRecall,
    MinimumSearch,
    RecallMethod,
    run_rounds,
    sample_laws,
)
from qdenseam.methods.adaptive import Round
from qdenseam.testing import assert_counts_follow

PROBES = ["00??", "?1??", "???1"]
STORED = np.array([[1, 1, -1, -1], [-1, 1, 1, -1], [-1, -1, 1, 1]], dtype=np.int8)


@pytest.fixture
def memory() -> AmplitudeMemory:
    return AmplitudeMemory(STORED)


class Counting(StatevectorSampler):
    """Notes how many circuits each run got."""

    def __init__(self) -> None:
        super().__init__(seed=np.random.default_rng(5))
        self.runs: list[int] = []

    def run(self, pubs, *, shots=None):
        pubs = list(pubs)
        self.runs.append(len(pubs))
        return super().run(pubs, shots=shots)


@pytest.mark.parametrize(
    "method", [AdaptiveAmplification(), MinimumSearch(), BiasFieldRecall(num_rounds=3)]
)
def test_the_rounds_of_all_probes_are_one_batch(memory, method) -> None:
    if method.memory_type is EnergyMemory:
        memory = EnergyMemory(STORED)
    sampler, seen = Counting(), []
    results = recall(
        memory, PROBES, method=method, sampler=sampler, shots=30, rng=1, on_progress=seen.append
    )
    assert len(results) == len(PROBES)
    assert sampler.runs[0] >= len(PROBES)  # every probe has its circuits in the first round
    assert len(seen) == len(sampler.runs)
    assert [each.done for each in seen] == np.cumsum(sampler.runs).tolist()
    assert all(each.done == each.total for each in seen)
    assert seen[-1].message == f"Counting: round {len(sampler.runs)}"
    if isinstance(method, BiasFieldRecall):
        assert sampler.runs == [3, 3, 3]


def test_progress_is_reported_from_laws_too(memory) -> None:
    seen = []
    energy = EnergyMemory(STORED)
    recall(energy, PROBES, method=BiasFieldRecall(num_rounds=3), rng=1, on_progress=seen.append)
    assert len(seen) == 3
    assert seen[0].message == "exact: round 1"


@pytest.mark.statistical
@pytest.mark.parametrize("sampler", ["exact", "statevector", "aer"])
@pytest.mark.parametrize("method", [AdaptiveAmplification(), MinimumSearch()])
def test_side_by_side_every_probe_follows_its_own_law(memory, method, sampler) -> None:
    results = recall(memory, PROBES, method=method, sampler=sampler, shots=1500, rng=3)
    again = recall(memory, PROBES, method=method, sampler=sampler, shots=1500, rng=3)
    for text, result, same in zip(PROBES, results, again, strict=True):
        law = method.law(memory, text)
        assert_counts_follow(
            [*result.counts, result.shots - result.accepted], [*law.joint, law.rejected]
        )
        assert result.counts.tolist() == same.counts.tolist()
        assert result.state_preparations == same.state_preparations >= 1500
        assert result.two_qubit_gates == same.two_qubit_gates


@pytest.mark.parametrize("name", [n for n, m in METHODS.items() if issubclass(m, AdaptiveMethod)])
def test_a_wide_memory_is_refused_before_a_circuit_is_built(name, monkeypatch) -> None:
    def no_circuit(*_, **__):
        raise AssertionError("a circuit was built")

    for each in METHODS.values():
        if issubclass(each, RecallMethod):
            monkeypatch.setattr(each, "circuit", no_circuit)
    method = METHODS[name]()
    patterns = random_patterns(3, 12, rng=0)
    wide = (AmplitudeMemory if method.memory_type is AmplitudeMemory else EnergyMemory)(patterns)
    with pytest.raises(CapacityError, match="12 neurons need as many qubits"):
        recall(wide, patterns[0], method=method, sampler="fake:manila", shots=5)


def test_more_answers_than_the_memory_holds_are_refused(memory) -> None:
    with pytest.raises(CapacityError, match="keeps every answer: 1000000000000000 for each of 3"):
        recall(EnergyMemory(STORED), PROBES, method=BiasFieldRecall(), shots=10**15)
    drawn = recall(memory, PROBES[0], method=MinimumSearch(), shots=10**15, rng=1)
    assert drawn.accepted == 10**15  # from the law, whose outcomes are few
    assert drawn.state_preparations > 10**15


def test_a_round_that_rejects_is_refused(memory) -> None:
    class Picky(AdaptiveMethod):
        name = "picky"
        memory_type = AmplitudeMemory

        def start(self, memory, probe, shots, rng):
            return None

        def step(self, memory, probe, state, readouts, rng):
            method = METHODS["sample-and-accept"]()
            return None, [Round(method=method, memory=memory, probe=probe, shots=3)]

    with pytest.raises(ValueError, match=r"a round should accept every shot. 'sample-and-accept'"):
        run_rounds(Picky(), memory, STORED[0], 3, sample_laws)
