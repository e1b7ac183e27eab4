"""What the energies of the stored patterns say of a recall."""

import numpy as np
import pytest

from classical_ref import LogSumExp
from classical_ref.spins import bits_to_spins
from qdenseam import EnergyMemory, recall
from qdenseam.memories.stored_energies import StoredEnergies, stored_energies
from qdenseam.methods import QAOA, RecursiveQAOA

PATTERNS = bits_to_spins(np.array([[0, 0, 0, 0, 0, 0], [1, 1, 1, 1, 0, 0], [0, 0, 1, 1, 1, 1]]))


def said(**facts) -> str:
    stored = np.array(facts.pop("stored"))
    return " ".join(StoredEnergies(stored=stored, num_neurons=10, **facts).sentences())


def test_they_are_those_of_the_diagonal() -> None:
    memory = EnergyMemory(PATTERNS, separation=LogSumExp())
    for text, answer in (("100000", PATTERNS[1]), ("1??000", None)):
        probe = memory.check_probe(text)
        found, diagonal = stored_energies(memory, probe, answer), memory.diagonal(text)
        np.testing.assert_allclose(found.stored, diagonal[memory.pattern_indices()])
        assert found.probe == (None if "?" in text else pytest.approx(diagonal[1]))
        assert found.answer == (None if answer is None else pytest.approx(found.stored[1]))


def test_ties_and_small_gaps_are_said() -> None:
    assert said(stored=[-8, -13, -9]) == (
        "Of the stored patterns 1 lies lowest, at energy -13, 4 below the next."
    )
    assert "only 0.9 below the next" in said(stored=[-12.1, -13])
    tie = StoredEnergies(stored=np.array([-13, -8, -13.0]), num_neurons=10)
    assert (tie.lowest, tie.gap) == ((0, 2), 0.0)
    assert tie.sentences() == ["Stored patterns 0, 2 tie for the lowest energy, -13."]
    single = StoredEnergies(stored=np.array([-7.0]), num_neurons=10)
    assert single.gap == np.inf
    assert single.sentences() == ["Of the stored patterns 0 lies lowest, at energy -7."]


def test_a_probe_in_its_own_minimum_and_another_answer_are_said() -> None:
    assert "The probe itself lies lower, at -14" in said(stored=[-13, -8], probe=-14.0)
    assert "The probe itself lies as low." in said(stored=[-13, -8], probe=-13.0)
    assert "probe" not in said(stored=[-13, -8], probe=-13.0, answer=-13.0)
    assert said(stored=[-13, -8], answer=-8.0).endswith("The answer lies 5 above it.")
    assert said(stored=[-13, -8], answer=-14.0).endswith("The answer lies 1 below it.")


def test_a_tie_of_two_stored_patterns_is_told_by_the_result() -> None:
    # both patterns differ from the probe in the same two unknown neurons
    memory = EnergyMemory(PATTERNS[1:], separation=LogSumExp())
    result = recall(memory, "??11??", rng=0)
    assert result.energies is not None
    assert result.energies.lowest == (0, 1)
    assert "Stored patterns 0, 1 tie for the lowest energy" in result.outcome
    assert result.outcome.endswith("Training: 0 evaluations.")


def test_a_field_too_strong_is_told_by_the_result() -> None:
    memory = EnergyMemory(PATTERNS, separation=LogSumExp(), probe_field=4.0)
    assert "The probe itself lies lower" in recall(memory, "100000", rng=0).outcome


@pytest.mark.parametrize("method", [QAOA(1, num_restarts=1), RecursiveQAOA(1, num_restarts=1)])
def test_evaluations_are_told(method) -> None:
    result = recall(EnergyMemory(PATTERNS), "100000", method=method, shots=50, rng=0)
    assert result.evaluations > 0
    assert f"{result.evaluations} evaluations." in result.outcome
    assert result.shots == (1 if isinstance(method, RecursiveQAOA) else 50)  # one answer of rounds
