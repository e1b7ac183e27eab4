"""Modular memories of every kind of layer and synapse, drawn at random."""

import numpy as np

from classical_ref import (
    Attention,
    Convolution,
    Coupling,
    Identity,
    LayerNorm,
    ModularMemory,
    NeuronLayer,
    Pooling,
    RectifiedPower,
    Sigmoid,
    Softmax,
    Spherical,
    Tanh,
)

LAGRANGIANS = [
    Identity(),
    RectifiedPower(),
    RectifiedPower(4),
    Tanh(2.0),
    Sigmoid(3.0),
    Softmax(1.5),
    LayerNorm(1.3, 0.2),
    Spherical(0.7, 0.1),
]
BOUNDED = LAGRANGIANS[3:]  # of whose activations the energy has a lower bound, whatever the weights


def graph(rng):
    """Layers in space and others, several synapses between any one, two or three of them."""
    layers = {"image": NeuronLayer((5, 4, 2), rng.choice(BOUNDED), rng.uniform(0.2, 3))}
    synapses = [
        (Convolution(rng.normal(size=(2, 3, 2, 3)), 1), ("image", "maps")),
        (Pooling(2, beta=rng.uniform(0, 5)), ("image", "small")),
        (Coupling(rng.normal(size=(4, 2, 3))), ("maps",)),
    ]
    for name, shape in {"maps": (4, 2, 3), "small": (2, 2, 2), "code": (3,), "top": (2,)}.items():
        layers[name] = NeuronLayer(shape, rng.choice(BOUNDED), rng.uniform(0.2, 3))
    for _ in range(rng.integers(1, 5)):
        names = tuple(rng.choice(list(layers), size=rng.integers(1, 4)))
        shape = sum((layers[name].axes for name in names), ())
        synapses.append((Coupling(rng.normal(size=shape) / np.sqrt(np.prod(shape))), names))
    return ModularMemory(layers, synapses)


def hierarchy(rng):
    """Three layers of different kinds, with every kind of coupling."""
    layers = {
        "visible": NeuronLayer(6, Tanh(1.5)),
        "middle": NeuronLayer(5, LayerNorm(0.5), time_constant=2.0),
        "top": NeuronLayer(3, Softmax(2.0), time_constant=0.5),
    }
    synapses = [
        (Coupling(rng.normal(size=(6, 5))), ("visible", "middle")),
        (Coupling(rng.normal(size=(5, 3))), ("middle", "top")),
        (Coupling(rng.normal(size=(6, 5, 3)) / 4), ("visible", "middle", "top")),
        (Coupling(rng.normal(size=6)), ("visible",)),
        (Coupling(rng.normal(size=(6, 6)) / 4), ("visible", "visible")),
    ]
    return ModularMemory(layers, synapses)


def transformer(rng):
    layers = {
        "tokens": NeuronLayer((4, 3), LayerNorm()),
        "prototypes": NeuronLayer((2, 5), Spherical()),
    }
    synapses = [
        (Attention(*rng.normal(size=(2, 2, 3, 3)), 0.7), ("tokens", "tokens")),
        (
            Attention(rng.normal(size=(1, 2, 3)), rng.normal(size=(1, 2, 5))),
            ("tokens", "prototypes"),
        ),
    ]
    return ModularMemory(layers, synapses)


def states_for(memory, rng, batch=(2, 3)):
    return {name: rng.normal(size=(*batch, *layer.axes)) for name, layer in memory.layers.items()}
