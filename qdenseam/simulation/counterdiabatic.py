"""The circuit of :func:`circuits.energy.counterdiabatic.counterdiabatic`, on the diagonal."""

import numpy as np
import numpy.typing as npt

from classical_ref.checks import Complexes, Floats
from qdenseam.simulation.diagonal import product_state
from qdenseam.simulation.diagonal_arrays import mix


def counterdiabatic_state(
    energies: Floats,
    start_angles: npt.ArrayLike,
    *,
    gammas: npt.ArrayLike,
    betas: npt.ArrayLike,
    strengths: npt.ArrayLike,
) -> Complexes:
    r"""Return Π_l gauge(strength_l) mixer(β_l) exp(-iγ_l E) ⊗ RY(θ_i)|0⟩ in O(p D 2^D).

    Args:
        energies: E, shape ``(2**D,)``.
        start_angles: θ_i, shape ``(D,)``.
        gammas: Phase angles, one per step.
        betas: Mixer angles, one per step.
        strengths: Factors of the gauge rotations, one per step.

    Returns:
        Amplitudes, shape ``(2**D,)`` at index Σ_i b_i 2^i, up to a global phase.
    """
    angles = np.asarray(start_angles, dtype=float)
    state = product_state(angles)
    steps = (np.atleast_1d(each).tolist() for each in (gammas, betas, strengths))
    for gamma, beta, strength in zip(*steps, strict=True):
        state = state * np.exp(-1j * gamma * energies)
        mix(state, angles, beta)
        for qubit, factor in enumerate(np.sin(angles).tolist()):
            split = energies.reshape(-1, 2, 2**qubit)
            turn = strength * factor * (split[:, 0] - split[:, 1]) / 2
            cosine, sine = np.cos(turn), np.sin(turn)  # exp(-i turn Y)
            pairs = state.reshape(-1, 2, 2**qubit)
            low, high = pairs[:, 0], pairs[:, 1]
            state = np.stack([cosine * low - sine * high, sine * low + cosine * high], 1)
            state = state.reshape(-1)
    return np.asarray(state)
