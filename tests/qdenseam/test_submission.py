"""Submitting and fetching is recalling in two halves, whatever fails between them."""

import os
from contextlib import suppress

import numpy as np
import pytest
from toy_service import ToyService, Weather, install

from classical_ref.dense import DenseMemory
from qdenseam import AmplitudeMemory, EnergyMemory, recall
from qdenseam.drafting import draft
from qdenseam.errors import BackendError, CapacityError
from qdenseam.execution.job_service import RequestRefusedError, ServiceUnreachableError
from qdenseam.execution.jobs import Stage
from qdenseam.execution.jobs.files import only_writer
from qdenseam.methods import (
    QAOA,
    AdaptiveAmplification,
    AmplitudeAmplification,
    HammingBall,
    OverlapPower,
    ProbabilisticRecall,
    SampleAndAccept,
)
from qdenseam.submission import cancel, fetch, read, send, submissions, submit, update

PATTERNS = np.array([[1, 1, 1, 1], [1, -1, 1, -1], [-1, -1, 1, 1]])


@pytest.fixture
def memory():
    return AmplitudeMemory(PATTERNS)


@pytest.fixture
def store(tmp_path):
    return tmp_path / "store"


@pytest.fixture
def service(tmp_path, monkeypatch):
    toy = ToyService(tmp_path / "service")
    install(toy, monkeypatch.setattr)
    return toy


@pytest.fixture
def drafted(memory, service):
    """Three probes in two jobs."""
    service.max_circuits = 2
    probes = ["0???", "?1??", "??0?"]
    return draft(memory, probes, method=SampleAndAccept(), backend="toy", shots=20, rng=1)


def assert_equal(result, expected):
    assert (result.states == expected.states).all()
    assert (result.state_counts == expected.state_counts).all()
    for name in ("shots", "engine", "state_preparations", "evaluations", "resources"):
        assert getattr(result, name) == getattr(expected, name)
    assert result.routed_two_qubit_gates == expected.routed_two_qubit_gates
    assert (result.patterns == expected.patterns).all()
    assert (result.probe == expected.probe).all()
    assert result.method["name"] == expected.method["name"]


@pytest.mark.parametrize("backend", ["aer", "fake:torino"])
@pytest.mark.parametrize(
    ("method", "probes"),
    [
        (ProbabilisticRecall(), PATTERNS),
        (AmplitudeAmplification(), "0?00"),
        (SampleAndAccept(HammingBall(1)), PATTERNS[:2]),
    ],
)
def test_what_is_fetched_is_what_recall_returns(memory, store, backend, method, probes):
    submission = submit(
        memory, probes, method=method, backend=backend, shots=50, rng=3, store=store
    )
    fetched = fetch(submission.id, store=store)
    expected = recall(memory, probes, method=method, sampler=backend, shots=50, rng=3)
    if isinstance(probes, str):
        fetched, expected = [fetched], [expected]
    for result, other in zip(fetched, expected, strict=True):
        assert_equal(result, other)
    for law, row in zip(submission.laws, np.atleast_2d(fetched[0].probe), strict=False):
        stored = method.law(memory, row)
        assert (law.joint == stored.joint).all()
        assert (law.spurious, law.rejected) == (stored.spurious, stored.rejected)


def test_an_energy_memory_and_a_trained_method(store):
    memory = EnergyMemory(DenseMemory(PATTERNS[:2]))
    trained = QAOA(num_layers=1)
    submission = submit(
        memory, PATTERNS[0], method=trained, backend="aer", shots=30, rng=2, store=store
    )
    expected = recall(memory, PATTERNS[0], method=trained, sampler="aer", shots=30, rng=2)
    assert_equal(fetch(submission), expected)
    assert expected.evaluations > 0


def test_a_fractional_rule_is_read_from_its_table(memory, store):
    method = SampleAndAccept(OverlapPower(2))
    submission = submit(
        memory, "0000", method=method, backend="aer", shots=4000, rng=5, store=store
    )
    result = fetch(submission)
    law = submission.laws[0]
    spread = np.sqrt(law.joint * (1 - law.joint) / 4000)
    assert (np.abs(result.counts / 4000 - law.joint) <= 6.2 * spread).all()  # one in 1e9
    assert (result.counts == fetch(submission).counts).all()


