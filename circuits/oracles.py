"""Phase oracles that mark the basis states agreeing with a partial probe."""

from math import pi

import numpy as np
import numpy.typing as npt
from qiskit import QuantumCircuit

from circuits import multi_controlled
from circuits.bit_order import check_bits
from circuits.loading.preparation import empty_circuit


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
    zeros = [i for i in neurons if bits[i] == 0]
    if zeros:
        circuit.x(zeros)
    ancilla = circuit.qubits[len(bits)] if len(neurons) > 2 else None
    multi_controlled.append_phase(circuit, angle, [circuit.qubits[i] for i in neurons], ancilla)
    if zeros:
        circuit.x(zeros)
    return circuit


def check_positions(positions: npt.ArrayLike, num_neurons: int) -> list[int]:
    """Return the positions as a list of distinct neurons.

    Raises:
        ValueError: A position repeats or is outside 0..D-1.
    """
    neurons = np.asarray(positions, dtype=np.int64).reshape(-1).tolist()
    if len(set(neurons)) != len(neurons) or not all(0 <= i < num_neurons for i in neurons):
        raise ValueError(
            f"positions should be distinct neurons in 0..{num_neurons - 1}. Got {neurons}."
        )
    return neurons
