"""Rows as files: proven before work, whole or not there."""

import csv
import json
import os
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
import typer
from typer.testing import CliRunner

from qdenseam.cli.app import app
from qdenseam.cli.export import Export
from qdenseam.cli.outputs import DASH
from qdenseam.cli.progress import resumable

ROWS = [{"a": 1, "b": [1, 2]}, {"a": float("nan"), "c": np.float64(0.5), "d": None}]


def test_both_files_hold_all_columns(tmp_path):
    export = Export(json=tmp_path / "x.json", csv=tmp_path / "x.csv")
    with export.ready() as write:
        assert not [*tmp_path.iterdir()]  # proven, and nothing left behind
        write(ROWS)
        assert not [*tmp_path.iterdir()]
    assert json.loads((tmp_path / "x.json").read_text())["rows"] == [
        {"a": 1, "b": [1, 2]}, {"a": None, "c": 0.5, "d": None}
    ]  # fmt: skip
    assert [*csv.reader((tmp_path / "x.csv").read_text().splitlines())] == [
        ["a", "b", "c", "d"], ["1", "[1, 2]", "", ""], ["", "", "0.5", ""]
    ]  # fmt: skip


def test_a_failure_leaves_what_was_there(tmp_path):
    (tmp_path / "x.json").write_text("mine")
    with suppress(KeyboardInterrupt), Export(json=tmp_path / "x.json").ready() as write:
        write(ROWS)
        raise KeyboardInterrupt
    assert [each.name for each in tmp_path.iterdir()] == ["x.json"]
    assert (tmp_path / "x.json").read_text() == "mine"


@pytest.mark.parametrize(
    "place", ["folder", "pipe", "full", "missing/x", "table/x"], ids=lambda place: place[:7]
)
@pytest.mark.parametrize(
    "words",
    [
        "recall --json it",
        "plan --csv it",
        "recall --view it.html",
        "recall --draw it.png",
        "report . --table it.parquet",
        "plot . --x a --out it.svg",
        "bench encoders --out it",
        "collect ledger --out it",
        "compare --out it",
        "submit --backend statevector --yes --store it",
    ],
)
def test_what_cannot_be_written_is_refused_first(tmp_path, monkeypatch, words, place):
    monkeypatch.chdir(tmp_path)
    *words, last = words.split()
    takes_folder = "." not in last and words[-1] in ("--out", "--store")
    if takes_folder and place in ("folder", "missing/x"):
        pytest.skip("a folder it may be, or become")
    ending = last.removeprefix("it")
    os.mkfifo(f"pipe{ending}")
    Path(f"full{ending}").symlink_to("/dev/full")
    Path(f"table{ending}").write_text("mine")
    Path(f"folder{ending}").mkdir()
    before = sorted(tmp_path.rglob("*"))
    where = f"table{ending}/x{ending}" if place == "table/x" else f"{place}{ending}"
    done = CliRunner().invoke(app, [*words, where])
    assert done.exit_code == 2
    assert where.partition("/")[0] in done.stderr
    assert done.stdout == ""
    assert sorted(tmp_path.rglob("*")) == before
    assert Path(f"table{ending}").read_text() == "mine"


@pytest.mark.parametrize("place", ["-", "x"])
def test_two_places(place, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(app, ["recall", "--json", place, "--csv", place])
    assert done.exit_code == 2
    assert f"--csv should go to two places. Got '{place}' twice" in done.stderr
    assert not [*tmp_path.iterdir()]


def test_words_for_people_leave_standard_output(capsys):
    with Export(csv=DASH).ready() as write:
        typer.echo("a word")
        write([{"n": 1}])
    out, err = capsys.readouterr()
    assert out.split() == ["n", "1"]
    assert err == "a word\n"


def test_a_full_disk_leaves_what_was_there_and_nothing_else(tmp_path, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    (tmp_path / "x.csv").write_text("mine")
    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space"), Export(csv=tmp_path / "x.csv").ready() as w:
        w(ROWS)
    assert [each.name for each in tmp_path.iterdir()] == ["x.csv"]
    assert (tmp_path / "x.csv").read_text() == "mine"


@pytest.mark.parametrize(("number", "is_told"), [(28, True), (2, False)])
def test_a_full_disk_says_how_to_go_on(tmp_path, capsys, number, is_told):
    results = tmp_path / "results.jsonl"
    results.touch()
    with pytest.raises(OSError, match="why"), resumable(results):
        raise OSError(number, "why")
    told = f"Finished work is in {results}; to go on from there, run the same command again"
    assert (told in capsys.readouterr().err) is is_told
