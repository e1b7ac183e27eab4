"""The verb and its result."""

import numpy as np
import pytest
from qiskit.primitives import StatevectorSampler

from classical_ref.patterns import random_patterns
from qdenseam import AmplitudeMemory, BackendError, CapacityError, EnergyMemory, recall
from qdenseam.methods import (
    QAOA,
    AdaptiveAmplification,
    AmplitudeAmplification,
    BiasFieldRecall,
    CounterdiabaticRecall,
    HammingBall,
    MinimumSearch,
    ProbabilisticRecall,
    ProductFilter,
    RecallLaw,
    SeparationFilter,
)
from qdenseam.testing import assert_counts_follow

PATTERNS = np.array([[1, 1, -1, -1], [-1, 1, 1, -1], [-1, -1, 1, 1]])


@pytest.fixture
def memory() -> AmplitudeMemory:
    return AmplitudeMemory(PATTERNS)


def test_one_probe_or_many_and_text_or_spins(memory) -> None:
    method = AmplitudeAmplification()
    one = recall(memory, "00??", method=method, rng=0)
    many = recall(memory, ["00??", "?1??"], method=method, rng=0)
    spins = recall(memory, [1, 1, 0, 0], bits=False, method=method, rng=0)
    np.testing.assert_array_equal(one.pattern, PATTERNS[0])
    np.testing.assert_array_equal(spins.pattern, one.pattern)
    assert [r.pattern.tolist() for r in many] == [PATTERNS[0].tolist(), PATTERNS[2].tolist()]
    assert one.counts.tolist() == [1000, 0, 0]
    assert one.state_preparations == 1000 * method.state_preparations(memory, "00??")


@pytest.mark.parametrize("sampler", ["exact", "statevector", "aer"])
def test_the_same_seed_gives_the_same_result_and_another_does_not(memory, sampler) -> None:
    def counts(seed: int) -> list[int]:
        method = ProbabilisticRecall(1)
        result = recall(memory, "0011", method=method, sampler=sampler, rng=seed)
        return [*result.counts.tolist(), result.accepted]

    assert counts(1) == counts(1)
    assert len({tuple(counts(seed)) for seed in range(4)}) > 1


def test_two_probes_of_one_job_do_not_repeat_each_other(memory) -> None:
    first, second = recall(
        memory, ["0011", "0011"], method=ProbabilisticRecall(1), sampler="aer", shots=2000, rng=1
    )
    assert first.counts.tolist() != second.counts.tolist()


def test_a_users_sampler_is_accepted(memory) -> None:
    result = recall(
        memory, "00??", method=AmplitudeAmplification(), sampler=StatevectorSampler(seed=1)
    )
    np.testing.assert_array_equal(result.pattern, PATTERNS[0])


def test_a_method_may_be_spelled(memory) -> None:
    spelled = recall(memory, "00??", method="separation-filter(hamming-ball(1))", rng=0)
    given = recall(memory, "00??", method=SeparationFilter(HammingBall(1)), rng=0)
    assert spelled.method == given.method
    assert spelled.counts.tolist() == given.counts.tolist()
    adaptive = recall(memory, "00??", method="minimum-search", shots=10, rng=0)
    assert adaptive.method["name"] == "minimum-search"
    with pytest.raises(ValueError, match="Did you mean 'amplification'"):
        recall(memory, "00??", method="amplificaton")
    with pytest.raises(TypeError, match="not one of its objects"):
        recall(memory, "00??", method=AmplitudeAmplification)


def test_auto_completes_unknown_bits_and_finds_the_nearest_where_none_is(memory) -> None:
    assert recall(memory, "00??", rng=0).method["name"] == "amplification"
    assert recall(memory, "?1??", rng=0).method["name"] == "adaptive-amplification"
    assert recall(memory, "0011", rng=0).method["name"] == "minimum-search"
    names = [r.method["name"] for r in recall(memory, ["0011", "00??", "1100"], rng=0)]
    assert names == ["minimum-search", "amplification", "minimum-search"]
    assert recall(memory, "0011", sampler="statevector", rng=0).method["name"] == (
        "separation-filter"
    )
    energy = EnergyMemory(PATTERNS)
    assert recall(energy, "0011", rng=0).method["name"] == "adiabatic"


def test_a_circuit_result_says_what_a_shot_costs(memory) -> None:
    method = ProbabilisticRecall(2)
    result = recall(memory, "0011", method=method, sampler="aer", shots=10, rng=0)
    assert result.resources == method.resources(memory, "0011")
    assert result.routed_two_qubit_gates is None
    assert recall(memory, "0011", method=method, rng=0).resources is None


