import pytest
from method_examples import SPREAD, example_id
from qiskit import QuantumCircuit, generate_preset_pass_manager
from qiskit.circuit.library import QFTGate
from qiskit_aer import AerSimulator

from classical_ref import random_patterns
from qdenseam import AmplitudeMemory, EnergyMemory
from qdenseam.execution.compiling.unrolling import SMALL_GATES, into_small_gates, unrolling
from qdenseam.execution.readings import measured


def with_control() -> QuantumCircuit:
    circuit = QuantumCircuit(4, 4)
    circuit.append(QFTGate(4), range(4))
    circuit.measure(0, 0)
    with circuit.if_test((circuit.clbits[0], 1)):
        circuit.mcx([1, 2], 3)
    circuit.delay(10, 1, unit="ns")
    circuit.measure(range(4), range(4))
    return circuit


def check_equal_to_qiskit(circuit: QuantumCircuit, method: str) -> None:
    simulator = AerSimulator(method=method, n_qubits=circuit.num_qubits)
    theirs = generate_preset_pass_manager(1, backend=simulator, seed_transpiler=5).run(circuit)
    assert unrolling(simulator.target).run(circuit) == theirs


@pytest.mark.parametrize("method", SPREAD, ids=example_id)
def test_circuits_come_out_as_from_qiskit(method) -> None:
    patterns = random_patterns(4, 6, rng=3)
    kind = AmplitudeMemory if method.memory_type is AmplitudeMemory else EnergyMemory
    circuit = measured(method.circuit(kind(patterns), patterns[0]))
    check_equal_to_qiskit(circuit, "statevector")
    check_equal_to_qiskit(circuit, "matrix_product_state")
    theirs = generate_preset_pass_manager(1, basis_gates=list(SMALL_GATES), seed_transpiler=5)
    assert into_small_gates([circuit]) == [theirs.run(circuit)]


def test_control_flow_and_delays_come_out_as_from_qiskit() -> None:
    check_equal_to_qiskit(with_control(), "statevector")
