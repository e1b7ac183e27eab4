r"""Dense preparation: one multiplexed rotation per qubit, 2^n - n - 1 CX for any amplitudes.

Read backwards, qubit n - 1, then n - 2, … is turned to |0⟩ by a gate multiplexed over the qubits
below it; the diagonal left over by each multiplexer changes the phases of the amplitudes that the
next one sees. A control that makes no difference is dropped, so product states cost nothing.

References:
    Möttönen, Vartiainen, Bergholm and Salomaa (2004), "Transformation of quantum states using
    uniformly controlled rotations"; Bergholm et al. (2005); Shende, Bullock and Markov (2006).
"""

from abc import abstractmethod
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from qiskit import QuantumCircuit

from circuits.bit_order import Bits, bits_to_integer
from circuits.loading.preparation import Encoder, Preparation, empty_circuit
from circuits.synthesis.multiplexer import cz_control, decompose_up_to_diagonal, u_angles
from classical_ref.checks import Complexes

MAX_QUBITS = 14


class WholeState(Encoder):
    """An encoder of all 2^D amplitudes, whether zero or not: right for K near 2^D."""

    @abstractmethod
    def state_circuit(self, vector: Complexes) -> QuantumCircuit:
        """Return A|0…0⟩ = Σ_x vector[x] |x⟩ on D qubits, from 2^D entries of unit norm."""

    def prepare(self, bits: Bits, amplitudes: Complexes) -> Preparation:
        """Return the preparation; see :class:`Encoder`.

        Raises:
            ValueError: More than 14 neurons.
        """
        num_neurons = bits.shape[1]
        if num_neurons > MAX_QUBITS:
            raise ValueError(
                f"the {self.name} encoder takes at most {MAX_QUBITS} neurons. Got {num_neurons}; "
                "choose another encoder."
            )
        vector = np.zeros(2**num_neurons, dtype=np.complex128)
        vector[bits_to_integer(bits)] = amplitudes
        circuit = empty_circuit(num_neurons, 0)
        circuit.compose(self.state_circuit(vector), circuit.qubits, inplace=True)
        return Preparation(circuit=circuit, reflection_qubits=tuple(range(num_neurons)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Dense(WholeState):
    """All 2^D amplitudes, qubit by qubit."""

    name: ClassVar[str] = "dense"

    def state_circuit(self, vector: Complexes) -> QuantumCircuit:
        """Return :func:`dense_circuit`."""
        return dense_circuit(vector)


def dense_circuit(vector: Complexes) -> QuantumCircuit:
    """Return a circuit on n qubits with A|0…0⟩ = Σ_x vector[x] |x⟩, from 2**n unit-norm entries."""
    num_qubits = len(vector).bit_length() - 1
    backwards = QuantumCircuit(num_qubits)
    amplitudes = np.asarray(vector, dtype=np.complex128)
    for target in reversed(range(num_qubits)):
        pairs = amplitudes.reshape(2, -1).T  # row: value of the qubits below, column: target bit
        directions, controls = _drop_controls(pairs, target)
        kept, diagonal = _append_multiplexer(backwards, directions, controls, target)
        rows = np.arange(len(pairs))
        index = sum(
            (((rows >> control) & 1) << place for place, control in enumerate(controls)),
            start=np.zeros(len(rows), dtype=np.int64),
        )
        amplitudes = np.einsum("ij,ij->i", np.conj(kept[index]), pairs) * diagonal[index]
    circuit = backwards.inverse()
    circuit.global_phase += float(np.angle(amplitudes[0]))
    return circuit


def _drop_controls(pairs: Complexes, num_controls: int) -> tuple[Complexes, list[int]]:
    """Return the direction of each pair of amplitudes and the controls it depends on.

    A pair without weight may point anywhere, and the global phase of a direction is free.
    """
    weights = np.linalg.norm(pairs, axis=1)
    free = weights < 1e-12
    directions = pairs / np.where(free, 1.0, weights)[:, None]
    controls = list(range(num_controls))
    for control in range(num_controls):
        shape = (-1, 2, 1 << controls.index(control))
        split, empty = directions.reshape(*shape, 2), free.reshape(shape)
        low, high = split[:, 0], split[:, 1]
        sine = np.abs(low[..., 0] * high[..., 1] - low[..., 1] * high[..., 0])
        either_empty = empty[:, 0] | empty[:, 1]
        if np.all(either_empty | (sine < 1e-14)):
            merged = np.where(empty[:, 0, :, None], split[:, 1], split[:, 0])
            directions = merged.reshape(-1, 2)
            free = (empty[:, 0] & empty[:, 1]).reshape(-1)
            controls.remove(control)
    directions[free] = (1.0, 0.0)
    return directions, controls


def _append_multiplexer(
    circuit: QuantumCircuit, directions: Complexes, controls: list[int], target: int
) -> tuple[Complexes, Complexes]:
    """Append gates that turn each direction to |0⟩, up to a diagonal; return both for target 0."""
    alpha, beta = directions[:, 0], directions[:, 1]
    gates = np.stack([np.conj(alpha), np.conj(beta), -beta, alpha], axis=1).reshape(-1, 2, 2)
    steps, diagonal = decompose_up_to_diagonal(gates)
    for step, gate in enumerate(steps):
        if step:
            circuit.cz(controls[cz_control(step)], target)
        theta, phi, lam, phase = u_angles(gate)
        if abs(theta) + abs(phi) + abs(lam) > 1e-14:
            circuit.u(theta, phi, lam, target)
        circuit.global_phase += phase
    # the circuit applies diagonal^{-1} times the multiplexer
    return directions, np.conj(diagonal[:, 0])
