"""Submitting and fetching is recalling in two halves."""

from dataclasses import replace

import numpy as np
import pytest

from classical_ref.discrete.dense import DenseMemory
from qdenseam import AmplitudeMemory, EnergyMemory, recall
from qdenseam.errors import BackendError, CapacityError
from qdenseam.execution.jobs import Stage
from qdenseam.methods import (
    QAOA,
    AdaptiveAmplification,
    AmplitudeAmplification,
    HammingBall,
    OverlapPower,
    ProbabilisticRecall,
    SampleAndAccept,
)
from qdenseam.retrieval.draft import draft
from qdenseam.retrieval.submission import cancel, fetch, read, send, submissions, submit

STORED = ["0000", "0101", "1100"]


def assert_equal(result, expected):
    assert (result.states == expected.states).all()
    assert (result.state_counts == expected.state_counts).all()
    for name in ("shots", "engine", "state_preparations", "evaluations", "resources"):
        assert getattr(result, name) == getattr(expected, name)
    assert result.routed_two_qubit_gates == expected.routed_two_qubit_gates
    assert (result.patterns == expected.patterns).all()
    assert (result.probe == expected.probe).all()
    assert result.method["name"] == expected.method["name"]
    assert result.physical_qubits == expected.physical_qubits
    assert result.compiled == expected.compiled is not None
    assert result.circuit == expected.circuit
    if result.pattern is not None and expected.counts.max() == expected.state_counts[0]:
        assert result.predicted_probability == expected.predicted_probability  # a stored pattern
        assert result.outcome == expected.outcome


