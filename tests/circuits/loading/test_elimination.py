import numpy as np
import pytest
from scipy.stats import unitary_group

from circuits.bit_order import all_bits
from circuits.loading.compression import compress
from circuits.loading.elimination import Elimination
from circuits.sparse_simulator import preparation_error
from circuits.synthesis.multiplexer import cz_control, decompose_up_to_diagonal, u_angles


@pytest.mark.parametrize("num_controls", [0, 1, 2, 3])
def test_a_multiplexer_is_its_gates_and_its_diagonal(num_controls, rng):
    gates = np.array([unitary_group.rvs(2, random_state=rng) for _ in range(2**num_controls)])
    steps, diagonal = decompose_up_to_diagonal(gates)
    assert len(steps) == 2**num_controls
    for cell, gate in enumerate(gates):
        product = np.eye(2)
        for step, matrix in enumerate(steps):
            if step and cell >> cz_control(step) & 1:
                product = np.diag([1, -1]) @ product
            product = matrix @ product
        np.testing.assert_allclose(np.diag(diagonal[cell]) @ product, gate, atol=1e-12)


def test_u_angles_rebuild_every_unitary(rng):
    special = [np.eye(2), np.eye(2)[::-1], np.diag([1, -1j]), np.array([[0, 1], [-1, 0]])]
    for matrix in [*special, *(unitary_group.rvs(2, random_state=rng) for _ in range(20))]:
        theta, phi, lam, phase = u_angles(np.asarray(matrix, dtype=complex))
        cosine, sine = np.cos(theta / 2), np.sin(theta / 2)
        built = np.exp(1j * phase) * np.array(
            [
                [cosine, -np.exp(1j * lam) * sine],
                [np.exp(1j * phi) * sine, np.exp(1j * (phi + lam)) * cosine],
            ]
        )
        np.testing.assert_allclose(built, matrix, atol=1e-12)


def test_one_gate_merges_several_pairs_and_flips_the_rest_for_free(rng):
    bits = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 1], [1, 1, 1], [0, 0, 1]], dtype=np.uint8)
    amplitudes = rng.normal(size=5) + 1j * rng.normal(size=5)
    amplitudes /= np.linalg.norm(amplitudes)
    elimination = Elimination(bits, amplitudes)
    # cells by (qubit 1, qubit 2): 0 and 3 hold pairs, 2 holds the single pattern, which flips
    assert elimination.multiplex(0, (1, 2), flips=0b0100) == 2
    assert elimination.alive.bit_count() == 3
    assert elimination.columns[0] & elimination.alive == 1 << 4
    assert np.linalg.norm(
        [elimination.amplitudes[i] for i in range(5) if elimination.alive >> i & 1]
    ) == pytest.approx(1)


def test_cells_that_may_not_merge_do_not():
    elimination = Elimination(np.array([[0, 0], [1, 0]], dtype=np.uint8), np.array([0.6, 0.8]))
    assert elimination.multiplex(0, (1,), 0, merges=0b10) == 0


def test_a_conjunction_clears_a_product_without_a_sign(rng):
    bits = all_bits(3)[[0, 1, 2, 7]]  # qubit 2 is the product of the others
    amplitudes = np.full(4, 0.5, dtype=complex)
    elimination = Elimination(bits, amplitudes)
    elimination.conjunction((0, 1), (1, 1), 2)
    assert not elimination.columns[2]
    elimination.multiplex(0, (1,))
    elimination.multiplex(1, ())
    assert preparation_error(elimination.preparation_circuit(), bits, amplitudes) < 1e-12


def test_borrowed_qubits_are_clean_and_not_reserved():
    elimination = Elimination(np.array([[0, 1, 0], [0, 0, 1]], dtype=np.uint8), np.ones(2))
    assert elimination.borrow(()) == 0
    assert elimination.borrow((0,)) == 3
    assert elimination.borrow((0, 3)) == 4


def test_an_unfinished_elimination_has_no_preparation():
    elimination = Elimination(np.array([[0], [1]], dtype=np.uint8), np.ones(2))
    with pytest.raises(ValueError, match=r"one pattern should be left\. Got 2"):
        elimination.preparation_circuit()


@pytest.mark.parametrize(("num_patterns", "num_bits"), [(2, 9), (4, 20), (8, 30), (16, 40)])
def test_compression_leaves_the_rank_and_beats_plain_elimination(num_patterns, num_bits, rng):
    from circuits.gf2 import affine_hull, pack

    bits = rng.integers(0, 2, (num_patterns, num_bits))
    columns, everything = pack(bits.T), (1 << num_patterns) - 1
    moves = compress(columns, everything)
    for control, target in moves:
        columns[target] ^= columns[control]
    hull = affine_hull(bits)
    assert sum(c not in (0, everything) for c in columns) == len(hull.indices)
    assert len(moves) <= int((hull.checks.sum(axis=1) - 1).clip(0).sum())
