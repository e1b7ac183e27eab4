"""The trials of a study: equal ground for all contenders, and what must hold on it."""

import math
from dataclasses import replace

import numpy as np
import pytest

from classical_ref.patterns import is_ambiguous
from classical_ref.recipes import BestExponentialRecipe, NearestRecipe
from qdenseam.experiments.study_cells import study_rows
from qdenseam.experiments.trials import (
    answers_to,
    challenge,
    gallery_trial,
    load_dataset,
    study_trial,
)
from qdenseam.studies.compare import ComparisonSettings, comparison_study

ROWS = study_rows(comparison_study(ComparisonSettings()))
"""What the main job asks."""


def params(recall="nearest", **changes) -> dict:
    data, num_neurons = changes.get("data", "digits"), changes.get("num_neurons", 12)
    return {
        "data": data,
        "data_sha256": load_dataset(data, num_neurons).content_hash(),
        "num_neurons": num_neurons,
        "num_patterns": 5,
        "flips": 1,
        "erasures": 0,
        "num_probes": 6,
        "sets": [0, 4],
        "shots": 200,
        "data_seed": 3,
        "recall": recall,
        "memory": "amplitude",
        "engine": "exact",
        **changes,
    }


def test_challenges_repeat_and_differ_between_sets() -> None:
    first, again, other = (challenge(params(), i) for i in (0, 0, 1))
    np.testing.assert_array_equal(first.probes, again.probes)
    assert not np.array_equal(first.patterns, other.patterns)
    distances = (first.probes != first.patterns[first.targets]).sum(axis=1)
    assert (distances == 1).all()


def test_few_probes_are_the_first_of_many() -> None:
    few, many = (challenge(params(num_probes=n, erasures=3), 1) for n in (2, 9))
    np.testing.assert_array_equal(few.probes, many.probes[:2])
    np.testing.assert_array_equal(few.targets, many.targets[:2])


def clear_failures(values) -> int:
    return sum(values["failures"]) - sum(values["ambiguous_failures"])


@pytest.mark.parametrize("corruption", [{"flips": 2}, {"flips": 0, "erasures": 5}])
def test_scans_fail_on_ambiguous_probes_only_and_these_are_counted(corruption, rng) -> None:
    for scan in ("nearest", f"nearest(at={corruption['flips']})"):
        values = study_trial(params(scan, sets=[0, 20], **corruption), rng)
        assert values["probes"] == [6] * 20
        assert clear_failures(values) == 0
        assert 0 < sum(values["failures"]) <= sum(values["ambiguous"]) < 120


def test_exact_amplification_completes_every_unambiguous_probe(rng) -> None:
    values = study_trial(params("amplification", flips=0, erasures=5), rng)
    assert clear_failures(values) == 0
    # two matches where one is claimed: what contradicts no known bit is kept, the rest is not
    assert sum(values["accepted"]) <= sum(values["shots"]) == 4 * 6 * 200
    assert sum(values["spurious"]) == 0


def test_the_exponential_memory_fails_where_the_scan_does_in_the_comparisons_own_cells() -> None:
    """Unambiguous probes of every cell: margin 1, beta above ln(K - 1)/2, so none fails."""
    seen = 0
    for row in ROWS:
        if row.recall != "best-exponential" or row.block.startswith("device"):
            continue
        for index in range(row.sampling.pattern_sets):
            given = challenge(row.params, index)
            memory = BestExponentialRecipe().memory(given.patterns)
            assert memory.separation.beta > math.log(max(2, len(given.patterns) - 1)) / 2
            held = given.probes != 0 if given.clamped else None
            states = [
                recipe.recall(given.patterns, given.probes, clamped=held, rng=0)
                for recipe in (BestExponentialRecipe(), NearestRecipe())
            ]
            clear = ~is_ambiguous(given.patterns, given.probes, given.targets)
            np.testing.assert_array_equal(states[0][clear], states[1][clear])
            np.testing.assert_array_equal(states[0][clear], given.patterns[given.targets][clear])
            seen += int(clear.sum())
    assert seen > 2000


def test_known_bits_are_certain_for_all_or_for_none(rng) -> None:
    for row in {row.recall: row for row in ROWS if not row.cell["flips"]}.values():
        cell = {"flips": 0, "erasures": 6, "num_neurons": 9, "num_patterns": 3, "shots": 50}
        given = challenge(params(**cell), 0)
        assert given.clamped
        asked = params(row.recall, memory=row.memory, **cell)
        states = answers_to(given, asked, rng).states
        wrong = (states != given.probes) & (given.probes != 0)
        assert not wrong[(states != 0).all(axis=1)].any(), row.label
    assert not challenge(params(flips=2), 0).clamped


