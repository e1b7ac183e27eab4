"""Capacity on drawn patterns: every contender answers the same probes."""

import numpy as np
import pytest

from qdenseam.experiments import collect
from qdenseam.studies.capacity.drawn import BASELINE, CLASSICAL, drawn_tasks, drawn_trial
from qdenseam.studies.capacity.filters import capacity_tasks
from qdenseam.studies.capacity.study import capacity_summary, study_tasks


def _params(**changes) -> dict:
    (task,) = drawn_tasks([(12, 1)], largest=64)
    return task.params | changes


def test_a_lone_pattern_is_always_recalled() -> None:
    values = drawn_trial(_params(loads=[1], num_memories=2), np.random.default_rng(0))
    assert {*CLASSICAL, "Hamming ball", "nearest pattern", BASELINE} < set(values["curves"])
    for curve in values["curves"].values():
        assert (curve == 1).all()
    assert (values["draws"] == 1).all()
    assert (values["expected_draws"] == 1).all()


def test_a_full_memory_stays_where_it_is() -> None:
    # with all 2^D states stored every state has the same energy, and a tie keeps the spin
    params = _params(num_neurons=6, num_flips=0, loads=[64], num_memories=1, num_probes=40)
    curves = drawn_trial(params, np.random.default_rng(0))["curves"]
    for label in ("dense, exponential", "nearest pattern", "Hamming ball"):
        assert curves[label] == [[1.0]]


def test_sharper_memories_hold_more(rng: np.random.Generator) -> None:
    params = _params(loads=[1, 8, 24], num_memories=3, num_probes=40)
    means = {k: v.mean(axis=0) for k, v in drawn_trial(params, rng)["curves"].items()}
    assert means["Hebb"][1] < means["dense, order 3"][1] + 0.1
    assert means["Hebb"][2] < means["dense, order 4"][2] + 0.1
    assert means["Hebb"][2] < means["dense, exponential"][2]
    for mean in means.values():
        assert mean[0] == 1
        assert (np.diff(mean) <= 0.1).all()


def test_the_best_exponential_memory_errs_only_where_the_scan_does(
    rng: np.random.Generator,
) -> None:
    params = _params(num_flips=2, loads=[16, 64], num_memories=16, num_probes=50)
    means = {k: v.mean(axis=0) for k, v in drawn_trial(params, rng)["curves"].items()}
    # each margin is at least seven standard deviations of these means over 800 probes
    best, scan = means["dense, exponential"], means["nearest pattern"]
    assert (best > scan - 0.3).all()  # ties: the scan draws, the memory may end between patterns
    assert best.mean() > means["exponential, as published"].mean()
    assert best[1] > means["dense, order 4"][1] + 0.1


@pytest.mark.statistical
def test_the_measured_baseline_follows_its_law(rng: np.random.Generator) -> None:
    params = _params(loads=[4, 40], num_memories=4, num_probes=400)
    values = drawn_trial(params, rng)
    simulated, law = values["curves"][BASELINE], values["curves"]["Hamming ball"]
    # means over 1,600 probes; six standard deviations have a false-alarm rate of 2e-9
    error = 6 * np.sqrt(law * (1 - law) / 400 + 1e-6) / 2
    assert (np.abs(simulated.mean(axis=0) - law.mean(axis=0)) < error.mean(axis=0)).all()
    ratio = values["draws"].mean(axis=0) / values["expected_draws"].mean(axis=0)
    assert (np.abs(ratio - 1) < 6 / 40).all()  # geometric: deviation at most the mean


def test_drawn_rows_stand_beside_the_filters(tmp_path) -> None:
    tasks = [
        *(
            t
            for t in capacity_tasks([(8, 1)], distinct=True, num_probes=30, num_batches=2)
            if "posterior" in str(t)
        ),
        *drawn_tasks([(8, 1)], num_memories=2, num_probes=10, num_batches=2),
    ]
    records = collect(
        tasks, tmp_path / "results.jsonl", modules=["qdenseam.studies.capacity.study"]
    )
    rows = capacity_summary(records)
    assert {r["patterns"] for r in rows} == {"distinct"}
    assert [r["kind"] for r in rows[:6]] == ["filter", *["classical"] * 5]
    assert [r["label"] for r in rows[1:6]] == list(CLASSICAL)
    assert rows[-1]["kind"] == "baseline"
    assert all(r["pooled"] is None for r in rows[1:])
    assert all("pattern set" in r["mean"].covers for r in rows)


def test_the_preset_says_which_patterns_it_draws() -> None:
    tasks = study_tasks()
    assert len({task.key for task in tasks}) == len(tasks)
    sizes = {(t.kind, t.params["num_neurons"]) for t in tasks}
    assert {("filter capacity", 20), ("filter capacity", 32), ("drawn capacity", 32)} < sizes
    assert {t.params["distinct"] for t in tasks if t.kind == "filter capacity"} == {True, False}


def test_no_load_exceeds_the_number_of_states() -> None:
    assert max(drawn_tasks([(8, 1)])[0].params["loads"]) <= 256
    assert max(drawn_tasks([(32, 4)])[0].params["loads"]) <= 2**15
