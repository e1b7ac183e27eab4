r"""Expectations and their gradients by PennyLane: a second source, to be held against ours."""

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from circuits.energy.hamiltonians import walsh_coefficients
from classical_ref.checks import Floats, check_array, check_at_least

Objective = Callable[[Floats, Floats], tuple[float, Floats, Floats]]


def pennylane_objective(diagonal: npt.ArrayLike, start_angles: npt.ArrayLike) -> Objective:
    r"""Return (γ, β) -> (⟨E⟩, ∂/∂γ, ∂/∂β), differentiated by the adjoint method of lightning.qubit.

    The energy is E = Σ_S w_S Π_{i∈S} Z_i, so that exp(-iγE) is one rotation MultiRZ(2γ w_S) per
    string and layer; the mixer is that of :func:`circuits.energy.ansatz.qaoa`. Lightning pays one
    pass over the 2^D amplitudes per string and layer, up to 2^D of them, where
    :func:`qdenseam.simulation.diagonal.qaoa_expectation_and_gradient` pays one per layer: this is
    a check by independent code, not a faster way.

    Args:
        diagonal: Energies E, shape ``(2**D,)`` at index Σ_i b_i 2^i, D >= 1.
        start_angles: θ_i, shape ``(D,)``.

    Returns:
        A function of gammas and betas, each of shape ``(p,)``; its derivatives have that shape.

    Raises:
        ValueError: The shapes do not fit each other.

    References:
        Jones and Gacon, "Efficient calculation of gradients in classical simulations of
        variational quantum algorithms" (2020).
    """
    import pennylane as qml

    angles = check_array("start_angles", start_angles, "D")
    energies = check_array("diagonal", diagonal, 2**angles.size)
    wires, strings = range(angles.size), _strings(energies)

    def circuit(gammas: Any, betas: Any) -> None:
        for wire in wires:
            qml.RY(angles[wire], wire)
        for layer in range(len(betas)):
            for weight, places in strings:
                qml.MultiRZ(2 * weight * gammas[layer], places)
            for wire in wires:
                qml.RY(-angles[wire], wire)
                qml.RZ(-2 * betas[layer], wire)
                qml.RY(angles[wire], wire)

    return _differentiated(circuit, energies)


def pennylane_rotation_objective(generator: npt.ArrayLike, diagonal: npt.ArrayLike) -> Objective:
    r"""Return (γ, θ) -> (⟨E⟩, ∂/∂γ, ∂/∂θ) for the state of :mod:`qdenseam.simulation.rotations`.

    As :func:`pennylane_objective`, with the entanglers exp(-iγG) as rotations of G's strings.

    Args:
        generator: G, shape ``(2**D,)``.
        diagonal: Energies E, shape ``(2**D,)``, D >= 1.

    Returns:
        A function of γ, shape ``(p,)``, and θ, shape ``(p + 1, D)``; its derivatives have those
        shapes.

    Raises:
        ValueError: The shapes do not fit each other.
    """
    import pennylane as qml

    energies = check_array("diagonal", diagonal, "2**D")
    strings = _strings(check_array("generator", generator, energies.size))
    check_at_least(2, states=energies.size)

    def circuit(gammas: Any, rows: Any) -> None:
        for layer in range(len(rows)):
            if layer:
                for weight, places in strings:
                    qml.MultiRZ(2 * weight * gammas[layer - 1], places)
            for wire in range(rows.shape[1]):
                qml.RY(rows[layer, wire], wire)

    return _differentiated(circuit, energies)


def _strings(diagonal: Floats) -> list[tuple[float, list[int]]]:
    """Return (weight, wires) of the Pauli-Z strings that are not zero, the constant left out."""
    weights = walsh_coefficients(diagonal)
    masks = np.flatnonzero(np.abs(weights) > 1e-15 * np.abs(weights).max())
    return [
        (float(weights[m]), [i for i in range(m.bit_length()) if m >> i & 1])
        for m in masks.tolist()
        if m
    ]


def _differentiated(circuit: Callable[[Any, Any], None], energies: Floats) -> Objective:
    """Return the mean energy after a circuit, with its derivatives."""
    import pennylane as qml
    from pennylane import numpy as tensors

    strings = _strings(energies)
    words = [qml.prod(*map(qml.Z, places)) for _, places in strings]
    # the constant stays in, so that there is always a string to measure
    energy = qml.Hamiltonian(
        [energies.mean(), *(weight for weight, _ in strings)], [qml.I(0), *words]
    )
    num_qubits = energies.size.bit_length() - 1

    @qml.qnode(qml.device("lightning.qubit", wires=num_qubits), diff_method="adjoint")
    def expectation(gammas: Any, others: Any) -> Any:
        circuit(gammas, others)
        return qml.expval(energy)

    def objective(gammas: Floats, others: Floats) -> tuple[float, Floats, Floats]:
        point = [tensors.array(part, requires_grad=True) for part in (gammas, others)]
        gradient = qml.grad(expectation)
        by_gamma, by_other = gradient(*point)
        return float(gradient.forward), np.array(by_gamma), np.array(by_other)

    return objective
