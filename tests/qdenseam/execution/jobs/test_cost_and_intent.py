"""What a submission costs, how it is split, and the paper on which all of it stands."""

import json
from dataclasses import replace
from itertools import product
from typing import get_args, get_type_hints

import numpy as np
import pytest
from cases import case
from qiskit import QuantumCircuit
from qiskit.circuit.library import CZGate, Measure, SXGate, XGate
from qiskit.transpiler import InstructionProperties, Target

from qdenseam.errors import ResultsFileError
from qdenseam.execution import engine
from qdenseam.execution.engines.simulators import StatevectorEngine
from qdenseam.execution.jobs import CostEstimate, Draft, Stage
from qdenseam.execution.jobs.cost import estimate_cost
from qdenseam.execution.jobs.draft import split
from qdenseam.execution.jobs.intent import from_json, to_json
from qdenseam.formats import State


class Limits:
    """The limits of a service."""

    def __init__(self, max_circuits=None, max_executions=None):
        self.max_circuits, self.max_executions = max_circuits, max_executions


def test_jobs_keep_the_limits_and_cover_all_shots():
    for max_circuits, max_executions in product([None, 1, 2, 5, 9], [None, 7, 100, 250, 10**6]):
        with case(max_circuits, max_executions):
            parts = split(5, 100, Limits(max_circuits, max_executions))
            done = np.zeros(5, dtype=int)
            for first, count, shots in parts:
                assert count <= (max_circuits or 5)
                assert count * shots <= (max_executions or 500)
                done[first : first + count] += shots
            assert (done == 100).all()
            if max_circuits in (None, 5, 9) and max_executions in (None, 10**6):
                assert parts == [(0, 5, 100)]


class TargetEngine(StatevectorEngine):
    """An engine of a given device that is never run."""

    device: Target = None

    @property
    def target(self):
        return self.device


@pytest.fixture
def device():
    """Two qubits whose numbers are easy."""
    target = Target(num_qubits=3)
    properties = InstructionProperties
    target.add_instruction(SXGate(), {(q,): properties(1e-6, 0.1) for q in range(3)})
    target.add_instruction(XGate(), {(q,): properties(1e-6, None) for q in range(3)})
    target.add_instruction(CZGate(), {(0, 1): properties(3e-6, 0.2), (1, 2): properties(4e-6, 0.5)})
    target.add_instruction(Measure(), {(q,): properties(10e-6, 0.5) for q in range(3)})
    return type("Device", (TargetEngine,), {"device": target})()


def test_the_estimate_is_the_product_and_the_longest_path(device):
    circuit = QuantumCircuit(3, 2)
    circuit.sx(0)
    circuit.x(0)
    circuit.barrier()
    circuit.cz(0, 1)
    circuit.delay(2, 1, unit="us")
    circuit.sx(2)
    circuit.measure([0, 1], [0, 1])
    cost = estimate_cost(device, [circuit, circuit], shots=1000, num_jobs=2)
    seconds = 2 * 2.0 + 1000 * 2 * (250e-6 + (2 + 3 + 2 + 10) * 1e-6)
    assert cost == CostEstimate(
        num_jobs=2,
        num_circuits=2,
        executions=2000,
        two_qubit_gates=1,
        two_qubit_depth=1,
        fidelity=cost.fidelity,
        seconds=cost.seconds,
    )
    assert cost.fidelity == pytest.approx(0.9 * 0.8 * 0.9 * 0.5 * 0.5)
    assert cost.seconds == pytest.approx(seconds)


def test_a_narrowed_circuit_is_priced_on_the_qubits_it_stands_for(device):
    circuit = QuantumCircuit(2, metadata={"physical_qubits": [1, 2]})
    circuit.cz(0, 1)
    cost = estimate_cost(device, [circuit], shots=1, num_jobs=1)
    assert cost.fidelity == pytest.approx(0.5)


def test_of_branches_the_worst_counts(device):
    circuit = QuantumCircuit(3, 1)
    circuit.measure(0, 0)
    with circuit.if_test((0, True)) as otherwise:
        circuit.cz(1, 2)
    with otherwise:
        circuit.sx(1)
    cost = estimate_cost(device, [circuit], shots=1, num_jobs=1)
    assert cost.fidelity == pytest.approx(0.5 * 0.5)
    assert cost.seconds == pytest.approx(2 + 250e-6 + 14e-6)


@pytest.mark.parametrize(("name", "delay"), [("fez", 250e-6), ("berlin", 4e-3), ("miami", 4e-3)])
def test_seconds_take_the_delay_of_the_device(name, delay):
    device = engine(f"fake:{name}")
    circuit = QuantumCircuit(1, 1)
    circuit.x(0)
    circuit.measure(0, 0)
    (compiled,) = device.compile([circuit], seed=1)
    cost = estimate_cost(device, [compiled], shots=1000, num_jobs=1)
    (where,) = compiled.metadata["physical_qubits"]
    duration = sum(device.target[name][(where,)].duration for name in ("x", "measure"))
    assert cost.seconds == pytest.approx(2 + 1000 * (delay + duration))


