from dataclasses import replace

import numpy as np
import pytest
from cases import case
from hypothesis import given, settings
from hypothesis import strategies as st

from classical_ref import Attention, Convolution, Coupling, Hypersynapse, Pooling


def synapses(rng):
    """One synapse of every kind, with the shapes of layers that it joins."""
    yield Coupling(rng.normal(size=3)), [(3,)]
    yield Coupling(rng.normal(size=(3, 4))), [(3,), (4,)]
    yield Coupling(rng.normal(size=(2, 3, 2, 4))), [(2, 3), (2,), (4,)]
    yield Attention(*rng.normal(size=(2, 2, 3, 3)), 0.7), [(4, 3), (5, 3)]
    yield Attention(*rng.normal(size=(2, 2, 3, 3)), 0.7, only_others=True), [(4, 3), (4, 3)]
    yield Convolution(rng.normal(size=(3, 2, 4))), [(7, 2), (5, 4)]
    yield Convolution(rng.normal(size=(2, 3, 2, 3)), stride=2), [(6, 7, 2), (3, 3, 3)]
    yield Pooling(2), [(5, 4, 3), (2, 2, 3)]
    yield Pooling(3, 1, beta=2.0), [(5, 4, 2), (3, 2, 2)]
    yield Pooling(2, beta=30.0), [(6, 1), (3, 1)]


KINDS = range(len(list(synapses(np.random.default_rng(0)))))


def drawn(kind, seed):
    rng = np.random.default_rng(seed)
    synapse, shapes = list(synapses(rng))[kind]
    synapse.check_shapes(tuple(shapes))
    layers = [tuple(rng.normal(size=(3, *shape)) for shape in shapes) for _ in range(3)]
    return synapse, *layers


def moved(first, second, size):
    return tuple(a + size * b for a, b in zip(first, second, strict=True))


def product(first, second):
    return sum((a * b).reshape(len(a), -1).sum(axis=1) for a, b in zip(first, second, strict=True))


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=10)
@given(seed=st.integers(0, 9999))
def test_inputs_are_minus_the_gradient(kind, seed):
    synapse, g, move, _ = drawn(kind, seed)
    slope = synapse.energy(moved(g, move, 1e-5)) - synapse.energy(moved(g, move, -1e-5))
    assert np.allclose(-product(synapse.inputs(g), move), slope / 2e-5, rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=10)
