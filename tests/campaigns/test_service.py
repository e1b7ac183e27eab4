"""Requests fail and processes die at random: no job is lost or sent twice, no shot changes."""

import multiprocessing
import os
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from ibm_loopback import LoopbackIBM, StoredJob, snapshot

from qdenseam.errors import BackendError
from qdenseam.execution.jobs.samples import load_samples
from qdenseam.retrieval.submission import read, submissions

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(os.name == "nt", reason="SIGKILL"),
]
FEW = 150
"""Requests of the share that runs in CI."""
RATE = 0.22
"""Share of the requests that fail."""


@pytest.fixture
def ibm(monkeypatch: pytest.MonkeyPatch) -> Iterator[LoopbackIBM]:
    support = Path(__file__).parents[1] / "support"
    paths = [str(support), os.environ.get("PYTHONPATH", "")]
    with LoopbackIBM((snapshot("manila"),), seed=9, rate=RATE) as service:
        service.connect(monkeypatch)
        monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, paths)))
        state = service.state
        state.queue_seconds, state.run_seconds, state.charging_seconds = 0.2, 0.2, 0.2
        state.listing_seconds = 2.5
        yield service


def test_failing_requests_and_dying_processes_lose_and_double_no_job(
    ibm, tmp_path, rng, request
) -> None:
    wanted = request.config.getoption("--campaign") or FEW
    processes = multiprocessing.get_context("forkserver")
    processes.set_forkserver_preload(["service_client"])
    from service_client import run

    seen = ibm.state.requests
    started = killed = 0

    def never() -> bool:
        return False

    def client(command: str, argument: int | str, is_ripe=never) -> None:
        """Run one command, and kill it when that is ripe, if it lives so long."""
        nonlocal started, killed
        process = processes.Process(target=run, args=(command, str(tmp_path), argument))
        process.start()
        while process.is_alive() and not is_ripe():
            time.sleep(0.002)
        if process.is_alive():
            time.sleep(rng.uniform(0, 0.05))
            process.kill()
        process.join()
        started += 1
        killed += process.exitcode == -9
        assert process.exitcode in (0, -9)

    while len(seen) < wanted:
        known = unfinished(tmp_path)
        requests, posts = len(seen) + rng.integers(1, 30), ibm.state.num_posts + rng.integers(1, 4)
        is_ripe = (
            lambda posts=posts: ibm.state.num_posts >= posts,
            lambda requests=requests: len(seen) >= requests,
            lambda requests=requests: len(seen) >= requests,
            never,
        )[rng.integers(4)]
        if not known or rng.random() < 0.4:
            client("submit", started, is_ripe)
        else:  # the last one: soon after its posts were lost, before they are listed
            client("fetch", known[-1] if rng.random() < 0.5 else str(rng.choice(known)), is_ripe)
    deadline = time.monotonic() + 300
    while left := unfinished(tmp_path):
        assert time.monotonic() < deadline, "not fetched in time"
        for name in left:
            client("fetch", name)

    at_service = [(tag, job) for job in ibm.state.jobs.values() for tag in job.tags]
    times = Counter(tag for tag, _ in at_service)
    files = {path.stem: path for path in tmp_path.glob("*/*.npz")}
    ended = submissions(tmp_path, ask=False)
    lost = sum(not is_read(each) for each in ended) + len(files.keys() ^ times.keys())
    doubled = times.total() - len(times)
    differing = sum(not same(files[tag], job) for tag, job in at_service if tag in files)
    failures = ibm.state.num_failures
    print(
        f"requests {len(seen)}, failed {failures} ({failures / len(seen):.1%}), "
        f"processes {started}, killed {killed}, submissions {len(ended)}, jobs {len(times)}, "
        f"posted {ibm.state.num_posts}, lost {lost}, doubled {doubled}, differing {differing}"
    )
    assert (lost, doubled, differing) == (0, 0, 0)
    assert sum(each.usage for each in ended) == pytest.approx(0.2 * len(times))
    assert len(times) == 4 * len(ended) >= wanted / 100
    assert killed >= wanted / 200
    assert abs(failures - RATE * len(seen)) < 6.2 * (RATE * (1 - RATE) * len(seen)) ** 0.5


def unfinished(store: Path) -> list[str]:
    """Return the submissions of which shots or charges are not known yet."""
    return [
        each.id
        for each in submissions(store, ask=False)
        if not each.is_settled or any(job.usage is None for job in each.jobs)
    ]


def is_read(submission) -> bool:
    try:
        return [result.shots for result in read(submission)] == [30, 30]
    except BackendError:
        return False


def same(path: Path, job: StoredJob) -> bool:
    """Whether the shots in the store are those that the service ran, bit by bit."""
    kept = load_samples(path)
    return len(kept) == len(job.shots) and all(
        mine.keys() == theirs.keys()
        and all(np.array_equal(mine[name], theirs[name]) for name in mine)
        for mine, theirs in zip(kept, job.shots, strict=True)
    )
