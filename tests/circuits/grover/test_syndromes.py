import numpy as np
import pytest
from qiskit import QuantumCircuit
from qiskit.quantum_info import Operator, Statevector

from circuits import pattern_superposition
from circuits.bit_order import all_bits
from circuits.gf2 import affine_hull
from circuits.grover.syndromes import hull_ball_oracle, syndrome_circuit
from circuits.loading.affine import Affine

CHECKS = np.array([[1, 0, 1, 0, 1, 0, 1], [0, 1, 1, 0, 0, 1, 1], [0, 0, 0, 1, 1, 1, 1]])
WORDS = all_bits(7)[~(all_bits(7) @ CHECKS.T % 2).any(axis=1)]


def test_a_superposed_code_shows_the_error_and_nothing_else():
    stored = pattern_superposition(WORDS, encoder=Affine())
    assert stored.count_ops()["cx"] <= 12
    for wrong in range(7):
        circuit = QuantumCircuit(10)
        circuit.compose(stored, range(7), inplace=True)
        circuit.x(wrong)
        circuit.compose(syndrome_circuit(CHECKS), range(10), inplace=True)
        seen = Statevector(circuit).probabilities_dict(range(7, 10))
        (label,) = (key for key, probability in seen.items() if probability > 1e-12)
        syndrome = np.array([int(bit) for bit in reversed(label)])
        assert np.array_equal(syndrome, CHECKS[:, wrong])
        found = int(np.flatnonzero((syndrome == CHECKS.T).all(axis=1))[0])
        circuit.x(found)
        circuit.x([7 + check for check in np.flatnonzero(syndrome)])
        amplitudes = Statevector(circuit).data[:128]
        assert abs(np.vdot(Statevector(stored).data, amplitudes)) == pytest.approx(1, abs=1e-12)


@pytest.mark.parametrize("patterns", ["code", "shifted", "single", "everything"])
def test_the_oracle_marks_hull_and_ball(patterns, rng):
    states = all_bits(4)
    code = states[states.sum(axis=1) % 2 == 0]
    stored = {"code": code, "shifted": code ^ states[5], "single": states[6:7]}.get(
        patterns, states
    )
    hull = affine_hull(stored)
    probe = rng.integers(2, size=4)
    for positions, radius in ((range(4), 1), ([0, 2, 3], 0), ([], 0), (range(4), 4)):
        circuit = hull_ball_oracle(hull, probe, positions, radius, angle=0.7)
        matrix = Operator(circuit).data
        near = (states != probe)[:, list(positions)].sum(axis=1) <= radius
        expected = np.exp(0.7j * (near & hull.contains(states)))
        assert np.abs(np.diag(matrix)[:16] - expected).max() < 1e-9


@pytest.mark.parametrize(
    ("call", "match"),
    [
        (lambda: syndrome_circuit([[2]]), "bits should be 0 or 1"),
        (lambda: hull_ball_oracle(affine_hull(WORDS), [0] * 7, [0], -1), "radius should be in"),
        (lambda: hull_ball_oracle(affine_hull(WORDS), [0] * 6, [0], 1), r"shape \(7,\)\. Got \(6"),
        (lambda: hull_ball_oracle(affine_hull(WORDS), [0] * 7, [7], 1), "positions should be dist"),
    ],
)
def test_bad_input_is_refused(call, match):
    with pytest.raises(ValueError, match=match):
        call()
