"""Diagonals, Pauli strings and phase circuits are one and the same energy."""

import numpy as np
import pytest
from qiskit.quantum_info import Operator, Statevector

from circuits.bit_order import all_bits
from circuits.energy.ansatz import qaoa, warm_start_angles
from circuits.energy.hamiltonians import (
    pauli_operator,
    phase_circuit,
    walsh_coefficients,
)
from circuits.energy.phases import StringPhase
from circuits.resources import count


def strings(masks, weights, num_qubits: int) -> StringPhase:
    return StringPhase(
        masks=np.array(masks), weights=np.array(weights, dtype=float), num_qubits=num_qubits
    )


def parities(num_qubits: int) -> np.ndarray:
    """(-1)^{|x ∧ S|} for all states x and strings S, shape ``(2**D, 2**D)``."""
    bits = all_bits(num_qubits).astype(int)
    return 1 - 2 * (bits @ bits.T % 2)


@pytest.mark.parametrize("num_qubits", range(1, 7))
def test_pauli_operator_has_the_diagonal(num_qubits: int, rng: np.random.Generator) -> None:
    diagonal = rng.normal(size=2**num_qubits)
    matrix = pauli_operator(diagonal).to_matrix()
    np.testing.assert_allclose(matrix, np.diag(diagonal), atol=1e-12)


def test_a_field_is_single_z_strings() -> None:
    spins = 1 - 2 * all_bits(3).astype(float)
    coefficients = walsh_coefficients(spins @ [0.5, -1.0, 2.0])
    np.testing.assert_allclose(coefficients, [0, 0.5, -1, 0, 2, 0, 0, 0], atol=1e-15)


def test_dropped_strings_bound_the_error(rng: np.random.Generator) -> None:
    diagonal = rng.normal(size=32)
    coefficients = np.abs(walsh_coefficients(diagonal))
    operator = pauli_operator(diagonal, tolerance=0.3)
    dropped = coefficients[coefficients <= 0.3 * coefficients.max()].sum()
    assert 0 < np.abs(np.diag(operator.to_matrix()) - diagonal).max() <= dropped + 1e-12


@pytest.mark.parametrize("num_qubits", range(1, 7))
def test_phase_circuit_is_the_exponential(num_qubits: int, rng: np.random.Generator) -> None:
    for size in {1, 2**num_qubits // 2, 2**num_qubits}:
        masks = rng.choice(2**num_qubits, size=size, replace=False)
        weights = rng.normal(size=size)
        circuit = phase_circuit(masks, weights, num_qubits, angle=0.7)
        expected = np.exp(-0.7j * parities(num_qubits)[:, masks] @ weights)
        np.testing.assert_allclose(Operator(circuit).data, np.diag(expected), atol=1e-12)


def test_all_strings_cost_2_to_the_d_minus_2_cx_and_pairs_two_each() -> None:
    every = np.arange(1, 64)
    assert count(phase_circuit(every, np.ones(63), 6, angle=1.0)).two_qubit_gates == 62
    pairs = [(1 << i) | (1 << j) for i in range(6) for j in range(i)]
    circuit = phase_circuit(pairs, np.ones(len(pairs)), 6, angle=1.0)
    assert count(circuit).two_qubit_gates <= 2 * len(pairs)


def test_zero_angles_leave_the_start_state_and_warm_starts_follow_the_probe() -> None:
    start = warm_start_angles([1, -1, 0], 0.1)
    state = Statevector(qaoa(strings([1], [1.0], 3), start, gammas=[0.0], betas=[0.9]))
    ones = [state.probabilities([qubit])[1] for qubit in range(3)]
    np.testing.assert_allclose(ones, [0.1, 0.9, 0.5], atol=1e-12)
    np.testing.assert_allclose(warm_start_angles([1, -1], None), np.pi / 2)


def test_one_layer_on_three_spin_parity_reaches_it_with_certainty() -> None:
    # E = 24 Z Z Z stores xor (Krotov and Hopfield 2016); odd parity has energy -24. Our mixer is
    # exp(+iβX), so β = π/4 of exp(-iβX) is -π/4 here.
    start = warm_start_angles([0, 0, 0], None)
    circuit = qaoa(strings([7], [24.0], 3), start, gammas=[np.pi / 96], betas=[-np.pi / 4])
    odd = [i for i in range(8) if i.bit_count() % 2]
    assert Statevector(circuit).probabilities()[odd].sum() == pytest.approx(1, abs=1e-12)


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: walsh_coefficients([1.0, 2.0, 3.0]), r"2\*\*D values"),
        (lambda: pauli_operator([1.0, np.inf]), "finite"),
        (lambda: pauli_operator([1.0, 2.0], tolerance=np.nan), r"tolerance should be in \[0, 1\)"),
        (lambda: phase_circuit([1], [np.nan], 2, angle=1), r"weights should be finite. Got nan"),
        (lambda: phase_circuit([1], [1e9], 2, angle=1e4), r"at most 1e\+12. Got 1e\+13"),
        (lambda: phase_circuit([1, 1], [1, 1], 2, angle=1), "distinct"),
        (lambda: phase_circuit([4], [1], 2, angle=1), "below"),
        (lambda: phase_circuit([1], [1, 2], 2, angle=1), "one shape"),
        (lambda: qaoa(strings([1], [1.0], 1), [0.0], gammas=[1], betas=[]), "as many betas"),
        (lambda: warm_start_angles("0", 0.6), "warm_start should be in"),
    ],
)
def test_bad_input_is_refused(build, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        build()
