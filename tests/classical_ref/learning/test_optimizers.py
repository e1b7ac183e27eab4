from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from classical_ref.learning import (
    Adam,
    GradientDescent,
    Muon,
    NormalizedGradient,
    SignDescent,
    TaskAlignedSign,
    newton_schulz,
    polar_factor,
    random_embeddings,
)


def with_condition(rng, condition, shape=(12, 12)):
    rows, columns = shape
    values = np.geomspace(1, 1 / condition, min(shape))
    left, right = random_embeddings(rows, rng=rng), random_embeddings(columns, rng=rng)
    return left[:, : len(values)] * values @ right[: len(values)]


@pytest.mark.parametrize("shape", [(12, 12), (12, 7), (7, 12)])
def test_the_polar_factor_has_unit_singular_values(rng, shape):
    matrix = with_condition(rng, 64, shape)
    factor = polar_factor(matrix)
    assert np.allclose(np.linalg.svd(factor, compute_uv=False), 1)
    # It is the orthogonal part: factor' @ matrix is symmetric and positive.
    other = factor.T @ matrix
    assert np.allclose(other, other.T)
    assert np.linalg.eigvalsh(other).min() > -1e-12
    assert np.abs(newton_schulz(matrix) - factor).max() < 1e-11


def test_null_directions_stay_null(rng):
    matrix = np.outer(rng.normal(size=5), rng.normal(size=4))
    values = np.linalg.svd(polar_factor(matrix), compute_uv=False)
    assert np.allclose(values, [1, 0, 0, 0])
    assert not polar_factor(np.zeros((3, 3))).any()
    assert not newton_schulz(np.zeros((3, 3))).any()


def test_the_quintic_iteration_is_no_polar_factor(rng):
    matrix = with_condition(rng, 64)
    values = np.linalg.svd(newton_schulz(matrix, iteration="quintic"), compute_uv=False)
    assert 0.6 < values.min() < 0.8
    assert 1.05 < values.max() < 1.25
    error = np.linalg.norm(newton_schulz(matrix, iteration="quintic") - polar_factor(matrix), 2)
    assert 0.2 < error < 0.4


def test_directions(rng):
    gradient = rng.normal(size=(6, 6))
    assert GradientDescent(1.0).direction(gradient) is gradient
    assert np.linalg.norm(NormalizedGradient(1.0).direction(gradient)) == pytest.approx(1)
    assert set(np.unique(SignDescent(1.0).direction(gradient))) == {-1.0, 1.0}
    for optimizer in (
        NormalizedGradient(1.0, unit_norm=True),
        SignDescent(1.0, unit_norm=True),
        Muon(1.0),
        Muon(1.0, polar="cubic"),
        TaskAlignedSign(1.0, queries=np.eye(6), answers=np.eye(6), unit_norm=True),
    ):
        assert np.linalg.norm(optimizer.direction(gradient), 2) == pytest.approx(1, abs=1e-6)
    assert not NormalizedGradient(1.0).direction(np.zeros((2, 2))).any()


def test_muon_turns_with_the_basis_and_the_sign_does_not(rng):
    gradient = rng.normal(size=(6, 6))
    left, right = random_embeddings(6, rng=rng), random_embeddings(6, rng=rng)
    turned = left @ gradient @ right.T
    for optimizer in (Muon(1.0), Muon(1.0, polar="quintic"), NormalizedGradient(1.0)):
        expected = left @ optimizer.direction(gradient) @ right.T
        assert np.allclose(optimizer.direction(turned), expected)
    oracle = TaskAlignedSign(1.0, queries=right, answers=left)
    assert np.allclose(oracle.direction(turned), left @ np.sign(gradient) @ right.T)
    sign = SignDescent(1.0)
    assert not np.allclose(sign.direction(turned), left @ sign.direction(gradient) @ right.T)


def test_the_oracle_takes_rounding_for_zero():
    oracle = TaskAlignedSign(1.0, queries=np.eye(2), answers=np.eye(2))
    assert oracle.direction(np.array([[1.0, 1e-15], [-2.0, 0.0]])).tolist() == [[1, 0], [-1, 0]]


