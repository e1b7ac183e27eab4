"""The main job's trials: equal ground for all contenders, and what must hold on it."""

import math
from dataclasses import replace

import numpy as np
import pytest

from classical_ref.patterns import is_ambiguous
from classical_ref.recipes import BestExponentialRecipe
from qdenseam.experiments.challenge import Challenge
from qdenseam.experiments.comparison_tasks import ComparisonSettings, comparison_tasks
from qdenseam.experiments.contenders import CONTENDERS
from qdenseam.experiments.trials import challenge, comparison_trial, gallery_trial, load_dataset

DRAWN = ("sample-and-accept", "label-writing")
"""Baselines that have a law."""


def params(**changes) -> dict:
    data, num_neurons = changes.get("data", "digits"), changes.get("num_neurons", 12)
    return {
        "data": data,
        "data_sha256": load_dataset(data, num_neurons).content_hash(),
        "num_neurons": num_neurons,
        "num_patterns": 5,
        "num_flips": 1,
        "num_erasures": 0,
        "num_sets": 4,
        "num_probes": 6,
        "shots": 200,
        "num_controls": 2,
        "data_seed": 3,
        "engine": "exact",
        **changes,
    }


def test_challenges_repeat_and_differ_between_sets() -> None:
    first, again, other = (challenge(params(), i) for i in (0, 0, 1))
    np.testing.assert_array_equal(first.probes, again.probes)
    assert not np.array_equal(first.patterns, other.patterns)
    distances = (first.probes != first.patterns[first.targets]).sum(axis=1)
    assert (distances == 1).all()


def clear_failures(values) -> int:
    return sum(values["failures"]) - sum(values["ambiguous_failures"])


@pytest.mark.parametrize("scan", ["nearest", "informed-scan"])
@pytest.mark.parametrize("corruption", [{"num_flips": 2}, {"num_flips": 0, "num_erasures": 5}])
def test_scans_fail_on_ambiguous_probes_only_and_these_are_counted(scan, corruption, rng) -> None:
    values = comparison_trial(params(contender=scan, num_sets=20, **corruption), rng)
    assert values["probes"] == [6] * 20
    assert clear_failures(values) == 0
    assert 0 < sum(values["failures"]) <= sum(values["ambiguous"]) < 120


def test_exact_amplification_completes_every_unambiguous_probe(rng) -> None:
    cell = params(contender="amplification", num_flips=0, num_erasures=5)
    values = comparison_trial(cell, rng)
    assert clear_failures(values) == 0
    # two matches where one is claimed: what contradicts no known bit is kept, the rest is not
    assert sum(values["accepted"]) <= sum(values["shots"]) == 4 * 6 * 200
    assert sum(values["spurious"]) == 0


def test_the_exponential_memory_fails_where_the_scan_does_in_the_comparisons_own_cells() -> None:
    """Unambiguous probes of every cell: margin 1, beta above ln(K - 1)/2, so none fails."""
    seen = 0
    for task in comparison_tasks(ComparisonSettings()):
        p = task.params
        if task.kind != "comparison" or p["contender"] != "dense-exp":
            continue
        patterns = challenge(p, 0).patterns
        beta = BestExponentialRecipe().memory(patterns).separation.beta
        assert beta > math.log(max(2, p["num_patterns"] - 1)) / 2
        for index in range(p["num_sets"]):
            given = challenge(p, index)
            states = [
                CONTENDERS[name].answer(given, "classical", 1, np.random.default_rng(0)).states
                for name in ("dense-exp", "nearest")
            ]
            clear = ~is_ambiguous(given.patterns, given.probes, given.targets)
            np.testing.assert_array_equal(states[0][clear], states[1][clear])
            np.testing.assert_array_equal(states[0][clear], given.patterns[given.targets][clear])
            seen += int(clear.sum())
    assert seen > 2000


@pytest.mark.parametrize("name", sorted(CONTENDERS))
@pytest.mark.parametrize("corruption", [{"num_flips": 2}, {"num_flips": 0, "num_erasures": 6}])
def test_known_bits_are_certain_for_all_or_for_none(name, corruption, rng) -> None:
    contender = CONTENDERS[name]
    cell = params(num_neurons=9, num_patterns=3, **corruption)
    if not contender.takes(cell["num_flips"], cell["num_erasures"]):
        assert contender.certain == "known bits"
        assert cell["num_flips"]
        return
    given = challenge(cell, 0)
    assert given.clamped == (cell["num_flips"] == 0)
    engine = "exact" if contender.kind == "quantum" else "classical"
    answers = contender.answer(given, engine if name not in DRAWN else "exact", 50, rng)
    if given.clamped:
        wrong = (answers.states != given.probes) & (given.probes != 0)
        assert not wrong[(answers.states != 0).all(axis=1)].any()


