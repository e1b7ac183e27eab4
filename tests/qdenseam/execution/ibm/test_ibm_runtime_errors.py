"""What goes wrong at IBM is told clearly, without tokens and, where possible, before sending."""

import traceback
from collections.abc import Callable, Iterator

import pytest
from ibm_loopback import CRN, TOKEN, Fault, FaultKind, LoopbackIBM
from qiskit import QuantumCircuit
from qiskit_ibm_runtime import QiskitRuntimeService

from qdenseam.errors import BackendError, CapacityError
from qdenseam.execution import engine, engine_names
from qdenseam.execution.ibm.engine import IBMEngine
from qdenseam.execution.job_service import (
    AccessRefusedError,
    RequestRefusedError,
    ServiceUnreachableError,
    Stage,
)

ACCOUNT_FILE = "qiskit_ibm_runtime.accounts.management._DEFAULT_ACCOUNT_CONFIG_JSON_FILE"


@pytest.fixture
def ibm(monkeypatch: pytest.MonkeyPatch, tmp_path) -> Iterator[LoopbackIBM]:
    with LoopbackIBM(seed=7) as service:
        service.connect(monkeypatch)
        monkeypatch.setattr(ACCOUNT_FILE, str(tmp_path / "accounts.json"))
        yield service


def bell() -> QuantumCircuit:
    circuit = QuantumCircuit(2, 2)
    circuit.h(0)
    circuit.cx(0, 1)
    circuit.measure([0, 1], [0, 1])
    return circuit


def test_the_name_is_known():
    assert "may cost money" in engine_names()["ibm:NAME"]


def test_no_account(ibm, monkeypatch):
    monkeypatch.delenv("QISKIT_IBM_TOKEN")
    with pytest.raises(RequestRefusedError, match=r"needs an .* account.*save_account.*_TOKEN"):
        engine("ibm:manila")
    assert ibm.state.requests == []


def test_a_wrong_token(ibm, monkeypatch):
    monkeypatch.setenv("QISKIT_IBM_TOKEN", "w" * 44)
    ibm.state.quotes_secrets = True
    with pytest.raises(RequestRefusedError, match="does not accept the account's token") as caught:
        engine("ibm:manila")
    assert "w" * 44 not in "".join(traceback.format_exception(caught.value))


def test_an_instance_of_another_account(ibm, monkeypatch):
    monkeypatch.setenv("QISKIT_IBM_INSTANCE", CRN.replace("1111", "9999"))
    with pytest.raises(RequestRefusedError, match="does not have access to the instance crn"):
        engine("ibm:manila")


def test_a_token_that_is_withdrawn_later(ibm):
    service = engine("ibm:manila").job_service()
    ibm.state.access_tokens.clear()
    ibm.state.token = "another one"
    with pytest.raises(AccessRefusedError, match="does not accept the account's token"):
        service.find("qdenseam-1")


@pytest.mark.parametrize(("name", "near"), [("manilla", "'ibm_manila'"), ("ibm_fezz", "'ibm_fez'")])
def test_an_unknown_device(ibm, name, near):
    with pytest.raises(ValueError, match=rf"ibm_fez, ibm_manila\. Got .*Did you mean {near}\?"):
        engine(f"ibm:{name}")


def test_a_name_unlike_any(ibm):
    with pytest.raises(ValueError, match=r"Got 'ibm_qqqqqq'\.$"):
        engine("ibm:qqqqqq")


def test_a_device_out_of_service(ibm):
    chosen = engine("ibm:manila")
    compiled = chosen.compile([bell()], seed=1)
    ibm.state.devices["ibm_manila"].operational = False
    ibm.state.devices["ibm_manila"].status = "maintenance"
    with pytest.raises(RequestRefusedError, match=r"in service. It is not \(maintenance\); nothin"):
        chosen.sample(compiled, 10)
    assert ibm.state.num_posts == 0


def test_circuits_that_the_device_cannot_run(ibm):
    chosen = engine("ibm:manila")
    with pytest.raises(CapacityError, match=r"'ibm:ibm_manila' should have at most 5 .* Got 6"):
        chosen.compile([QuantumCircuit(6, 1)], seed=1)
    with pytest.raises(RequestRefusedError, match=r"compiled for it\. .* holds 'h' on qubits \(0,"):
        chosen.sample([bell()], 10)
    far = QuantumCircuit(5, 1)
    far.cx(0, 4)
    far.measure(0, 0)
    with pytest.raises(RequestRefusedError, match=r"'cx' on qubits \(0, 4\), which the device"):
        chosen.sample([far], 10)
    inner = QuantumCircuit(2, 1)
    with inner.if_test((inner.clbits[0], True)):
        inner.h(1)
    service = chosen.job_service()
    with pytest.raises(RequestRefusedError, match=r"holds 'h' on qubits \(1,\)"):
        service.post([inner], shots=1, tag="a")
    with pytest.raises(RequestRefusedError, match="has 6 qubits and the device 5"):
        service.post([QuantumCircuit(6, 1)], shots=1, tag="a")
    with pytest.raises(ValueError, match="at least one named classical register"):
        chosen.sample([QuantumCircuit(1)], 10)
    assert ibm.state.num_posts == 0


