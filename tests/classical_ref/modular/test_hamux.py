"""The same memories as in HAMUX, where that package is installed: pip install hamux fastcore."""

import warnings

import numpy as np
import pytest

from classical_ref import (
    Convolution,
    Coupling,
    Identity,
    LayerNorm,
    ModularMemory,
    NeuronLayer,
    RectifiedPower,
    Sigmoid,
    Softmax,
    Spherical,
    Tanh,
)
from classical_ref.modular.unrolled import recall_error

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    hamux = pytest.importorskip("hamux", reason="needs hamux and fastcore")
    import jax

    jax.config.update("jax_enable_x64", True)

LAGRANGIANS = [  # ours, and that of HAMUX with the same parameters
    (Identity(), "lagr_identity", {}),
    (RectifiedPower(3), "lagr_repu", {"n": 3}),
    (Tanh(1.5), "lagr_tanh", {"beta": 1.5}),
    (Sigmoid(2.0), "lagr_sigmoid", {"beta": 2.0}),
    (Softmax(1.2), "lagr_softmax", {"beta": 1.2}),
    (LayerNorm(1.3, 0.2), "lagr_layernorm", {"gamma": 1.3, "delta": 0.2}),
    (Spherical(0.7, 0.1), "lagr_spherical_norm", {"gamma": 0.7, "delta": 0.1}),
]


def agree(memory, peer, states, peer_states):
    activations = peer.activations(peer_states)
    energy, gradient = peer.dEdact(activations, peer_states, return_energy=True)
    assert np.isclose(memory.energy(states), energy, rtol=1e-10)
    received = memory.inputs(states)
    for name, state in states.items():
        assert np.allclose(memory.activations(states)[name], activations[name], rtol=1e-10)
        assert np.allclose(state - received[name], gradient[name], rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize(("lagrangian", "name", "parameters"), LAGRANGIANS)
def test_layers_of_every_kind(lagrangian, name, parameters, rng):
    dense, bias = rng.normal(size=(4, 3)), rng.normal(size=3)
    memory = ModularMemory(
        {"a": NeuronLayer(4, Tanh()), "b": NeuronLayer(3, lagrangian)},
        [(Coupling(dense), ("a", "b")), (Coupling(bias), ("b",))],
    )
    peer = hamux.HAM(
        {
            "a": hamux.NeuronLayer(hamux.lagr_tanh, (4,)),
            "b": hamux.NeuronLayer(lambda x: getattr(hamux, name)(x, **parameters), (3,)),
        },
        {"dense": hamux.LinearSynapse(dense), "bias": hamux.BiasSynapse(bias)},
        [(("a", "b"), "dense"), (("b",), "bias")],
    )
    states = {"a": rng.normal(size=4), "b": rng.normal(size=3)}
    agree(memory, peer, states, states)


def test_a_convolution_between_images(rng):
    filters = rng.normal(size=(3, 2, 2, 4))
    memory = ModularMemory(
        {"image": NeuronLayer((7, 6, 2), Tanh()), "maps": NeuronLayer((3, 3, 4), Identity())},
        [(Convolution(filters, 2), ("image", "maps"))],
    )
    peer = hamux.HAM(
        {
            "image": hamux.NeuronLayer(hamux.lagr_tanh, (7, 6, 2)),
            "maps": hamux.NeuronLayer(hamux.lagr_identity, (3, 3, 4)),
        },
        {"conv": hamux.ConvSynapse(filters.transpose(3, 2, 0, 1), (2, 2), "VALID")},
        [(("image", "maps"), "conv")],
    )
    states = {"image": rng.normal(size=(7, 6, 2)), "maps": rng.normal(size=(3, 3, 4))}
    agree(memory, peer, states, states)


def test_learning_is_that_of_automatic_differentiation(rng):
    """The error after four steps, and its gradient by both weights, against jax through HAMUX."""
    dense, bias = rng.normal(size=(4, 3)), rng.normal(size=3)
    memory = ModularMemory(
        {"a": NeuronLayer(4, Tanh(1.5)), "b": NeuronLayer(3, Softmax(1.2))},
        [(Coupling(dense), ("a", "b")), (Coupling(bias), ("b",))],
    )
    states = {"a": rng.normal(size=4), "b": rng.normal(size=3)}
    goal = rng.normal(size=4)

    def error(weights):
        peer = hamux.HAM(
            {
                "a": hamux.NeuronLayer(lambda x: hamux.lagr_tanh(x, 1.5), (4,)),
                "b": hamux.NeuronLayer(lambda x: hamux.lagr_softmax(x, 1.2), (3,)),
            },
            {"dense": hamux.LinearSynapse(weights[0]), "bias": hamux.BiasSynapse(weights[1])},
            [(("a", "b"), "dense"), (("b",), "bias")],
        )
        x = states
        for _ in range(4):
            slopes = peer.dEdact(peer.activations(x), x)
            x = {name: x[name] - 0.3 * slopes[name] for name in x}
        return ((peer.activations(x)["a"] - goal) ** 2).mean()

    value, slopes = jax.value_and_grad(error)((dense, bias))
    found, gradient = recall_error(memory, states, {"a": goal}, num_steps=4, step=0.3)
    assert np.isclose(found, value, rtol=1e-12)
    for place in (0, 1):
        assert np.allclose(gradient[place, "weights"], slopes[place], rtol=1e-9, atol=1e-13)
