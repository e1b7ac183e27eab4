"""The whole path to IBM and back: the real runtime client against a service on this machine."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import ibm_loopback
import numpy as np
import pytest
from ibm_loopback import TOKEN, Fault, FaultKind, LoopbackIBM, snapshot
from qiskit import ClassicalRegister, QuantumCircuit, QuantumRegister
from qiskit.quantum_info import Statevector
from qiskit_ibm_runtime import Batch, QiskitRuntimeService

from classical_ref.patterns import random_patterns
from qdenseam import AmplitudeMemory, recall
from qdenseam.errors import BackendError
from qdenseam.execution import engine
from qdenseam.execution.ibm.engine import IBMEngine
from qdenseam.execution.ibm.jobs import IBMJobService
from qdenseam.execution.ibm.sampler import default_program
from qdenseam.execution.job_service import JobService, RequestRefusedError, Stage
from qdenseam.methods import AmplitudeAmplification
from qdenseam.retrieval.submission import cancel, fetch, submissions, submit
from qdenseam.testing import assert_counts_follow

PATTERNS = np.array([[1, 1, -1, -1], [-1, 1, 1, -1], [-1, -1, 1, 1]])

executor = pytest.mark.skipif(
    default_program() != "executor", reason="this qiskit-ibm-runtime has no sampler on the executor"
)


@pytest.fixture
def ibm(monkeypatch: pytest.MonkeyPatch) -> Iterator[LoopbackIBM]:
    with LoopbackIBM(seed=7) as service:
        service.connect(monkeypatch)
        yield service


def writing(bits: list[int]) -> QuantumCircuit:
    """Return a circuit whose registers certainly read the bits, the last one as ``flag``."""
    memory = QuantumRegister(len(bits), "memory")
    circuit = QuantumCircuit(
        memory, ClassicalRegister(len(bits) - 1, "memory"), ClassicalRegister(1, "flag")
    )
    circuit.x([memory[i] for i, bit in enumerate(bits) if bit])
    circuit.measure(memory, circuit.clbits)
    return circuit


def assert_reads(samples: list[dict[str, np.ndarray]], *written: list[int], shots: int) -> None:
    assert len(samples) == len(written)
    for sample, bits in zip(samples, written, strict=True):
        assert sample["memory"].shape == (shots, len(bits) - 1)
        assert sample["flag"].shape == (shots, 1)
        assert (sample["memory"] == bits[:-1]).all()
        assert (sample["flag"] == bits[-1:]).all()


@pytest.mark.parametrize(
    ("name", "program"),
    [
        pytest.param("ibm:manila", "executor", marks=executor),
        ("ibm:manila", "sampler"),
        pytest.param("ibm:ibm_fez", "executor", marks=executor),
        pytest.param("ibm:ibm_fez", "sampler", marks=pytest.mark.slow),
    ],
)
def test_a_job_goes_out_and_its_bits_come_back_to_another_client(ibm, name, program):
    chosen = engine(name)
    first, second = [1, 0, 0, 1], [0, 1, 1, 0]
    service = IBMEngine(name=name, backend=chosen.backend, program=program).job_service()
    ibm.state.hold = True
    compiled = chosen.compile([writing(first), writing(second)], seed=3)
    job_id = service.post(compiled, shots=40, tag="qdenseam-one", max_seconds=6.2)
    service.post(compiled, shots=1, tag="qdenseam-two")
    stored = ibm.state.jobs[job_id]
    assert stored.program_id == program
    assert stored.tags == ["qdenseam-one"]
    assert stored.max_seconds == 7
    assert service.status(job_id).state is Stage.QUEUED
    with pytest.raises(RequestRefusedError, match=r"should be done before .* It is queued"):
        service.results(job_id)

    ibm.state.hold = False
    other = engine(name).job_service()
    assert other.find("qdenseam-one") == [job_id]
    assert other.find("qdenseam-none") == []
    assert other.status(job_id).state is Stage.DONE
    assert other.usage(job_id) == 2
    other.cancel(job_id)  # it has ended, and stays as it is
    assert_reads(other.results(job_id), first, second, shots=40)
    with pytest.raises(RequestRefusedError, match=r"job 'nowhere' at .* refused.*not found"):
        other.status("nowhere")


def test_an_engine_posts_one_job_and_waits_for_it(ibm, caplog):
    caplog.set_level("DEBUG")
    chosen = engine("ibm:manila")
    assert isinstance(chosen.job_service(), JobService)
    assert chosen.max_qubits == chosen.target.num_qubits == 5
    assert chosen.supports_mid_circuit
    assert chosen.calibration_time().startswith("20")
    seen = []
    compiled = chosen.compile([writing([1, 0, 1]), writing([0, 0, 1])], seed=1)
    samples = chosen.sample(compiled, 30, on_progress=seen.append)
    assert_reads(samples, [1, 0, 1], [0, 0, 1], shots=30)
    assert [(progress.done, progress.total) for progress in seen] == [(0, 2), (2, 2)]
    assert "job loop0000000000000000 is done" in seen[0].message
    [job] = ibm.state.jobs.values()
    assert job.program_id == default_program()
    assert "loop0000000000000000" in caplog.text
    assert not any(secret in caplog.text for secret in (TOKEN, *ibm.state.access_tokens))
    assert chosen.sample([], 30) == []
    with pytest.raises(ValueError, match=r"shots should be at least 1. Got 0"):
        chosen.sample(compiled, 0)


def test_circuits_of_other_shots_are_other_jobs_posted_before_the_wait(ibm):
    chosen = engine("ibm:manila")
    compiled = chosen.compile([writing([1, 0, 0]), writing([0, 1, 1]), writing([1, 1, 0])], seed=1)
    seen = []
    samples = chosen.sample(compiled, [5, 8, 5], on_progress=seen.append)
    assert_reads(samples[::2], [1, 0, 0], [1, 1, 0], shots=5)
    assert_reads(samples[1:2], [0, 1, 1], shots=8)
    assert len(ibm.state.jobs) == ibm.state.num_posts == 2
    assert [(progress.done, progress.total) for progress in seen][-1] == (3, 3)


def test_a_job_that_lost_shots_is_refused(ibm, monkeypatch):
    chosen = engine("ibm:manila")
    compiled = chosen.compile([writing([1, 0])], seed=1)
    results = IBMJobService.results

    def fewer(self, job_id):
        return [{name: bits[:3] for name, bits in each.items()} for each in results(self, job_id)]

    monkeypatch.setattr(IBMJobService, "results", fewer)
    with pytest.raises(BackendError, match=r"Job 'loop0.*' should return 5 shots.*Got 3 shots"):
        chosen.sample(compiled, 5)


def test_a_device_object_and_its_samplers_are_accepted(ibm):
    backend = QiskitRuntimeService().backend("ibm_manila")
    chosen = engine(backend)
    assert isinstance(chosen, IBMEngine)
    assert chosen.name == "ibm:ibm_manila"
    compiled = chosen.compile([writing([1, 1, 0])], seed=1)
    assert_reads(chosen.sample(compiled, 5), [1, 1, 0], shots=5)
    [result] = chosen.make_sampler(1).run(compiled, shots=6).result()
    assert result.data.memory.get_counts() == {"11": 6}


def test_a_factory_of_a_device_is_run_as_one(ibm, tmp_path, monkeypatch):
    (tmp_path / "my_account.py").write_text(
        "from qiskit_ibm_runtime import QiskitRuntimeService\n"
        "def manila():\n    return QiskitRuntimeService().backend('ibm_manila')\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    chosen = engine("my_account:manila")
    assert isinstance(chosen, IBMEngine)
    assert chosen.name == "my_account:manila"  # finds the same account again
    assert_reads(chosen.sample(chosen.compile([writing([1, 0])], seed=1), 5), [1, 0], shots=5)


@executor
def test_jobs_of_a_batch_carry_its_session(ibm):
    from qiskit_ibm_runtime.executor_sampler import Sampler

    chosen = engine("ibm:manila")
    compiled = chosen.compile([writing([0, 1, 1])], seed=1)
    with Batch(backend=chosen.backend) as batch:
        job = Sampler(mode=batch).run(compiled, shots=4)
    [session] = ibm.state.sessions.values()
    assert session["id"] == ibm.state.jobs[job.job_id()].session_id
    assert session["mode"] == "batch"
    assert_reads(chosen.job_service().results(job.job_id()), [0, 1, 1], shots=4)
    assert chosen.backend.service.usage()["usage_remaining_seconds"] == 588


def test_jobs_are_listed_over_many_pages(ibm):
    service = engine("ibm:manila").job_service()
    for number in range(45):
        tags = ["mine"] if number % 2 else ["yours", "mine too"]
        body = {"program_id": "sampler", "backend": "ibm_manila", "params": {}, "tags": tags}
        ibm.state.store(body)
    mine = [job.id for job in ibm.state.jobs.values() if "mine" in job.tags]
    assert service.find("mine") == mine
    assert len(mine) == 22


def test_recall_on_a_device_of_156_qubits(ibm):
    memory = AmplitudeMemory(PATTERNS)
    method = AmplitudeAmplification(num_matches=1)
    results = recall(memory, ["00??", "?1??"], method=method, sampler="ibm:fez", shots=200, rng=1)
    assert [result.counts.tolist() for result in results] == [[200, 0, 0], [0, 0, 200]]
    assert len(ibm.state.jobs) == 1


SUBMIT_AND_HANG = """
import numpy as np
from qdenseam import AmplitudeMemory
from qdenseam.methods import AmplitudeAmplification
from qdenseam.retrieval.submission import submit
memory = AmplitudeMemory(np.array({patterns}))
submit(memory, ["00??", "?1??"], method=AmplitudeAmplification(num_matches=1), backend="ibm:manila",
       shots=50, rng=1, store={store!r})