@given(seed=st.integers(0, 9999))
def test_moved_inputs_are_the_slope_of_the_inputs(kind, seed):
    synapse, g, move, other = drawn(kind, seed)
    changes, _ = synapse.moved_inputs(g, move)
    ahead, behind = (synapse.inputs(moved(g, move, size)) for size in (1e-5, -1e-5))
    for change, a, b, layer in zip(changes, ahead, behind, g, strict=True):
        assert change.shape == layer.shape
        assert np.allclose(change, (a - b) / 2e-5, rtol=1e-6, atol=1e-7)
    assert np.allclose(product(changes, other), product(synapse.moved_inputs(g, other)[0], move))


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=10)
@given(seed=st.integers(0, 9999))
def test_gradients_by_the_weights(kind, seed):
    synapse, g, move, _ = drawn(kind, seed)
    _, gradients = synapse.moved_inputs(g, move)
    assert set(gradients) == set(synapse.learnable)
    for name, gradient in gradients.items():
        weights = getattr(synapse, name)
        direction = np.random.default_rng(seed).normal(size=weights.shape)
        ahead, behind = (
            product(replace(synapse, **{name: weights + s * direction}).inputs(g), move).sum()
            for s in (1e-5, -1e-5)
        )
        expected = (ahead - behind) / 2e-5
        assert np.isclose((gradient * direction).sum(), expected, rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("stride", [1, 2, 3])
def test_a_convolution_is_a_sparse_coupling(stride, rng):
    filters = rng.normal(size=(2, 3, 2, 4))
    synapse = Convolution(filters, stride)
    places = (4 // stride + 1, 4 // stride + 1)
    weights = np.zeros((6, 7, 2, *places, 4))
    for row, column in np.ndindex(places):
        top, left = row * stride, column * stride
        weights[top : top + 2, left : left + 3, :, row, column] = filters
    dense = Coupling(weights)
    v, h = rng.normal(size=(5, 6, 7, 2)), rng.normal(size=(5, *places, 4))
    assert np.allclose(synapse.energy((v, h)), dense.energy((v, h)))
    for own, expected in zip(synapse.inputs((v, h)), dense.inputs((v, h)), strict=True):
        assert np.allclose(own, expected)


def test_filters_are_the_same_everywhere(rng):
    """What moves by a stride is answered by the next place."""
    synapse = Convolution(rng.normal(size=(2, 2, 1, 3)), stride=2)
    image = rng.normal(size=(1, 6, 8, 1))
    answers = synapse.inputs((image, np.zeros((1, 3, 4, 3))))[1]
    later = synapse.inputs((np.roll(image, 2, axis=2), np.zeros((1, 3, 4, 3))))[1]
    assert np.allclose(answers[:, :, :-1], later[:, :, 1:])


def test_pooling_goes_from_the_mean_to_the_largest(rng):
    image = rng.normal(size=(2, 6, 4, 3))
    blocks = image.reshape(2, 3, 2, 2, 2, 3)
    pooled = {b: Pooling(2, beta=b).inputs((image, np.zeros((2, 3, 2, 3))))[1] for b in (0, 3, 1e4)}
    assert np.allclose(pooled[0], blocks.mean(axis=(2, 4)))
    assert np.allclose(pooled[1e4], blocks.max(axis=(2, 4)), atol=2e-4)
    assert (pooled[0] < pooled[3]).all()
    assert (pooled[3] < pooled[1e4]).all()
    assert np.allclose(Pooling(2, beta=1e-7).inputs((image, pooled[0]))[1], pooled[0], atol=1e-6)


def test_a_synapse_that_cannot_learn_says_so():
    class Own(Hypersynapse):
        def check_shapes(self, shapes):
            pass

        def energy(self, activations):
            return activations[0].sum(axis=1)

        def inputs(self, activations):
            return (-np.ones_like(activations[0]),)

    with pytest.raises(TypeError, match=r"Own should have moved_inputs\(\) for layers to learn"):
        Own().moved_inputs((np.ones((1, 2)),), (np.ones((1, 2)),))


def test_errors():
    image, answers = Convolution(np.ones((2, 3, 1, 4)), 2), Pooling(2)
    for call, error, match in [
        (
            lambda: Convolution(np.ones(3)),
            ValueError,
            r"filters should have shape \(window, num_ch",
        ),
        (lambda: Convolution(np.ones((2, 1, 1)), 0), ValueError, r"stride should be in"),
        (lambda: Pooling(0), ValueError, r"window should be in \[1, 1000000\]\. Got 0"),
        (lambda: Pooling(2, 1.5), TypeError, r"stride should be an integer or None\. Got 1\.5"),
        (lambda: Pooling(2, beta=-1.0), ValueError, r"beta should be at least 0\. Got -1"),
        (
            lambda: image.check_shapes(((6, 7, 1), (3, 3, 3))),
            ValueError,
            r"shapes \(6, 7, 1\) and \(3, 3, 4\)\. Got \(\(6, 7, 1\), \(3, 3, 3\)\)",
        ),
        (
            lambda: image.check_shapes(((6, 2, 1), (3, 1, 4))),
            ValueError,
            r"shapes \(\*size, 1\) with sizes of at least \(2, 3\)",
        ),
        (lambda: image.check_shapes(((6, 7, 1),)), ValueError, r"shapes \(6, 7, 1\) and"),
        (lambda: answers.check_shapes(((6, 2), (2, 2))), ValueError, r"\(6, 2\) and \(3, 2\)"),
        (lambda: answers.check_shapes(((6,), (3,))), ValueError, r"sizes of at least \(2,\)"),
    ]:
        with case(match), pytest.raises(error, match=match):
            call()
