"""The commands against IBM's client and a service on this machine: submit, die, fetch elsewhere."""

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from ibm_loopback import TOKEN, Fault, FaultKind, LoopbackIBM

pytestmark = pytest.mark.skipif(os.name == "nt", reason="SIGKILL")

SUBMIT = (
    *("submit", "--backend", "ibm:manila", "--yes", "--max-seconds", "9", "--shots", "40"),
    *("--num-neurons", "4", "--num-patterns", "3", "--method", "sample-and-accept"),
    *("--probe", "0000", "--probe", "1111"),
)


@pytest.fixture
def ibm() -> Iterator[LoopbackIBM]:
    with LoopbackIBM(seed=9) as service:
        service.state.quotes_secrets = True
        yield service


@pytest.fixture
def start(ibm, tmp_path):
    """Start a command in a process of its own, in an empty folder."""

    def started(*arguments: str) -> subprocess.Popen:
        return subprocess.Popen(
            [sys.executable, "-m", "qdenseam", *arguments],
            env=os.environ | ibm.environment | {"OMP_NUM_THREADS": "1", "COLUMNS": "200"},
            cwd=tmp_path,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    return started


def kill(process: subprocess.Popen, ripe) -> str:
    """Kill a process as soon as it is ripe, and return what it said; it may have ended before."""
    deadline = time.monotonic() + 120
    while not ripe() and process.poll() is None:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    return "".join(process.communicate())


@pytest.mark.slow
def test_a_killed_submit_is_fetched_by_another_process(ibm, start, tmp_path):
    """The client dies while it waits for the answer to its POST; the job is there, once."""
    ibm.state.faults.next("POST", "/jobs", Fault(kind=FaultKind.STALLED, carried_out=True))
    ibm.state.faults.next("GET", "/jobs", Fault(kind=FaultKind.SERVER_ERROR))
    said = kill(start(*SUBMIT), lambda: ibm.state.num_posts > 0)
    (job,) = ibm.state.jobs.values()
    assert job.max_seconds == 9
    process = start("fetch", "--wait", "--json", "out.json")
    said += "".join(process.communicate())
    assert process.returncode == 0, said
    assert "2 probes of 40 shots in 1 job, done" in said
    (submission,) = json.loads((tmp_path / "out.json").read_text())["submissions"].values()
    assert submission["backend"] == "ibm:ibm_manila"
    assert [recall["shots"] for recall in submission["recalls"]] == [40, 40]
    assert ibm.state.num_posts == 1
    files = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    for secret in (TOKEN, *ibm.state.access_tokens):
        assert secret not in said
        assert secret.encode() not in files


@pytest.mark.slow
def test_killed_at_any_moment_under_a_bad_network(ibm, start, tmp_path, rng):
    """Commands die after some requests, of which one in five fails: nothing is lost or doubled.

    A submission counts from the moment it is in the store: before that nothing may be sent.
    """
    ibm.state.faults.rate = 0.2
    kills = 0

    def kill_after(process: subprocess.Popen, num_requests: int) -> None:
        nonlocal kills
        last = len(ibm.state.requests) + num_requests
        kill(process, lambda: len(ibm.state.requests) >= last)
        kills += process.returncode == -signal.SIGKILL

    for num_requests in rng.integers(1, 40, size=8).tolist():
        kill_after(start(*SUBMIT), num_requests)
    for num_requests in rng.integers(1, 40, size=4).tolist():
        kill_after(start("fetch"), num_requests)
    for _ in range(20):
        process = start("fetch", *stored(tmp_path), "--json", "out.json")
        process.communicate()
        if process.returncode == 0:
            break
    found = json.loads((tmp_path / "out.json").read_text())["submissions"]
    tags = Counter(tag for job in ibm.state.jobs.values() for tag in job.tags)
    failed = ibm.state.num_failures
    print(  # noqa: T201
        f"requests {len(ibm.state.requests)}, failed {failed}, processes killed {kills}, "
        f"submissions {len(found)}, jobs stored {len(ibm.state.jobs)}, "
        f"lost {len(stored(tmp_path)) - len(found)}, doubled {tags.total() - len(tags)}"
    )
    assert sorted(found) == stored(tmp_path)
    assert len(tags) == tags.total() == len(ibm.state.jobs) == len(found) >= 2


def stored(folder: Path) -> list[str]:
    return sorted(path.parent.name for path in folder.glob("qdenseam-jobs/[!.]*/intent.json"))
