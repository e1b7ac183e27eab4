"""Rotation layers: the circuit's state, the gradient's derivatives, the tangents' directions."""

import numpy as np
import pytest
from qiskit.quantum_info import Statevector, state_fidelity

from circuits.energy.ansatz import controlled_z_chain, rotations
from circuits.energy.counterdiabatic import counterdiabatic, gauge_strength
from circuits.energy.hamiltonians import walsh_coefficients
from circuits.energy.phases import StringPhase
from qdenseam.simulation.counterdiabatic import counterdiabatic_state
from qdenseam.simulation.rotations import (
    rotation_expectation_and_gradient,
    rotation_state,
    rotation_tangents,
)


def random_layers(num_qubits: int, num_layers: int, rng: np.random.Generator):
    return (
        rng.normal(size=2**num_qubits),
        rng.normal(size=num_layers),
        rng.normal(size=(num_layers + 1, num_qubits)),
    )


@pytest.mark.parametrize("num_qubits", [1, 2, 4])
def test_the_state_is_the_circuits(num_qubits: int, rng: np.random.Generator) -> None:
    generator, gammas, angles = random_layers(num_qubits, 2, rng)
    phase = StringPhase(
        masks=np.arange(2**num_qubits),
        weights=walsh_coefficients(generator),
        num_qubits=num_qubits,
    )
    circuit = rotations([phase.circuit(gamma) for gamma in gammas], angles)
    state = rotation_state(generator, gammas, angles)
    np.testing.assert_allclose(state, Statevector(circuit).data, atol=1e-12)


def test_the_chain_counts_neighboring_ones(rng: np.random.Generator) -> None:
    states = np.arange(32)
    generator = np.bitwise_count(states & states >> 1).astype(float)
    angles = rng.normal(size=(3, 5))
    circuit = rotations([controlled_z_chain(5)] * 2, angles)
    state = rotation_state(generator, np.full(2, np.pi), angles)
    assert state_fidelity(Statevector(state), Statevector(circuit)) == pytest.approx(1)


@pytest.mark.parametrize("num_qubits", [1, 3, 6])
def test_gradient_and_tangents_are_the_derivatives(
    num_qubits: int, rng: np.random.Generator
) -> None:
    generator, gammas, angles = random_layers(num_qubits, 2, rng)
    observable = rng.normal(size=2**num_qubits)
    value, by_gamma, by_angle = rotation_expectation_and_gradient(
        generator, gammas, angles, observable
    )
    state, tangents = rotation_tangents(generator, gammas, angles)
    np.testing.assert_allclose(state, rotation_state(generator, gammas, angles), atol=1e-12)
    assert value == pytest.approx(observable @ np.abs(state) ** 2)
    gradient = np.concatenate([by_gamma, by_angle.reshape(-1)])
    point, step = np.concatenate([gammas, angles.reshape(-1)]), 1e-6
    for k, shift in enumerate(step * np.eye(len(point))):
        ahead, behind = (
            rotation_state(generator, p[:2], p[2:].reshape(angles.shape))
            for p in (point + shift, point - shift)
        )
        np.testing.assert_allclose(tangents[k], (ahead - behind) / (2 * step), atol=1e-7)
        slope = observable @ (np.abs(ahead) ** 2 - np.abs(behind) ** 2) / (2 * step)
        assert gradient[k] == pytest.approx(slope, abs=1e-6)


def test_an_observable_may_depend_on_the_probabilities(rng: np.random.Generator) -> None:
    generator, gammas, angles = random_layers(3, 1, rng)
    plain = rotation_expectation_and_gradient(generator, gammas, angles, np.arange(8.0))
    by_function = rotation_expectation_and_gradient(
        generator, gammas, angles, lambda p: np.arange(8.0) * p.sum()
    )
    np.testing.assert_allclose(plain[2], by_function[2])


def commutator(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return a @ b - b @ a


def test_gauge_strength_is_the_ratio_of_commutators(rng: np.random.Generator) -> None:
    x, z = np.array([[0, 1], [1, 0]]), np.diag([1, -1])
    angles, energies, progress = rng.uniform(0, np.pi, 3), rng.normal(size=8), 0.37
    begin = np.zeros((8, 8))
    for i, theta in enumerate(angles):
        local = np.cos(theta) * z + np.sin(theta) * x
        begin -= np.kron(np.kron(np.eye(2 ** (2 - i)), local), np.eye(2**i))
    total = (1 - progress) * begin + progress * np.diag(energies)
    first = commutator(total, np.diag(energies) - begin)
    second = commutator(total, first)
    ratio = np.linalg.norm(first) ** 2 / np.linalg.norm(second) ** 2
    assert gauge_strength(energies, angles, progress) == pytest.approx(ratio)
    assert gauge_strength(np.zeros(8), np.zeros(3), 0.5) == 0


@pytest.mark.parametrize("num_qubits", [1, 2, 4])
def test_the_counterdiabatic_state_is_the_circuits(
    num_qubits: int, rng: np.random.Generator
) -> None:
    energies, angles = rng.normal(size=2**num_qubits), rng.uniform(0, np.pi, num_qubits)
    masks, weights = np.arange(2**num_qubits), walsh_coefficients(energies)
    phase = StringPhase(masks=masks, weights=weights, num_qubits=num_qubits)
    steps = {"gammas": [0.3, 0.2], "betas": [0.1, 0.7], "strengths": [0.5, -0.4]}
    circuit = counterdiabatic(phase, masks, weights, angles, **steps)
    state = counterdiabatic_state(energies, angles, **steps)
    assert state_fidelity(Statevector(state), Statevector(circuit)) == pytest.approx(1)


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (
            lambda: rotation_state(np.zeros(4), [0.1], np.zeros((1, 2))),
            r"gammas should have shape \(0,\)\. Got shape",
        ),
        (lambda: rotations([], np.zeros((2, 2))), r"rotation_angles should have shape \(1, D\)"),
        (
            lambda: counterdiabatic(
                None, np.array([1]), np.ones(1), [0.1], gammas=[1], betas=[], strengths=[1]
            ),
            "equally many. Got 1, 0, 1",
        ),
    ],
)
def test_bad_input_is_refused(build, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        build()
