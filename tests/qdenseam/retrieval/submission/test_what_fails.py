"""A submission outlives whatever fails between its two halves: nothing is lost or sent twice."""

import os
import re
from contextlib import suppress

import numpy as np
import pytest
from toy_service import Weather

from qdenseam.errors import BackendError
from qdenseam.execution import engine
from qdenseam.execution.job_service import RequestRefusedError, ServiceUnreachableError, Stage
from qdenseam.execution.jobs import LocalJobs
from qdenseam.execution.jobs.folder import only_writer
from qdenseam.methods import SampleAndAccept
from qdenseam.retrieval.submission import cancel, fetch, send, submissions, submit, update


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


def test_a_clock_that_was_ahead_only_starts_the_wait_anew(memory, service, store, monkeypatch):
    def lost(*_, **__):
        raise ServiceUnreachableError("the connection was lost")

    with monkeypatch.context() as patched:
        patched.setattr(type(service), "settle_seconds", 1000.0)
        patched.setattr(service, "post", lost)
        submission = submit(memory, "0000", backend="toy", shots=5, store=store)
        [events] = store.glob("*/events.jsonl")
        events.write_text(events.read_text().replace('"time": "20', '"time": "21'))
        for _ in range(2):
            trouble = update(submission).trouble
            assert re.search(r"counts as lost (1000|9\d\d) s from now", trouble), trouble
    assert fetch(submission).shots == 5


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


METHOD = SampleAndAccept()  # a default would be planned


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
            submit(memory, "0000", method=METHOD, backend=name, shots=5, store=store)
        submission = submissions(store, ask=False)[-1]
        assert submission.stage is Stage.UNANSWERED
        assert update(submission).stage is stage
    whole = submit(memory, "0000", method=METHOD, backend="provider:backend", shots=5, store=store)
    assert fetch(whole).shots == 5


def _killed(*_, **__):
    raise Killed


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("ddsim", []),
        ("pennylane:default.qubit", []),
        ("pennylane:lightning.qubit", []),
        ("pennylane:far.away", ["tag"]),
    ],
)
def test_a_cut_run_of_a_simulator_is_repeated_and_one_of_a_plugin_not(
    tmp_path, rng, monkeypatch, name, found
):
    monkeypatch.setattr("qdenseam.execution.engines.pennylane_engine.make_device", lambda *_: None)
    monkeypatch.setattr("qdenseam.execution.engines.ddsim.require_ddsim", lambda _: None)
    monkeypatch.setattr("qdenseam.execution.base.Engine.sample", _killed)
    local = LocalJobs(engine(name), tmp_path, rng)
    with suppress(Killed):
        local.post([], shots=5, tag="tag")
    assert local.find("tag") == found
    if found:
        assert local.status("tag").state is Stage.FAILED


@pytest.mark.parametrize("what", ["no account", "no job"])
def test_waiting_ends_where_the_service_says_no(memory, service, store, monkeypatch, what):
    service.first_state = "queued"
    submission = submit(memory, "0000", backend="toy", shots=5, store=store)

    def refused(name):
        raise RequestRefusedError("there is no account here")

    if what == "no account":
        monkeypatch.setattr("qdenseam.execution.jobs.delivery.find_engine", refused)
    else:
        (service.folder / "toy-job-0000.json").unlink()
    monkeypatch.setattr("time.sleep", lambda seconds: pytest.fail("waited"))
    said = f"was queued when last seen, and waiting does not help: .*{what}"
    with pytest.raises(BackendError, match=said.replace("no job", "no job 'toy-job-0000'")):
        fetch(submission, wait=float("inf"))
    (seen,) = submissions(store)
    assert (seen.is_refused, seen.stage) == (True, Stage.QUEUED)


def test_trouble_is_told_while_waiting(memory, service, store, monkeypatch):
    service.first_state = "queued"
    submission = submit(memory, "0000", backend="toy", shots=5, store=store)
    told, calm = [], service.weather
    service.weather = Weather(rate=1.0)

    def pause(seconds):
        service.weather = calm
        service.set("toy-job-0000", state="done")

    monkeypatch.setattr("time.sleep", pause)
    assert fetch(submission, wait=float("inf"), on_progress=told.append).shots == 5
    (seen,) = told
    assert (seen.is_refused, seen.stage) == (False, Stage.QUEUED)
    assert "status: " in seen.trouble


def test_a_look_runs_no_code_that_a_store_names(memory, store, tmp_path, monkeypatch):
    (tmp_path / "marked.py").write_text(
        "from pathlib import Path\n"
        "from qiskit.providers.fake_provider import GenericBackendV2\n"
        f"def make():\n    Path({str(tmp_path / 'ran')!r}).touch()\n"
        "    return GenericBackendV2(8, seed=1)\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    with monkeypatch.context() as patched, suppress(Killed):
        patched.setattr("qdenseam.execution.jobs.delivery._send", _killed)
        submit(memory, "0000", backend="marked:make", shots=5, store=store)
    (tmp_path / "ran").unlink()
    (seen,) = submissions(store)
    assert seen.stage is Stage.UNSENT
    assert seen.trouble == "'marked:make' runs code: only fetching asks it."
    assert not (tmp_path / "ran").exists()
    assert fetch(seen).shots == 5
    assert (tmp_path / "ran").exists()
    assert submissions(store)[0].trouble == ""


def test_a_busy_submission_is_listed(memory, service, store):
    service.first_state = "queued"
    submission = submit(memory, "0000", backend="toy", shots=5, store=store)
    with only_writer(store / submission.id):
        assert "one process at a time" in submissions(store)[0].trouble
        with pytest.raises(BackendError, match="one process at a time"):
            update(submission)


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
