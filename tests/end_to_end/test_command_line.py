"""The installed command: a small main job that is killed, interrupted, finished and run again."""

import dataclasses
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from qdenseam.experiments import read_records
from qdenseam.experiments.run_study import run_study
from qdenseam.studies.compare import ComparisonSettings, comparison_study

pytestmark = pytest.mark.skipif(os.name == "nt", reason="SIGKILL")

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
    circuit_neurons=4,
    circuit_patterns=2,
    circuit_erasures=1,
    circuit_sets=2,
    simulator="statevector",
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
    return [sys.executable, "-m", "qdenseam", "compare", "--out=out", *options, *extra]


def num_rows(path: Path) -> int:
    lines = path.read_bytes().split(b"\n")[:-1] if path.exists() else []
    return sum(line.startswith(b'{"key": ') for line in lines)


def heed_interrupts() -> None:
    """Run in the child: a shell's background job starts its children with Ctrl-C ignored."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def stopped(folder: Path, how: int) -> tuple[int, str, str]:
    """Start the command, stop it by a signal after three new rows; status, stdout, stderr."""
    results = folder / "out" / "results.jsonl"
    before = num_rows(results)
    with subprocess.Popen(
        command("--workers=1"),
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=heed_interrupts,
    ) as process:
        deadline = time.monotonic() + 120
        while num_rows(results) < before + 3:
            assert process.poll() is None, process.communicate()
            assert time.monotonic() < deadline
            time.sleep(0.005)
        process.send_signal(how)
        out, err = process.communicate(timeout=60)
        return process.returncode, out, err


def finished(folder: Path, *extra: str) -> subprocess.CompletedProcess[str]:
    result = subprocess.run(
        command(*extra), cwd=folder, capture_output=True, text=True, timeout=300
    )
    assert result.returncode == 0, result.stderr
    return result


def content(path: Path):
    """The rows by key, without what depends on the clock."""
    rows = [dataclasses.replace(record, seconds=0.0) for record in read_records(path)]
    return sorted(rows, key=lambda row: (row.key, row.batch))


def test_killed_interrupted_finished_and_run_again(tmp_path):
    results = tmp_path / "out" / "results.jsonl"

    assert stopped(tmp_path, signal.SIGKILL)[:2] == (-signal.SIGKILL, "")
    killed = results.read_bytes()
    status, out, err = stopped(tmp_path, signal.SIGINT)
    assert (status, out) == (130, ""), err
    assert "Interrupted. Finished work is in out/results.jsonl" in err
    assert "run the same command again: qdenseam compare --out=out --data=random" in err
    assert "Traceback" not in err
    interrupted = results.read_bytes()
    whole = killed[: killed.rfind(b"\n") + 1]
    assert interrupted.startswith(whole)
    assert len(whole) < len(interrupted)
    names = sorted(path.name for path in results.parent.iterdir())
    assert names == ["results.jsonl", "study.toml"]

    result = finished(tmp_path, "--workers=2")
    assert "writing the report" in result.stderr
    assert "Report: out/report.html" in result.stdout
    assert {"failure rate", "amplitude amplification"} <= {
        cell.strip()
        for line in result.stdout.splitlines()
        for cell in line.replace("┃", "│").split("│")
    }
    complete = results.read_bytes()
    assert complete.startswith(interrupted[: interrupted.rfind(b"\n") + 1])
    page = (tmp_path / "out" / "report.html").read_text()
    assert page.rstrip().endswith("</html>")

    run_study(comparison_study(SMALL), tmp_path / "whole.jsonl")
    assert content(results) == content(tmp_path / "whole.jsonl")

    again = finished(tmp_path, "--quiet")
    assert again.stderr == ""
    assert again.stdout == result.stdout
    assert results.read_bytes() == complete
