import numpy as np
import pytest
from qiskit import QuantumCircuit
from qiskit.circuit.library import Initialize
from qiskit.circuit.random import random_circuit
from qiskit.quantum_info import Statevector

from circuits.bit_order import all_bits
from circuits.sparse_simulator import preparation_error, simulate


def test_it_agrees_with_the_statevector_on_random_circuits(rng):
    for seed in rng.integers(0, 2**31, 10):
        circuit = random_circuit(4, 6, max_operands=2, seed=int(seed))
        found = simulate(circuit).amplitudes_of(all_bits(4))
        np.testing.assert_allclose(found, Statevector(circuit).data, atol=1e-12)


def test_composite_gates_and_wide_registers():
    circuit = QuantumCircuit(130)
    circuit.h(0)
    for i in range(129):
        circuit.cx(i, i + 1)
    circuit.ccx(0, 64, 129)
    state = simulate(circuit)
    assert len(state.amplitudes) == 2
    ones = np.ones((1, 130), dtype=int)
    ones[0, 129] = 0
    assert state.amplitudes_of(ones)[0] == pytest.approx(0.5**0.5)


def test_it_starts_anywhere():
    circuit = QuantumCircuit(2, global_phase=0.5)
    circuit.cx(0, 1)
    assert simulate(circuit, [1, 0]).amplitudes_of([[1, 1]])[0] == pytest.approx(np.exp(0.5j))


def test_the_preparation_error_ignores_the_global_phase_only():
    circuit = QuantumCircuit(2, global_phase=1.0)
    circuit.h(0)
    bits = [[0], [1]]
    assert preparation_error(circuit, bits, np.array([1, 1]) * 0.5**0.5) < 1e-14
    assert preparation_error(circuit, bits, np.array([1, -1]) * 0.5**0.5) > 0.5
    circuit.x(1)
    assert preparation_error(circuit, bits, np.array([1, 1]) * 0.5**0.5) > 0.5


def test_bad_input_is_refused():
    circuit = QuantumCircuit(3)
    circuit.h([0, 1, 2])
    with pytest.raises(ValueError, match="at most 4 terms"):
        simulate(circuit, max_terms=4)
    with pytest.raises(ValueError, match=r"start should have shape \(3,\)"):
        simulate(circuit, [0, 1])
    opaque = QuantumCircuit(2)
    opaque.reset(0)
    opaque.append(Initialize([1, 0, 0, 0]).copy(), [0, 1])
    with pytest.raises((ValueError, TypeError, AttributeError)):
        simulate(opaque)
