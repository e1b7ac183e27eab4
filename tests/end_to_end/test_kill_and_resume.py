"""A collection that is killed and started again ends with the rows of one that never was."""

import dataclasses
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import toy_trials

from qdenseam.experiments import collect, read_records

pytestmark = pytest.mark.skipif(os.name == "nt", reason="SIGKILL")

SCRIPT = """
import sys
import toy_trials
from qdenseam.experiments import collect

if __name__ == "__main__":
    collect(toy_trials.walks(2, 12), sys.argv[1], num_workers=int(sys.argv[2]))
"""
TASKS = toy_trials.walks(2, 12)


def content(records):
    """All of the records that does not depend on the clock, in the order of tasks and batches."""
    order = {task.key: i for i, task in enumerate(TASKS)}
    records = sorted(records, key=lambda record: (order[record.key], record.batch))
    return [dataclasses.replace(record, seconds=0.0) for record in records]


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory):
    return content(collect(TASKS, tmp_path_factory.mktemp("uninterrupted") / "results.jsonl"))


def num_whole_rows(path: Path) -> int:
    lines = path.read_bytes().split(b"\n")[:-1] if path.exists() else []
    return sum(line.startswith(b'{"key": ') for line in lines)


def heed_interrupts() -> None:
    """Run in the child: a shell's background job starts its children with Ctrl-C ignored."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def stop(path: Path, *, how: int, num_workers: int = 0, num_rows: int = 3) -> int:
    """Start a collection, stop it by a signal after some new rows, and return its exit status."""
    script = path.with_name("script.py")
    script.write_text(SCRIPT)
    support = str(Path(toy_trials.__file__).parent)
    search = os.pathsep.join([support, os.environ.get("PYTHONPATH", "")])
    environment = {**os.environ, "PYTHONPATH": search, toy_trials.PAUSE: "0.05"}
    before = num_whole_rows(path)
    with subprocess.Popen(
        [sys.executable, script, path, str(num_workers)],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        preexec_fn=heed_interrupts,
    ) as process:
        deadline = time.monotonic() + 60
        while num_whole_rows(path) < before + num_rows:
            assert process.poll() is None, process.communicate()[0].decode()
            assert time.monotonic() < deadline
            time.sleep(0.01)
        process.send_signal(how)
        # The pipe closes when the last process that holds it ends: workers may not survive.
        process.communicate(timeout=20)
        return process.returncode


def test_killed_twice_and_cut(tmp_path, uninterrupted):
    path = tmp_path / "results.jsonl"
    assert stop(path, how=signal.SIGKILL) == -signal.SIGKILL
    path.write_bytes(path.read_bytes()[:-40])  # as if the last write had not come through
    assert stop(path, how=signal.SIGKILL) == -signal.SIGKILL
    finished = read_records(path)
    assert 4 <= len(finished) < len(uninterrupted)

    assert content(collect(TASKS, path)) == uninterrupted
    assert read_records(path)[: len(finished)] == finished
    assert content(read_records(path)) == uninterrupted
    complete = path.read_bytes()
    collect(TASKS, path)
    assert path.read_bytes() == complete


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_workers_end_with_their_collector(tmp_path, uninterrupted, how):
    path = tmp_path / "results.jsonl"
    assert stop(path, how=how, num_workers=2) == -how
    assert 3 <= len(read_records(path)) < len(uninterrupted)
    assert content(collect(TASKS, path)) == uninterrupted