def test_without_a_device_only_shots_are_counted():
    cost = estimate_cost(StatevectorEngine(), [QuantumCircuit(1)], shots=7, num_jobs=1)
    assert (cost.executions, cost.fidelity, cost.seconds, cost.two_qubit_gates) == (
        7,
        None,
        None,
        None,
    )


def test_calibration_times():
    assert engine("aer").calibration_time() is None
    assert engine("fake:fez").calibration_time().startswith("2025-")


@pytest.fixture
def intent(rng):
    circuit = QuantumCircuit(1, 1)
    circuit.measure(0, 0)
    parts = [(0, 1, 3), (0, 1, 1)]
    cost = estimate_cost(StatevectorEngine(), [circuit], shots=4, num_jobs=2)
    return Draft(
        engine=StatevectorEngine(),
        circuits=[circuit],
        parts=parts,
        shots=4,
        cost=cost,
        rng=rng,
        payload={"probes": np.ones((1, 2), dtype=np.int8)},
    ).intent(10)


def test_an_intent_comes_back(intent):
    again = from_json(to_json(intent), "here")
    assert again == replace(intent, payload={"probes": [[1, 1]]})
    assert len({job.tag for job in again.jobs}) == 2
    assert [job.max_seconds for job in again.jobs] == [6, 3]
    assert again.jobs[0].stream != again.jobs[1].stream
    assert {"qdenseam", "qiskit", "numpy"} <= again.versions.keys()
    assert again.registers == [{"c": 1}]


@pytest.mark.parametrize("max_seconds", [3, 3.9, 5, 6, 7.2, 100, 1e6])
def test_the_caps_of_jobs_are_whole_seconds_within_the_cap(rng, max_seconds):
    planned = Draft(
        engine=StatevectorEngine(),
        circuits=[QuantumCircuit(1)],
        parts=[(0, 1, 30), (0, 1, 30), (0, 1, 1)],
        shots=61,
        cost=estimate_cost(StatevectorEngine(), [], shots=61, num_jobs=3),
        rng=rng,
        payload={},
    ).intent(max_seconds)
    caps = [job.max_seconds for job in planned.jobs]
    assert all(isinstance(cap, int) for cap in caps)
    assert max_seconds - 3 < sum(caps) <= max_seconds
    assert min(caps) >= (2 if max_seconds >= 6 else 1)


def test_tags_are_short_and_plain(intent):
    assert all(len(job.tag) <= 64 and job.tag.replace("-", "").isalnum() for job in intent.jobs)


def test_other_files_are_refused(intent):
    for schema in (2, 0):
        with pytest.raises(
            ResultsFileError,
            match=rf"^here: schema should be 1. Got {schema}: read .* that wrote it\.$",
        ):
            from_json(json.dumps({"schema": schema}).encode(), "here")
    for data in (
        b"{",
        b"{}",
        b"[]",
        b'{"schema": 1, "jobs": []}',
        b'{"schema": true}',
        b"[" * 10**5,
    ):
        with pytest.raises(ResultsFileError, match=r"^here: .*Restore the file from a copy"):
            from_json(data, "here")
    with pytest.raises(TypeError, match=r"plain data and arrays. Got object"):
        to_json(replace(intent, payload={"x": object()}))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            {"tag": "../../../x"},
            r"jobs\[0\].tag should be qdenseam-, 32 hexadecimal.*Got '\.\./\.\./",
        ),
        ({"shots": 2}, "jobs should take 4 shots of each circuit"),
        ({"first": 1}, r"jobs\[0\] should be of circuits below 1. Got 1"),
        ({"shots": 3.0}, r"jobs\[0\].shots should be an integer. Got 3.0"),
        ({"color": 1}, r"jobs\[0\] should have no fields but tag, .*Got also 'color'"),
        ({"stream": {}}, r"jobs\[0\].stream: a stored generator should be one of"),
    ],
)
def test_what_a_job_may_be(intent, changes, said):
    content = json.loads(to_json(intent))
    content["jobs"][0] |= changes
    with pytest.raises(ResultsFileError, match=said):
        from_json(json.dumps(content).encode(), "here")


def test_every_job_has_a_tag_of_its_own(intent):
    content = json.loads(to_json(intent))
    content["jobs"][1]["tag"] = content["jobs"][0]["tag"]
    with pytest.raises(ResultsFileError, match="tags of their own"):
        from_json(json.dumps(content).encode(), "here")


def test_a_state_is_one_of_the_stages():
    assert set(get_args(get_type_hints(State)["state"])) == set(Stage)