@pytest.mark.parametrize(
    ("iteration", "factors"), [("cubic", (1.5, -0.5, 0)), ("quintic", (3.4445, -4.775, 2.0315))]
)
def test_newton_schulz_moves_singular_values_by_its_polynomial(rng, iteration, factors):
    matrix = with_condition(rng, 64, (12, 7))
    values = np.linalg.svd(matrix / np.linalg.norm(matrix), compute_uv=False)
    for num_steps in range(1, 13):
        values = sum(f * values**power for f, power in zip(factors, (1, 3, 5), strict=True))
        found = newton_schulz(matrix, iteration=iteration, num_steps=num_steps)
        found = np.linalg.svd(found, compute_uv=False)
        assert np.allclose(np.sort(found), np.sort(values), atol=1e-12)


def test_newton_schulz_converges_quadratically(rng):
    # |U - X'| <= |X + 2 U| |U - X|^2 / 2: Higham, "Functions of matrices" (2008), chapter 8.
    matrix = with_condition(rng, 64)
    factor = polar_factor(matrix)
    steps = [newton_schulz(matrix, num_steps=n) for n in range(1, 20)]
    for before, after in pairwise(steps):
        bound = np.linalg.norm(before + 2 * factor, 2) * np.linalg.norm(factor - before, 2) ** 2 / 2
        assert np.linalg.norm(factor - after, 2) <= bound + 1e-13
    assert np.linalg.norm(factor - steps[-1], 2) < 1e-12


PLAIN = (
    GradientDescent(0.3),
    NormalizedGradient(0.3),
    SignDescent(0.3, unit_norm=True),
    Muon(0.3),
    TaskAlignedSign(0.3, queries=np.eye(4), answers=np.eye(4)),
)


@pytest.mark.parametrize("optimizer", PLAIN, ids=lambda each: type(each).__name__)
def test_momentum_sums_gradients_with_falling_weights(optimizer, rng):
    gradients, weights = rng.normal(size=(3, 4, 4)), rng.normal(size=(4, 4))
    plain, _ = optimizer.step(weights, gradients[0])
    assert np.array_equal(plain, weights - 0.3 * optimizer.direction(gradients[0]))
    total = gradients[2] + 0.5 * gradients[1] + 0.25 * gradients[0]
    for nesterov, ahead in ((False, total), (True, gradients[2] + 0.5 * total)):
        heavy, state = replace(optimizer, momentum=0.5, nesterov=nesterov), None
        for gradient in gradients:
            moved, state = heavy.step(weights, gradient, state)
        assert np.allclose(moved, weights - 0.3 * optimizer.direction(ahead))
        assert state.num_steps == 3


def test_adam_divides_means_of_gradients_by_roots_of_mean_squares(rng):
    gradients, weights = rng.normal(size=(5, 4, 3)), np.zeros((4, 3))
    adam, state = Adam(0.1, momentum=0.8, square_momentum=0.9, floor=1e-3), None
    for gradient in gradients:
        moved, state = adam.step(weights, gradient, state)
    shares = [0.8 ** np.arange(5)[::-1], 0.9 ** np.arange(5)[::-1]]
    mean = np.average(gradients, axis=0, weights=shares[0])
    square = np.average(gradients**2, axis=0, weights=shares[1])
    assert np.allclose(moved, -0.1 * mean / (np.sqrt(square) + 1e-3))
    first, _ = Adam(0.1).step(weights, gradients[0])
    assert np.allclose(first, -0.1 * np.sign(gradients[0]), atol=1e-6)


def path(optimizer, weights, gradients):
    state = None
    for gradient in gradients:
        weights, state = optimizer.step(weights, gradient, state)
    return weights


HEAVY = {"momentum": 0.9, "weight_decay": 0.1}