def test_who_takes_known_bits_as_certain_always_is_not_asked_where_they_may_be_wrong() -> None:
    certain = {row.label for row in ROWS if not row.corrects}
    assert certain == {"amplitude amplification", "index search"}
    for row in ROWS:
        assert row.corrects or row.cell["flips"] == 0 < row.cell["erasures"]
    assert {row.label for row in ROWS if row.peeks} == {"label writing"}
    kinds = {row.label: row.kind for row in ROWS}
    assert [label for label, kind in kinds.items() if kind == "baseline"] == [
        "measure and accept", "label writing", "nearest-neighbor scan", "scan told the flips",
    ]  # fmt: skip


def test_what_contradicts_a_certain_bit_is_no_answer(rng) -> None:
    """Trugenberger's filter leaves every pattern a chance; where bits are certain only matches."""
    asked = params("probabilistic(2)", flips=0, erasures=5, shots=500)
    assert clear_failures(study_trial(asked, rng)) == 0
    given = challenge(asked, 0)
    free = replace(given, flips=1)  # the same probes, none of whose bits is certain
    held, loose = (answers_to(each, asked, 0) for each in (given, free))
    assert held.accepted < loose.accepted
    assert held.correct == loose.correct


def test_every_contender_answers_with_consistent_counts(rng) -> None:
    cell = {"num_neurons": 9, "num_patterns": 3, "sets": [0, 1], "flips": 0, "erasures": 3}
    for row in {row.recall: row for row in ROWS if not row.cell["flips"]}.values():
        asked = params(row.recall, memory=row.memory, num_probes=3, **cell)
        given = study_trial(asked, rng)
        values = {name: each[0] for name, each in given.items() if name != "backend"}
        is_drawn = row.engine != "classical"
        assert 0 <= values["correct"] <= values["accepted"] <= values["shots"]
        assert values["correct"] + values["spurious"] <= values["accepted"]
        assert 0 <= values["ambiguous_failures"] <= values["failures"] <= values["probes"] == 3
        assert 0 < values["overlap"] < 1
        assert (values["shots"] > 0) == is_drawn
        assert (values["two_qubit_gates"] > 0) == is_drawn
        assert (values["evaluations"] > 0) == (row.label == "warm-started QAOA")
        if row.memory == "amplitude" and not row.peeks:
            assert values["state_preparations"] >= values["shots"]


def test_the_gallery_shows_the_first_probes_as_text(rng) -> None:
    cell = {"flips": 0, "erasures": 4}
    shown, other = (
        gallery_trial(params(recall, **cell), rng) for recall in ("nearest", "amplification")
    )
    assert shown["shape"] == [4, 3]
    assert [p.count("?") for p in shown["probes"]] == [4] * 6
    assert shown["probes"] == other["probes"]
    for place, stored in enumerate(shown["stored"]):
        if not shown["ambiguous"][place]:
            assert shown["answers"][place] == other["answers"][place] == stored


def test_a_trial_takes_only_the_data_that_its_task_names(tmp_path, rng) -> None:
    file = tmp_path / "mine.npy"
    np.save(file, np.array([[1, -1, 1], [-1, -1, 1]]))
    cell = params(data=str(file), num_neurons=3, num_patterns=2)
    np.save(file, np.array([[1, -1, 1], [-1, 1, 1]]))
    with pytest.raises(ValueError, match=f"should hold .*{cell['data_sha256']}.*changed"):
        challenge(cell, 0)
    np.save(file, np.array([[1, -1, 1], [-1, -1, 1]]))
    given = challenge(cell, 0)
    assert sorted(given.patterns.tolist()) == [[-1, -1, 1], [1, -1, 1]]


def test_merged_patterns_are_asked_for_and_stored_by_their_weights(tmp_path) -> None:
    """Two patterns a bit apart, one of which stood nine times in the data."""
    rows = ["000000", *["000001"] * 9]
    (tmp_path / "rows.txt").write_text("\n".join(rows))
    data, reading = str(tmp_path / "rows.txt"), {"merge_duplicates": True}
    content = load_dataset(data, **reading).content_hash()
    sizes = {"num_neurons": 6, "num_patterns": 2, "flips": 0, "erasures": 1, "num_probes": 2000}
    asked = params(data="random", **sizes) | {"data": data, "data_sha256": content}
    asked["reading"] = reading
    given = challenge(asked, 0)
    heavy = int(given.weights.argmax())
    assert sorted(given.weights.tolist()) == [1, 9]
    drawn = (given.targets == heavy).sum()
    assert abs(drawn - 1800) < 6.1 * math.sqrt(2000 * 0.09)
    assert (given.patterns[heavy] == load_dataset(data, **reading).patterns[1]).all()
    unclear = given.probes[:, 5] == 0  # both patterns fit
    assert unclear.any()
    for recall in ("nearest", "best-exponential", "sample-and-accept(hamming-ball(0))"):
        found = answers_to(given, asked | {"recall": recall}, np.random.default_rng(0))
        assert (found.states[unclear] == given.patterns[heavy]).all(), recall
