"""The table of methods: circuits obey laws, shots fit, costs are those of the circuits."""

import pytest

from qdenseam.bench.base import run
from qdenseam.bench.recall import COMPARED, RecallBenchmark, smallest_p_value
from qdenseam.methods import METHODS, RecallMethod


def table(**settings):
    return {row["method"]: row for row in run(RecallBenchmark(**settings))}


def test_every_method_has_a_row_that_tests_something_and_obeys_its_law() -> None:
    rows = table(num_neurons=4, num_patterns=4, shots=500)
    assert {name.partition("(")[0] for name in rows} >= {
        name for name, each in METHODS.items() if issubclass(each, RecallMethod)
    }
    assert len(rows) >= len(COMPARED)
    for row in rows.values():
        assert row["correct"], row
        assert row["acceptance"] > 0.01, row  # a row that rejects every shot tests nothing
        assert 0 <= row["success"] <= 1
        assert row["two_qubit_gates"] >= 0
    assert rows["amplification"]["success"] > 0.999
    assert rows["amplification(num_matches=1)"]["knows_match_count"]
    assert not rows["amplification"]["knows_match_count"]
    unamplified = rows["separation-filter(hamming-ball(1))"]
    amplified = rows["separation-filter(hamming-ball(1), amplified=0.25)"]
    assert amplified["acceptance"] > unamplified["acceptance"]
    assert amplified["state_preparations"] > unamplified["state_preparations"] == 1
    assert unamplified["acceptance"] == pytest.approx(
        rows["sample-and-accept(hamming-ball(1))"]["acceptance"]
    )
    assert rows["index-search"]["success"] == pytest.approx(1)  # it is asked to complete
    assert rows["label-writing"]["two_qubit_gates"] <= rows["index-search"]["two_qubit_gates"]


def test_p_values_are_small_only_for_wrong_laws() -> None:
    assert smallest_p_value([480, 520], [0.5, 0.5]) > 0.1
    assert smallest_p_value([300, 700], [0.5, 0.5]) < 1e-9
    assert smallest_p_value([0, 100], [0.0, 1.0]) == 1.0


def test_methods_are_spelled_and_have_a_law() -> None:
    with pytest.raises(ValueError, match="Did you mean 'qaoa'"):
        run(RecallBenchmark(methods=("qao",)))
    with pytest.raises(ValueError, match="should have a law"):
        run(RecallBenchmark(methods=("minimum-search",)))
