r"""Parametrized circuits for recall by energy: QAOA from a plain or warm start.

The start is the product state ⊗_i RY(θ_i)|0⟩, and the mixer of layer l rotates every qubit about
its own start: RY(θ_i) RZ(-2β_l) RY(-θ_i) = exp(iβ_l n_i·σ), whose axis state is the start. For
θ_i = π/2 this is |+…+⟩ with the transverse-field mixer.
"""

from collections.abc import Sequence
from math import asin, pi, sqrt

import numpy as np
import numpy.typing as npt
from qiskit import QuantumCircuit, QuantumRegister

from circuits.energy.phases import Phase
from circuits.registers import Angle, join
from classical_ref.checks import Floats, check_array, check_spins, check_within, checked


@checked
def warm_start_angles(probe: npt.ArrayLike, strength: float | None) -> Floats:
    r"""Return θ_i of the start state from a probe of spins (or text), shape ``(D,)``.

    A known bit b starts as 1 with probability ε (b = 0) or 1 - ε (b = 1), θ = 2 arcsin √c, an
    unknown one with 1/2. ``None`` gives π/2 everywhere: the plain start.

    Raises:
        ValueError: ε is outside (0, 1/2], or the probe is no spins.

    References:
        Egger, Mareček and Woerner, "Warm-starting quantum optimization" (2021), section 3.
    """
    spins = check_spins(probe, name="probe")
    if strength is None:
        return np.full(spins.shape, pi / 2)
    check_within("(0, 0.5]", warm_start=strength)  # as the methods call it
    likely, unlikely = 2 * asin(sqrt(1 - strength)), 2 * asin(sqrt(strength))
    return np.where(spins == 0, pi / 2, np.where(spins < 0, likely, unlikely))


def angles_of_ones(probabilities: npt.ArrayLike) -> Floats:
    """Return θ_i = 2 arcsin √c_i, for which RY(θ_i)|0⟩ is 1 with probability c_i.

    Raises:
        ValueError: A probability is outside [0, 1].
    """
    ones = check_array("probabilities", probabilities, "...")
    if not ((ones >= 0) & (ones <= 1)).all():
        raise ValueError("probabilities of ones should be in [0, 1]. Got another value.")
    return np.asarray(2 * np.arcsin(np.sqrt(ones)))


@checked
def qaoa(
    phase: Phase,
    start_angles: npt.ArrayLike,
    *,
    gammas: Sequence[Angle],
    betas: Sequence[Angle],
) -> QuantumCircuit:
    r"""Return the circuit Π_l mixer(β_l) exp(-iγ_l E) on the start state.

    Args:
        phase: The energy E as a phase on D qubits.
        start_angles: θ_i, shape ``(D,)``; qubit i is neuron i.
        gammas: One phase angle per layer.
        betas: One mixer angle per layer.

    Returns:
        A circuit with register ``memory`` of D qubits and the phase's clean ``ancilla`` qubits.

    Raises:
        ValueError: There are not as many gammas as betas.

    References:
        Farhi, Goldstone and Gutmann (2014); Egger et al. (2021), equation 8, for the mixer.
    """
    angles = check_array("start_angles", start_angles, "D")
    if len(gammas) != len(betas):
        raise ValueError(f"{len(gammas)} gammas need as many betas. Got {len(betas)}.")
    parts: list[QuantumCircuit] = [product_start(angles)]
    names: list[str | tuple[str, Angle]] = ["start"]
    for gamma, beta in zip(gammas, betas, strict=True):
        parts += [phase.circuit(gamma), mixer(angles, beta)]
        names += [("cost", gamma), ("mixer", beta)]
    return join(parts, names)


def product_start(start_angles: npt.ArrayLike) -> QuantumCircuit:
    """Return RY(θ_i) on each qubit of register ``memory``."""
    angles = np.asarray(start_angles, dtype=float)
    circuit = QuantumCircuit(QuantumRegister(len(angles), "memory"))
    for qubit, theta in enumerate(angles):
        circuit.ry(theta, qubit)
    return circuit


def mixer(start_angles: npt.ArrayLike, beta: float) -> QuantumCircuit:
    """Return RY(θ_i) RZ(-2β) RY(-θ_i) on each qubit of register ``memory``."""
    angles = np.asarray(start_angles, dtype=float)
    circuit = QuantumCircuit(QuantumRegister(len(angles), "memory"))
    for qubit, theta in enumerate(angles):
        circuit.ry(-theta, qubit)
        circuit.rz(-2 * beta, qubit)
        circuit.ry(theta, qubit)
    return circuit


def rotations(
    entanglers: Sequence[QuantumCircuit], rotation_angles: npt.ArrayLike
) -> QuantumCircuit:
    r"""Return RY rotations of every qubit with an entangler between each two layers of them.

    Args:
        entanglers: p circuits, joined by register name.
        rotation_angles: θ_{l,i}, shape ``(p + 1, D)``; qubit i is neuron i.

    Raises:
        ValueError: There is not one row of angles more than entanglers.
    """
    angles = check_array("rotation_angles", rotation_angles, len(entanglers) + 1, "D")
    parts = [product_start(angles[0])]
    for entangler, row in zip(entanglers, angles[1:], strict=True):
        parts += [entangler, product_start(row)]
    return join(parts, ["start", *["entangle", "rotate"] * len(entanglers)])


def controlled_z_chain(num_qubits: int) -> QuantumCircuit:
    """Return CZ between neighbors 0-1, 1-2, … of register ``memory``: no routing on a line."""
    circuit = QuantumCircuit(QuantumRegister(num_qubits, "memory"))
    for qubit in range(num_qubits - 1):
        circuit.cz(qubit, qubit + 1)
    return circuit
