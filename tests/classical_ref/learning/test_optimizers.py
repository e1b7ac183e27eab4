import numpy as np
import pytest

from classical_ref.learning import (
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
        (lambda: random_embeddings(0), r"size should be in \[1, 16384\]\. Got 0"),
    ],
)
def test_errors(call, match):
    with pytest.raises(ValueError, match=match):
        call()