def test_paths_turn_with_the_basis_of_muon_and_flip_with_that_of_signs(rng):
    gradients, weights = rng.normal(size=(4, 6, 5)), rng.normal(size=(6, 5))
    left, right = random_embeddings(6, rng=rng), random_embeddings(5, rng=rng)
    flips = np.diag(rng.choice([-1, 1], 6)), np.diag(rng.choice([-1, 1], 5))
    turned = (Muon(0.1, **HEAVY), Muon(0.1, polar="quintic", nesterov=True, **HEAVY))
    turned += (GradientDescent(0.1, **HEAVY), NormalizedGradient(0.1, unit_norm=True, **HEAVY))
    flipped = (SignDescent(0.1, **HEAVY), Adam(0.1, **HEAVY))
    for a, b, optimizers in ((left, right, turned), (*flips, turned + flipped)):
        for optimizer in optimizers:
            expected = a @ path(optimizer, weights, gradients) @ b
            assert np.allclose(path(optimizer, a @ weights @ b, a @ gradients @ b), expected)
    for optimizer in flipped:
        expected = left @ path(optimizer, weights, gradients) @ right
        found = path(optimizer, left @ weights @ right, left @ gradients @ right)
        assert not np.allclose(found, expected)


def test_weights_decay_beside_the_gradient_and_zero_leaves_them(rng):
    weights, zero = rng.normal(size=(4, 3)), np.zeros((4, 3))
    for optimizer in (GradientDescent(0.2), Muon(0.2), SignDescent(0.2), Adam(0.2)):
        assert np.array_equal(optimizer.step(weights, zero)[0], weights)
        decayed, _ = replace(optimizer, weight_decay=0.5).step(weights, zero)
        assert np.allclose(decayed, 0.9 * weights)


@pytest.mark.parametrize("shape", [(), (3,), (3, 2, 2)])
def test_weights_of_any_shape_are_matrices_by_their_first_axis(shape, rng):
    weights, gradient = rng.normal(size=(2, *shape))
    moved, _ = Muon(0.1).step(weights, gradient)
    assert np.shape(moved) == shape
    matrix = np.reshape(gradient, (3 if shape else 1, -1))
    assert np.allclose(np.ravel(weights - moved), 0.1 * polar_factor(matrix).ravel())


@pytest.mark.parametrize(
    ("call", "match"),
    [
        (lambda: GradientDescent(0.0), r"step_size should be positive and finite\. Got 0\.0"),
        (lambda: Muon(-1.0), r"step_size should be positive and finite\. Got -1\.0"),
        (lambda: Muon(1.0, polar="qr"), r"polar should be one of svd, cubic,"),
        (lambda: polar_factor(np.zeros(3)), r"matrix should have shape \(num_rows,"),
        (lambda: polar_factor([[np.nan]]), r"matrix should be finite"),
        (
            lambda: newton_schulz([[1.0]], iteration="x"),
            r"iteration should be one of cubic, quintic\.",
        ),
        (
            lambda: newton_schulz([[1.0]], num_steps=0),
            r"num_steps should be in \[1, 10000\]\. Got 0",
        ),
        (lambda: Muon(0.1, momentum=1.0), r"momentum should be in \[0, 1\)\. Got 1\.0"),
        (lambda: Adam(0.1).step(np.eye(2), np.eye(3)), r"gradient should have shape \(2, 2\)"),
        (
            lambda: Adam(0.1).step(np.zeros((0, 2)), np.zeros((0, 2))),
            r"weights should not be empty",
        ),
        (lambda: Adam(0.1).step(np.eye(2), np.eye(2) * np.nan), r"gradient should be finite"),
        (
            lambda: Adam(0.1).step([[1.0]], [[1.0]], Muon(0.1).step([[1.0]], [[1.0]])[1]),
            r"state should hold moments of shape \(2, 1, 1\).*Got shape \(1, 1, 1\)",
        ),
        (lambda: random_embeddings(0), r"size should be in \[1, 16384\]\. Got 0"),
    ],
)
def test_errors(call, match):
    with pytest.raises(ValueError, match=match):
        call()
