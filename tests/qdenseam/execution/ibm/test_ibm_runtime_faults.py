"""Failing requests lose no job and double none."""

import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from ibm_loopback import TRANSIENT_FAULTS, Fault, FaultKind, LoopbackIBM
from qiskit import QuantumCircuit

from qdenseam import AmplitudeMemory
from qdenseam.errors import BackendError
from qdenseam.execution import engine
from qdenseam.execution.ibm.jobs import IBMJobService
from qdenseam.execution.job_service import ServiceUnreachableError, Stage
from qdenseam.methods import AmplitudeAmplification
from qdenseam.retrieval.submission import Submission, fetch, submit

PATTERNS = np.array([[1, 1, -1, -1], [-1, 1, 1, -1], [-1, -1, 1, 1]])


@pytest.fixture
def ibm(monkeypatch: pytest.MonkeyPatch) -> Iterator[LoopbackIBM]:
    with LoopbackIBM(seed=8) as service:
        service.connect(monkeypatch)
        yield service


def ones() -> QuantumCircuit:
    circuit = QuantumCircuit(2, 2)
    circuit.x([0, 1])
    circuit.measure([0, 1], [0, 1])
    return circuit


def name_of(fault: Fault) -> str:
    return f"{fault.kind}{' after' if fault.carried_out else ' before'}"


@pytest.mark.parametrize("fault", TRANSIENT_FAULTS, ids=name_of)
def test_a_failed_post_is_not_repeated_and_find_tells_the_truth(ibm, fault):
    chosen = engine("ibm:manila")
    compiled = chosen.compile([ones()], seed=1)
    service = chosen.job_service()
    ibm.state.faults.next("POST", "/jobs", fault)
    with pytest.raises(ServiceUnreachableError, match="Posting at 'ibm_manila' got no answer"):
        service.post(compiled, shots=3, tag="qdenseam-x")
    assert ibm.state.num_posts == 1
    assert service.find("qdenseam-x") == list(ibm.state.jobs)
    assert len(ibm.state.jobs) == fault.carried_out

    ibm.state.faults.next("POST", "/jobs", fault)
    [sample] = chosen.sample(compiled, 3)
    assert sample["c"].all()
    assert len(ibm.state.jobs) == 1 + fault.carried_out
    assert ibm.state.num_posts == (2 if fault.carried_out else 3)


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(fault, marks=() if number % 2 else pytest.mark.slow, id=name_of(fault))
        for number, fault in enumerate(TRANSIENT_FAULTS)
    ],
)
def test_every_other_request_is_repeated(ibm, fault, monkeypatch):
    """Each of the requests on the way fails once; none of them is noticed."""
    monkeypatch.setattr("qdenseam.execution.ibm.requests.PAUSES", (0.0,) * 6)  # opening takes six
    paths = ["/identity/token", "/search/v3/resources/search"]
    planned = [("POST", path) for path in paths] + [
        ("GET", path)
        for path in ("/backends", "/configuration", "/properties", "/status", "/results")
    ]
    planned += [("GET", "/jobs/loop0000000000000000"), ("GET", "/catalog/plan")]
    for method, path in planned:
        ibm.state.faults.next(method, path, fault)
    chosen = engine("ibm:manila")
    [sample] = chosen.sample(chosen.compile([ones()], seed=1), 3)
    assert sample["c"].all()
    assert len(ibm.state.jobs) == 1
    assert ibm.state.num_failures == len(planned)
    assert chosen.target["x"][0,].error is not None


def test_a_silent_service_is_given_up_with_the_jobs_name(ibm):
    chosen = engine("ibm:manila")
    compiled = chosen.compile([ones()], seed=1)
    fault = Fault(kind=FaultKind.TOO_MANY_REQUESTS)
    ibm.state.faults.next("GET", "/jobs/loop0000000000000000", fault, times=100)
    with pytest.raises(ServiceUnreachableError, match=r"Job 'loop0{16}' may go on without this"):
        chosen.sample(compiled, 3)
    ibm.state.faults.clear()
    ibm.state.faults.next("POST", "/jobs", fault, times=100)
    with pytest.raises(ServiceUnreachableError, match=r"Its tag is 'qdenseam-.*no job is there"):
        chosen.sample(compiled, 3)
    assert len(ibm.state.jobs) == 1


def test_a_state_that_nobody_knows_is_named_and_waited_for(ibm):
    chosen = engine("ibm:manila")
    service = chosen.job_service()
    ibm.state.hold = True
    job = service.post(chosen.compile([ones()], seed=1), shots=3, tag="qdenseam-x")
    ibm.state.jobs[job].status = "Paused"
    status = service.status(job)
    assert status.state is Stage.QUEUED
    assert "IBM calls its state 'PAUSED'" in status.message


@pytest.mark.slow
def test_a_lost_answer_is_waited_for_from_when_it_was_lost(ibm, tmp_path, monkeypatch):
    """A request may take longer than the wait: the wait begins when the request has failed."""
    monkeypatch.setattr(IBMJobService, "settle_seconds", 5.0)
    ibm.state.hold = True
    post = IBMJobService.post

    def slow(*args, **kwargs):
        time.sleep(5.1)
        return post(*args, **kwargs)

    monkeypatch.setattr(IBMJobService, "post", slow)
    monkeypatch.setattr(IBMJobService, "find", lambda *_: [])
    fault = Fault(kind=FaultKind.SERVER_ERROR, carried_out=True)
    ibm.state.faults.next("POST", "/jobs", fault)
    memory, method = AmplitudeMemory(PATTERNS), AmplitudeAmplification(num_matches=1)
    lost = submit(memory, "00??", method=method, backend="ibm:manila", shots=5, store=tmp_path)
    with pytest.raises(BackendError, match="it counts as lost"):
        fetch(lost)
    assert len(ibm.state.jobs) == 1


def until_fetched(submission: Submission | str, store: Path) -> list:
    """Fetch again and again, as a user would who meets errors."""
    for _ in range(100):
        try:
            return fetch(submission, store=store)
        except BackendError:
            continue
    raise AssertionError("not fetched")


def test_a_fifth_of_the_requests_failing_loses_and_doubles_nothing(ibm, tmp_path):
    """Submit and fetch while requests fail; ``tests/campaigns`` also kills the processes."""
    rate, store = 0.2, tmp_path
    memory, method = AmplitudeMemory(PATTERNS), AmplitudeAmplification(num_matches=1)
    submitted, fetched = 0, 0
    ibm.state.faults.rate = rate
    while submitted < 6:
        try:
            submission = submit(
                memory,
                ["00??", "?1??"],
                method=method,
                backend="ibm:manila",
                shots=20,
                rng=submitted,
                store=store,
            )
        except BackendError:  # the device could not be opened: nothing was written or sent
            continue
        submitted += 1
        results = until_fetched(submission.id, store)
        fetched += [result.counts.tolist() for result in results] == [[20, 0, 0], [0, 0, 20]]
    ibm.state.faults.rate = 0.0
    tags = Counter(tag for job in ibm.state.jobs.values() for tag in job.tags)
    stored = len(ibm.state.jobs)
    lost, doubled = submitted - fetched, sum(count - 1 for count in tags.values())
    requests, failures = len(ibm.state.requests), ibm.state.num_failures
    assert (lost, doubled) == (0, 0)
    assert stored == len(tags) == submitted == len(list(store.iterdir()))
    assert abs(failures - rate * requests) < 5 * (rate * (1 - rate) * requests) ** 0.5
