"""The threshold oracle marks exactly the states below, cleanly, without overflow."""

import numpy as np
import pytest
from qiskit import QuantumCircuit
from qiskit.quantum_info import Operator, Statevector

from circuits.grover.threshold import below_threshold_oracle, num_value_qubits
from circuits.synthesis.fourier import fourier, inverse_fourier


@pytest.mark.parametrize("largest", [1, 2, 3, 5])
def test_states_below_are_marked_at_every_threshold(largest: int, rng: np.random.Generator) -> None:
    values = rng.integers(-largest, largest + 1, size=8)
    values[:2] = -largest, largest  # the extremes
    size = num_value_qubits(largest)
    for threshold in range(-largest, largest + 2):
        circuit = QuantumCircuit(3 + size)
        circuit.h(range(3))
        oracle = below_threshold_oracle(values, threshold, largest=largest)
        state = Statevector(circuit.compose(oracle)).data
        signs = np.where(values < threshold, -1, 1) / np.sqrt(8)
        np.testing.assert_allclose(state[:8] / (state[0] / signs[0]), signs, atol=1e-10)
        np.testing.assert_allclose(state[8:], 0, atol=1e-10)


@pytest.mark.parametrize("size", [1, 2, 4])
def test_the_transform_has_the_stated_phases(size: int) -> None:
    circuit = QuantumCircuit(size)
    fourier(circuit, circuit.qubits)
    numbers = np.arange(2**size)
    # qubit j carries 2π n / 2^(j+1): basis state y gathers n Σ_j y_j / 2^(j+1)
    weights = (numbers[:, None] >> np.arange(size) & 1) @ 0.5 ** np.arange(1, size + 1)
    expected = np.exp(2j * np.pi * np.outer(weights, numbers)) / 2 ** (size / 2)
    np.testing.assert_allclose(Operator(circuit).data, expected, atol=1e-12)
    inverse_fourier(circuit, circuit.qubits)
    np.testing.assert_allclose(Operator(circuit).data, np.eye(2**size), atol=1e-12)


@pytest.mark.parametrize(
    ("values", "threshold", "message"),
    [
        ([0.5, 1], 0, "values should be integers from -2 to 2"),
        ([0, 3], 0, "values should be integers from -2 to 2"),
        ([0, 1], 4, "threshold should be an integer from -2 to 3. Got 4."),
        ([0, 1], 0.5, "threshold should be an integer from -2 to 3. Got 0.5."),
    ],
)
def test_bad_input_is_refused(values: list, threshold: int, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        below_threshold_oracle(values, threshold, largest=2)