def test_a_rule_that_is_not_by_distance_is_refused(memory, store, monkeypatch):
    def by_first_spin(self, memory, probe, states):
        return (states[:, 0] > 0).astype(float)

    monkeypatch.setattr(SampleAndAccept, "acceptance_of", by_first_spin)
    with pytest.raises(ValueError, match="should accept by distance"):
        submit(memory, "0000", method=SampleAndAccept(), backend="aer", store=store)


def test_many_probes_are_as_few_jobs_as_the_limits_allow(drafted, service, store):
    submission = send(drafted, store=store)
    assert [facts["shots"] for facts in service.jobs().values()] == [20, 20]
    assert submission.stage is Stage.DONE
    assert submission.usage == 3
    assert len(fetch(submission)) == 3
    service.max_executions = 30
    assert draft(AmplitudeMemory(PATTERNS), "0000", backend="toy", shots=70, rng=1).parts == [
        (0, 1, 30),
        (0, 1, 30),
        (0, 1, 10),
    ]


def test_shots_of_one_circuit_from_several_jobs_are_added(memory, service, store):
    service.max_executions = 30
    submission = submit(memory, "0000", backend="toy", shots=70, store=store)
    assert len(submission.jobs) == 3
    assert fetch(submission).shots == 70


def test_fetching_again_asks_nobody(drafted, service, store):
    submission = send(drafted, store=store)
    first = fetch(submission)
    asked = service.weather.requests
    for result, other in zip(fetch(submission), first, strict=True):
        assert_equal(result, other)
    assert submissions(store)[0].is_settled
    assert service.weather.requests == asked


def test_results_are_read_without_their_engine(drafted, store):
    submission = send(drafted, store=store)
    expected = fetch(submission)
    intent = store / submission.id / "intent.json"
    intent.write_text(intent.read_text().replace('"backend": "toy"', '"backend": "gone"'))
    for result, other in zip(read(submission), expected, strict=True):
        assert (result.state_counts == other.state_counts).all()
    assert len(fetch(submission)) == 3


def test_a_bad_network_loses_nothing_and_repeats_nothing(drafted, service, store, monkeypatch):
    """One request in five fails, half of these after they were carried out."""
    monkeypatch.setattr(os, "fsync", lambda file: None)  # there is no power cut here
    service.weather = Weather(rate=0.2, rng=np.random.default_rng(8))
    for _ in range(20):
        send(drafted, store=store)
    looks = 0
    while not all(each.is_settled for each in submissions(store, ask=False)):
        for each in submissions(store, ask=False):
            update(each)
        looks += 1
        assert looks < 50
    tags = [facts["tag"] for facts in service.jobs().values()]
    assert service.weather.failures > 30
    assert len(tags) == len(set(tags)) == 20 * 2
    assert all(len(fetch(each)) == 3 for each in submissions(store, ask=False))


class Killed(BaseException):
    """The process is gone: nothing after this point happens."""


class Dying:
    """Makes functions that count their calls together and die at one of them."""

    def __init__(self, moment):
        self.left = moment

    def __call__(self, function):
        def step(*arguments, **options):
            self.left -= 1
            if self.left == 0:
                raise Killed
            return function(*arguments, **options)

        return step


def test_killed_before_any_step_it_goes_on_from_there(drafted, service, store, monkeypatch):
    """Every write, every renaming and every request is the last thing some process does."""
    moment = 0
    finished = False
    while not finished:
        moment += 1
        dying = Dying(moment)

        posted = len(service.jobs())
        before = len(submissions(store, ask=False))
        with monkeypatch.context() as patched:
            for name in ("replace", "rename"):
                patched.setattr(os, name, dying(getattr(os, name)))
            patched.setattr(os, "fsync", dying(lambda file: None))  # a kill is no power cut
            for name in ("post", "find", "status", "results", "usage"):
                patched.setattr(service, name, dying(getattr(service, name)))
            with suppress(Killed):
                send(drafted, store=store)
                finished = True
        new = submissions(store, ask=False)[before:]
        if not new:  # it died before the intent was there: nothing may be sent
            assert len(service.jobs()) == posted
            continue
        assert len(fetch(new[0])) == 3
        assert len(service.jobs()) == posted + 2
    assert moment > 20


