"""The commands against IBM's client and a service on this machine: submit, die, fetch elsewhere."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator

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
