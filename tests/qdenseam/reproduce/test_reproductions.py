import csv

import numpy as np
import pytest

from qdenseam.reproduce import REPRODUCTIONS, Check, Reproduced, mimura, reproduce


@pytest.fixture
def table():
    return mimura.stored_table()


def test_a_check_has_two_sides():
    assert Check(quantity="x", value=1.5, expected=1.0, tolerance=0.5).passed
    assert not Check(quantity="x", value=0.4, expected=1.0, tolerance=0.5).passed
    assert not Check(quantity="x", value=float("nan"), expected=1.0, tolerance=0.5).passed


def test_all_checks_must_pass(tmp_path):
    good = Check(quantity="x", value=1.0, expected=1.0, tolerance=0.0)
    bad = Check(quantity="y", value=2.0, expected=1.0, tolerance=0.0)
    assert Reproduced(checks=(good, good), figure=tmp_path).passed
    assert not Reproduced(checks=(good, bad), figure=tmp_path).passed


def test_the_registry_knows_its_names():
    assert "mimura-figure-1" in REPRODUCTIONS
    for name, each in REPRODUCTIONS.items():
        assert each.name == name
        assert each.title
        assert each.source


def test_unknown_names_are_refused(tmp_path):
    with pytest.raises(ValueError, match=r"one of mimura-figure-1.*Got 'figure-7'"):
        reproduce("figure-7", out=tmp_path / "new")
    assert not (tmp_path / "new").exists()


def test_the_stored_table_is_whole(table):
    mean, spread = table
    assert mean.shape == spread.shape == (4, 10, 11)
    assert np.allclose(mean[..., 0], mimura.initial_overlaps(), atol=1e-4)
    assert (spread[..., -1] < 0.1).sum() == 31


def test_agreement_sees_deviations(table):
    mean, spread = table
    error = spread / 10
    assert all(c.passed for c in mimura.agreement(mean, error, mean, mean, spread, quick=False))
    early, late = mean.copy(), mean.copy()
    early[2, 3, 1] += 0.02
    late[0, 9, 7] -= 0.06

    def passed(theory, table=mean, quick=False):
        checks = mimura.agreement(mean, error, theory, table, spread, quick=quick)
        return [check.passed for check in checks]

    assert passed(early) == [False, True, True, True]
    assert passed(late) == [True, True, False, True]
    assert passed(mean, table=late) == [True, True, True, False]
    assert passed(early, quick=True) == [True, True, True, True]


def test_a_small_run_leaves_its_files_and_is_resumed(tmp_path, monkeypatch):
    monkeypatch.setattr(mimura, "NUM_NEURONS", 32)
    monkeypatch.setattr(mimura, "SETS_PER_BATCH", 1)
    monkeypatch.setattr(mimura, "NUM_TARGETS", 2)
    monkeypatch.setattr(mimura, "QUICK_PATHS", 500)
    seen = []
    done = reproduce("mimura-figure-1", out=tmp_path, quick=True, on_progress=seen.append)
    assert seen[-1].done == seen[-1].total == 48
    assert done.figure.stat().st_size > 10_000
    with (tmp_path / "agreement.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [row["quantity"] for row in rows] == [check.quantity for check in done.checks]
    with (tmp_path / "overlaps.csv").open() as file:
        assert len(list(csv.DictReader(file))) == 440
    kept = (tmp_path / "results.jsonl").read_bytes()
    again = reproduce("mimura-figure-1", out=tmp_path, quick=True, on_progress=seen.append)
    assert len(seen) == 48
    assert again.checks == done.checks
    assert (tmp_path / "results.jsonl").read_bytes() == kept


@pytest.mark.slow
def test_the_quick_figure_agrees(tmp_path):
    assert reproduce("mimura-figure-1", out=tmp_path, quick=True).passed
