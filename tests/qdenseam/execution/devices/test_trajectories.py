"""Trajectories of errors drawn first: the channels exactly, the law against a density matrix."""

import numpy as np
import pytest
from qiskit import ClassicalRegister, QuantumCircuit, QuantumRegister
from qiskit.quantum_info import Kraus, SuperOp
from qiskit_aer import AerSimulator
from qiskit_aer.noise import ReadoutError, amplitude_damping_error, thermal_relaxation_error

from circuits.loading import Affine
from qdenseam import AmplitudeMemory
from qdenseam.errors import CapacityError
from qdenseam.execution import engine
from qdenseam.execution.devices.error_mixtures import Mixture
from qdenseam.execution.devices.noise import drawn_noise, noise_of_qubits, physical_qubits
from qdenseam.execution.devices.trajectories import can_be_drawn, form_of, sample
from qdenseam.execution.readings import measured
from qdenseam.methods import IndexSearch, Iterations
from qdenseam.testing import assert_counts_follow

FORMS = ("statevector", "matrix_product_state")


def channel(mixture: Mixture, num_qubits: int) -> np.ndarray:
    total = mixture.clean * np.eye(4**num_qubits, dtype=complex)
    for probability, error in zip(mixture.probabilities, mixture.errors, strict=True):
        circuit = QuantumCircuit(num_qubits)
        for operation, places in error:
            circuit.append(operation, places)
        total += (1 - mixture.clean) * probability * SuperOp(circuit).data
    return total


def assert_is(mixture: Mixture, error) -> None:
    np.testing.assert_allclose(
        channel(mixture, error.num_qubits), SuperOp(error).data, atol=1e-12, rtol=0
    )


@pytest.mark.parametrize(
    "name", ["boston", "fractional", pytest.param("fez", marks=pytest.mark.slow)]
)
def test_mixtures_are_the_devices_channels(name):
    device = engine(f"fake:{name}").backend
    places = tuple(range(4))
    mixtures = drawn_noise(device, places).mixtures
    model = noise_of_qubits(device, places)
    errors = model._local_quantum_errors
    assert {(gate, on) for gate, each in errors.items() for on in each} == mixtures.keys()
    for (gate, on), mixture in mixtures.items():
        assert_is(mixture, errors[gate][on])


def test_channels_with_and_without_a_part_that_does_nothing():
    def mixture(error) -> Mixture:
        row = error.to_dict()
        return Mixture.of(row["probabilities"], row["instructions"])

    damping = amplitude_damping_error(0.3)
    assert mixture(damping).clean == 0
    assert_is(mixture(damping), damping)
    both = thermal_relaxation_error(1.0, 1.5, 0.01)
    assert 0.98 < mixture(both).clean < 1
    assert_is(mixture(both), both)
    nothing = Mixture.of([1.0], [[{"name": "kraus", "qubits": [0], "params": [np.eye(2)]}]])
    assert nothing.clean == 1
    assert nothing.errors == ()
    turned = Mixture.of(
        [1.0], [[{"name": "kraus", "qubits": [0], "params": [np.diag([1, np.exp(0.1j)])]}]]
    )
    assert turned.clean == 0
    assert_is(turned, Kraus([np.diag([1, np.exp(0.1j)])]))


def search(num_neurons: int, device: str, *, delay: bool = False) -> QuantumCircuit:
    """Return an index search in four words, compiled for a device."""
    bits = np.arange(4)[:, None] >> (np.arange(num_neurons) % 2) & 1
    memory = AmplitudeMemory(1 - 2 * bits, encoder=Affine())
    probe = memory.patterns[1].copy()
    probe[2:] = 0
    circuit = measured(IndexSearch(schedule=Iterations(1)).circuit(memory, probe))
    [compiled] = engine(device).compile([circuit], seed=1)
    if delay:
        waiting = compiled.copy_empty_like()
        for qubit in range(0, compiled.num_qubits, 2):
            waiting.sx(qubit)
            waiting.delay(20 + qubit, qubit, unit="us")
            waiting.sx(qubit)
        return waiting.compose(compiled)
    return compiled


def law(circuit: QuantumCircuit, device) -> np.ndarray:
    """Return the exact distribution of the memory's bits, by a density matrix."""
    model = noise_of_qubits(device, physical_qubits(circuit))
    read = {
        circuit.find_bit(each.clbits[0]).index: circuit.find_bit(each.qubits[0]).index
        for each in circuit.data
        if each.name == "measure"
    }
    qubits = [read[bit] for bit in sorted(read)]
    bare = circuit.remove_final_measurements(inplace=False)
    bare.save_probabilities(qubits)
    simulator = AerSimulator(method="density_matrix", noise_model=model)
    found = simulator.run(bare).result().data(0)["probabilities"]
    found = found.reshape((2,) * len(qubits))
    for place, qubit in enumerate(qubits):
        axis = len(qubits) - 1 - place
        flips = ReadoutError(model._local_readout_errors[qubit,].probabilities).probabilities
        found = np.moveaxis(np.tensordot(found, flips, axes=(axis, 0)), -1, axis)
    return found.ravel() / found.sum()


