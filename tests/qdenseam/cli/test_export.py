"""Rows as files: proven before work, whole or not there."""

import csv
import json
import os
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
import typer

from qdenseam.cli.export import Export

ROWS = [{"a": 1, "b": [1, 2]}, {"a": float("nan"), "c": np.float64(0.5), "d": None}]


def test_both_files_hold_all_columns(tmp_path):
    export = Export(json=str(tmp_path / "x.json"), csv=str(tmp_path / "x.csv"))
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
    with suppress(KeyboardInterrupt), Export(json=str(tmp_path / "x.json")).ready() as write:
        write(ROWS)
        raise KeyboardInterrupt
    assert [each.name for each in tmp_path.iterdir()] == ["x.json"]
    assert (tmp_path / "x.json").read_text() == "mine"


@pytest.mark.parametrize("place", [".", "missing/x.csv", "x.csv/below", "/proc/version"])
def test_what_cannot_be_written_is_refused_first(tmp_path, monkeypatch, place):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "x.csv").write_text("mine")
    with pytest.raises(OSError, match=r"\[Errno"), Export(csv=place).ready():
        pytest.fail("work was begun")
    assert (tmp_path / "x.csv").read_text() == "mine"


@pytest.mark.parametrize("place", ["-", "x"])
def test_two_places(place):
    with (
        pytest.raises(ValueError, match=f"should go to two places. Got '{place}' twice"),
        Export(json=place, csv=place).ready(),
    ):
        pytest.fail("work was begun")


def test_words_for_people_leave_standard_output(capsys):
    with Export(csv="-").ready() as write:
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
    with pytest.raises(OSError, match="No space"), Export(csv=str(tmp_path / "x.csv")).ready() as w:
        w(ROWS)
    assert [each.name for each in tmp_path.iterdir()] == ["x.csv"]
    assert (tmp_path / "x.csv").read_text() == "mine"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no full device")
def test_a_device_takes_rows_too():
    with Export(csv=os.devnull).ready() as write:
        write(ROWS)
    with pytest.raises(OSError, match="No space left"), Export(csv="/dev/full").ready() as write:
        write(ROWS)