def test_an_adaptive_recall_sums_the_gates_of_its_rounds() -> None:
    memory, method = EnergyMemory(PATTERNS), BiasFieldRecall(num_rounds=2)
    one_round = (
        CounterdiabaticRecall(num_steps=1, total_time=None)
        .resources(memory, "0011")
        .two_qubit_gates
    )
    result = recall(memory, "0011", method=method, sampler="statevector", shots=10, rng=0)
    assert result.two_qubit_gates == 2 * 10 * one_round
    assert recall(memory, "0011", method=method, shots=10, rng=0).two_qubit_gates is None
    with pytest.raises(TypeError, match="integer"):
        recall(memory, "0011", method=method, shots=1.5)
    with pytest.raises(TypeError, match="shots should be an integer"):
        recall(memory, "0011", method=method, shots=True)


def test_a_device_model_reports_its_routed_gates(memory) -> None:
    result = recall(
        memory, "00??", method=AmplitudeAmplification(), sampler="fake:manila", shots=50, rng=0
    )
    assert result.engine == "fake:manila"
    assert 250e-6 < result.shot_seconds < 300e-6
    assert recall(memory, "00??", sampler="statevector", shots=5, rng=0).shot_seconds is None
    assert result.routed_two_qubit_gates > 0


def test_nothing_accepted_is_a_result_that_says_so() -> None:
    memory = AmplitudeMemory([[-1, -1, -1, -1]])
    result = recall(memory, "0000", method=ProbabilisticRecall(1), shots=100, rng=0)
    assert (result.accepted, result.pattern, result.decoded) == (0, None, None)
    assert result.counts.tolist() == [0]
    assert "None of 100 shots was accepted" in result.outcome
    assert str(result).startswith("0000 -> -")


def test_results_separate_stored_spurious_and_decoded() -> None:
    energy = EnergyMemory(PATTERNS)
    result = recall(energy, "0011", method=QAOA(num_layers=1), shots=2000, rng=1)
    assert result.accepted == 2000
    assert result.spurious + result.counts.sum() == 2000
    assert result.spurious > 0
    assert result.decoded == 0
    assert result.evaluations > 0
    assert "QAOA" not in result.outcome
    assert "<table>" in result._repr_html_()


def test_marginals_read_some_neurons(memory) -> None:
    result = recall(memory, "????", method=ProbabilisticRecall(1), shots=3000, rng=2)
    values, counts = result.marginal([0, 3])
    assert counts.sum() == 3000
    assert {tuple(v) for v in values.tolist()} == {(1, -1), (-1, -1), (-1, 1)}


def test_a_law_should_sum_to_one() -> None:
    with pytest.raises(ValueError, match="should sum to 1"):
        RecallLaw(joint=np.array([0.5]), spurious=0.0, rejected=0.0)


def test_large_memories_are_recalled_from_the_law_without_a_circuit(rng) -> None:
    patterns = random_patterns(2000, 200, rng=rng)
    memory = AmplitudeMemory(patterns)
    probe = patterns[5].copy()
    probe[:100] = 0
    result = recall(memory, probe, method=AmplitudeAmplification(), shots=100, rng=0)
    np.testing.assert_array_equal(result.pattern, patterns[5])


def test_bad_requests_are_refused(memory) -> None:
    with pytest.raises(ValueError, match="shots should be at least 1"):
        recall(memory, "0011", shots=0)
    with pytest.raises(ValueError, match="method should be"):
        recall(memory, "0011", method="grover")
    with pytest.raises(ValueError, match="statevector"):
        recall(memory, "0011", sampler="abacus")
    wide = AmplitudeMemory(random_patterns(2, 50, rng=0))
    with pytest.raises(CapacityError, match="50 neurons"):
        recall(wide, "0" * 50, sampler="statevector")


@pytest.mark.parametrize("sampler", ["exact", "statevector"])
@pytest.mark.parametrize("method", [AdaptiveAmplification(), MinimumSearch()])
def test_adaptive_methods_recall_in_rounds(memory, method, sampler) -> None:
    result = recall(memory, "00??", method=method, sampler=sampler, shots=40, rng=1)
    law = method.law(memory, memory.check_probe("00??"))
    np.testing.assert_array_equal(result.pattern, PATTERNS[0])
    assert_counts_follow(
        [*result.counts, result.spurious, result.shots - result.accepted],
        [*law.joint, law.spurious, law.rejected],
    )
    assert result.shots == 40
    assert result.state_preparations >= 40
    again = recall(memory, "00??", method=method, sampler=sampler, shots=40, rng=1)
    assert again.counts.tolist() == result.counts.tolist()


@pytest.mark.statistical
@pytest.mark.parametrize(
    "method",
    [ProbabilisticRecall(num_controls=2, reuse_control=True), ProductFilter(0.2, reuse_flag=True)],
)
def test_a_reused_flag_is_read_on_the_way(memory, method) -> None:
    law = method.law(memory, "0011")
    result = recall(memory, "0011", method=method, sampler="aer", shots=4000, rng=1)
    assert_counts_follow(
        [*result.counts, result.spurious, result.shots - result.accepted],
        [*law.joint, law.spurious, law.rejected],
    )
    with pytest.raises(BackendError, match="measure at the end"):
        recall(memory, "0011", method=method, sampler="statevector", shots=10)