def test_a_lost_answer_is_not_followed_by_a_second_job(memory, service, store, monkeypatch):
    """Where the service lists a job late, it is waited for as long as that may take."""
    monkeypatch.setattr(type(service), "settle_seconds", 1000.0)

    def lost(*_, **__):
        raise ServiceUnreachableError("the connection was lost")

    with monkeypatch.context() as patched:
        patched.setattr(service, "find", lambda tag: [])
        create = service.post
        patched.setattr(service, "post", lambda *a, **k: lost(create(*a, **k)))
        submission = submit(memory, "0000", backend="toy", shots=5, store=store)
        assert submission.stage is Stage.UNANSWERED
        assert "the connection was lost" in submission.trouble
        again = update(submission)
        assert again.stage is Stage.UNANSWERED
        assert "counts as lost" in again.trouble
        with pytest.raises(BackendError, match=r"is unanswered: .*counts as lost"):
            fetch(submission)
    assert len(service.jobs()) == 1
    assert submissions(store)[0].stage is Stage.DONE  # looking is enough to find it
    assert fetch(submission).shots == 5
    assert len(service.jobs()) == 1


def test_a_job_that_never_arrived_is_sent_again_when_that_is_sure(
    memory, service, store, monkeypatch
):
    with monkeypatch.context() as patched:

        def lost(*_, **__):
            raise ServiceUnreachableError("no route to host")

        patched.setattr(service, "post", lost)
        patched.setattr(service, "find", lost)
        submission = submit(memory, "0000", backend="toy", shots=5, store=store)
        assert submission.stage is Stage.UNANSWERED
        assert submissions(store)[0].stage is Stage.UNANSWERED
    assert submissions(store)[0].stage is Stage.UNANSWERED  # looking sends nothing
    assert fetch(submission).shots == 5


def test_a_refusal_is_told_and_final(memory, service, store, monkeypatch):
    def refused(*_, **__):
        raise RequestRefusedError("too many two-qubit gates")

    monkeypatch.setattr(service, "post", refused)
    submission = submit(memory, "0000", backend="toy", store=store)
    assert submission.came_to_nothing
    with pytest.raises(BackendError, match=r"'toy' is refused: too many two-qubit gates"):
        fetch(submission, wait=5)
    assert service.jobs() == {}


@pytest.mark.parametrize("state", ["failed", "cancelled"])
def test_jobs_that_come_to_nothing(memory, service, store, state):
    service.first_state = state
    submission = submit(memory, "0000", backend="toy", store=store)
    with pytest.raises(BackendError, match=f"is {state}: the job is {state}"):
        fetch(submission, store=store)
    seen = submissions(store)[0]
    assert (seen.is_settled, seen.usage) == (True, 1.5)


def test_waiting(memory, service, store, monkeypatch):
    pauses = []

    def pause(seconds):
        pauses.append(seconds)
        if len(pauses) == 4:
            service.set("toy-job-0000", state="done")

    monkeypatch.setattr("time.sleep", pause)
    service.first_state = "running"
    submission = submit(memory, "0000", backend="toy", shots=5, store=store)
    with pytest.raises(BackendError, match="is running: the job is running"):
        fetch(submission)
    assert pauses == []
    assert fetch(submission, wait=float("inf")).shots == 5
    assert pauses == [1, 2, 5, 10]


def test_cancelling(memory, service, store):
    service.first_state = "queued"
    submission = submit(memory, "0000", backend="toy", shots=5, store=store)
    assert cancel(submission).stage is Stage.CANCELLED
    assert service.jobs()["toy-job-0000"]["state"] == "cancelled"
    service.first_state = "done"
    done = submit(memory, "0000", backend="toy", shots=5, store=store)
    assert cancel(done.id, store=store).stage is Stage.DONE


def test_what_was_not_sent_is_cancelled_for_good(memory, service, store, monkeypatch):
    with monkeypatch.context() as patched:

        def lost(*_, **__):
            raise ServiceUnreachableError("no route to host")

        for name in ("post", "find"):
            patched.setattr(service, name, lost)
        submission = submit(memory, "0000", backend="toy", shots=5, store=store)
        assert cancel(submission).stage is Stage.UNANSWERED
    assert update(submission).stage is Stage.CANCELLED
    with pytest.raises(BackendError, match="is cancelled: cancelled before it was sent"):
        fetch(submission)
    assert service.jobs() == {}


