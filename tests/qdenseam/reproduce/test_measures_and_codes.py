import csv

import pytest

from qdenseam.reproduce import REPRODUCTIONS, reproduce, softmax_context, xor_energy


def rows_of(folder):
    with (folder / "agreement.csv").open() as file:
        return list(csv.DictReader(file))


def test_xor_is_one_string_and_is_resumed(tmp_path, monkeypatch):
    monkeypatch.setattr(xor_energy, "_NUM_ANGLES", 5)
    seen = []
    done = reproduce("xor-energy", out=tmp_path, quick=True, on_progress=seen.append)
    assert done.passed
    assert done.figure.stat().st_size > 10_000
    assert [row["quantity"] for row in rows_of(tmp_path)] == [c.quantity for c in done.checks]
    again = reproduce("xor-energy", out=tmp_path, quick=True, on_progress=seen.append)
    assert len(seen) == 2
    assert again.checks == done.checks


def test_a_small_context_is_softmax(tmp_path, monkeypatch):
    monkeypatch.setattr(softmax_context, "SHOTS", (100, 200))
    monkeypatch.setattr(softmax_context, "NUM_PARTS", (2, 3))
    done = reproduce("softmax-context", out=tmp_path, quick=True)
    assert [check.quantity for check in done.checks if not check.passed] == []
    assert done.figure.stat().st_size > 10_000


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", ["measure-attention", "softmax-context", "sparse-recovery", "syndrome-grover"]
)
def test_quick_runs_agree(tmp_path, name):
    assert name in REPRODUCTIONS
    done = reproduce(name, out=tmp_path, quick=True)
    assert [check.quantity for check in done.checks if not check.passed] == []
    assert len(rows_of(tmp_path)) == len(done.checks)
