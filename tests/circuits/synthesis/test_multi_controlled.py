"""Multi-controlled gates equal their definition on every input and give the ancilla back."""

import numpy as np
import pytest
from qiskit import QuantumCircuit
from qiskit.circuit.library import MCPhaseGate, RYGate, RZGate
from qiskit.quantum_info import Operator

from circuits.resources import count
from circuits.synthesis import multi_controlled


def on_clean_ancilla(circuit: QuantumCircuit) -> np.ndarray:
    """The matrix of a circuit whose last qubit starts clean; asserts that it ends clean."""
    half = 2 ** (circuit.num_qubits - 1)
    matrix = Operator(circuit).data
    np.testing.assert_allclose(matrix[half:, :half], 0, atol=1e-12)
    return matrix[:half, :half]


@pytest.mark.parametrize("num_qubits", range(2, 9))
@pytest.mark.parametrize("angle", [np.pi, 0.7])
def test_phase_equals_definition_and_count(num_qubits: int, angle: float) -> None:
    circuit = QuantumCircuit(num_qubits + 1)
    qubits = circuit.qubits
    multi_controlled.append_phase(circuit, angle, qubits[:-1], qubits[-1])
    expected = Operator(MCPhaseGate(angle, num_qubits - 1)).data
    np.testing.assert_allclose(on_clean_ancilla(circuit), expected, atol=1e-12)
    assert count(circuit).two_qubit_gates == 6 * (num_qubits - 2) + 2


@pytest.mark.parametrize("num_controls", range(1, 8))
def test_ry_and_rz_equal_definition_and_count(num_controls: int) -> None:
    for append, gate in [
        (
            lambda *args: multi_controlled.append_rotation(args[0], "y", 0.7, *args[1:]),
            RYGate(0.7).control(num_controls, annotated=False),
        ),
        (
            lambda *args: multi_controlled.append_rotation(args[0], "z", 0.7, *args[1:]),
            RZGate(0.7).control(num_controls, annotated=False),
        ),
    ]:
        circuit = QuantumCircuit(num_controls + 2)
        qubits = circuit.qubits
        append(circuit, qubits[:num_controls], qubits[num_controls], qubits[-1])
        np.testing.assert_allclose(on_clean_ancilla(circuit), Operator(gate).data, atol=1e-12)
        cost = 2 if num_controls == 1 else 6 * (num_controls - 2) + 4
        assert count(circuit).two_qubit_gates == cost


def test_single_qubit_phase() -> None:
    circuit = QuantumCircuit(1)
    multi_controlled.append_phase(circuit, 0.3, circuit.qubits)
    np.testing.assert_allclose(Operator(circuit).data, np.diag([1, np.exp(0.3j)]), atol=1e-15)


def test_missing_ancilla_and_empty_conjunction_are_refused() -> None:
    circuit = QuantumCircuit(4)
    with pytest.raises(ValueError, match="needs one clean ancilla"):
        multi_controlled.append_phase(circuit, 1.0, circuit.qubits)
    with pytest.raises(ValueError, match="at least two qubits"):
        multi_controlled.append_phase(circuit, 1.0, [])
