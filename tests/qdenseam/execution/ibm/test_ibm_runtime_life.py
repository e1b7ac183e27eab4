"""A job's life at IBM: queued, run, cut off, charged, listed late, refused; access that ends."""

import time
from collections.abc import Iterator

import numpy as np
import pytest
from ibm_loopback import Fault, FaultKind, LoopbackIBM, snapshot
from qiskit import QuantumCircuit
from qiskit.transpiler import Target
from qiskit_ibm_runtime import QiskitRuntimeService

from qdenseam import AmplitudeMemory
from qdenseam.errors import BackendError
from qdenseam.execution import engine
from qdenseam.execution.ibm.jobs import SETTLE_SECONDS, IBMJobService
from qdenseam.execution.job_service import (
    AccessRefusedError,
    NotCarriedOutError,
    RequestRefusedError,
    ServiceUnreachableError,
    Stage,
)
from qdenseam.methods import AmplitudeAmplification
from qdenseam.retrieval.submission import fetch, submit

PATTERNS = np.array([[1, 1, -1, -1], [-1, 1, 1, -1], [-1, -1, 1, 1]])
LOST = Fault(kind=FaultKind.DROPPED, carried_out=True)
EXPIRED = Fault(kind=FaultKind.EXPIRED)


@pytest.fixture
def ibm(monkeypatch: pytest.MonkeyPatch) -> Iterator[LoopbackIBM]:
    with LoopbackIBM((snapshot("manila"),), seed=8) as service:
        service.connect(monkeypatch)
        yield service


@pytest.fixture
def chosen(ibm):
    return engine("ibm:manila")


@pytest.fixture
def compiled(chosen):
    circuit = QuantumCircuit(2, 2)
    circuit.x([0, 1])
    circuit.measure([0, 1], [0, 1])
    return chosen.compile([circuit], seed=1)


@pytest.fixture
def clock(ibm):
    """The service's time: ``clock[0]``, which tests move."""
    times = [0.0]
    ibm.state.clock = lambda: times[0]
    return times


def submitted(tmp_path):
    return submit(
        AmplitudeMemory(PATTERNS),
        "00??",
        method=AmplitudeAmplification(num_matches=1),
        backend="ibm:manila",
        shots=5,
        store=tmp_path,
    )


def test_a_job_waits_runs_and_is_charged_when_that_is_settled(ibm, chosen, compiled, clock):
    service = chosen.job_service()
    ibm.state.queue_seconds, ibm.state.run_seconds, ibm.state.charging_seconds = 60.0, 7.0, 5.0
    job = service.post(compiled, shots=3, tag="qdenseam-x")
    seen = []
    for clock[0] in (0.0, 59.0, 60.0, 66.0, 67.0, 71.0, 72.0):
        seen.append((service.status(job).state, service.usage(job)))
    queued, running, done = Stage.QUEUED, Stage.RUNNING, Stage.DONE
    states = [queued, queued, running, running, done, done, done]
    assert seen == list(zip(states, [None] * 6 + [7.0], strict=True))


def test_a_job_that_runs_too_long_has_failed_and_costs_its_limit(ibm, chosen, compiled, clock):
    service = chosen.job_service()
    ibm.state.run_seconds = 30.0
    job = service.post(compiled, shots=3, tag="qdenseam-x", max_seconds=4)
    assert service.status(job).state is Stage.RUNNING
    clock[0] = 4.0
    status = service.status(job)
    assert status.state is Stage.FAILED
    assert "ran longer than maximum execution time" in status.message
    assert service.usage(job) == 4.0
    with pytest.raises(RequestRefusedError, match=r"should be done before .* ran longer"):
        service.results(job)


def test_a_running_job_is_cancelled_and_costs_what_it_ran(ibm, chosen, compiled, clock):
    service = chosen.job_service()
    ibm.state.run_seconds = 30.0
    job = service.post(compiled, shots=3, tag="qdenseam-x")
    assert service.status(job).state is Stage.RUNNING
    clock[0] = 3.0
    service.cancel(job)
    assert service.status(job).state is Stage.CANCELLED
    assert service.usage(job) == 3.0