@pytest.mark.statistical
@pytest.mark.parametrize(
    ("device", "delay"),
    [("fake:fez", False), pytest.param("fake:boston", True, marks=pytest.mark.slow)],
)
def test_both_forms_have_the_law_of_the_density_matrix(device, delay, rng):
    """11 qubits; outcomes rarer than 1 in 200 count as one. False alarms: 1e-9 per form."""
    chosen = engine(device).backend
    circuit = search(11, device, delay=delay)
    assert circuit.num_qubits == 11
    exact = law(circuit, chosen)
    noise = drawn_noise(chosen, physical_qubits(circuit))
    likely = np.flatnonzero(exact > 0.005)
    shots = 500
    for form in FORMS:
        bits = sample(circuit, shots, noise, form, rng)["memory_bits"]
        assert bits.shape == (shots, 11)
        found = np.bincount(bits @ (1 << np.arange(11)), minlength=2**11)[likely]
        assert_counts_follow(
            [*found, shots - found.sum()], [*exact[likely], 1 - exact[likely].sum()]
        )


def test_without_noise_both_forms_hold_one_state():
    circuit = search(12, "fake:fez").remove_final_measurements(inplace=False)
    states = []
    for form in FORMS:
        asked = circuit.copy()
        asked.save_statevector()
        result = AerSimulator(method=form).run(asked).result()
        states.append(np.abs(np.asarray(result.get_statevector())) ** 2)
    np.testing.assert_allclose(*states, atol=1e-12)


def test_shots_without_errors_share_one_run_and_the_seed_repeats_all():
    device = engine("fake:fez").backend
    circuit = search(11, "fake:fez")
    noise = drawn_noise(device, physical_qubits(circuit))
    clean, struck = noise.draw(circuit, 300, np.random.default_rng(3))
    rest = list(struck)
    assert clean + len(rest) == 300
    spread = (300 * noise.clean_fraction(circuit) * (1 - noise.clean_fraction(circuit))) ** 0.5
    assert abs(clean - 300 * noise.clean_fraction(circuit)) < 7 * spread
    assert all(len(each.data) > len(circuit.data) for each in rest)
    first, second = (
        sample(circuit, 30, noise, "statevector", np.random.default_rng(3)) for _ in "ab"
    )
    assert (first["memory_bits"] == second["memory_bits"]).all()


def brickwork(num_qubits: int, num_layers: int) -> QuantumCircuit:
    memory = QuantumRegister(num_qubits, "memory")
    circuit = QuantumCircuit(memory, ClassicalRegister(num_qubits, "memory_bits"))
    angles = np.random.default_rng(1).random((num_layers, num_qubits))
    for layer in range(num_layers):
        for qubit in range(num_qubits):
            circuit.sx(qubit)
            circuit.rz(6 * angles[layer, qubit], qubit)
        for qubit in range(layer % 2, num_qubits - 1, 2):
            circuit.cz(qubit, qubit + 1)
    circuit.measure(memory, circuit.clbits)
    return circuit


def test_matrix_products_where_there_is_little_entanglement():
    assert form_of(search(12, "fake:fez")) == "matrix_product_state"
    assert form_of(brickwork(13, 2)) == "matrix_product_state"
    assert form_of(brickwork(13, 14)) == "statevector"
    assert form_of(brickwork(5, 1)) == "statevector"


def test_circuits_with_classical_control_or_free_angles_are_not_drawn():
    circuit = QuantumCircuit(2, 1)
    circuit.delay(10, 0)
    assert can_be_drawn(circuit)
    circuit.measure(0, 0)
    with circuit.if_test((circuit.clbits[0], 1)):
        circuit.x(1)
    assert not can_be_drawn(circuit)


def test_widths_beyond_a_state_vector(monkeypatch):
    """Matrix products hold a chain of 40 qubits; a scrambled state has to fit as a vector."""
    chosen = engine("fake:fez")
    chain = QuantumCircuit(QuantumRegister(40), ClassicalRegister(40, "memory_bits"))
    chain.h(0)
    for qubit in range(39):
        chain.cx(qubit, qubit + 1)
    chain.measure(range(40), range(40))
    [compiled] = chosen.compile([chain], seed=1)
    ones = chosen.sample([compiled], 60, 1)[0]["memory_bits"].sum(axis=1)
    assert ((ones < 8) | (ones > 32)).mean() > 0.5
    monkeypatch.setattr("qdenseam.effort.available_memory", lambda: 2**16)
    with pytest.raises(CapacityError, match=r"at most 11 qubits.* Got 13"):
        chosen.check_capacity(brickwork(13, 14))
    chosen.check_capacity(brickwork(13, 2))
