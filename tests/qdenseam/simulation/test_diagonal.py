"""The diagonal engine is the circuit, its gradient is the derivative, sizes and threads agree."""

import numpy as np
import pytest
from qiskit import transpile
from qiskit.quantum_info import Statevector, state_fidelity

from circuits.bit_order import all_bits
from circuits.energy.ansatz import qaoa, warm_start_angles
from circuits.energy.hamiltonians import walsh_coefficients
from circuits.energy.phases import StringPhase
from qdenseam.simulation import diagonal as engine
from qdenseam.simulation.diagonal import (
    product_state,
    qaoa_expectation,
    qaoa_expectation_and_gradient,
    qaoa_state,
)

SIZES = pytest.mark.parametrize("num_qubits", [1, 2, 3, 4, 7, 12, 13, 14])


def random_circuit(num_qubits: int, num_layers: int, rng: np.random.Generator):
    diagonal = 3 * rng.normal(size=2**num_qubits)
    angles = rng.uniform(0, np.pi, num_qubits)
    return diagonal, angles, rng.normal(size=num_layers), rng.normal(size=num_layers)


@SIZES
def test_kernels_are_the_array_formulas(num_qubits: int, rng: np.random.Generator) -> None:
    diagonal, angles, gammas, betas = random_circuit(num_qubits, 3, rng)
    expected = qaoa_state(diagonal, angles, gammas=gammas, betas=betas, array_module=np)
    state = qaoa_state(diagonal, angles, gammas=gammas, betas=betas)
    np.testing.assert_allclose(state, expected, atol=1e-13)
    single = qaoa_state(diagonal, angles, gammas=gammas, betas=betas, precision="single")
    assert single.dtype == np.complex64
    np.testing.assert_allclose(single, expected, atol=1e-5)
    arrays = qaoa_state(
        diagonal.astype(np.float32), angles, gammas=gammas, betas=betas, array_module=np
    )
    assert arrays.dtype == np.complex64
    np.testing.assert_allclose(arrays, expected, atol=1e-5)


@pytest.mark.parametrize("num_qubits", [1, 3, 5, 8])
def test_the_state_is_the_circuits(num_qubits: int, rng: np.random.Generator) -> None:
    diagonal, angles, gammas, betas = random_circuit(num_qubits, 2, rng)
    masks, weights = np.arange(2**num_qubits), walsh_coefficients(diagonal)
    phase = StringPhase(masks=masks, weights=weights, num_qubits=num_qubits)
    circuit = qaoa(phase, angles, gammas=gammas.tolist(), betas=betas.tolist())
    state = qaoa_state(diagonal, angles, gammas=gammas, betas=betas)
    assert state_fidelity(Statevector(state), Statevector(circuit)) == pytest.approx(1, abs=1e-12)


@pytest.mark.slow
def test_aer_and_pennylane_agree_to_1e_8(rng: np.random.Generator) -> None:
    import pennylane as qml
    from qiskit_aer import AerSimulator

    num_qubits, gammas, betas = 6, [0.3, -0.2], [0.5, 0.9]
    masks = np.sort(rng.choice(np.arange(1, 64), 20, replace=False))
    weights = rng.normal(size=20)
    angles = warm_start_angles(rng.choice([-1, 0, 1], num_qubits).astype(np.int8), 0.25)
    bits = all_bits(6).astype(int)
    energies = (1 - 2 * (bits @ bits[masks].T % 2)) @ weights
    ours = np.abs(qaoa_state(energies, angles, gammas=gammas, betas=betas)) ** 2

    phase = StringPhase(masks=masks, weights=weights, num_qubits=num_qubits)
    circuit = qaoa(phase, angles, gammas=gammas, betas=betas)
    circuit.save_statevector()
    simulator = AerSimulator(method="statevector")
    result = simulator.run(transpile(circuit, simulator, optimization_level=0)).result()
    theirs = np.abs(result.get_statevector().data) ** 2
    np.testing.assert_allclose(ours, theirs, atol=1e-8)

    @qml.qnode(qml.device("lightning.qubit", wires=num_qubits))
    def node():
        for wire, theta in enumerate(angles):
            qml.RY(theta, wire)
        for gamma, beta in zip(gammas, betas, strict=True):
            for mask, weight in zip(masks.tolist(), weights.tolist(), strict=True):
                wires = [i for i in range(num_qubits) if mask >> i & 1]
                qml.MultiRZ(2 * gamma * weight, wires)
            for wire, theta in enumerate(angles):
                qml.RY(-theta, wire)
                qml.RZ(-2 * beta, wire)
                qml.RY(theta, wire)
        return qml.probs(range(num_qubits - 1, -1, -1))  # PennyLane's first wire is its top bit

    np.testing.assert_allclose(ours, node(), atol=1e-8)


@SIZES
def test_the_gradient_is_the_derivative(num_qubits: int, rng: np.random.Generator) -> None:
    diagonal, angles, gammas, betas = random_circuit(num_qubits, 2, rng)
    observable = rng.normal(size=2**num_qubits)

    def value(point: np.ndarray) -> float:
        return qaoa_expectation(
            diagonal, angles, gammas=point[:2], betas=point[2:], observable=observable
        )

    exact, by_gamma, by_beta = qaoa_expectation_and_gradient(
        diagonal, angles, gammas=gammas, betas=betas, observable=observable
    )
    point, step = np.concatenate([gammas, betas]), 1e-5
    assert exact == pytest.approx(value(point), abs=1e-12)
    state = qaoa_state(diagonal, angles, gammas=gammas, betas=betas)
    assert exact == pytest.approx(np.abs(state) ** 2 @ observable, abs=1e-12)
    differences = [(value(point + s) - value(point - s)) / (2 * step) for s in step * np.eye(4)]
    np.testing.assert_allclose([*by_gamma, *by_beta], differences, atol=1e-6)
    single, *gradient = qaoa_expectation_and_gradient(
        diagonal, angles, gammas=gammas, betas=betas, observable=observable, precision="single"
    )
    np.testing.assert_allclose(single, exact, atol=1e-4)
    np.testing.assert_allclose(np.concatenate(gradient), [*by_gamma, *by_beta], atol=1e-3)


