"""The main job's trials: equal ground for all contenders, and what must hold on it."""

import numpy as np
import pytest
from distribution_checks import assert_binomial

from qdenseam.experiments.contenders import CONTENDERS
from qdenseam.experiments.trials import challenge, compare_trial, gallery_trial, load_dataset


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


@pytest.mark.parametrize("corruption", [{"num_flips": 2}, {"num_flips": 0, "num_erasures": 5}])
def test_the_nearest_scan_never_fails_on_unambiguous_probes(corruption, rng) -> None:
    values = compare_trial(params(contender="nearest", **corruption), rng)
    assert sum(values["failures"]) == 0
    assert all(p + a == 6 for p, a in zip(values["probes"], values["ambiguous"], strict=True))


def test_exact_amplification_completes_every_unambiguous_probe(rng) -> None:
    cell = params(contender="amplification", num_flips=0, num_erasures=5)
    values = compare_trial(cell, rng)
    assert sum(values["failures"]) == 0
    assert values["correct"] == values["accepted"] == values["shots"] > 0


@pytest.mark.statistical
def test_amplification_of_an_unmatched_probe_returns_the_prior(rng) -> None:
    # an unambiguous probe with a flipped bit matches no stored pattern
    values = compare_trial(params(contender="amplification", num_flips=1), rng)
    assert values["accepted"] == values["shots"] > 0
    assert_binomial(values["correct"], values["shots"], 1 / 5)


@pytest.mark.parametrize("name", sorted(CONTENDERS))
def test_every_contender_answers_with_consistent_counts(name: str, rng) -> None:
    engine = "classical" if CONTENDERS[name].kind == "classical" else "exact"
    cell = params(contender=name, engine=engine, num_neurons=9, num_patterns=3, num_sets=1)
    values = compare_trial({**cell, "num_probes": 3}, rng)
    assert 0 <= values["correct"] <= values["accepted"] <= values["shots"]
    assert values["correct"] + values["spurious"] <= values["accepted"]
    assert all(0 <= f <= p for f, p in zip(values["failures"], values["probes"], strict=True))
    if values["shots"]:
        assert values["state_preparations"] >= values["shots"]
        assert values["two_qubit_gates"] > 0


def test_the_gallery_shows_unambiguous_probes_as_text(rng) -> None:
    cell = params(num_sets=1, num_probes=12, num_shown=2, contenders=["nearest", "amplification"])
    shown = gallery_trial({**cell, "num_flips": 0, "num_erasures": 4}, rng)
    assert shown["shape"] == [4, 3]
    targets = [shown["patterns"][t] for t in shown["targets"]]
    assert shown["nearest"] == shown["amplification"] == targets
    assert [p.count("?") for p in shown["probes"]] == [4, 4]


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