@pytest.mark.parametrize(
    ("limit", "code"),
    [
        ({"max_executions": 4}, 6000),
        ({"max_bytes": 10}, 3248),
        ({"max_tag_length": 3}, 1205),
        ({"max_tags": 0}, 1204),
    ],
)
def test_what_the_service_refuses_is_told_with_its_code(ibm, tmp_path, limit, code):
    for name, value in limit.items():
        setattr(ibm.state, name, value)
    now = submitted(tmp_path)
    assert now.stage == "refused"
    assert f"Error code: {code}." in now.trouble
    with pytest.raises(BackendError, match=f"Error code: {code}"):
        fetch(now)
    assert not ibm.state.jobs
    assert ibm.state.num_posts == 1


@pytest.mark.parametrize("late", [False, True])
def test_a_device_that_has_changed_since_refuses_its_circuits(ibm, chosen, compiled, late):
    ibm.state.devices["ibm_manila"].target = Target.from_configuration(["measure"], num_qubits=5)
    ibm.state.validates_late = late
    expected = "has failed: Error code 7001; Instr" if late else "was refused.*Error code: 7001"
    with pytest.raises(BackendError, match=expected):
        chosen.sample(compiled, 3)
    assert len(ibm.state.jobs) == late
    assert [job.charge for job in ibm.state.jobs.values()] == [1.0] * late


def test_a_job_that_is_listed_late_is_waited_for(ibm, chosen, compiled, monkeypatch):
    monkeypatch.setattr(IBMJobService, "settle_seconds", 5.0)
    ibm.state.listing_seconds = 0.7
    ibm.state.faults.next("POST", "/jobs", LOST)
    assert chosen.sample(compiled, 3)[0]["c"].all()
    assert ibm.state.num_posts == len(ibm.state.jobs) == 1


def test_a_submission_that_is_listed_late_is_not_sent_again(ibm, tmp_path, monkeypatch, clock):
    monkeypatch.setattr(IBMJobService, "settle_seconds", SETTLE_SECONDS)
    ibm.state.listing_seconds = 300.0
    ibm.state.faults.next("POST", "/jobs", LOST)
    now = submitted(tmp_path)
    with pytest.raises(BackendError, match=r"its job is not listed yet; it counts as lost .* s"):
        fetch(now)
    clock[0] = 300.0
    assert fetch(now).shots == 5
    assert ibm.state.num_posts == 1


def test_a_job_whose_list_stays_silent_is_named_by_its_tag(ibm, chosen, compiled):
    ibm.state.faults.next("POST", "/jobs", LOST)
    ibm.state.faults.next("GET", "/jobs", Fault(kind=FaultKind.TOO_MANY_REQUESTS), times=500)
    with pytest.raises(ServiceUnreachableError, match="look for its tag 'qdenseam-"):
        chosen.sample(compiled, 3)
    assert ibm.state.num_posts == 1


def test_what_surely_was_not_posted_is_posted_again_at_once(ibm, chosen, compiled, tmp_path):
    """Too many requests, or no answer before the post: nobody waits for such a job to be listed."""
    away = Fault(kind=FaultKind.SERVER_ERROR)
    ibm.state.faults.next("GET", "/status", away, times=100)
    with pytest.raises(NotCarriedOutError, match="Asking for the state"):
        chosen.job_service().post(compiled, shots=3, tag="qdenseam-x")
    ibm.state.faults.clear()
    ibm.state.faults.next("POST", "/jobs", Fault(kind=FaultKind.TOO_MANY_REQUESTS))
    IBMJobService.settle_seconds = SETTLE_SECONDS  # taken back by the fixture
    now = submitted(tmp_path)
    assert now.stage == "unsent"
    assert "429" in now.trouble
    assert fetch(now).shots == 5
    assert ibm.state.num_posts == 2