def test_a_failed_job_says_why(ibm):
    chosen = engine("ibm:manila")
    compiled = chosen.compile([bell()], seed=1)
    ibm.state.fail_jobs_with = "The qubits went for a walk"
    with pytest.raises(
        BackendError, match=r"Job 'loop0+' .* has failed: Error code 1517; The qubits"
    ):
        chosen.sample(compiled, 10)
    service = chosen.job_service()
    [job_id] = ibm.state.jobs
    assert service.status(job_id).state is Stage.FAILED
    with pytest.raises(RequestRefusedError, match=r"It is failed: Error code 1517; The qubits"):
        service.results(job_id)
    assert service.usage(job_id) == 0


def test_a_cancelled_job(ibm, monkeypatch):
    chosen = engine("ibm:manila")
    service = chosen.job_service()
    ibm.state.hold = True
    compiled = chosen.compile([bell()], seed=1)
    job_id = service.post(compiled, shots=10, tag="qdenseam-c")
    service.cancel(job_id)
    assert service.status(job_id).state is Stage.CANCELLED
    with pytest.raises(RequestRefusedError, match=r"It is cancelled\."):
        service.results(job_id)
    service.cancel(job_id)
    assert service.find("qdenseam-c") == [job_id]
    monkeypatch.setattr(service, "post", lambda *_, **__: job_id)
    monkeypatch.setattr(IBMEngine, "job_service", lambda _: service)
    with pytest.raises(BackendError, match=r"Job 'loop0+' of 'ibm:ibm_manila' was cancelled\."):
        chosen.sample(compiled, 10)


def test_a_refused_post_is_told_and_stores_nothing(ibm):
    chosen = engine("ibm:manila")
    compiled = chosen.compile([bell()], seed=1)
    ibm.state.faults.next("POST", "/jobs", Fault(kind=FaultKind.FORBIDDEN))
    with pytest.raises(RequestRefusedError, match=r"Posting at 'ibm_manila' was refused.*403"):
        chosen.sample(compiled, 10)
    assert not ibm.state.jobs
    assert ibm.state.num_posts == 1


def everything(ibm: LoopbackIBM) -> Iterator[tuple[str, Callable[[], object]]]:
    """Yield the path of each kind of request and a call that makes it."""
    chosen = engine("ibm:manila")
    compiled = chosen.compile([bell()], seed=1)
    service = chosen.job_service()
    job_id = service.post(compiled, shots=2, tag="qdenseam-e")
    yield "/identity/token", lambda: engine("ibm:manila")
    yield "/configuration", lambda: engine("ibm:manila")
    yield "/properties", lambda: engine("ibm:manila")
    yield "/status", lambda: service.post(compiled, shots=2, tag="qdenseam-f")
    yield "POST /jobs", lambda: service.post(compiled, shots=2, tag="qdenseam-f")
    yield "/jobs", lambda: service.find("qdenseam-e")
    yield f"/jobs/{job_id}", lambda: service.status(job_id)
    yield "/results", lambda: service.results(job_id)
    yield "/metrics", lambda: service.usage(job_id)


@pytest.mark.parametrize(
    "kind",
    [FaultKind.TOO_MANY_REQUESTS, pytest.param(FaultKind.SERVER_ERROR, marks=pytest.mark.slow)],
)
def test_no_message_holds_a_token(ibm, kind):
    ibm.state.quotes_secrets = True
    for path, call in everything(ibm):
        method, _, path = path.rpartition(" ")
        method = method or ("POST" if path == "/identity/token" else "GET")
        ibm.state.faults.next(method, path, Fault(kind=kind), times=500)
        with pytest.raises(ServiceUnreachableError) as caught:
            call()
        ibm.state.faults.clear()
        shown = "".join(traceback.format_exception(caught.value))
        assert TOKEN not in shown, path
        for granted in ibm.state.access_tokens:
            assert granted not in shown, path
        assert "got no answer" in shown or "shows" in shown or "access token" in shown


@pytest.mark.parametrize("saved", [True, False])
def test_no_message_holds_the_token_of_a_saved_or_given_account(ibm, monkeypatch, saved):
    for name in ("QISKIT_IBM_TOKEN", "QISKIT_IBM_URL", "QISKIT_IBM_INSTANCE"):
        monkeypatch.delenv(name)
    account = {
        "channel": "ibm_quantum_platform",
        "token": TOKEN,
        "url": ibm.environment["QISKIT_IBM_URL"],
        "instance": CRN,
    }
    if saved:
        QiskitRuntimeService.save_account(**account)
        service = engine("ibm:manila").job_service()
    else:
        service = engine(QiskitRuntimeService(**account).backend("ibm_manila")).job_service()
    ibm.state.quotes_secrets = True
    ibm.state.faults.next("GET", "/jobs", Fault(kind=FaultKind.FORBIDDEN))
    with pytest.raises(RequestRefusedError, match=r"key \[secret\]") as caught:
        service.find("qdenseam-1")
    assert TOKEN not in "".join(traceback.format_exception(caught.value))
