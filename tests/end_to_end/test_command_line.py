"""The main job on the command line, small: interrupted in a process, finished and run again."""

import dataclasses
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from qdenseam.cli.app import app
from qdenseam.experiments import read_records
from qdenseam.experiments.run_study import run_study
from qdenseam.studies.compare import ComparisonSettings, comparison_study
from qdenseam.studies.contenders import ContenderStudy

pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals")

SMALL = ComparisonSettings(
    data="random",
    num_neurons=6,
    num_patterns=3,
    loads=(2, 3, 4),
    flips=(0, 1),
    erasures=(0, 1, 2),
    num_sets=8,
    num_probes=3,
    shots=50,
    circuit_neurons=0,
    device="",
)


def command(*extra: str) -> list[str]:
    """``qdenseam compare`` with the settings that differ from the defaults."""
    changed = {
        field.name: value
        for field in dataclasses.fields(SMALL)
        if (value := getattr(SMALL, field.name)) != field.default
    }
    options = [
        f"--{name.replace('_', '-')}="
        + (",".join(map(str, value)) if isinstance(value, tuple) else str(value))
        for name, value in changed.items()
    ]
    return ["compare", "--out=out", *options, *extra]


def num_rows(path: Path) -> int:
    lines = path.read_bytes().split(b"\n")[:-1] if path.exists() else []
    return sum(line.startswith(b'{"key": ') for line in lines)


INTERRUPTED = """
import os, signal, sys
from qdenseam import files
from qdenseam.cli import main

signal.signal(signal.SIGINT, signal.default_int_handler)  # a background job's child ignores it
append = files.Appender.append
written = 0

def append_and_interrupt(appender, lines):
    global written
    append(appender, lines)
    written += lines.count(b'{"key": ')
    if written >= 3:
        os.kill(os.getpid(), signal.SIGINT)

files.Appender.append = append_and_interrupt
main()
"""


def interrupted() -> tuple[int, str, str]:
    """Run the command, which presses Ctrl-C on itself after three rows; status, stdout, stderr."""
    done = subprocess.run(
        [sys.executable, "-c", INTERRUPTED, *command("--workers=1")],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


def finished(*extra: str):
    result = CliRunner().invoke(app, command("--workers=1", *extra))
    assert result.exit_code == 0, result.output
    return result


def content(path: Path):
    """The rows by key, without what depends on the clock."""
    rows = [dataclasses.replace(record, seconds=0.0) for record in read_records(path)]
    return sorted(rows, key=lambda row: (row.key, row.batch))


def test_interrupted_finished_and_run_again(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    results = Path("out") / "results.jsonl"

    status, out, err = interrupted()
    assert (status, out) == (130, ""), err
    assert "Interrupted. Finished work is in out/results.jsonl" in err
    assert "run the same command again: qdenseam compare --out=out --data=random" in err
    assert "Traceback" not in err
    before = results.read_bytes()
    names = sorted(path.name for path in results.parent.iterdir())
    assert names == ["results.jsonl", "study.toml"]

    result = finished()
    assert "writing the report" in result.stderr
    assert "Report: out/report.html" in result.stdout
    head, first = re.search(r"^(label .*)\n─.*\n(.*)", result.stdout, re.M).groups()
    assert "failure rate" in head
    assert "amplitude amplification" in result.stdout
    assert re.search(r" [01](\.\d+)? \[", first)
    complete = results.read_bytes()
    assert complete.startswith(before[: before.rfind(b"\n") + 1])
    assert num_rows(results) > complete[: len(before)].count(b"\n")
    page = Path("out/report.html").read_text()
    assert page.rstrip().endswith("</html>")

    run_study(comparison_study(SMALL), tmp_path / "whole.jsonl")
    assert content(results) == content(tmp_path / "whole.jsonl")

    monkeypatch.setattr(ContenderStudy, "write_report", lambda *_, **__: Path("out/report.html"))
    again = finished("--quiet")
    assert again.stderr == ""
    assert again.stdout == result.stdout
    assert results.read_bytes() == complete
