"""Unitaries as circuits: exact to rounding, in the number of CX that the literature gives."""

import numpy as np
import pytest
from qiskit.quantum_info import Operator, random_unitary
from scipy.linalg import block_diag, expm

from circuits.resources import count
from circuits.synthesis.unitaries import unitary_circuit


def error(unitary) -> float:
    return float(np.abs(Operator(unitary_circuit(unitary)).data - unitary).max())


def near_one(num_qubits, size, rng):
    noise = rng.normal(size=(2, 2**num_qubits, 2**num_qubits))
    matrix = noise[0] + 1j * noise[1]
    return expm(1j * size * (matrix + matrix.conj().T))


@pytest.mark.parametrize(
    ("num_qubits", "num_cx"), [(1, 0), (2, 3), (3, 19), (4, 95), (5, 423), (6, 1783)]
)
def test_random_unitaries_take_22_48ths_of_a_cx_per_entry(num_qubits, num_cx):
    unitary = random_unitary(2**num_qubits, seed=num_qubits).data
    assert error(unitary) < 1e-13
    assert count(unitary_circuit(unitary)).two_qubit_gates == num_cx


@pytest.mark.parametrize("num_qubits", [1, 2, 3, 4])
def test_nothing_small_is_dropped(num_qubits, rng):
    local = random_unitary(2, seed=1).data
    for other in range(1, num_qubits):
        local = np.kron(random_unitary(2, seed=1 + other).data, local)
    for size in (1e-2, 1e-4, 1e-5, 1e-6, 1e-8, 1e-10, 1e-14):
        small = near_one(num_qubits, size, rng)
        for unitary in (small, local @ small, small @ np.eye(2**num_qubits)[::-1]):
            assert error(unitary) < 1e-12, size


def test_what_has_structure_costs_less(rng):
    one, other = (random_unitary(4, seed=s).data for s in (1, 2))
    for unitary, most in (
        (np.eye(16), 0),
        (np.kron(np.eye(2), one), 3),
        (block_diag(one, other), 9),
        (np.kron(random_unitary(2, seed=3).data, random_unitary(2, seed=4).data), 0),
        (np.eye(4)[[0, 3, 2, 1]], 1),
        (np.exp(0.3j) * np.eye(8)[rng.permutation(8)], 19),
    ):
        assert error(unitary) < 1e-13
        assert count(unitary_circuit(unitary)).two_qubit_gates <= most
