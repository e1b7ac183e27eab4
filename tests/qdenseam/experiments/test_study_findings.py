"""What a study's report says in words: planted counts, and the words they must give."""

import pytest

from qdenseam.experiments.records import Record, Task
from qdenseam.experiments.study import Study
from qdenseam.experiments.study_cells import study_rows
from qdenseam.experiments.study_findings import study_sentences
from qdenseam.experiments.study_results import row_result

SETS, PROBES = 20, 10
CONTENDERS = {
    "filter": {"recall": "separation-filter(hamming-ball($flips))"},
    "ramp": {"recall": "adiabatic", "memory": "energy(log-sum-exp)"},
    "writing": {"recall": "label-writing"},
    "hopfield": {"recall": "hopfield"},
    "scan": {"recall": "nearest"},
}


def spread(mean):
    """Failures per set around a mean."""
    return [mean - 1, mean + 1] * (SETS // 2)


def planted(failures, *, gates=None, ambiguous=1, probes=PROBES, sets=SETS):
    """Results of a study in which each contender, named as above, failed so often."""
    study = Study.from_dict(
        {
            "title": "planted",
            "data": {"num_neurons": 9},
            "axes": [{"num_patterns": [4], "flips": [1, 2]}],
            "sampling": {"pattern_sets": SETS, "probes": probes},
            "contender": [CONTENDERS[name] | {"label": name} for name in failures],
        }
    )
    results = []
    for row in study_rows(study):
        counts = failures[row.label]
        used = (gates or {}).get(row.label)
        ones, zeros = [1] * sets, [0] * sets
        values = {
            "probes": [probes] * sets,
            "failures": counts and counts[:sets],
            "ambiguous": [ambiguous] * sets,
            "ambiguous_failures": zeros,
            "overlap": zeros,
            "shots": ones if used else zeros,
            "correct": ones if used else zeros,
            "accepted": zeros,
            "counted_shots": ones if used else zeros,
            "two_qubit_gates": used or zeros,
            **dict.fromkeys(("state_preparations", "device_seconds", "evaluations"), zeros),
        }
        task = Task(kind="study", params=row.params, seed=0)
        record = Record(
            key=task.key, kind="study", params={}, seed=0, batch=0, values=values, seconds=0.0,
            versions={},
        )  # fmt: skip
        results.append(row_result(study, row, [] if counts is None else [record]))
    return results


def said(*given, **planting):
    return " ".join(study_sentences(planted(*given, **planting)))


def test_who_is_told_apart_from_the_scan():
    words = said(
        {"filter": spread(3), "ramp": [1] * SETS, "hopfield": spread(8), "scan": spread(3)}
    )
    assert "Over the 2 cells that all are asked in, ramp failed least, on 0.100 [" in words
    assert "; hopfield most, on 0.800 [" in words
    assert (
        "Beside scan, on the same probes (95% for all together): failed less often: ramp" in words
    )
    assert "not told apart from it: filter (told the flips) (by 0.000 [" in words
    assert "failed more often: hopfield (by 0.500 [" in words


def test_without_a_scan_the_first_is_the_measure():
    words = said({"filter": spread(3), "hopfield": spread(4), "ramp": spread(8)})
    assert "Beside filter (told the flips), on the same probes" in words
    assert "none failed less often; not told apart from it: " not in words.split("hopfield")[0]
    assert "failed more often: hopfield (by 0.100 [" in words
    assert " and ramp (by 0.500 [" in words


def test_few_sets_tell_less_apart():
    """What 20 sets tell apart, 2 do not."""
    counts = {"hopfield": [1, 3] * 10, "scan": [1, 2] * 10}
    assert "failed more often: hopfield" in said(counts)
    assert "not told apart from it: hopfield" in said(counts, sets=2)


def test_what_reads_the_answer_is_never_ranked():
    words = said({"writing": [0] * SETS, "scan": spread(3)})
    assert "writing" not in words
    assert "each failed on 0.300 [" in words


def test_zero_and_not_run_are_apart():
    words = said({"filter": None, "hopfield": [0] * SETS, "scan": [0] * SETS}, ambiguous=0)
    assert "each failed on 0.000 [0.000, 0.161] of all probes" in words
    assert "No probe is ambiguous" in words
    assert "Of 6 rows 2 not run." in words
    assert "filter" not in words


def test_nothing_run_and_few_probes():
    assert said({"scan": None}) == "Of 2 rows 2 not run."
    assert "2 unfinished and 2 resting on fewer than 20 probes." in said(
        {"scan": [0] * SETS}, probes=5, sets=3
    )


@pytest.mark.parametrize(
    ("others", "words"),
    [
        (spread(100), "takes 10 [10, 10] two-qubit gates by ramp, the fewest, and 100 ["),
        (
            [1, 19] * (SETS // 2),
            "and 10 [10, 10] by ramp, not told apart; a scan reads K·D = 36 bits once.",
        ),
    ],
)
def test_costs(others, words):
    counts = {"filter": spread(3), "ramp": spread(3)}
    assert words in said(counts, gates={"ramp": [10] * SETS, "filter": others})
