"""The main job on the command line, small: interrupted in a process, finished and run again."""

import dataclasses
import os
import re
import signal
import subprocess
import sys
import time
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
    num_sets=8,  # some seconds, of which an interruption needs the middle
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


def heed_interrupts() -> None:
    """Run in the child: a shell's background job starts its children with Ctrl-C ignored."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def interrupted() -> tuple[int, str, str]:
    """Start the command, press Ctrl-C after three rows; status, stdout, stderr."""
    with subprocess.Popen(
        [sys.executable, "-m", "qdenseam", *command("--workers=1")],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=heed_interrupts,
    ) as process:
        deadline = time.monotonic() + 120
        while num_rows(Path("out/results.jsonl")) < 3:
            assert process.poll() is None, process.communicate()
            assert time.monotonic() < deadline
            time.sleep(0.005)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
        return process.returncode, out, err


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