@pytest.mark.parametrize("backend", ["aer", "fake:torino"])
@pytest.mark.parametrize(
    ("method", "probes"),
    [
        (ProbabilisticRecall(), STORED),
        (AmplitudeAmplification(), "0?00"),
        (SampleAndAccept(HammingBall(1)), STORED[:2]),
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


def test_an_energy_memory_and_a_trained_method(memory, store):
    memory = EnergyMemory(DenseMemory(memory.patterns[:2]))
    trained = QAOA(num_layers=1)
    submission = submit(
        memory, STORED[0], method=trained, backend="aer", shots=30, rng=2, store=store
    )
    expected = recall(memory, STORED[0], method=trained, sampler="aer", shots=30, rng=2)
    fetched = fetch(submission)
    assert_equal(fetched, expected)
    assert expected.evaluations > 0
    assert fetched.outcome == expected.outcome
    np.testing.assert_array_equal(fetched.training.trajectory, expected.training.trajectory)
    np.testing.assert_array_equal(fetched.energies.stored, expected.energies.stored)


def test_what_is_kept_of_a_memory(memory, store):
    shaped = AmplitudeMemory(memory.patterns, [1, 2, 0], shape=(2, 2))
    submission = submit(shaped, STORED[:2], method=SampleAndAccept(HammingBall(1)), backend="aer",
                        store=store, rng=0)  # fmt: skip
    first, second = fetch(submission)
    assert first.memory is second.memory
    assert first.memory.weights.tolist() == shaped.weights.tolist()
    assert first.shape == first.memory.shape == (2, 2)
    model = DenseMemory(memory.patterns[:2], weights=[1, 2])
    quick = QAOA(num_layers=1, max_evaluations=5)
    submission = submit(EnergyMemory(model), STORED[0], method=quick, backend="aer", store=store)
    fetched = fetch(submission)
    assert fetched.compiled is not None
    with pytest.raises(ValueError, match="fetched of a memory that is no plain data"):
        _ = fetched.circuit
    with pytest.raises(ValueError, match="A submission should be one of those in"):
        replace(fetched.compiled_by, submission="gone")()


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


def test_many_probes_are_as_few_jobs_as_the_limits_allow(memory, drafted, service, store):
    submission = send(drafted, store=store)
    assert [facts["shots"] for facts in service.jobs().values()] == [20, 20]
    assert submission.stage is Stage.DONE
    assert submission.usage == 3
    assert len(fetch(submission)) == 3
    service.max_executions = 30
    assert draft(memory, "0000", backend="toy", shots=70, rng=1).parts == [
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


LOCAL = {"backend": "fake:torino", "method": SampleAndAccept()}  # a default would be planned


def test_cancelling(memory, service, store):
    service.first_state = "queued"
    submission = submit(memory, "0000", backend="toy", shots=5, store=store)
    assert cancel(submission).stage is Stage.CANCELLED
    assert service.jobs()["toy-job-0000"]["state"] == "cancelled"
    service.first_state = "done"
    done = submit(memory, "0000", backend="toy", shots=5, store=store)
    assert cancel(done.id, store=store).stage is Stage.DONE


@pytest.mark.parametrize(
    ("changes", "error", "said"),
    [
        ({"backend": "no account"}, BackendError, "There is no account here"),
        ({"backend": "aerr"}, ValueError, "Did you mean 'aer'"),
        ({"backend": "exact"}, ValueError, "recall"),
        ({"backend": object()}, TypeError, "should be a name.*MODULE:FACTORY"),
        ({"backend": "fake:lima", "method": ProbabilisticRecall()}, CapacityError,
         "should have at most 5 qubits"),
        ({"shots": 0}, ValueError, "shots should be at least 1. Got 0"),
        ({"probes": "00"}, ValueError, "probe"),
        ({"probes": np.zeros((0, 4))}, ValueError, "at least one probe"),
        ({"method": AdaptiveAmplification()}, TypeError, "should know its circuits beforehand"),
        ({"method": QAOA()}, TypeError, "EnergyMemory"),
        ({"method": ProbabilisticRecall(reuse_control=True), "backend": "statevector"},
         BackendError, "measure at the end"),
        ({**LOCAL, "max_seconds": 2.1}, CapacityError,
         r"at most 2.1 s .* estimate of 2.3 s \(2 s per job \+ shots x"),
        ({**LOCAL, "max_seconds": 2.9}, CapacityError,
         r"at most 2.9 s .* in whole seconds. Got an estimate of 2.3 s"),
        ({"max_seconds": 0}, ValueError, "max_seconds should be positive and finite. Got 0"),
        ({"max_seconds": np.inf}, ValueError, "max_seconds should be positive and finite. Got inf"),
        ({"max_seconds": np.nan}, ValueError, "max_seconds should be positive and finite. Got nan"),
        ({"max_seconds": 0.5}, CapacityError, "a whole second for each of 1 jobs. Got .* 0.5"),
    ],
)  # fmt: skip
def test_bad_input_leaves_nothing_behind(memory, service, store, changes, error, said):
    arguments = {"probes": "0000", "backend": "toy", "store": store} | changes
    with pytest.raises(error, match=said):
        submit(memory, arguments.pop("probes"), **arguments)
    assert not store.exists()
    assert service.jobs() == {}


def test_what_cannot_be_written_leaves_nothing_behind(drafted, service, store, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("os.replace", full)
        with pytest.raises(OSError, match="No space"):
            send(drafted, store=store)
    assert list(store.iterdir()) == []
    store.rmdir()
    drafted.payload["weights"] = float("nan")
    with pytest.raises(ValueError, match="JSON"):
        send(drafted, store=store)
    assert not store.exists()
    assert service.jobs() == {}


def test_a_cap_is_passed_on(memory, drafted, service, store):
    submit(memory, "0000", backend="toy", shots=5, store=store, max_seconds=9.7)
    assert service.jobs()["toy-job-0000"]["max_seconds"] == 9
    with pytest.raises(CapacityError, match=r"a whole second for each of 2 jobs. Got .* 1\.9;"):
        send(drafted, store=store, max_seconds=1.9)
    send(drafted, store=store, max_seconds=7.9)
    assert [facts["max_seconds"] for facts in service.jobs().values()] == [9, 4, 3]


def test_an_unknown_submission(store):
    with pytest.raises(ValueError, match=r"should be one of those in .*: none.*Got 'x'"):
        fetch("x", store=store)
    assert submissions(store) == []


def test_an_id_stays_as_it_is(memory, service, store, monkeypatch):
    monkeypatch.setenv("SOME_TOKEN", "toy-job-0000")
    monkeypatch.setenv("OTHER_TOKEN", "qdenseam")
    submission = submit(memory, "0000", backend="toy", shots=5, store=store)
    assert submission.jobs[0].id == "toy-job-0000"
    assert fetch(submission).shots == 5
