import numpy as np
import pytest
from cases import case

from classical_ref.learning import MaskedTokens, learn_tokens


@pytest.fixture
def model(rng):
    sizes = {"num_features": 6, "head_size": 4, "num_patterns": 7}
    return MaskedTokens.random(5, 3, **sizes, rng=rng)


@pytest.fixture
def tokens(rng):
    return rng.normal(size=(4, 5, 3))


MISSING = np.array([True, False, True, False, False])


def test_gradients_are_the_slopes_of_the_loss(model, tokens, rng):
    gone = rng.random((4, 5)) < 0.5
    gone[0, 0] = True
    _, gradient = model.loss_and_gradient(tokens, gone)
    weights = model.weights()
    assert set(gradient) == set(weights)
    for name, slope in gradient.items():
        direction = rng.normal(size=slope.shape)
        near, far = (
            model.with_weights(weights | {name: weights[name] + h * direction}).loss_and_gradient(
                tokens, gone
            )[0]
            - model.with_weights(weights | {name: weights[name] - h * direction}).loss_and_gradient(
                tokens, gone
            )[0]
            for h in (2e-5, 4e-5)
        )
        size = np.linalg.norm(slope) * np.linalg.norm(direction)
        assert abs((slope * direction).sum() - (8 * near - far) / 24e-5) <= 1e-6 * size


def test_the_loss_is_that_of_what_is_filled_in(model, tokens):
    filled = model.fill(tokens, MISSING)
    assert np.array_equal(filled[:, ~MISSING], tokens[:, ~MISSING])
    loss, _ = model.loss_and_gradient(tokens, MISSING)
    assert np.isclose(loss, np.mean((filled - tokens)[:, MISSING] ** 2))


def test_missing_values_are_not_looked_at(model, tokens):
    unknown = tokens.copy()
    unknown[:, MISSING] = np.nan
    assert np.array_equal(model.fill(unknown, MISSING), model.fill(tokens, MISSING))


def test_the_energy_falls(model, tokens):
    energies = model.descend(tokens, MISSING).energies
    assert energies.shape == (7, 4)
    assert (np.diff(energies, axis=0) < 0).all()


def test_without_positions_tokens_have_no_order(model, tokens, rng):
    weights = model.weights()
    plain = model.with_weights(weights | {"positions": np.zeros((5, 6))})
    order = rng.permutation(5)
    shuffled = plain.fill(tokens[:, order], MISSING[order])
    assert np.allclose(shuffled, plain.fill(tokens, MISSING)[:, order])
    assert not np.allclose(model.fill(tokens[:, order], MISSING[order]), shuffled)


def test_equal_tokens_are_learned(rng):
    """Every token of a sample is the same: what is missing can be read off the others."""
    tokens = np.repeat(rng.normal(size=(60, 1, 2)), 4, axis=1)
    model = MaskedTokens.random(4, 2, num_features=8, head_size=4, num_patterns=8, rng=0)
    learned, losses = learn_tokens(
        model, tokens, num_missing=1, num_steps=400, batch_size=30, learning_rate=0.01, rng=0
    )
    assert losses.shape == (400,)
    assert losses[-20:].mean() < 0.25 * tokens.var()
    filled = learned.fill(tokens, np.arange(4) == 2)
    assert np.mean((filled - tokens)[:, 2] ** 2) < 0.25 * tokens.var()


def test_errors(model, tokens):
    for call, match in [
        (lambda: model.fill(tokens[..., :2], MISSING), r"tokens should have shape"),
        (lambda: model.fill(tokens, MISSING[:3]), r"missing should be booleans of shape"),
        (lambda: model.fill(tokens * np.nan, MISSING), r"tokens should be finite"),
        (lambda: model.loss_and_gradient(tokens, ~np.ones(5, bool)), r"hold a missing token"),
        (lambda: learn_tokens(model, tokens, num_missing=6), r"num_missing should be at most 5"),
        (lambda: learn_tokens(model, tokens, num_missing=0), r"num_missing should be in \[1"),
        (lambda: MaskedTokens.random(0, 3), r"num_tokens should be in \[1, 1000000\]"),
        (
            lambda: MaskedTokens.random(10**6, 3, num_features=300),
            r"rows \* num_features should be",
        ),
        (lambda: model.with_weights(model.weights() | {"offset": [0.0]}), r"offset should have"),
    ]:
        with case(match), pytest.raises(ValueError, match=match):
            call()
