import numpy as np
import pytest

from qdenseam.reproduce import (
    REPRODUCTIONS,
    krotov_hopfield_digits,
    krotov_hopfield_xor,
    muon_noiseless,
    muon_noisy,
    reproduce,
)


def test_xor_agrees_exactly(tmp_path):
    done = reproduce("krotov-hopfield-xor", out=tmp_path)
    assert done.passed
    assert all(check.tolerance == 0 for check in done.checks)
    assert done.figure.stat().st_size > 5_000
    assert krotov_hopfield_xor.completed_rows(3, rectified=False) == 4


def test_a_small_run_of_digits_leaves_its_files_and_is_resumed(tmp_path, monkeypatch):
    monkeypatch.setattr(krotov_hopfield_digits, "NUM_EPOCHS", 2)
    monkeypatch.setattr(krotov_hopfield_digits, "QUICK_SPLITS", 1)
    seen = []
    done = reproduce("krotov-hopfield-digits", out=tmp_path, quick=True, on_progress=seen.append)
    assert seen[-1].done == seen[-1].total == 4
    assert done.figure.stat().st_size > 10_000
    assert (tmp_path / "agreement.csv").read_text().count("\n") == 1 + len(done.checks)
    again = reproduce("krotov-hopfield-digits", out=tmp_path, quick=True, on_progress=seen.append)
    assert len(seen) == 4
    assert again.checks == done.checks


def test_a_small_run_of_muon_without_noise(tmp_path, monkeypatch):
    steps = dict.fromkeys(muon_noiseless.NUM_STEPS, 45)
    monkeypatch.setattr(muon_noiseless, "NUM_STEPS", steps | {"SignGD": 60})
    monkeypatch.setattr(muon_noiseless, "_MOMENT", 0.3)
    monkeypatch.setattr(muon_noiseless, "_time_to", lambda facts, step, loss: 1 / loss)
    done = reproduce("muon-noiseless", out=tmp_path, quick=True)
    passed = {check.quantity: check.passed for check in done.checks}
    assert passed["Muon: slope of the log loss per step, over eta"]
    assert passed["Muon: steps to 1e-6"]
    assert passed["GD: largest |matrix - gap recursion| of a group loss"]
    assert not passed["GD, step 1/p: steps to 1e-3"]  # 60 steps are too few for anything
    assert done.figure.stat().st_size > 10_000


def test_a_small_run_of_noisy_muon(tmp_path, monkeypatch):
    monkeypatch.setattr(muon_noisy, "NUM_GROUPS", 12)
    monkeypatch.setattr(muon_noisy, "DESCENT_GROUPS", 2_000)
    monkeypatch.setattr(muon_noisy, "DESCENT_HORIZONS", (16, 32, 64))
    done = reproduce("muon-noisy", out=tmp_path, quick=True)
    values = {check.quantity.split(":")[0]: check.value for check in done.checks}
    assert values["GD, b = 2.0"] == pytest.approx(-0.5, abs=0.05)
    assert np.isfinite([check.value for check in done.checks]).all()
    assert done.figure.stat().st_size > 10_000


@pytest.mark.slow
@pytest.mark.parametrize("name", ["krotov-hopfield-digits", "muon-noiseless", "muon-noisy"])
def test_the_quick_figures_agree(tmp_path, name):
    assert name in REPRODUCTIONS
    done = reproduce(name, out=tmp_path, quick=True)
    assert [check for check in done.checks if not check.passed] == []
