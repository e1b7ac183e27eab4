"""What a result says about its shots."""

import numpy as np
import pytest

from classical_ref import DenseMemory, text_to_spins
from qdenseam import AmplitudeMemory, EnergyMemory, RecallResult, recall
from qdenseam.execution.tallies import tally
from qdenseam.methods import (
    QAOA,
    AdaptiveAmplification,
    AmplitudeAmplification,
    BiasFieldRecall,
    HammingBall,
    MinimumSearch,
    RecallResources,
    SeparationFilter,
    VenturaMartinez,
)
from qdenseam.retrieval.result import predicted_probability

COST = RecallResources(num_qubits=3, two_qubit_gates=7, two_qubit_depth=5, state_preparations=1)
PATTERNS = np.array([text_to_spins(text) for text in ("000", "011", "101", "110")])


def result_of(probe: str, outcomes: dict[str, int], **fields) -> RecallResult:
    shots = np.concatenate([[text_to_spins(text)] * count for text, count in outcomes.items()])
    states, counts = tally(shots)
    return RecallResult(
        patterns=PATTERNS,
        probe=text_to_spins(probe),
        states=states,
        state_counts=counts,
        **{"shots": len(shots), "method": {}, "engine": "aer", "state_preparations": 1} | fields,
    )


def test_gates_are_summed_over_all_shots() -> None:
    assert result_of("???", {"000": 10}, shots=12, resources=COST).two_qubit_gates == 7 * 12


def test_shares_of_the_answer_and_of_stored_patterns_stand_apart() -> None:
    result = result_of("1??", {"101": 27, "110": 23, "111": 10, "000": 20}, shots=100)
    assert result.counts.tolist() == [20, 0, 27, 23]
    assert result.top_share == pytest.approx(27 / 80)
    assert result.stored_share == pytest.approx(70 / 80)
    assert result.spurious == 10


def test_contradiction_and_matches_are_told() -> None:
    result = result_of("1??", {"000": 6, "101": 5})
    assert result.num_matching == 2
    assert result.contradicts_probe
    assert result.contradicted == (0,)
    assert "contradicts the probe at known neuron 0, though 2 stored patterns" in result.outcome
    assert result.outcome in str(result)
    assert result.outcome in result._repr_html_()
    agreeing = result_of("1??", {"000": 5, "101": 6})
    assert not agreeing.contradicts_probe
    assert "2 stored patterns agree with every known neuron." in agreeing.outcome


def test_patterns_of_weight_0_match_nothing() -> None:
    memory = AmplitudeMemory(["000", "011", "101"], weights=[0.5, 0.5, 0.0])
    result = recall(memory, "??1", method="amplification", shots=5, rng=0)
    assert result.num_matching == 1


def test_a_probe_of_all_unknowns_is_matched_by_all() -> None:
    result = result_of("???", {"000": 1})
    assert result.num_matching == 4
    assert not result.contradicts_probe


def test_ties_are_told() -> None:
    outcome = result_of("1??", {"101": 5, "110": 5}).outcome
    assert "the first of 2 equally frequent outcomes" in outcome


def test_nothing_accepted_has_no_shares() -> None:
    result = recall(
        AmplitudeMemory(PATTERNS), "111", method=SeparationFilter(HammingBall(0)), shots=50, rng=0
    )
    assert (result.top_share, result.stored_share, result.predicted_probability) == (None,) * 3
    assert result.contradicted == ()
    assert result.outcome.startswith("None of 50 shots was accepted. No stored pattern agrees")


@pytest.mark.parametrize("sampler", ["exact", "statevector"])
@pytest.mark.parametrize(
    "method",
    [AmplitudeAmplification(num_matches=2), VenturaMartinez(), MinimumSearch()],
    ids=lambda method: method.name,
)
def test_the_predicted_probability_is_the_laws(method, sampler) -> None:
    memory = AmplitudeMemory(PATTERNS)
    result = recall(memory, "1??", method=method, sampler=sampler, shots=200, rng=0)
    law = method.law(memory, "1??")
    of_answer = predicted_probability(law, PATTERNS, result.states)
    assert result.predicted_probability == of_answer
    assert f"The law predicts {of_answer:.1%}" in result.outcome
    stored = np.flatnonzero((result.pattern == PATTERNS).all(axis=1))
    expected = law.joint[stored].sum() / law.acceptance
    assert of_answer == pytest.approx(expected, abs=1e-12)


def test_a_spurious_answer_is_predicted_where_the_law_tells_states_apart() -> None:
    memory, method = EnergyMemory(PATTERNS), QAOA(num_layers=1, gammas=(0.1,), betas=(0.1,))
    law = method.law(memory, "100")
    predicted = predicted_probability(law, PATTERNS, np.array([[-1, 1, 1]], dtype=np.int8))
    assert predicted == pytest.approx(law.distribution[1], abs=1e-12)
    only_stored = AmplitudeAmplification().law(AmplitudeMemory(PATTERNS), "10?")
    assert predicted_probability(only_stored, PATTERNS, np.array([[-1, -1, -1]])) == 0


def test_adaptive_results_say_what_they_know() -> None:
    memory = AmplitudeMemory(PATTERNS)
    two = recall(memory, "1??", method=AdaptiveAmplification(), shots=100, rng=0)
    assert two.predicted_probability == pytest.approx(0.5)
    assert "of 100 searches" in two.outcome
    assert "2 stored patterns agree" in two.outcome
    none = recall(memory, "111", method=AdaptiveAmplification(), shots=5, rng=0)
    assert none.outcome.startswith("None of 5 searches was accepted. No stored pattern agrees")
    without_law = recall(
        EnergyMemory(PATTERNS), "011", method=BiasFieldRecall(num_rounds=1), shots=5, rng=0
    )
    assert without_law.predicted_probability is None


def test_a_disagreement_under_noise_is_said() -> None:
    """Errors of a device flip the known neuron in some single shots, which the law never does."""
    memory, method = AmplitudeMemory(PATTERNS), AmplitudeAmplification(num_matches=2)
    results = recall(memory, ["1??"] * 40, method=method, sampler="fake:manila", shots=1, rng=0)
    wrong = [each for each in results if each.contradicts_probe]
    assert 0 < len(wrong) < 20
    for each in wrong:
        assert "contradicts the probe at known neuron 0, though 2 stored pat" in each.outcome
        assert each.predicted_probability == pytest.approx(0, abs=1e-12)
        assert "The law predicts 0.0% for it." in each.outcome


@pytest.mark.parametrize("other", ["01", np.eye(2, dtype=np.int8), DenseMemory(["01"])], ids=type)
def test_what_is_no_quantum_memory_is_refused_by_name(other):
    with pytest.raises(TypeError, match="memory should be an AmplitudeMemory or an EnergyMemory"):
        recall(other, "01")