def test_access_that_ends_during_a_wait_is_renewed(ibm, chosen, compiled):
    """The token ends, the identity service is away for a moment: the wait goes on."""
    ibm.state.hold = True
    looks = []

    def look(progress) -> None:
        looks.append(progress.message)
        if len(looks) == 2:
            ibm.state.access_tokens.clear()
            away = Fault(kind=FaultKind.UNAVAILABLE)
            ibm.state.faults.next("POST", "/identity/token", away, times=2)
        ibm.state.hold = len(looks) < 4

    began = time.monotonic()
    assert chosen.sample(compiled, 3, on_progress=look)[0]["c"].all()
    assert time.monotonic() - began < 30  # the runtime alone would wait for a minute
    assert ibm.state.num_posts == 1


def test_a_post_without_access_is_repeated_and_never_final(ibm, tmp_path):
    ibm.state.faults.next("POST", "/jobs", EXPIRED)
    assert submitted(tmp_path).stage == "done"
    assert (ibm.state.num_posts, len(ibm.state.jobs)) == (2, 1)
    ibm.state.faults.next("POST", "/jobs", EXPIRED, times=2)
    now = submitted(tmp_path)
    assert now.stage == "unsent"
    assert now.is_refused
    assert "does not accept the account's token" in now.trouble
    assert fetch(now).shots == 5
    assert len(ibm.state.jobs) == 2


def test_a_job_that_is_not_known_for_a_moment_is_waited_for(ibm, chosen, compiled, monkeypatch):
    post, hidden = IBMJobService.post, {}

    def posted(self, *given, **options):
        job = post(self, *given, **options)
        hidden[job] = ibm.state.jobs.pop(job)
        return job

    def next_pause() -> float:
        ibm.state.jobs |= hidden
        return 0.0

    monkeypatch.setattr(IBMJobService, "post", posted)
    monkeypatch.setattr("qdenseam.execution.ibm.engine.poll_pauses", lambda: iter(next_pause, None))
    assert chosen.sample(compiled, 3)[0]["c"].all()
    missed = [seen for seen in ibm.state.requests if seen.path.startswith("/jobs/")]
    assert len(missed) > 2


def test_an_unknown_state_is_waited_through(ibm, chosen, compiled):
    ibm.state.hold = True
    seen = []

    def look(progress) -> None:
        seen.append(progress.message)
        [job] = ibm.state.jobs.values()
        job.status = "Paused" if len(seen) == 1 else "Queued"
        ibm.state.hold = len(seen) < 2

    assert chosen.sample(compiled, 3, on_progress=look)[0]["c"].all()
    assert "IBM calls its state 'PAUSED'" in seen[1]
    [lists] = {request.failure for request in ibm.state.requests}
    assert lists is None


def test_an_answer_that_never_comes_is_given_up(ibm, chosen, monkeypatch):
    monkeypatch.setattr("qdenseam.execution.ibm.account.ANSWER_SECONDS", 0.2)
    ibm.state.faults.next("GET", "/jobs", Fault(kind=FaultKind.STALLED), times=4)
    assert chosen.job_service().find("qdenseam-x") == []
    mine = engine(QiskitRuntimeService().backend("ibm_manila")).job_service()
    ibm.state.faults.next("GET", "/jobs", Fault(kind=FaultKind.STALLED), times=4)
    assert mine.find("qdenseam-x") == []
    ibm.state.latency = 0.1  # slow, but in time
    assert mine.find("qdenseam-x") == []


def test_access_is_refused_where_another_token_stands(ibm, chosen, compiled):
    ibm.state.access_tokens.clear()
    ibm.state.token = "another one"
    with pytest.raises(AccessRefusedError, match="does not accept"):
        chosen.sample(compiled, 3)
    assert not ibm.state.jobs