def test_a_backend_of_the_user_is_not_run_twice(memory, store, tmp_path, monkeypatch):
    """A cut run of a provider's backend may have cost something; one of a simulator has not."""
    (tmp_path / "provider.py").write_text(
        "from qiskit.providers.fake_provider import GenericBackendV2\n"
        "def backend():\n    return GenericBackendV2(8, seed=1)\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    for name, stage in (("provider:backend", Stage.FAILED), ("aer", Stage.DONE)):
        with monkeypatch.context() as patched, suppress(Killed):
            patched.setattr("qdenseam.execution.base.Engine.sample", _killed)
            submit(memory, "0000", backend=name, shots=5, store=store)
        submission = submissions(store, ask=False)[-1]
        assert submission.stage is Stage.UNANSWERED
        assert update(submission).stage is stage
    whole = submit(memory, "0000", backend="provider:backend", shots=5, store=store)
    assert fetch(whole).shots == 5


def _killed(*_, **__):
    raise Killed


@pytest.mark.parametrize(
    ("changes", "error", "said"),
    [
        ({"backend": "no account"}, BackendError, "There is no account here"),
        ({"backend": "aerr"}, ValueError, "Did you mean 'aer'"),
        ({"backend": "exact"}, ValueError, "recall"),
        ({"backend": object()}, TypeError, "should be a name.*MODULE:FACTORY"),
        ({"backend": "fake:lima"}, CapacityError, "should have at most 5 qubits"),
        ({"shots": 0}, ValueError, "shots should be at least 1. Got 0"),
        ({"probes": "00"}, ValueError, "probe"),
        ({"probes": np.zeros((0, 4))}, ValueError, "at least one probe"),
        ({"method": AdaptiveAmplification()}, TypeError, "should know its circuits beforehand"),
        ({"method": QAOA()}, TypeError, "EnergyMemory"),
        ({"method": ProbabilisticRecall(reuse_control=True), "backend": "statevector"},
         BackendError, "measure at the end"),
        ({"backend": "fake:torino", "max_seconds": 2.1}, CapacityError,
         r"at most 2.1 s .* estimate of 2.3 s \(2 s per job \+ shots x"),
        ({"max_seconds": 0}, ValueError, "max_seconds should be positive"),
    ],
)  # fmt: skip
def test_bad_input_leaves_nothing_behind(memory, service, store, changes, error, said):
    arguments = {"probes": "0000", "backend": "toy", "store": store} | changes
    with pytest.raises(error, match=said):
        submit(memory, arguments.pop("probes"), **arguments)
    assert not store.exists()
    assert service.jobs() == {}


def test_a_cap_is_passed_on(memory, service, store):
    submit(memory, "0000", backend="toy", shots=5, store=store, max_seconds=9.0)
    assert service.jobs()["toy-job-0000"]["max_seconds"] == 9.0


def test_an_unknown_submission(store):
    with pytest.raises(ValueError, match=r"should be one of those in .*: none. Got 'x'"):
        fetch("x", store=store)
    assert submissions(store) == []


def test_a_busy_submission_is_listed(memory, service, store):
    submission = submit(memory, "0000", backend="toy", shots=5, store=store)
    with only_writer(store / submission.id):
        assert "one process at a time" in submissions(store)[0].trouble
        with pytest.raises(BackendError, match="one process at a time"):
            update(submission)


def test_an_id_stays_as_it_is(memory, service, store, monkeypatch):
    monkeypatch.setenv("SOME_TOKEN", "toy-job-0000")
    monkeypatch.setenv("OTHER_TOKEN", "qdenseam")
    submission = submit(memory, "0000", backend="toy", shots=5, store=store)
    assert submission.jobs[0].id == "toy-job-0000"
    assert fetch(submission).shots == 5


def test_no_secret_reaches_the_store(memory, service, store, monkeypatch):
    secret = "k9-very-secret-token-value"
    monkeypatch.setenv("QISKIT_IBM_TOKEN", secret)

    def refused(*_, **__):
        raise RequestRefusedError(f"401 for token {secret}")

    def lost(*_, **__):
        raise ServiceUnreachableError(f"no answer, headers: Authorization: Bearer {secret}")

    monkeypatch.setattr(service, "find", lost)
    for failing in (lost, refused):
        monkeypatch.setattr(service, "post", failing)
        submission = submit(memory, "0000", backend="toy", store=store)
        assert submission.trouble
        assert secret not in submission.trouble
    files = [path for path in store.rglob("*") if path.is_file()]
    assert len(files) >= 8
    assert not any(secret.encode() in path.read_bytes() for path in files)
