"""A real Dask scheduler with two workers: one dies, then the scheduler, and nothing is lost."""

import dataclasses
import json
import os
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path

import pytest
import toy_trials

from qdenseam.errors import BackendError, QDenseAMError
from qdenseam.experiments import collect, read_records
from qdenseam.experiments.collecting.clusters import dask_executor

pytest.importorskip("distributed")

TASKS = toy_trials.walks(2, 40)


def content(records):
    return [dataclasses.replace(record, seconds=0.0) for record in records]


@pytest.fixture
def cluster(tmp_path):
    """The address of a scheduler, its process, and its workers' processes."""
    support = str(Path(toy_trials.__file__).parent)
    environment = os.environ | {
        "PYTHONPATH": os.pathsep.join([support, os.environ.get("PYTHONPATH", "")]),
        toy_trials.PAUSE: "0.1",
    }
    told = tmp_path / "scheduler.json"

    with ExitStack() as stack, (tmp_path / "log").open("wb") as log:

        def start(*arguments: str) -> subprocess.Popen[bytes]:
            process = stack.enter_context(
                subprocess.Popen(
                    [sys.executable, "-m", "dask", *arguments, "--no-dashboard"],
                    env=environment,
                    stdout=log,
                    stderr=log,
                )
            )
            stack.callback(process.kill)
            return process

        scheduler = start(
            "scheduler", "--host", "127.0.0.1", "--port", "0", "--scheduler-file", str(told)
        )
        deadline = time.monotonic() + 60
        while not told.exists() or not told.read_text().endswith("}"):
            assert time.monotonic() < deadline
            time.sleep(0.05)
        near = (
            "--scheduler-file",
            str(told),
            "--host",
            "127.0.0.1",
            "--nthreads",
            "1",
            "--no-nanny",
        )
        workers = [start("worker", *near) for _ in range(2)]
        yield json.loads(told.read_text())["address"], scheduler, workers


@pytest.mark.slow
def test_a_lost_worker_and_a_lost_scheduler_lose_no_row(cluster, tmp_path):
    address, scheduler, workers = cluster
    path = tmp_path / "results.jsonl"

    def strike(progress):
        if progress.done == 15:
            workers[0].kill()
        if progress.done == 45:
            scheduler.kill()

    with (
        pytest.raises(QDenseAMError, match=r"workers were lost.*goes on"),
        dask_executor(address) as executor,
    ):
        collect(TASKS, path, executor=executor, on_progress=strike)
    kept = read_records(path)
    assert 45 <= len(kept) < len(TASKS) * 40
    resumed = collect(TASKS, path)
    assert content(resumed) == content(collect(TASKS, tmp_path / "undisturbed.jsonl"))
    rows = read_records(path)
    assert rows[: len(kept)] == kept
    assert len({(row.key, row.batch) for row in rows}) == path.read_bytes().count(b'{"key": ') == 80


def test_no_scheduler():
    with (
        pytest.raises(BackendError, match=r"running Dask scheduler.*Got 'nonsense://here'"),
        dask_executor("nonsense://here"),
    ):
        pass
