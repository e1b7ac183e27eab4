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

from circuits.hamiltonians import phase_circuit


def warm_start_angles(probe: npt.ArrayLike, strength: float | None) -> npt.NDArray[np.float64]:
    r"""Return θ_i of the start state from a probe of spins, shape ``(D,)``.

    A known bit b starts as 1 with probability ε (b = 0) or 1 - ε (b = 1), θ = 2 arcsin √c, an
    unknown one with 1/2. ``None`` gives π/2 everywhere: the plain start.

    Raises:
        ValueError: ε is outside (0, 1/2].

    References:
        Egger, Mareček and Woerner, "Warm-starting quantum optimization" (2021), section 3.
    """
    spins = np.asarray(probe, dtype=float)
    if strength is None:
        return np.full(spins.shape, pi / 2)
    if not 0 < strength <= 0.5:
        raise ValueError(f"warm_start should be in (0, 0.5]. Got {strength}.")
    likely, unlikely = 2 * asin(sqrt(1 - strength)), 2 * asin(sqrt(strength))
    return np.where(spins == 0, pi / 2, np.where(spins < 0, likely, unlikely))


def qaoa(
    masks: npt.ArrayLike,
    weights: npt.ArrayLike,
    start_angles: npt.ArrayLike,
    *,
    gammas: Sequence[float],
    betas: Sequence[float],
) -> QuantumCircuit:
    r"""Return the circuit Π_l mixer(β_l) exp(-iγ_l E) on the start state.

    Args:
        masks: Pauli-Z strings of the energy, see :func:`circuits.hamiltonians.phase_circuit`.
        weights: Their coefficients.
        start_angles: θ_i, shape ``(D,)``; qubit i is neuron i.
        gammas: One phase angle per layer.
        betas: One mixer angle per layer.

    Returns:
        A circuit with register ``memory`` of D qubits.

    Raises:
        ValueError: There are not as many gammas as betas.

    References:
        Farhi, Goldstone and Gutmann (2014); Egger et al. (2021), equation 8, for the mixer.
    """
    angles = np.asarray(start_angles, dtype=float)
    if len(gammas) != len(betas):
        raise ValueError(f"{len(gammas)} gammas need as many betas. Got {len(betas)}.")
    circuit = QuantumCircuit(QuantumRegister(len(angles), "memory"))
    for qubit, theta in enumerate(angles):
        circuit.ry(theta, qubit)
    for gamma, beta in zip(gammas, betas, strict=True):
        circuit.compose(phase_circuit(masks, weights, len(angles), angle=gamma), inplace=True)
        for qubit, theta in enumerate(angles):
            circuit.ry(-theta, qubit)
            circuit.rz(-2 * beta, qubit)
            circuit.ry(theta, qubit)
    return circuit
