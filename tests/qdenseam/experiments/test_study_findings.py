"""What a study's report says in words: planted counts, and the words they must give."""

import pytest

from qdenseam.experiments.collecting.records import Record, Task
from qdenseam.experiments.standings import lines_of, standings
from qdenseam.experiments.study import Study
from qdenseam.experiments.study_cells import study_rows
from qdenseam.experiments.study_findings import study_sentences
from qdenseam.experiments.study_results import row_result

SETS, PROBES = 20, 10
CONTENDERS = {
    "filter": {"recall": "separation-filter(hamming-ball($flips))"},
    "ramp": {"recall": "adiabatic", "memory": "energy(log-sum-exp)"},
    "baseline": {"recall": "sample-and-accept(hamming-ball($flips))"},
    "writing": {"recall": "label-writing"},
    "hopfield": {"recall": "hopfield"},
    "dense": {"recall": "best-exponential"},
    "scan": {"recall": "nearest"},
    "told": {"recall": "nearest(at=$flips)"},
}


def spread(mean):
    """Failures per set around a mean."""
    return [mean - 1, mean + 1] * (SETS // 2)


def planted(
    failures, *, gates=None, ambiguous=1, clear=True, probes=PROBES, sets=SETS, flips=(1, 2), **more
):
    """A study in which each contender, named as above, failed so often, and its results."""
    study = Study.from_dict(
        {
            "title": "planted",
            "data": {"num_neurons": 9},
            "axes": [{"num_patterns": [4], "flips": list(flips)}],
            "sampling": {"pattern_sets": SETS, "probes": probes},
            "contender": [
                CONTENDERS.get(name, {"recall": "hopfield"}) | {"label": name} for name in failures
            ],
            **more,
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
            "ambiguous_failures": zeros if clear else counts,
            "overlap": zeros,
            "shots": ones if used else zeros,
            "correct": ones if used else zeros,
            "accepted": zeros,
            "counted_shots": ones if used else zeros,
            "two_qubit_gates": used or zeros,
            "state_preparations": used or zeros,
            **dict.fromkeys(("device_seconds", "evaluations"), zeros),
        }
        task = Task(kind="study", params=row.params, seed=0)
        record = Record(
            key=task.key, kind="study", params={}, seed=0, batch=0, values=values, seconds=0.0,
            versions={},
        )  # fmt: skip
        results.append(row_result(row, [] if counts is None else [record]))
    return study, results


def said(*given, **planting):
    return " ".join(study_sentences(*planted(*given, **planting)))


def stand(failures, **planting):
    _, results = planted(failures, **planting)
    return {each.line.first.row.label: each for each in standings(lines_of(results))}


PLANTED = {
    "hopfield": spread(8),
    "dense": [3, 3] * (SETS // 2),
    "ramp": [1] * SETS,
    "filter": spread(3),
    "baseline": spread(2),
    "scan": spread(3),
    "told": spread(2),
}


def test_each_is_held_against_the_scan_that_knows_as_much():
    found = stand(PLANTED)
    assert found["hopfield"].verdict == "more"
    assert found["hopfield"].difference.best == 0.5
    assert found["dense"].verdict == "not told apart"
    assert found["ramp"].verdict == "fewer"
    # as many failures as the nearest scan, but it was told the flips, and so is its floor
    assert found["filter"].floor.first.row.label == "told"
    assert found["filter"].difference.best == pytest.approx(0.1)
    assert found["filter"].verdict == "more"
    assert found["baseline"].verdict == "not told apart"
    assert {"scan", "told"}.isdisjoint(found)


def test_who_is_told_the_flips_may_be_said():
    """A radius of one where one bit is flipped is told as much as one that spells it."""
    names = ("filter", "scan", "told")
    own = {"recall": "separation-filter(hamming-ball(1))", "label": "filter"}
    scans = [CONTENDERS[name] | {"label": name} for name in names[1:]]
    for told, floor in ((True, "told"), (None, "scan"), (False, "scan")):
        said_so = {} if told is None else {"told": told}
        contenders = [own | said_so, *scans]
        planting = {"flips": (1,), "contender": contenders}
        found = stand({name: PLANTED[name] for name in names}, **planting)["filter"]
        assert found.floor.first.row.label == floor
    spelled = [CONTENDERS["filter"] | {"label": "filter", "told": False}, *scans]
    found = stand({name: PLANTED[name] for name in names}, contender=spelled)["filter"]
    assert found.floor.first.row.label == "scan"
    with pytest.raises(TypeError, match="told should be True or False"):
        planted({"scan": [0] * SETS}, contender=[own | {"told": "yes"}])


def test_the_level_holds_for_all_comparisons_together():
    few = stand({"dense": PLANTED["dense"], "scan": spread(3)})["dense"].difference
    many = stand(PLANTED)["dense"].difference
    assert few.level == pytest.approx(0.95)
    assert many.level == pytest.approx(1 - 0.05 / 5)
    assert many.high - many.low > few.high - few.low


def test_one_pattern_set_in_several_cells_is_one_cluster():
    """Three cells that repeat each other tell no more than one of them."""
    counts = {"hopfield": spread(4), "scan": [3] * SETS}
    one, three = (stand(counts, flips=flips)["hopfield"] for flips in ((1,), (1, 2, 3)))
    assert one.difference.low == pytest.approx(three.difference.low)
    assert one.difference.high == pytest.approx(three.difference.high)
    assert three.probes == 3 * SETS * PROBES


def test_few_probes_of_a_cell_are_not_counted_beside_the_many_that_hold_them():
    blocks = [
        {"num_patterns": [4], "flips": [1]},
        {"num_patterns": [4], "flips": [1], "sampling": {"probes": 3}},
    ]
    found = stand({"hopfield": spread(4), "scan": spread(3)}, axes=blocks)
    assert found["hopfield"].probes == SETS * PROBES


def test_few_are_held_against_their_scan_with_numbers():
    few = {name: PLANTED[name] for name in ("hopfield", "dense", "scan")}
    assert "probes (intervals: 95% for all together), none is known to have failed" in said(few)
    words = said({**few, "ramp": PLANTED["ramp"]})
    assert "Beside a scan that knows as much, on the same probes (inter" in words
    assert ", failed less often: ramp (by -0.200 [" in words
    assert "; failed more often: hopfield (by 0.500 [" in words
    assert "; not told apart from it: dense (by 0.000 [" in words


def test_a_scan_that_is_told_less_is_said_to_be():
    words = said({"filter": spread(3), "scan": spread(3)})
    assert "Beside a scan that is not told the flips, as some are, on the same probes" in words


def test_of_many_two_on_each_side_are_named_and_the_others_counted():
    memories = {f"memory {number}": number for number in range(4, 9)}
    counts = {name: [mean] * SETS for name, mean in memories.items()}
    words = said({**counts, "dense": [3] * SETS, "scan": [1, 3] * 10})
    assert (
        "none is known to have failed less often; failed more often: memory 8 (by 0.600 [" in words
    )
    assert ", memory 7 (by 0.500 [" in words
    assert "and 4 more (see the table)." in words
    many = {name: [4, 6] * 10 for name in memories}
    words = said({**many, "dense": [5] * SETS, "scan": [5] * SETS})
    assert (
        "none is known to have failed less often; not told apart from it: 6 (see the table)."
        in words
    )
    assert max(map(len, words.split(". "))) < 300


def test_failures_on_ambiguous_probes_only_are_said_to_be():
    counts = {"dense": spread(3), "scan": spread(3)}
    words = "dense (by 0.000 [-0.161, 0.161]"
    assert f"{words}, on ambiguous probes only)" in said(counts, clear=False, ambiguous=5)
    assert f"{words})" in said(counts)
    assert "only" not in said({"dense": [0] * SETS, "scan": [0] * SETS}, clear=False)


def test_costs_that_were_asked_for():
    asked = [{"of": "filter", "against": "baseline", "where": {"flips": 2}}]
    counts = {"filter": spread(3), "baseline": spread(3), "scan": spread(3)}
    gates = {"filter": [2400] * SETS, "baseline": [18] * SETS}
    assert (
        "A correct recall costs 2,400 [2,400, 2,400] state preparations and 2,400 [2,400, 2,400] "
        "two-qubit gates by filter (D = 9, K = 4, 2 flips), against 18 [18, 18] and 18 [18, 18] by "
        "baseline; a scan reads K·D bits once." in said(counts, gates=gates, cost=asked)
    )
    assert "state preparations" not in said({**counts, "filter": None}, gates=gates, cost=asked)
    on_two = [
        CONTENDERS[name] | {"label": name, "engine": ["exact", "aer"]}
        for name in ("filter", "baseline")
    ]
    contenders = [*on_two, CONTENDERS["scan"] | {"label": "scan"}]
    words = said(counts, gates=gates, cost=asked, contender=contenders)
    assert "; 1 more on other engines (see the table); a scan reads" in words
    assert words.count("by filter") == 1


def test_the_lowest_and_the_highest_rate():
    words = said({"filter": spread(3), "ramp": [1] * SETS, "hopfield": spread(8)})
    assert "Over the 2 cells that all are asked in, the lowest failure rate is 0.100 [" in words
    assert "], of ramp; the highest 0.800 [" in words
    assert "], of hopfield: told apart on the same probes." in words
    words = said({"filter": [1] * SETS, "ramp": [1] * SETS, "hopfield": spread(8)})
    assert "], of filter (told the flips) and ramp; the highest 0.800 [" in words


def test_the_lowest_and_the_highest_rate_are_not_told_apart_by_little():
    """One failure of 200 beside none: a rate that is lower, and nothing that is known of it."""
    words = said({"scan": [0] * SETS, "hopfield": [1, *[0] * (SETS - 1)]}, flips=(1,))
    assert "In the cell that all are asked in, the lowest failure rate is 0.000 [0.000" in words
    assert "], of hopfield: not told apart on the same probes." in words


def test_what_is_tied_for_the_lowest_must_each_be_told_apart():
    alternating, steady = [0, 2] * (SETS // 2), [1] * SETS
    counts = {"ramp": alternating, "hopfield": [1, 3] * (SETS // 2)}
    assert "of hopfield: told apart" in said(counts)
    against_the_grain = {**counts, "filter": [3, 0, 1, 0] * (SETS // 4)}
    assert "of hopfield: not told apart" in said(against_the_grain)
    assert "of hopfield: told apart" in said({**counts, "filter": steady})


def test_without_a_scan_the_first_is_the_measure():
    words = said({"filter": spread(3), "hopfield": spread(4), "ramp": spread(8)})
    assert "Beside filter (told the flips), on the same probes (" in words
    assert "none is known to have failed less often; failed more often: ramp (by 0.500 [" in words
    assert " and hopfield (by 0.100 [" in words


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
    assert "Rows: 6, of them 2 not run." in words
    assert "filter" not in words


def test_nothing_run_and_few_probes():
    assert said({"scan": None}) == "Rows: 2, of them 2 not run."
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


def test_numbers_and_their_nouns_agree():
    counts = {"ramp": spread(3)}
    assert "(D = 9, K = 4, 1 flip)" in said(counts, flips=(1,), gates={"ramp": [10] * SETS})
    assert "(D = 9, K = 4, 2 flips)" in said(counts, gates={"ramp": [10] * SETS})
    assert said({"scan": None}, flips=(1,)) == "Rows: 1, of them 1 not run."
