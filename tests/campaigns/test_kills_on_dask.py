"""A real Dask scheduler and two workers, killed at random moments, as is the client."""

import json
import os
import subprocess
import sys
import time
from collections import Counter
from contextlib import ExitStack, contextmanager

import disturbed
import pytest
import toy_trials
from disturbed import SUPPORT, concluded, harm, rows

from qdenseam.experiments import collect

pytest.importorskip("distributed")
pytestmark = pytest.mark.slow

TASKS = toy_trials.walks(2, 40)
CLIENT = """
import sys
import toy_trials
from qdenseam.experiments import collect
from qdenseam.experiments.collecting.clusters import dask_executor

if __name__ == "__main__":
    with dask_executor(sys.argv[1]) as executor:
        print("connected", flush=True)
        collect(toy_trials.walks(2, 40), "results.jsonl", executor=executor)
"""


@contextmanager
def cluster(folder):
    """Yield the address of a scheduler, and the processes: scheduler, worker, worker."""
    told = folder / "scheduler.json"
    with ExitStack() as stack, (folder / "log").open("wb") as log:

        def start(*arguments: str) -> subprocess.Popen[bytes]:
            process = stack.enter_context(
                subprocess.Popen(
                    [sys.executable, "-m", "dask", *arguments, "--no-dashboard"],
                    env=os.environ | SUPPORT | {toy_trials.PAUSE: "0.1"},
                    cwd=folder,
                    stdout=log,
                    stderr=log,
                )
            )
            stack.callback(process.kill)
            return process

        here = ("--host", "127.0.0.1", "--scheduler-file", str(told))
        scheduler = start("scheduler", "--port", "0", *here)
        deadline = time.monotonic() + 60
        while not told.exists() or not told.read_text().endswith("}"):
            assert time.monotonic() < deadline
            time.sleep(0.05)
        workers = [start("worker", *here, "--nthreads", "1", "--no-nanny") for _ in range(2)]
        yield json.loads(told.read_text())["address"], [scheduler, *workers]


def test_workers_schedulers_and_clients(request, rng, tmp_path_factory):
    size = request.config.getoption("--campaign") or 3
    undisturbed = tmp_path_factory.mktemp("whole") / "results.jsonl"
    collect(TASKS, undisturbed)
    expected = rows(undisturbed)
    counts = Counter()
    while counts["kills"] < size:
        folder = tmp_path_factory.mktemp("dask")
        results = folder / "results.jsonl"
        kept = {}
        with cluster(folder) as (address, (scheduler, worker, _)):
            for victim in (None, worker, scheduler):

                def strike(client, victim=victim):
                    is_under_way = client.poll() is None
                    (victim or client).kill()
                    return is_under_way

                after = rng.uniform(0.5, 7)
                ended = disturbed.run(
                    [sys.executable, "-c", CLIENT, address],
                    folder,
                    after=after,
                    strike=strike,
                    **SUPPORT,
                )
                assert not ended.survivors, ended
                if victim is worker:
                    assert ended.status == 0, ended
                counts["kills"] += 1
                counts["hits"] += ended.was_hit
                kept |= rows(results) if results.exists() else {}
        collect(TASKS, results)
        counts += harm(results, expected, kept)
    concluded("collect on Dask, two workers", counts)
