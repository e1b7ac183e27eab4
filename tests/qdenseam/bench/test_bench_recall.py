"""The table of methods: circuits obey laws, shots fit, costs are those of the circuits."""

import pytest

from qdenseam.bench.recall import COMPARED, bench_recall, smallest_p_value
from qdenseam.spelling import parse, spell


def test_every_amplitude_method_obeys_its_law() -> None:
    rows = list(
        bench_recall(
            num_neurons=4,
            num_patterns=4,
            shots=500,
            methods=COMPARED,
            rng=0,
        )
    )
    axes = {"num_patterns": 4}
    assert [r.method for r in rows] == [spell(parse("method", each, axes)) for each in COMPARED]
    for row in rows:
        assert row.law_error < 1e-10, row
        assert row.p_value > 1e-9, row
        assert 0 <= row.success <= 1
        assert row.two_qubit_gates >= 0
    by_name = {r.method: r for r in rows}
    assert by_name["amplification"].success > 0.999
    assert by_name["amplification(num_matches=1)"].knows_match_count
    assert not by_name["amplification"].knows_match_count
    assert not by_name["amplification(schedule=fixed-point)"].knows_match_count
    for row in rows:
        assert row.acceptance > 0.01, row  # a row that rejects every shot tests nothing
    unamplified = by_name["separation-filter(hamming-ball(1))"]
    amplified = by_name["separation-filter(hamming-ball(1), amplified=0.25)"]
    assert amplified.acceptance > unamplified.acceptance
    assert amplified.state_preparations > unamplified.state_preparations == 1


def test_completions_are_asked_for_what_they_complete() -> None:
    index, written = bench_recall(methods=["index-search", "label-writing"], rng=0)
    assert index.acceptance == pytest.approx(1)
    assert index.success == pytest.approx(1)
    assert written.two_qubit_gates <= index.two_qubit_gates


def test_the_unamplified_filter_accepts_as_often_as_the_baseline() -> None:
    ours, baseline, _ = bench_recall(
        num_neurons=4,
        num_patterns=5,
        shots=100,
        methods=["separation-filter", "sample-and-accept", "amplification"],
        rng=1,
    )
    assert ours.acceptance == pytest.approx(baseline.acceptance)


def test_p_values_are_small_only_for_wrong_laws() -> None:
    assert smallest_p_value([480, 520], [0.5, 0.5]) > 0.1
    assert smallest_p_value([300, 700], [0.5, 0.5]) < 1e-9
    assert smallest_p_value([0, 100], [0.0, 1.0]) == 1.0


def test_bad_input_is_refused() -> None:
    with pytest.raises(ValueError, match="num_neurons should be at least 2"):
        list(bench_recall(num_neurons=1))
    with pytest.raises(ValueError, match="Did you mean 'qaoa'"):
        list(bench_recall(methods=["qao"]))
    with pytest.raises(ValueError, match="should have a law"):
        list(bench_recall(methods=["minimum-search"]))
