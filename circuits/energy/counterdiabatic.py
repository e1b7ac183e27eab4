r"""Rotations that keep a digitized anneal near its ground state.

For H(s) = -(1 - s) Σ_i n_i·σ + s E with n_i = (sin θ_i, 0, cos θ_i) the first-order adiabatic gauge
potential is iα[H, ∂_s H] = 2|α| Σ_i sin θ_i Y_i D_i, D_i = (E(z_i = 1) - E(z_i = -1))/2: a rotation
of each neuron by half the energy difference that its flip makes.
"""

from collections.abc import Sequence
from math import pi

import numpy as np
import numpy.typing as npt
from qiskit import QuantumCircuit, QuantumRegister

from circuits.energy.ansatz import mixer, product_start
from circuits.energy.hamiltonians import phase_circuit
from circuits.energy.phases import Phase
from circuits.registers import Angle, join
from classical_ref.checks import Floats, Integers


def gauge_strength(energies: Floats, start_angles: npt.ArrayLike, progress: float) -> float:
    r"""Return |α| at s = ``progress``, which makes ‖∂_s H + i[A, H]‖ least for A = iα[H, ∂_s H].

    |α| = ‖O_1‖² / ‖O_2‖² with O_1 = [H, ∂_s H] and O_2 = [H, O_1], computed exactly on the diagonal
    in O(D² 2^D); 0 where O_2 vanishes.

    Args:
        energies: E, shape ``(2**D,)``.
        start_angles: θ_i, shape ``(D,)``.
        progress: s in [0, 1].

    References:
        Sels and Polkovnikov, "Minimizing irreversible losses in quantum systems by local
        counterdiabatic driving" (2017); Claeys et al. (2019), equations 4-6.
    """
    angles = np.asarray(start_angles, dtype=float)
    across, along = np.sin(angles), np.cos(angles)
    states = np.arange(energies.size)
    spins = 1.0 - 2 * (states >> np.arange(len(angles))[:, None] & 1)
    outer = progress * energies - (1 - progress) * along @ spins
    flips = 1 << np.arange(len(angles))
    rises = [energies[states ^ flip] - energies for flip in flips.tolist()]
    first = second = 0.0
    for flip, rise, weight in zip(flips.tolist(), rises, across.tolist(), strict=True):
        first += float(weight**2 * np.mean(rise**2))
        second += float(weight**2 * np.mean((rise * (outer[states ^ flip] - outer)) ** 2))
    twice = np.mean((2 * np.square(across) @ np.array(rises)) ** 2)
    for j, flip in enumerate(flips.tolist()):
        for i in range(j):
            mixed = rises[i][states ^ flip] - rises[i]
            twice += np.mean((2 * across[i] * across[j] * mixed) ** 2)
    second += float((1 - progress) ** 2 * twice)
    return first / second if second > 0 else 0.0


def gauge_rotations(
    masks: Integers, weights: Floats, start_angles: npt.ArrayLike, strength: float
) -> QuantumCircuit:
    r"""Return Π_i exp(-i·strength·sin θ_i Y_i D_i), neuron 0 first, on register ``memory``.

    Args:
        masks: Pauli-Z strings of E, shape ``(T,)``.
        weights: Their coefficients, shape ``(T,)``.
        start_angles: θ_i, shape ``(D,)``.
        strength: Common factor of all rotations.
    """
    angles = np.asarray(start_angles, dtype=float)
    circuit = QuantumCircuit(QuantumRegister(len(angles), "memory"))
    for qubit, factor in enumerate(np.sin(angles).tolist()):
        mine = masks >> qubit & 1 == 1
        phase = phase_circuit(masks[mine], weights[mine], len(angles), angle=strength * factor)
        circuit.rx(pi / 2, qubit)  # Z becomes Y between these
        circuit.compose(phase, inplace=True)
        circuit.rx(-pi / 2, qubit)
    return circuit


def counterdiabatic(
    phase: Phase | None,
    masks: Integers,
    weights: Floats,
    start_angles: npt.ArrayLike,
    *,
    gammas: Sequence[Angle],
    betas: Sequence[Angle],
    strengths: Sequence[Angle],
) -> QuantumCircuit:
    r"""Return Π_l gauge(strength_l) mixer(β_l) exp(-iγ_l E) on ⊗ RY(θ_i)|0⟩.

    Without a ``phase`` phases and mixers are left out, which is the impulse regime.

    Raises:
        ValueError: The angles are not equally many.
    """
    if not len(gammas) == len(betas) == len(strengths):
        raise ValueError(
            "gammas, betas and strengths should be equally many. "
            f"Got {len(gammas)}, {len(betas)}, {len(strengths)}."
        )
    parts: list[QuantumCircuit] = [product_start(start_angles)]
    names: list[str | tuple[str, Angle]] = ["start"]
    for gamma, beta, strength in zip(gammas, betas, strengths, strict=True):
        if phase is not None:
            parts += [phase.circuit(gamma), mixer(start_angles, beta)]
            names += [("cost", gamma), ("mixer", beta)]
        parts.append(gauge_rotations(masks, weights, start_angles, strength))
        names.append(("gauge", strength))
    return join(parts, names)
