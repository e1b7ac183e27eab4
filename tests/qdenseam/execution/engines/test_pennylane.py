"""PennyLane devices as engines, the translation of gates, and recall circuits as QNodes."""

from dataclasses import replace

import numpy as np
import pytest
from method_examples import SPREAD, TRAINED_QAOA, example_id
from qiskit import ClassicalRegister, QuantumCircuit
from qiskit.circuit import Gate, Parameter
from qiskit.circuit.classical import expr
from qiskit.circuit.library import (
    MCPhaseGate,
    MCXGate,
    UGate,
    UnitaryGate,
    get_standard_gate_name_mapping,
)
from qiskit.quantum_info import Operator, random_unitary

from circuits.bit_order import bits_to_integer
from circuits.energy.ansatz import warm_start_angles
from classical_ref.discrete.dense import DenseMemory
from classical_ref.patterns import random_patterns
from classical_ref.separation import LogSumExp
from classical_ref.spins import spins_to_bits
from qdenseam.errors import BackendError, CapacityError
from qdenseam.execution import engine
from qdenseam.execution.engines.pennylane_gates import PENNYLANE_GATES, queue_circuit
from qdenseam.execution.engines.pennylane_nodes import to_qnode
from qdenseam.execution.engines.wide_gates import into_wide_gates
from qdenseam.memories.amplitude import AmplitudeMemory
from qdenseam.memories.energy import EnergyMemory
from qdenseam.methods import QAOA, MinimumSearch, ProbabilisticRecall, ProductFilter
from qdenseam.retrieval.verb import recall
from qdenseam.simulation.diagonal import qaoa_expectation_and_gradient
from qdenseam.testing import assert_counts_follow

PATTERNS = random_patterns(3, 4, rng=0)
DEVICES = ["lightning.qubit", "default.qubit"]


def matrix(circuit, values=None):
    import pennylane as qml

    wires = range(circuit.num_qubits)[::-1]
    return qml.matrix(queue_circuit, wire_order=list(wires))(circuit, values)


def gate(name, rng):
    if name == "mcx":
        return MCXGate(4)
    if name == "mcphase":
        return MCPhaseGate(rng.uniform(-6, 6), 3)
    if name == "unitary":
        return UnitaryGate(random_unitary(4, seed=1))
    known = get_standard_gate_name_mapping()[name]
    return type(known)(*rng.uniform(-6, 6, len(known.params)))


def test_every_gate_has_the_same_unitary_and_phase(rng):
    for name in PENNYLANE_GATES:
        chosen = gate(name, rng)
        circuit = QuantumCircuit(5, global_phase=0.3)
        circuit.append(chosen, rng.permutation(5)[: chosen.num_qubits].tolist())
        difference = np.abs(matrix(circuit) - Operator(circuit).data).max()
        assert difference < 1e-10, (name, difference)


def test_open_controls_keep_the_phase_of_the_controlled_gate():
    circuit = QuantumCircuit(4)
    circuit.append(MCXGate(3, ctrl_state=5), [3, 0, 1, 2])
    circuit.append(UGate(0.1, 0.2, 0.3).control(1, ctrl_state=0, annotated=False), [2, 1])
    circuit.cu(0.4, 0.5, 0.6, 0.7, 0, 3, ctrl_state=0)
    assert np.abs(matrix(circuit) - Operator(circuit).data).max() < 1e-10


def test_random_circuits_over_all_gates_have_the_same_unitary(rng):
    for _ in range(3):
        circuit = QuantumCircuit(5)
        for name in rng.choice(PENNYLANE_GATES, 40):
            chosen = gate(name, rng)
            circuit.append(chosen, rng.permutation(5)[: chosen.num_qubits].tolist())
        [compiled] = into_wide_gates([circuit], seed=1)
        exact = Operator(circuit).data
        assert np.abs(matrix(circuit) - exact).max() < 1e-10
        assert np.abs(matrix(compiled) - exact).max() < 1e-10


def test_angles_are_linear_in_parameters():
    a, b = Parameter("a"), Parameter("b")
    circuit = QuantumCircuit(2, global_phase=-0.5 * a)
    circuit.rx(2 * a - 3 * b + 0.1, 0)
    circuit.rzz(b, 0, 1)
    bound = Operator(circuit.assign_parameters({a: 0.7, b: 0.2})).data
    assert np.abs(matrix(circuit, {a: 0.7, b: 0.2}) - bound).max() < 1e-12
    with pytest.raises(BackendError, match=r"should have a value. Got none for 'b'"):
        matrix(circuit, {a: 0.7})
    circuit.rz(a * b, 0)
    with pytest.raises(BackendError, match=r"linear in their parameters"):
        matrix(circuit, {a: 0.7, b: 0.2})


