r"""Layers of RY rotations with diagonal phases between them, their gradient and their tangents.

|ψ⟩ = R(θ_p) e^{-iγ_p G} R(θ_{p-1}) ⋯ e^{-iγ_1 G} R(θ_0)|0⟩ with R(θ) = ⊗_i RY(θ_i), the circuit of
:func:`circuits.energy.ansatz.rotations` for entanglers exp(-iγG).
"""

import numpy as np
import numpy.typing as npt

from classical_ref.checks import Complexes, Floats, check_array
from qdenseam.simulation.diagonal import Observable


def rotation_state(generator: Floats, gammas: npt.ArrayLike, angles: npt.ArrayLike) -> Complexes:
    """Return the amplitudes, shape ``(2**D,)`` at index Σ_i b_i 2^i.

    Args:
        generator: G, shape ``(2**D,)``.
        gammas: γ_l, shape ``(p,)``.
        angles: θ_{l,i}, shape ``(p + 1, D)``.

    Raises:
        ValueError: The shapes do not fit each other.
    """
    phases, rows = _checked(generator, gammas, angles)
    state = np.zeros((1, len(generator)), dtype=np.complex128)
    state[0, 0] = 1
    for layer, row in enumerate(rows):
        if layer:
            state = state * phases[layer - 1]
        state = _rotate_all(state, row)
    return np.asarray(state[0])


def rotation_expectation_and_gradient(
    generator: Floats, gammas: npt.ArrayLike, angles: npt.ArrayLike, observable: Observable
) -> tuple[float, Floats, Floats]:
    r"""Return ⟨ψ|O|ψ⟩ and its exact derivatives, by unwinding |ψ⟩ and O|ψ⟩ together.

    Args:
        generator: G, shape ``(2**D,)``.
        gammas: γ_l, shape ``(p,)``.
        angles: θ_{l,i}, shape ``(p + 1, D)``.
        observable: O(x), or a function of the final probabilities (held at its value).

    Returns:
        (value, ∂/∂γ of shape ``(p,)``, ∂/∂θ of shape ``(p + 1, D)``).

    Raises:
        ValueError: The shapes do not fit each other.
    """
    phases, rows = _checked(generator, gammas, angles)
    state = rotation_state(generator, gammas, angles)
    probabilities = np.abs(state) ** 2
    values = observable(probabilities) if callable(observable) else np.asarray(observable)
    value = float(values @ probabilities)
    pair = np.stack([state, values * state])
    by_gamma, by_angle = np.zeros(len(phases)), np.zeros(rows.shape)
    for layer in reversed(range(len(rows))):
        # RY(θ) turns by -iY/2 per radian; all of one layer commute.
        for qubit in range(rows.shape[1]):
            tangent = _half_turn(pair[0], qubit)
            by_angle[layer, qubit] = 2 * np.real(np.vdot(pair[1], tangent))
        pair = _rotate_all(pair, -rows[layer])
        if layer:
            by_gamma[layer - 1] = 2 * np.imag(np.vdot(pair[1], generator * pair[0]))
            pair = pair * phases[layer - 1].conj()
    return value, by_gamma, by_angle


def rotation_tangents(
    generator: Floats, gammas: npt.ArrayLike, angles: npt.ArrayLike
) -> tuple[Complexes, Complexes]:
    """Return the state and its derivatives by all parameters.

    Returns:
        (ψ of shape ``(2**D,)``, tangents of shape ``(p + (p + 1) D, 2**D)``), γ first, then θ row
        by row.

    Raises:
        ValueError: The shapes do not fit each other.
    """
    phases, rows = _checked(generator, gammas, angles)
    num_layers, num_qubits = len(phases), rows.shape[1]
    stack = np.zeros((1 + num_layers + rows.size, len(generator)), dtype=np.complex128)
    stack[0, 0] = 1
    for layer, row in enumerate(rows):
        if layer:
            stack = stack * phases[layer - 1]
            stack[layer] = -1j * generator * stack[0]
        stack = _rotate_all(stack, row)
        for qubit in range(num_qubits):
            stack[1 + num_layers + layer * num_qubits + qubit] = _half_turn(stack[0], qubit)
    return stack[0], stack[1:]


def _checked(
    generator: Floats, gammas: npt.ArrayLike, angles: npt.ArrayLike
) -> tuple[list[Complexes], Floats]:
    rows = check_array("angles", angles, "p + 1", "D")
    turns = check_array("gammas", gammas, len(rows) - 1)
    check_array("generator", generator, 2 ** rows.shape[1])
    return [np.exp(-1j * gamma * generator) for gamma in turns], rows


def _rotate_all(states: Complexes, row: Floats) -> Complexes:
    for qubit, theta in enumerate(row.tolist()):
        pairs = states.reshape(len(states), -1, 2, 2**qubit)
        cosine, sine = np.cos(theta / 2), np.sin(theta / 2)
        turned = np.empty_like(pairs)
        turned[:, :, 0] = cosine * pairs[:, :, 0] - sine * pairs[:, :, 1]
        turned[:, :, 1] = sine * pairs[:, :, 0] + cosine * pairs[:, :, 1]
        states = turned.reshape(states.shape)
    return states


def _half_turn(state: Complexes, qubit: int) -> Complexes:
    """Return -iY/2 on one qubit, the derivative of RY."""
    pairs = state.reshape(-1, 2, 2**qubit)
    return np.stack([-pairs[:, 1] / 2, pairs[:, 0] / 2], axis=1).reshape(-1)
