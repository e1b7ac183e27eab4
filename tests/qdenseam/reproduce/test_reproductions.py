"""Reproductions are studies with checks: small runs of each, and what the checks can see."""

import dataclasses

import numpy as np
import pytest

from qdenseam.reproduce import mimura
from qdenseam.reproduce.published import against
from qdenseam.studies.checks import Check, held
from qdenseam.studies.registry import reproductions, study_named

SMALL = {
    "krotov-hopfield-xor": ({}, ()),
    "xor-energy": ({"num_angles": 5, "shots": 200}, ()),
    "softmax-context": ({"num_parts": [2, 3], "shots": [100, 200], "num_runs": 20}, ()),
    "muon-noisy": (
        {"horizons": [16, 32, 64], "descent_groups": 500, "descent_horizons": [8, 16, 32]},
        ("GD", "Muon"),
    ),
    "muon-noiseless": ({"num_seeds": 1, "most_steps": 60}, ("GD", "Muon: largest over")),
    "krotov-hopfield-digits": ({"orders": [2, 3, 10, 20], "num_splits": 1, "num_epochs": 2}, ("",)),
    "mimura-figure-1": (
        {
            **{"num_batches": 2, "num_paths": 500, "num_neurons": 32},
            **{"sets_per_batch": 1, "num_targets": 2},
        },
        ("largest",),
    ),
}
"""Settings of a small run, and how quantities begin that it cannot reach."""


def test_a_check_has_two_sides():
    assert Check(quantity="x", value=1.5, expected=1.0, tolerance=0.5).passed
    assert not Check(quantity="x", value=0.4, expected=1.0, tolerance=0.5).passed
    assert not Check(quantity="x", value=float("nan"), expected=1.0, tolerance=0.5).passed
    assert held("x", 0.9, 1.0, 0.1, "at least").passed
    assert not held("x", 1.1, 1.0, 0.0, "at most").passed
    assert held("x", float("inf"), 1.0, 0.0, "at least").passed
    assert not held("x", float("nan"), 1.0).passed
    with pytest.raises(TypeError, match=r"found should be a number or an Estimate\. Got 'a'"):
        held("x", "a", 1.0)


def test_what_was_published_must_be_found_and_the_tolerance_is_that_of_the_run():
    good = {f"energy gap, rectified order {n}": 3.0**n - 3 for n in (1, 2)}
    checks = against("krotov-hopfield-xor", lambda records: good)
    assert all(check.passed for check in checks([], True))
    whole = list(checks([], False))
    assert [check.passed for check in whole[:3]] == [True, True, False]
    assert len(whole) == 21
    almost = against("krotov-hopfield-digits", lambda _: {"test accuracy, order 3": 0.97})
    assert next(almost([], True)).passed
    assert not next(almost([], False)).passed
    with pytest.raises(KeyError, match="dreams"):
        list(against("xor-energy", lambda records: {"dreams": 1.0})([], True))


@pytest.mark.parametrize("name", SMALL)
def test_a_small_run_is_read_and_drawn_and_resumed(tmp_path, name):
    settings, out_of_reach = SMALL[name]
    study = dataclasses.replace(study_named(name), settings=settings)
    path, seen = tmp_path / "results.jsonl", []
    study.run(path, on_progress=seen.append)
    kept, found = path.read_bytes(), study.read(path)
    assert seen[-1].done == seen[-1].total
    study.run(path)
    assert path.read_bytes() == kept
    failed = [check.quantity for check in found.checks if not check.passed]
    assert [each for each in failed if not each.startswith(out_of_reach)] == []
    assert len(found.table)
    for name, figure in found.named(study.figures):
        picture = tmp_path / f"{name}.png"
        found.drawn(figure).savefig(picture)
        assert picture.stat().st_size > 8_000
    page = study.write_report(found, tmp_path, command="qdenseam reproduce").read_text()
    assert study.source.split(",")[0] in page
    assert found.checks[0].quantity.split("|")[0] in page.replace("&#39;", "'")


def test_other_settings_are_read_without_what_was_published(tmp_path):
    study = dataclasses.replace(study_named("krotov-hopfield-xor"), settings={"orders": [7]})
    study.run(tmp_path / "results.jsonl")
    found = study.read(tmp_path / "results.jsonl")
    assert found.checks == ()
    assert "nothing published" in found.sentences[0]
    assert set(found.table["gap"]) == {3**7 - 3, 2 * (3**7 - 3)}
    digits = dataclasses.replace(study_named("krotov-hopfield-digits"), settings={"orders": [4]})
    with pytest.raises(ValueError, match="settings of krotov-hopfield-digits allow no tasks: 4"):
        digits.checked()


def test_every_reproduction_has_a_source_and_lines_of_its_own():
    every = reproductions()
    assert len(every) == 10
    assert all(each.source and each.quick and each.note for each in every)


def test_the_stored_table_is_whole_and_deviations_are_seen():
    mean, spread = mimura.stored_table()
    assert mean.shape == spread.shape == (4, 10, 11)
    assert np.allclose(mean[..., 0], mimura.initial_overlaps(), atol=1e-4)
    assert (spread[..., -1] < 0.1).sum() == 31
    error, early, late = spread / 10, mean.copy(), mean.copy()
    early[2, 3, 1] += 0.02
    late[0, 9, 7] -= 0.06

    def passed(theory, table=mean, quick=False):
        found = mimura.deviations(mean, error, theory, table, spread, quick=quick)
        checks = against("mimura-figure-1", lambda records: found)
        return [check.passed for check in checks([], quick)]

    assert passed(mean) == [True] * 4
    assert passed(early) == [True, False, True, True]
    assert passed(late) == [True, True, True, False]
    assert passed(mean, table=late) == [False, True, True, True]
    assert passed(early, quick=True) == [True] * 4


@pytest.mark.slow
@pytest.mark.parametrize("name", [each.name for each in reproductions()])
def test_quick_runs_agree(tmp_path, name):
    study = study_named(name).smaller()
    study.run(tmp_path / "results.jsonl")
    found = study.read(tmp_path / "results.jsonl")
    assert [check.quantity for check in found.checks if not check.passed] == []
