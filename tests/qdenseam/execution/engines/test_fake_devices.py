"""Device models: noise of the active qubits only, equal to the whole device's."""

from dataclasses import replace

import numpy as np
import pytest
from qiskit import ClassicalRegister, QuantumCircuit, QuantumRegister
from qiskit.quantum_info import Statevector
from qiskit.transpiler import CouplingMap, Target
from qiskit_aer import AerSimulator
from qiskit_aer.noise import NoiseModel
from qiskit_aer.primitives import SamplerV2 as AerSampler

from qdenseam.errors import BackendError, CapacityError
from qdenseam.execution import engine
from qdenseam.execution.compiling.compilation import (
    WIDEST,
    is_calibrated,
    onto_backend,
    predicted_layout,
)
from qdenseam.execution.compiling.layout import best_layout
from qdenseam.execution.devices.error_budget import error_budget
from qdenseam.execution.devices.noise import (
    DeviceNoiseSampler,
    cheapest_method,
    noise_of_qubits,
    physical_qubits,
)
from qdenseam.execution.devices.parts import working_part
from qdenseam.execution.engines.fake_devices import fake_device
from qdenseam.execution.readout import named_bits
from qdenseam.testing import FALSE_ALARM, assert_binomial


def entangled(num_qubits: int, layers: int, *, delay: bool = False) -> QuantumCircuit:
    circuit = QuantumCircuit(
        QuantumRegister(num_qubits, "memory"), ClassicalRegister(num_qubits, "memory")
    )
    for layer in range(layers):
        for qubit in range(num_qubits):
            circuit.ry(0.3 + 0.2 * qubit + 0.1 * layer, qubit)
        for qubit in range(num_qubits - 1):
            circuit.cx(qubit, qubit + 1)
    if delay:
        circuit.delay(20_000, 0, unit="ns")
    circuit.measure(range(num_qubits), range(num_qubits))
    return circuit


def outcome_counts(bits: np.ndarray) -> np.ndarray:
    weights = 1 << np.arange(bits.shape[1])
    return np.bincount(bits @ weights, minlength=1 << bits.shape[1])


def assert_same_law(first: np.ndarray, second: np.ndarray) -> None:
    """Exact conditional test: given their sum, equal-law counts are binomial with p = 1/2."""
    assert first.sum() == second.sum()
    for a, b in zip(first.tolist(), second.tolist(), strict=True):
        assert_binomial(a, a + b, 0.5, false_alarm=FALSE_ALARM / len(first))


def compare_with_whole_device(name: str, circuit: QuantumCircuit, shots: int) -> None:
    chosen = engine(name)
    [narrow] = chosen.compile([circuit], seed=11)
    wide = QuantumCircuit(chosen.backend.num_qubits)
    wide.add_register(*narrow.cregs)
    wide.compose(narrow, qubits=physical_qubits(narrow), clbits=wide.clbits, inplace=True)
    assert narrow.num_qubits < wide.num_qubits
    [sample] = chosen.sample([narrow], shots, 1)
    sampler = AerSampler.from_backend(AerSimulator.from_backend(chosen.backend), seed=2)
    [result] = sampler.run([wide], shots=shots).result()
    assert_same_law(outcome_counts(sample["memory"]), outcome_counts(named_bits(result)["memory"]))


@pytest.mark.statistical
@pytest.mark.parametrize("delay", [False, True])
def test_noise_of_the_active_qubits_is_the_noise_of_the_device(delay):
    compare_with_whole_device("fake:manila", entangled(3, 8, delay=delay), 20_000)


@pytest.mark.slow
@pytest.mark.statistical
@pytest.mark.parametrize("name", ["fake:torino", "fake:fez"])
def test_noise_of_the_active_qubits_is_the_noise_of_a_large_device(name):
    compare_with_whole_device(name, entangled(4, 6), 20_000)