"""


@pytest.mark.parametrize("carried_out", [True, pytest.param(False, marks=pytest.mark.slow)])
def test_a_submission_survives_a_kill_during_its_request(ibm, tmp_path, carried_out):
    """The client dies between its request and the answer; another process fetches."""
    stalled = Fault(kind=FaultKind.STALLED, carried_out=carried_out)
    ibm.state.faults.next("POST", "/jobs", stalled)
    script = SUBMIT_AND_HANG.format(patterns=PATTERNS.tolist(), store=str(tmp_path))
    child = subprocess.Popen(
        [sys.executable, "-c", script],
        env=os.environ | {"OMP_NUM_THREADS": "1"},
    )
    deadline = time.monotonic() + 120
    while ibm.state.num_posts == 0 and child.poll() is None and time.monotonic() < deadline:
        time.sleep(0.05)
    child.kill()
    assert child.wait() != 0
    with ibm.state.lock:
        assert len(ibm.state.jobs) == carried_out
    [folder] = tmp_path.iterdir()
    results = fetch(folder.name, store=tmp_path)
    assert [result.counts.tolist() for result in results] == [[50, 0, 0], [0, 0, 50]]
    assert len(ibm.state.jobs) == 1
    assert ibm.state.num_posts == (1 if carried_out else 2)


@pytest.mark.slow
def test_the_service_also_runs_as_a_process_of_its_own(ibm, monkeypatch):
    """The client's account is that of the child; ``ibm`` here only takes the pauses away."""
    support = str(Path(ibm_loopback.__file__).parents[1])
    child = subprocess.Popen(
        [sys.executable, "-m", "ibm_loopback", "--rate", "0.1", "--seed", "5"],
        env=os.environ | {"PYTHONPATH": support, "OMP_NUM_THREADS": "1"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    for name, value in json.loads(child.stdout.readline()).items():
        monkeypatch.setenv(name, value)
    chosen = engine("ibm:manila")
    samples = chosen.sample(chosen.compile([writing([1, 0])], seed=1), 8)
    assert_reads(samples, [1, 0], shots=8)
    seen, _ = child.communicate()
    assert child.returncode == 0
    assert [job["status"] for job in json.loads(seen)["jobs"]] == ["Completed"]
    assert ibm.state.requests == []


@pytest.mark.slow
def test_recall_of_many_patterns_through_the_loopback_service(ibm, rng):
    memory = AmplitudeMemory(random_patterns(8, 6, rng=rng))
    results = recall(memory, memory.patterns, sampler="ibm:fez", shots=100, rng=1)
    assert len(results) == 8
    assert len(ibm.state.jobs) == 1


@pytest.mark.parametrize("state", ["done", "queued", "unsent"])
def test_jobs_outlive_their_device(ibm, tmp_path, state):
    """The account does not list the device any more: jobs are read and stopped, none is posted."""
    ibm.state.hold = True
    if state == "unsent":
        fault = Fault(kind=FaultKind.TOO_MANY_REQUESTS)
        ibm.state.faults.next("POST", "/jobs", fault)
    submission = submit(
        AmplitudeMemory(PATTERNS),
        "00??",
        method=AmplitudeAmplification(num_matches=1),
        backend="ibm:manila",
        shots=30,
        rng=1,
        store=tmp_path,
    )
    del ibm.state.devices["ibm_manila"]
    if state == "done":
        ibm.state.hold = False
        assert fetch(submission).counts.tolist() == [30, 0, 0]
    elif state == "queued":
        assert submissions(tmp_path)[0].stage == "queued"
        assert cancel(submission).stage == "cancelled"
    else:
        with pytest.raises(BackendError, match=r"'ibm_manila' is none any more; nothing was sent"):
            fetch(submission)
    assert len(ibm.state.jobs) == (state != "unsent")
    with pytest.raises(ValueError, match=r"one of this account's: ibm_fez\. Got 'ibm_manila'"):
        engine("ibm:manila")


def test_fractional_gates_are_asked_for_by_name(monkeypatch):
    with LoopbackIBM((snapshot("fractional"), snapshot("manila")), seed=7) as service:
        service.connect(monkeypatch)
        plain, chosen = engine("ibm:fractional"), engine("ibm:Fractional+fractional")
        assert (plain.name, chosen.name) == ("ibm:ibm_fractional", "ibm:ibm_fractional+fractional")
        assert engine(chosen.backend).name == chosen.name
        assert not {"rx", "rzz"} & set(plain.target.operation_names)
        assert {"rx", "rzz"} <= set(chosen.target.operation_names)
        circuit = QuantumCircuit(QuantumRegister(3), ClassicalRegister(3, "memory"))
        for qubit, angle in enumerate((0.3, -0.7, 2.5)):
            circuit.rx(angle, qubit)
        for angle, pair in ((0.3, (0, 1)), (-0.4, (1, 2)), (2.2, (0, 1)), (4.0, (1, 2))):
            circuit.rzz(angle, *pair)
            circuit.rx(0.2, pair[0])
        circuit.measure(range(3), range(3))
        [compiled] = chosen.compile([circuit], seed=1)
        angles = [float(i.params[0]) for i in compiled.data if i.name == "rzz"]
        assert len(angles) == 4
        assert all(0 <= angle <= np.pi / 2 for angle in angles)
        assert "rzz" not in plain.compile([circuit], seed=1)[0].count_ops()
        [sample] = chosen.sample([compiled], 2000)
        ideal = Statevector(circuit.remove_final_measurements(inplace=False)).probabilities()
        counts = np.bincount(sample["memory"] @ [1, 2, 4], minlength=8)
        assert_counts_follow(counts, ideal)
        with pytest.raises(ValueError, match=r"should have rx and rzz\. Got 'ibm_manila'"):
            engine("ibm:manila+fractional")
        with pytest.raises(ValueError, match=r"should be 'fractional'\. Got 'fast'"):
            engine("ibm:manila+fast")