def test_what_has_no_counterpart_is_refused():
    circuit = QuantumCircuit(2)
    circuit.append(Gate("mystery", 2, []), [0, 1])
    with pytest.raises(BackendError, match=r"A gate for PennyLane should be one of .*'mystery'"):
        queue_circuit(circuit)
    for body in ("measure", "expression"):
        circuit = QuantumCircuit(2)
        circuit.add_register(bits := ClassicalRegister(2, "bits"))
        condition = expr.less(bits, 2) if body == "expression" else (bits, 1)
        with circuit.if_test(condition):
            circuit.x(0)
            if body == "measure":
                circuit.measure(0, 0)
        with pytest.raises(BackendError, match=r"compare one bit|hold gates only"):
            queue_circuit(circuit)


@pytest.mark.parametrize("device", DEVICES)
def test_every_basis_state_is_read_in_order(device):
    chosen = engine(f"pennylane:{device}")
    circuits = []
    for state in range(16):
        circuit = QuantumCircuit(4)
        for qubit in range(4):
            if state >> qubit & 1:
                circuit.x(qubit)
        # bits are wired crosswise: a 2-bit and a 3-bit register, one bit never written
        circuit.add_register(ClassicalRegister(2, "a"), ClassicalRegister(3, "b"))
        circuit.measure([3, 0, 1, 2], [0, 1, 4, 2])
        circuits.append(circuit)
    samples = chosen.sample(chosen.compile(circuits, seed=1), 2, 1)
    for state, sample in enumerate(samples):
        bits = [bool(state >> i & 1) for i in range(4)]
        assert sample["a"].tolist() == [[bits[3], bits[0]]] * 2
        assert sample["b"].tolist() == [[bits[2], False, bits[1]]] * 2


@pytest.mark.parametrize("device", DEVICES)
def test_recall_on_a_device_is_seeded_and_follows_the_law(device):
    memory = AmplitudeMemory(PATTERNS)
    for method in (ProductFilter(0.25), ProductFilter(0.25, reuse_flag=True)):
        run = {"method": method, "sampler": f"pennylane:{device}", "shots": 500}
        result = recall(memory, PATTERNS[0], rng=3, **run)
        again = recall(memory, PATTERNS[0], rng=3, **run)
        law = method.law(memory, PATTERNS[0])
        counts = [*result.counts, result.spurious, 500 - result.accepted]
        assert_counts_follow(counts, [*law.joint, law.spurious, law.rejected])
        assert np.array_equal(result.counts, again.counts)


@pytest.mark.parametrize("device", DEVICES)
def test_conditions_over_registers(device):
    circuit = QuantumCircuit(3)
    pair, out = ClassicalRegister(2, "pair"), ClassicalRegister(1, "out")
    circuit.add_register(pair, out)
    circuit.h([0, 1])
    circuit.measure([0, 1], pair)
    with circuit.if_test((pair, 2)) as otherwise:
        circuit.x(2)
    with otherwise:
        circuit.id(2)
    circuit.measure(2, out[0])
    chosen = engine(f"pennylane:{device}")
    [sample] = chosen.sample(chosen.compile([circuit], seed=1), 100, 1)
    seen = sample["pair"] @ [1, 2]
    assert np.array_equal(seen == 2, sample["out"][:, 0])
    assert set(seen) == {0, 1, 2, 3}


def test_devices_that_cannot_serve_are_refused():
    with pytest.raises(ValueError, match=r"Got 'lightning.quit'. Did you mean 'lightning.qubit'"):
        engine("pennylane:lightning.quit")
    import pennylane as qml

    if "lightning.gpu" not in qml.plugin_devices:
        with pytest.raises(BackendError, match=r"pip install pennylane-lightning-gpu"):
            engine("pennylane:lightning.gpu")
    mixed = engine("pennylane:default.mixed")
    assert not mixed.supports_mid_circuit
    assert mixed.max_qubits < engine("pennylane:default.qubit").max_qubits
    middle = QuantumCircuit(1)
    middle.add_register(bits := ClassicalRegister(2, "bits"))
    middle.measure(0, bits[0])
    middle.x(0)
    middle.measure(0, bits[1])
    with pytest.raises(BackendError, match=r"only circuits that measure at the end"):
        mixed.sample([middle], 1)
    with pytest.raises(CapacityError, match=r"at most .* qubits"):
        engine("pennylane:default.qubit").compile([QuantumCircuit(60)], seed=1)


