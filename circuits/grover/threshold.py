r"""A phase oracle for "the integer value of this state is below a threshold".

The value register starts in Fourier space, where adding n is a phase of π n / 2^j on qubit j;
f(x) is added by Pauli-Z strings with that qubit as one more letter, so any function works without
quadratization. An inverse Fourier transform makes f(x) - t a number in two's complement, whose sign
qubit takes the phase; then everything is undone.
"""

from math import pi

import numpy as np
import numpy.typing as npt
from qiskit import AncillaRegister, QuantumCircuit, QuantumRegister

from circuits.blocks import append, block
from circuits.energy.hamiltonians import phase_circuit, walsh_coefficients
from circuits.synthesis.fourier import inverse_fourier


def num_value_qubits(largest: int) -> int:
    """Return m with which values and thresholds in -largest..largest + 1 cannot overflow.

    Their differences lie in -(2 largest + 1)..2 largest, and m bits hold -2^(m-1)..2^(m-1) - 1.
    """
    return (2 * largest + 1).bit_length() + 1


def below_threshold_oracle(
    values: npt.ArrayLike, threshold: int, *, largest: int
) -> QuantumCircuit:
    r"""Return the circuit |x⟩ → (-1)^[f(x) < t] |x⟩.

    All 2^D Pauli-Z strings get their gates, whatever their weights, so that circuits of different
    functions and thresholds differ in angles only: 2(m + 1) 2^D CX at most, and the transforms.

    Args:
        values: f, integers, shape ``(2**D,)``.
        threshold: t.
        largest: Bound on |f| that sizes the value register; t is in -largest..largest + 1.

    Returns:
        Registers ``memory`` (D qubits) and ``ancilla`` (m clean qubits, the value).

    Raises:
        ValueError: A value or the threshold is out of range or no integer.

    References:
        Gilliam, Woerner and Gonciulea, "Grover adaptive search for constrained polynomial binary
        optimization" (2021), section 3.
    """
    table = np.asarray(values, dtype=float)
    if not (table == np.rint(table)).all() or np.abs(table).max() > largest:
        raise ValueError(f"values should be integers from {-largest} to {largest}.")
    if not -largest <= threshold <= largest + 1 or threshold % 1:
        raise ValueError(
            f"threshold should be an integer from {-largest} to {largest + 1}. Got {threshold}."
        )
    num_neurons, size = table.size.bit_length() - 1, num_value_qubits(largest)
    memory, value = QuantumRegister(num_neurons, "memory"), AncillaRegister(size, "ancilla")
    subtract = QuantumCircuit(memory, value)
    subtract.h(value)
    weights = walsh_coefficients(table)
    plain, masks = np.arange(table.size), []
    angles = []
    for place in range(size):
        # the phase π f(x)/2^j on the 1 of qubit j: half of it on Z strings, half on Z strings Z_j
        masks.append(plain | 1 << (num_neurons + place))
        angles.append(pi / 2 ** (place + 1) * weights)
        subtract.p(-pi * threshold / 2**place, value[place])
    masks.append(plain)
    angles.append(-pi * (1 - 0.5**size) * weights)
    adding = phase_circuit(
        np.concatenate(masks), np.concatenate(angles), num_neurons + size, angle=1.0
    )
    subtract.compose(adding, [*memory, *value], inplace=True)
    inverse_fourier(subtract, value)
    circuit = QuantumCircuit(memory, value)
    difference = block("subtract", part=subtract)
    append(circuit, difference, circuit.qubits)
    circuit.z(value[size - 1])
    append(circuit, difference.inverse(), circuit.qubits)
    return circuit