def test_the_part_model_holds_exactly_the_device_models_errors():
    device = engine("fake:manila").backend
    part = noise_of_qubits(device, (1, 2, 3)).to_dict()["errors"]
    whole = NoiseModel.from_backend(device).to_dict()["errors"]
    new = {1: 0, 2: 1, 3: 2}

    def key(error: dict, rename: dict[int, int]) -> tuple:
        [qubits] = error["gate_qubits"]
        places = tuple(rename[qubit] for qubit in qubits)
        return (error["type"], tuple(error["operations"]), places)

    kept = {
        key(error, new): error["probabilities"]
        for error in whole
        if set(error["gate_qubits"][0]) <= new.keys()
    }
    same = {index: index for index in range(3)}
    assert {key(error, same): error["probabilities"] for error in part}.keys() == kept.keys()
    for error in part:
        np.testing.assert_allclose(error["probabilities"], kept[key(error, same)], atol=1e-12)


def test_noise_is_built_once_per_choice_of_qubits():
    device = engine("fake:manila").backend
    assert noise_of_qubits(device, (0, 1)) is noise_of_qubits(device, (0, 1))


@pytest.mark.statistical
def test_readout_errors_are_the_reported_ones(rng):
    chosen = engine("fake:manila")
    circuit = QuantumCircuit(QuantumRegister(1), ClassicalRegister(1, "memory"))
    circuit.measure(0, 0)
    [compiled] = chosen.compile([circuit], seed=1)
    [qubit] = physical_qubits(compiled)
    [sample] = chosen.sample([compiled], 20_000, rng)
    error = chosen.target["measure"][qubit,].error
    assert error > 0.005
    assert_binomial(int(sample["memory"].sum()), 20_000, error)


@pytest.mark.statistical
def test_both_simulation_methods_have_one_law(monkeypatch):
    chosen = engine("fake:manila")
    circuits = chosen.compile([entangled(3, 4)], seed=1)
    counts = []
    for method in ("density_matrix", "statevector"):
        monkeypatch.setattr(
            "qdenseam.execution.devices.noise.cheapest_method",
            lambda *_, method=method, **__: method,
        )
        counts.append(outcome_counts(chosen.sample(circuits, 10_000, 3)[0]["memory"]))
    assert_same_law(*counts)


def test_the_density_matrix_is_chosen_where_it_is_cheaper():
    assert cheapest_method(entangled(8, 1), 4000) == "density_matrix"
    assert cheapest_method(entangled(10, 1), 4000) == "density_matrix"
    assert cheapest_method(entangled(15, 1), 4000) == "drawn"
    assert cheapest_method(entangled(12, 1), 4000) == "density_matrix"
    assert cheapest_method(entangled(12, 1), 4000, clean=0.9) == "drawn"
    assert cheapest_method(entangled(10, 1), 50) == "statevector"
    halfway = entangled(3, 1)
    halfway.x(0)
    assert cheapest_method(halfway, 4000) == "statevector"


def test_circuits_go_where_success_is_predicted():
    chosen = engine("fake:guadalupe")
    circuit = entangled(5, 2)
    few, many = (replace(chosen, num_layouts=tries) for tries in (1, 6))
    usual = onto_backend([circuit], working_part(chosen.backend), seed=5, num_layouts=3)[0]

    def success(compiled: QuantumCircuit, qubits: tuple[int, ...] | None = None) -> float:
        return error_budget(compiled, chosen.target, qubits).success

    first, best = (each.compile([circuit], seed=5)[0] for each in (few, many))
    predicted = success(best, physical_qubits(best))
    assert success(usual) < success(first, physical_qubits(first)) + 1e-9
    assert success(first, physical_qubits(first)) <= predicted + 1e-9
    assert many.compile([circuit], seed=5)[0] == best
    assert predicted == pytest.approx(
        best_layout(circuit, chosen.target, num_seeds=6, seed=5).budget.success
    )


def test_gates_that_work_one_way_are_turned():
    chosen = engine("fake:sherbrooke")
    circuit = QuantumCircuit(QuantumRegister(3), ClassicalRegister(3, "memory"))
    circuit.x(0)
    for control, target in ((0, 1), (1, 2), (2, 0), (1, 0)):
        circuit.cx(control, target)
    circuit.measure(range(3), range(3))
    [compiled] = chosen.compile([circuit], seed=1)
    pairs = {
        tuple(physical_qubits(compiled)[compiled.find_bit(q).index] for q in i.qubits)
        for i in compiled.data
        if i.operation.name == "ecr"
    }
    assert pairs
    assert pairs <= chosen.target["ecr"].keys()
    [sample] = chosen.sample([compiled], 400, 1)
    expected = Statevector(circuit.remove_final_measurements(inplace=False)).probabilities()
    found = outcome_counts(sample["memory"]) / 400
    assert found.argmax() == expected.argmax()
    assert found.max() > 0.7