def test_threads_change_nothing(rng: np.random.Generator, monkeypatch: pytest.MonkeyPatch) -> None:
    diagonal, angles, gammas, betas = random_circuit(14, 2, rng)
    alone = qaoa_expectation_and_gradient(diagonal, angles, gammas=gammas, betas=betas)
    monkeypatch.setattr(engine, "_THREADED_QUBITS", 1)
    shared = qaoa_expectation_and_gradient(diagonal, angles, gammas=gammas, betas=betas)
    for a, b in zip(alone, shared, strict=True):
        np.testing.assert_allclose(a, b, atol=1e-12)


def test_large_phases_keep_their_digits(rng: np.random.Generator) -> None:
    diagonal = np.concatenate([rng.uniform(-1e5, 1e5, 500), np.pi / 2 * np.arange(-6, 6)])
    angles = np.full(9, np.pi / 2)
    state = qaoa_state(diagonal, angles, gammas=[1.0], betas=[0.0])
    np.testing.assert_allclose(state * 2**4.5, np.exp(-1j * diagonal), atol=1e-10)


def test_one_layer_on_pairs_follows_the_closed_form(rng: np.random.Generator) -> None:
    # Ozaeta, van Dam and McMahon (2022), theorem 1: <Z_u> and <Z_u Z_v> for E = Σ J Z Z + Σ h Z
    # after exp(-iβX) mixers; ours is exp(+iβX).
    num_qubits, gamma, beta = 6, 0.37, -0.52
    couplings = np.triu(rng.normal(size=(num_qubits, num_qubits)), 1)
    couplings += couplings.T
    fields = rng.normal(size=num_qubits)
    spins = 1.0 - 2 * (np.arange(2**num_qubits)[:, None] >> np.arange(num_qubits) & 1)
    energies = np.einsum("xi,ij,xj->x", spins, couplings, spins) / 2 + spins @ fields
    state = qaoa_state(energies, np.full(num_qubits, np.pi / 2), gammas=[gamma], betas=[-beta])
    probabilities = np.abs(state) ** 2
    for u in range(num_qubits):
        cosines = np.cos(2 * gamma * np.delete(couplings[u], u)).prod()
        expected = np.sin(2 * beta) * np.sin(2 * gamma * fields[u]) * cosines
        assert probabilities @ spins[:, u] == pytest.approx(expected, abs=1e-12)
        for v in range(u):
            rest = [w for w in range(num_qubits) if w not in (u, v)]
            ju, jv, juv = couplings[u, rest], couplings[v, rest], couplings[u, v]
            hu, hv = fields[u], fields[v]
            single = np.cos(2 * gamma * hu) * np.cos(2 * gamma * ju).prod()
            single += np.cos(2 * gamma * hv) * np.cos(2 * gamma * jv).prod()
            minus = np.cos(2 * gamma * (hu - hv)) * np.cos(2 * gamma * (ju - jv)).prod()
            plus = np.cos(2 * gamma * (hu + hv)) * np.cos(2 * gamma * (ju + jv)).prod()
            expected = np.sin(4 * beta) / 2 * np.sin(2 * gamma * juv) * single
            expected += np.sin(2 * beta) ** 2 / 2 * (minus - plus)
            measured = probabilities @ (spins[:, u] * spins[:, v])
            assert measured == pytest.approx(expected, abs=1e-12)


def test_no_layers_is_the_product_state() -> None:
    state = qaoa_state(np.zeros(4), [0.3, 1.2], gammas=[], betas=[])
    np.testing.assert_allclose(state, product_state([0.3, 1.2]))
    np.testing.assert_allclose(product_state([np.pi, 0]), [0, 1, 0, 0], atol=1e-15)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"diagonal": np.zeros(3)}, r"diagonal should have shape \(2\*\*2,\)"),
        ({"start_angles": [[0.0, 1.0]]}, "one start angle a qubit"),
        ({"betas": [0.1]}, "2 gammas need as many betas. Got 1."),
        ({"precision": "half"}, "precision should be 'double' or 'single'"),
        ({"observable": np.zeros(3)}, r"observable should have shape \(4,\)"),
    ],
)
def test_bad_input_is_refused(change: dict, message: str) -> None:
    good = {"diagonal": np.zeros(4), "start_angles": [0, 1], "gammas": [1, 2], "betas": [1, 2]}
    with pytest.raises(ValueError, match=message):
        qaoa_expectation(**{**good, **change})


@pytest.mark.parametrize(("energy", "gamma"), [(1e18, 1.0), (np.nan, 0.1), (1.0, np.inf)])
def test_phases_without_digits_are_refused(energy, gamma):
    with pytest.raises(ValueError, match="phases γE should be finite and at most 1e"):
        qaoa_state([0.0, energy], [0.3], gammas=[gamma], betas=[0.1])
