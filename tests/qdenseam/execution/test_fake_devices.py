"""Device models: noise of the active qubits only, equal to the whole device's."""

from dataclasses import replace

import numpy as np
import pytest
from distribution_checks import FALSE_ALARM, assert_binomial
from qiskit import ClassicalRegister, QuantumCircuit, QuantumRegister
from qiskit_aer import AerSimulator
from qiskit_aer.noise import NoiseModel
from qiskit_aer.primitives import SamplerV2 as AerSampler

from qdenseam.errors import CapacityError
from qdenseam.execution import engine, two_qubit_gates
from qdenseam.execution.device_noise import (
    DeviceNoiseSampler,
    cheapest_method,
    noise_of_qubits,
    physical_qubits,
)
from qdenseam.execution.readout import register_bits


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
    wide = QuantumCircuit(chosen.device.num_qubits)
    wide.add_register(*narrow.cregs)
    wide.compose(narrow, qubits=physical_qubits(narrow), clbits=wide.clbits, inplace=True)
    assert narrow.num_qubits < wide.num_qubits
    [sample] = chosen.sample([narrow], shots, 1)
    sampler = AerSampler.from_backend(AerSimulator.from_backend(chosen.device), seed=2)
    [result] = sampler.run([wide], shots=shots).result()
    assert_same_law(
        outcome_counts(sample["memory"]), outcome_counts(register_bits(result, wide)["memory"])
    )


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
    device = engine("fake:manila").device
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
    device = engine("fake:manila").device
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
            "qdenseam.execution.device_noise.cheapest_method", lambda *_, method=method: method
        )
        counts.append(outcome_counts(chosen.sample(circuits, 10_000, 3)[0]["memory"]))
    assert_same_law(*counts)


def test_the_density_matrix_is_chosen_where_it_is_cheaper():
    assert cheapest_method(entangled(8, 1), 4000) == "density_matrix"
    assert cheapest_method(entangled(10, 1), 4000) == "density_matrix"
    assert cheapest_method(entangled(15, 1), 4000) == "statevector"
    assert cheapest_method(entangled(10, 1), 50) == "statevector"
    halfway = entangled(3, 1)
    halfway.x(0)
    assert cheapest_method(halfway, 4000) == "statevector"


def test_layouts_are_searched_by_two_qubit_gates():
    chosen = engine("fake:manila")
    circuit = QuantumCircuit(5, 5)
    for first, second in [(0, 4), (1, 3), (2, 0), (4, 1), (3, 0), (2, 4)]:
        circuit.cx(first, second)
        circuit.ry(0.3, first)
    circuit.measure(range(5), range(5))
    one, many = (
        two_qubit_gates(replace(chosen, num_layouts=tries).compile([circuit], seed=5)[0])
        for tries in (1, 8)
    )
    assert many <= one
    again = two_qubit_gates(replace(chosen, num_layouts=8).compile([circuit], seed=5)[0])
    assert again == many


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
    with pytest.raises(ValueError, match=r"name 3 physical qubits .*Got 0 .*compile it with"):
        chosen.sample([entangled(3, 1)], 10, 1)
    with pytest.raises(ValueError, match=r"num_layouts should be at least 1. Got 0"):
        replace(chosen, num_layouts=0)


def test_the_sampler_goes_on_and_its_job_is_finished():
    chosen = engine("fake:manila")
    [circuit] = chosen.compile([entangled(3, 2)], seed=1)
    sampler = DeviceNoiseSampler(chosen.device, seed=4)
    jobs = [sampler.run([circuit], shots=100) for _ in range(2)]
    assert all(job.done() and job.in_final_state() for job in jobs)
    assert not any(job.running() or job.cancelled() or job.cancel() for job in jobs)
    assert jobs[0].status().name == "DONE"
    first, second = (register_bits(job.result()[0], circuit)["memory"] for job in jobs)
    assert not np.array_equal(first, second)