def test_wide_circuits_are_compiled_for_few_gates():
    fez, wide = engine("fake:fez"), entangled(WIDEST + 1, 1)
    assert predicted_layout(wide, fez.target, num_seeds=1, seed=1) is None
    assert fez.compile([wide], seed=1)[0].num_qubits == WIDEST + 1


def test_calibrated_devices_report_errors_of_couplings():
    assert is_calibrated(fake_device("manila").target)
    assert not is_calibrated(None)
    assert not is_calibrated(AerSimulator().target)
    bare = Target.from_configuration(
        ["cx", "sx", "rz", "measure"], num_qubits=2, coupling_map=CouplingMap([(0, 1)])
    )
    assert not is_calibrated(bare)


def test_waits_may_become_delays():
    circuit = QuantumCircuit(3)
    circuit.h(0)
    circuit.cx(0, 1)
    circuit.cx(0, 2)
    circuit.measure_all()
    idling = replace(engine("fake:manila"), num_layouts=2, idling=True)
    [compiled] = idling.compile([circuit], seed=1)
    assert "delay" in compiled.count_ops()
    bits = idling.sample([compiled], 500, 1)[0]["meas"]
    assert (bits.all(axis=1) | ~bits.any(axis=1)).mean() > 0.8
    [plain] = replace(idling, idling=False).compile([circuit], seed=1)
    assert "delay" not in plain.count_ops()


def test_compiled_circuits_name_their_physical_qubits():
    chosen = engine("fake:manila")
    circuit = entangled(2, 1)
    circuit.metadata = {"probe": 4}
    [compiled] = chosen.compile([circuit], seed=1)
    assert compiled.num_qubits == 2
    assert compiled.metadata["probe"] == 4
    assert len(physical_qubits(compiled)) == 2
    assert set(compiled.count_ops()) <= {"rz", "sx", "x", "cx", "measure"}


def test_circuits_compiled_onto_different_qubits_share_a_run():
    chosen = engine("fake:manila")
    narrow, wide = entangled(1, 1), entangled(3, 1)
    compiled = chosen.compile([narrow, wide, narrow], seed=1)
    sizes = [sample["memory"].shape for sample in chosen.sample(compiled, 7, 1)]
    assert sizes == [(7, 1), (7, 3), (7, 1)]


def test_mid_circuit_measurement_on_a_device_model():
    chosen = engine("fake:fez")
    assert chosen.supports_mid_circuit
    circuit = QuantumCircuit(2)
    circuit.add_register(ClassicalRegister(1, "early"), ClassicalRegister(1, "late"))
    circuit.h(0)
    circuit.measure(0, 0)
    with circuit.if_test((circuit.cregs[0], 1)):
        circuit.x(1)
    circuit.measure(1, 1)
    [sample] = chosen.sample(chosen.compile([circuit], seed=1), 400, 1)
    assert (sample["early"] == sample["late"]).mean() > 0.8
    assert 0.2 < sample["early"].mean() < 0.8


def test_refusals():
    chosen = engine("fake:manila")
    assert chosen.max_qubits == 5
    with pytest.raises(CapacityError, match=r"'fake:manila' should have at most 5 qubits, .*Got 6"):
        chosen.compile([entangled(6, 1)], seed=1)
    with pytest.raises(BackendError, match=r"name 3 physical qubits .*Got 0 .*compile it with"):
        chosen.sample([entangled(3, 1)], 10, 1)
    with pytest.raises(ValueError, match=r"num_layouts should be in"):
        replace(chosen, num_layouts=0)


def test_the_sampler_goes_on_and_its_job_is_finished():
    chosen = engine("fake:manila")
    [circuit] = chosen.compile([entangled(3, 2)], seed=1)
    sampler = DeviceNoiseSampler(chosen.backend, seed=4)
    jobs = [sampler.run([circuit], shots=100) for _ in range(2)]
    assert all(job.done() and job.in_final_state() for job in jobs)
    assert not any(job.running() or job.cancelled() or job.cancel() for job in jobs)
    assert jobs[0].status().name == "DONE"
    first, second = (named_bits(job.result()[0])["memory"] for job in jobs)
    assert not np.array_equal(first, second)