def test_who_takes_known_bits_as_certain_always_is_not_asked_where_they_may_be_wrong() -> None:
    certain = {name for name, each in CONTENDERS.items() if each.certain == "known bits"}
    assert certain == {"amplification", "index-search"}
    for task in comparison_tasks(ComparisonSettings()):
        if task.kind == "comparison" and task.params["contender"] in certain:
            assert task.params["num_flips"] == 0 < task.params["num_erasures"]
    assert {name for name, each in CONTENDERS.items() if each.peeks} == {"label-writing"}


def test_what_contradicts_a_certain_bit_is_no_answer(rng) -> None:
    """Trugenberger's filter leaves every pattern a chance; where bits are certain only matches."""
    cell = params(contender="probabilistic", num_flips=0, num_erasures=5)
    kept = comparison_trial(cell, rng)
    assert clear_failures(kept) == 0
    given = challenge(cell, 0)
    free = replace(given, num_flips=1)  # the same probes, none of whose bits is certain
    held, loose = (CONTENDERS["probabilistic"].answer(g, "exact", 500, 0) for g in (given, free))
    assert held.accepted < loose.accepted
    assert held.correct == loose.correct


def test_being_told_the_flips_rules_out_what_is_nearer() -> None:
    patterns = np.array([[1, 1, 1, 1], [1, 1, -1, -1]], dtype=np.int8)
    given = Challenge(
        patterns=patterns,
        probes=np.array([[1, -1, -1, -1]], dtype=np.int8),  # three flips from the first
        targets=np.array([0]),
        num_flips=3,
    )
    near, told = (
        CONTENDERS[n].answer(given, "classical", 1, 0) for n in ("nearest", "informed-scan")
    )
    assert near.states.tolist() == patterns[[1]].tolist()
    assert told.states.tolist() == patterns[[0]].tolist()


@pytest.mark.parametrize("name", sorted(CONTENDERS))
def test_every_contender_answers_with_consistent_counts(name: str, rng) -> None:
    contender = CONTENDERS[name]
    engine = "exact" if contender.kind == "quantum" or name in DRAWN else "classical"
    cell = params(contender=name, engine=engine, num_neurons=9, num_patterns=3, num_sets=1)
    cell |= {"num_flips": 0, "num_erasures": 3, "num_probes": 3}
    values = {
        column: each[0]
        for column, each in comparison_trial(cell, rng).items()
        if column != "backend"
    }
    assert 0 <= values["correct"] <= values["accepted"] <= values["shots"]
    assert values["correct"] + values["spurious"] <= values["accepted"]
    assert 0 <= values["ambiguous_failures"] <= values["failures"] <= values["probes"] == 3
    assert 0 < values["overlap"] < 1
    assert (values["shots"] > 0) == (engine == "exact")
    assert (values["two_qubit_gates"] > 0) == (engine == "exact")
    assert (values["evaluations"] > 0) == (name == "qaoa")
    if contender.amplitudes:
        assert values["state_preparations"] >= values["shots"]


def test_the_gallery_shows_the_first_probes_as_text(rng) -> None:
    cell = params(num_sets=1, num_probes=6, contenders=["nearest", "amplification"])
    shown = gallery_trial({**cell, "num_flips": 0, "num_erasures": 4}, rng)
    assert shown["shape"] == [4, 3]
    assert [p.count("?") for p in shown["probes"]] == [4] * 6
    for place, target in enumerate(shown["targets"]):
        if not shown["ambiguous"][place]:
            right = shown["patterns"][target]
            assert shown["nearest"][place] == shown["amplification"][place] == right


def test_data_by_name_or_file(tmp_path) -> None:
    patterns = np.array([[1, -1, 1], [-1, -1, 1]])
    np.save(tmp_path / "mine.npy", patterns)
    np.testing.assert_array_equal(load_dataset(str(tmp_path / "mine.npy"), 3).patterns, patterns)
    assert load_dataset(str(tmp_path / "mine.npy")).num_neurons == 3
    assert load_dataset("digits").num_neurons == 16
    assert load_dataset("glyphs", 16).num_neurons == 16
    assert load_dataset("random", 10).num_patterns == 256
    with pytest.raises(ValueError, match="3 neurons a pattern"):
        load_dataset(str(tmp_path / "mine.npy"), 4)
    with pytest.raises(ValueError, match="data should be"):
        load_dataset("faces", 16)
    with pytest.raises(ValueError, match="square number"):
        load_dataset("glyphs", 12)


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
