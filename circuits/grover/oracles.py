"""Phase oracles that mark a partial probe, a set of patterns, or a product state."""

from math import pi

import numpy as np
import numpy.typing as npt
from qiskit import QuantumCircuit

from circuits.bit_order import check_bits, check_positions
from circuits.blocks import append, block
from circuits.loading.preparation import empty_circuit
from circuits.registers import join
from circuits.synthesis import multi_controlled
from classical_ref.checks import check_array, checked


@checked
def match_oracle(
    probe_bits: npt.ArrayLike, positions: npt.ArrayLike, *, angle: float = pi
) -> QuantumCircuit:
    r"""Return a circuit that marks the states agreeing with the probe at the given positions.

    .. math:: O(\varphi)|x\rangle = e^{i\varphi\,[x_i = b_i \ \forall i \in P]}\,|x\rangle

    Two probes with the same positions and angle give circuits that differ only in X gates. With
    no positions every state matches and the circuit is a global phase.

    Args:
        probe_bits: Shape ``(D,)``; entry i belongs to qubit i. Entries outside ``positions`` are
            ignored.
        positions: The neurons to compare, each once.
        angle: The phase φ; π flips the sign.

    Returns:
        A circuit with register ``memory`` of D qubits and, from three positions up, one clean
        ``ancilla``. It costs 6(n - 2) + 2 CX for n = ``len(positions)`` >= 2.

    Raises:
        ValueError: ``probe_bits`` is not a row of bits, or a position is repeated or out of range.

    References:
        Grover, "A fast quantum mechanical algorithm for database search" (1996); with unknown
        bits: Ventura and Martinez, "Quantum associative memory" (2000), section 5.
    """
    bits = check_bits(probe_bits, ndim=1)
    neurons = check_positions(positions, len(bits))
    circuit = empty_circuit(len(bits), multi_controlled.num_ancillas(len(neurons)))
    if not neurons:
        circuit.global_phase = angle
        return circuit
    ancilla = circuit.qubits[len(bits)] if len(neurons) > 2 else None
    compared = [circuit.qubits[i] for i in neurons]
    zeros = [circuit.qubits[i] for i in neurons if bits[i] == 0]
    multi_controlled.append_phase(circuit, angle, compared, ancilla, zeros=zeros)
    return circuit


def membership_oracle(patterns: npt.ArrayLike, *, angle: float = pi) -> QuantumCircuit:
    """Return e^{iφ} on every pattern: one phase controlled by all D bits for each of them.

    Args:
        patterns: Distinct bits, shape ``(K, D)``.
        angle: The phase φ.

    Returns:
        A circuit with register ``memory`` and, from three neurons up, one clean ``ancilla``.

    Raises:
        ValueError: ``patterns`` are not rows of bits.
    """
    rows = check_bits(patterns)
    everywhere = range(rows.shape[1])
    return join([match_oracle(row, everywhere, angle=angle) for row in rows])


def product_state_reflection(probabilities: npt.ArrayLike, flips: npt.ArrayLike) -> QuantumCircuit:
    r"""Return 1 - 2|b⟩⟨b| for a product state |b⟩ = ⊗_i X^{f_i} (√(1 - q_i)|0⟩ + √q_i |1⟩).

    Args:
        probabilities: q_i in [0, 1], shape ``(D,)``.
        flips: Bits f_i, shape ``(D,)``.

    Returns:
        A circuit with register ``memory`` and, from three neurons up, one clean ``ancilla``.

    Raises:
        ValueError: The shapes differ, or an entry is out of range.
    """
    q, bits = check_array("probabilities", probabilities, "..."), check_bits(flips, ndim=1)
    if q.shape != bits.shape or not ((q >= 0) & (q <= 1)).all():
        raise ValueError(f"probabilities should have shape {bits.shape}, in [0, 1]. Got {q}.")
    angles = 2 * np.arcsin(np.sqrt(q))
    state = QuantumCircuit(len(bits))
    for i, angle in enumerate(angles.tolist()):
        state.ry(angle, i)
        if bits[i]:
            state.x(i)
    return reflection_about(state)


def reflection_about(state: QuantumCircuit) -> QuantumCircuit:
    """Return 1 - 2|s⟩⟨s| for the state that a circuit on D qubits makes of |0…0⟩.

    Returns:
        A circuit with register ``memory`` and, from three neurons up, one clean ``ancilla``.
    """
    size = state.num_qubits
    circuit = empty_circuit(size, multi_controlled.num_ancillas(size))
    memory = circuit.qubits[:size]
    ancilla = circuit.qubits[-1] if size > 2 else None
    start = block("start", part=state)
    append(circuit, start.inverse(), memory)
    multi_controlled.append_zero_phase(circuit, pi, memory, ancilla)
    append(circuit, start, memory)
    return circuit
