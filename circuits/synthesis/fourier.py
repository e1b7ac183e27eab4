"""The quantum Fourier transform without swaps: qubit j carries the phase 2π n / 2^(j+1)."""

from collections.abc import Sequence
from math import pi

from qiskit import QuantumCircuit
from qiskit.circuit import Qubit


def fourier(circuit: QuantumCircuit, register: Sequence[Qubit]) -> None:
    """Append |n⟩ → ⊗_j (|0⟩ + e^{2πi n/2^(j+1)}|1⟩)/√2 for n with bit j on qubit j; w(w - 1) CX."""
    for j in reversed(range(len(register))):
        circuit.h(register[j])
        for k in reversed(range(j)):
            circuit.cp(pi / 2 ** (j - k), register[k], register[j])


def inverse_fourier(circuit: QuantumCircuit, register: Sequence[Qubit]) -> None:
    """Append the inverse of :func:`fourier`: phases become the number they encode."""
    for j in range(len(register)):
        for k in range(j):
            circuit.cp(-pi / 2 ** (j - k), register[k], register[j])
        circuit.h(register[j])
