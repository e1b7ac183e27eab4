r"""Dense preparation through the Schmidt decomposition: fewer CX than 2^n for even n.

A state of two halves is Σ_i s_i |u_i⟩|v_i⟩: the coefficients are prepared on one half (in the same
way), copied to the other by CX, and each half is turned into its Schmidt basis by a unitary. Only
as many qubits as the Schmidt rank needs hold coefficients.

References:
    Plesch and Brukner (2011), "Quantum-state preparation with universal gate decompositions";
    Krol and Al-Ars (2024) for the unitaries.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from qiskit import QuantumCircuit

from circuits.loading.dense import WholeState, dense_circuit
from circuits.synthesis.unitaries import unitary_circuit
from classical_ref.checks import Complexes


@dataclass(frozen=True, slots=True, kw_only=True)
class Schmidt(WholeState):
    """All 2^D amplitudes by way of two unitaries on half of the neurons each."""

    name: ClassVar[str] = "schmidt"

    def state_circuit(self, vector: Complexes) -> QuantumCircuit:
        """Return :func:`schmidt_circuit`."""
        return schmidt_circuit(vector)


def schmidt_circuit(vector: Complexes) -> QuantumCircuit:
    """Return a circuit on n qubits with A|0…0⟩ = Σ_x vector[x] |x⟩, from 2**n unit-norm entries."""
    num_qubits = len(vector).bit_length() - 1
    if num_qubits < 2:
        return dense_circuit(vector)
    low = num_qubits // 2
    high = num_qubits - low
    matrix = vector.reshape(2**high, 2**low)  # row: value of the high half
    left, values, right = np.linalg.svd(matrix)
    rank = int(np.sum(values > 1e-14))
    shared = (rank - 1).bit_length()
    circuit = QuantumCircuit(num_qubits)
    if not shared:  # a product of the two halves
        circuit.compose(schmidt_circuit(right[0]), range(low), inplace=True)
        circuit.compose(schmidt_circuit(left[:, 0]), range(low, num_qubits), inplace=True)
        return circuit
    coefficients = np.zeros(2**shared, dtype=np.complex128)
    coefficients[:rank] = values[:rank]
    coefficients /= np.linalg.norm(coefficients)
    circuit.compose(schmidt_circuit(coefficients), range(shared), inplace=True)
    for qubit in range(shared):
        circuit.cx(qubit, low + qubit)
    for unitary, qubits in ((right.T, range(low)), (left, range(low, num_qubits))):
        circuit.compose(unitary_circuit(unitary), qubits, inplace=True)
    return circuit