def memory_of(method):
    if method.memory_type is EnergyMemory:
        return EnergyMemory(DenseMemory(PATTERNS, separation=LogSumExp()))
    return AmplitudeMemory(PATTERNS)


REUSED = [ProbabilisticRecall(2, reuse_control=True), ProductFilter(0.25, reuse_flag=True)]


@pytest.mark.parametrize("method", [*SPREAD, *REUSED], ids=example_id)
def test_methods_of_every_kind_are_qnodes_that_follow_their_laws(method):
    memory = memory_of(method)
    accepted = np.asarray(to_qnode(memory, PATTERNS[0], method)())[: 2**4]
    states = bits_to_integer(spins_to_bits(memory.patterns))
    kept = accepted[states] * method.acceptance_of(memory, PATTERNS[0], memory.patterns)
    np.testing.assert_allclose(kept, method.law(memory, PATTERNS[0]).joint, atol=1e-10)


def test_a_qnode_of_a_method_with_angles_is_differentiable():
    import pennylane as qml
    from pennylane import numpy as tensors

    memory, probe = memory_of(TRAINED_QAOA), PATTERNS[0]
    diagonal = memory.diagonal(probe)

    def energy(wires):
        return qml.expval(qml.Hermitian(np.diag(diagonal), wires=wires["memory"][::-1]))

    node = to_qnode(memory, probe, TRAINED_QAOA, measurement=energy, diff_method="adjoint")
    gammas, betas = (0.3, -0.2), (0.5, 0.1)
    point = [tensors.array(angles, requires_grad=True) for angles in (gammas, betas)]
    start = warm_start_angles(probe, TRAINED_QAOA.warm_start)
    value, *by_angles = qaoa_expectation_and_gradient(diagonal, start, gammas=gammas, betas=betas)
    assert node(*point) == pytest.approx(value)
    np.testing.assert_allclose(qml.grad(node)(*point), by_angles, atol=1e-10)
    own = replace(TRAINED_QAOA, gammas=gammas, betas=betas)
    assert to_qnode(memory, probe, own, measurement=energy)() == pytest.approx(value)
    with pytest.raises(ValueError, match=r"called with gammas, betas. Got 1 argument"):
        node(gammas)


def test_a_qnode_takes_the_users_device_and_measurement():
    import pennylane as qml

    memory = AmplitudeMemory(PATTERNS)
    seen = []

    def spin(wires):
        seen.append(wires)
        return qml.expval(qml.Z(wires["memory"][2]))

    device = qml.device("default.qubit", wires=6)
    node = to_qnode(memory, PATTERNS[0], ProbabilisticRecall(2), device, measurement=spin)
    assert float(node()) == pytest.approx(PATTERNS[:, 2].mean())
    assert seen[0]["memory"] == [0, 1, 2, 3]
    assert seen[0]["flag"] == [4, 5]
    untrained = QAOA(num_layers=1)
    with pytest.raises(ValueError, match=r"no angles yet"):
        to_qnode(memory_of(untrained), PATTERNS[0], untrained)


def test_adaptive_methods_are_no_nodes():
    for method in (MinimumSearch(), "minimum-search", "auto"):
        with pytest.raises(TypeError, match=r"should have one circuit, known beforehand. Got"):
            to_qnode(AmplitudeMemory(PATTERNS), PATTERNS[0], method)


def test_the_method_of_a_node_may_be_spelled():
    memory = AmplitudeMemory(PATTERNS)
    spelled = to_qnode(memory, PATTERNS[0], "probabilistic(num_controls=1)")()
    np.testing.assert_allclose(
        spelled, to_qnode(memory, PATTERNS[0], ProbabilisticRecall(1))(), atol=1e-12
    )


def test_a_device_that_computes_nothing_is_refused():
    with pytest.raises(ValueError, match=r"Got 'null.qubit', whose every shot is 0"):
        engine("pennylane:null.qubit")
