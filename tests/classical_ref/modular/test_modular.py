import numpy as np
import pytest
from cases import case
from hypothesis import given, settings
from hypothesis import strategies as st

from classical_ref import (
    Attention,
    AttentionMemory,
    Convergence,
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


@pytest.mark.parametrize("lagrangian", LAGRANGIANS)
def test_activation_is_the_gradient(lagrangian, rng):
    x = rng.normal(size=(20, 5))
    for neuron in range(5):
        move = 1e-6 * np.eye(5)[neuron]
        slope = (lagrangian.value(x + move) - lagrangian.value(x - move)) / 2e-6
        assert np.allclose(lagrangian.activation(x)[:, neuron], slope, atol=1e-6)


@pytest.mark.parametrize("lagrangian", LAGRANGIANS)
@given(seed=st.integers(0, 9999), share=st.floats(0, 1))
def test_lagrangians_are_convex(lagrangian, seed, share):
    x, y = np.random.default_rng(seed).normal(size=(2, 4))
    mixed = lagrangian.value(share * x + (1 - share) * y)
    assert mixed <= share * lagrangian.value(x) + (1 - share) * lagrangian.value(y) + 1e-12


@pytest.mark.parametrize("lagrangian", [Tanh(2.0), Sigmoid(2.0), Softmax(2.0), Identity()])
def test_large_states_do_not_overflow(lagrangian):
    x = np.array([1e5, -1e5, 3.0])
    assert np.isfinite(lagrangian.value(x))
    assert np.isfinite(lagrangian.activation(x)).all()


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


@pytest.mark.parametrize("make", [hierarchy, transformer])
def test_inputs_are_the_forces(make, rng):
    """Moving x along d changes the energy by ``(x - I) . (dg)``."""
    memory = make(rng)
    states = states_for(memory, rng)
    received = memory.inputs(states)
    for name in memory.layers:
        move = 1e-6 * rng.normal(size=states[name].shape)
        ahead, behind = (dict(states) | {name: states[name] + s * move} for s in (1, -1))
        change = memory.energy(ahead) - memory.energy(behind)
        moved = memory.activations(ahead)[name] - memory.activations(behind)[name]
        axes = tuple(range(2, moved.ndim))
        expected = ((states[name] - received[name]) * moved).sum(axis=axes)
        assert np.allclose(change, expected, rtol=1e-3, atol=1e-10)


@pytest.mark.parametrize("make", [hierarchy, transformer])
@settings(max_examples=15)
@given(seed=st.integers(0, 999))
def test_the_energy_never_rises(make, seed):
    rng = np.random.default_rng(seed)
    memory = make(rng)
    result = memory.recall(states_for(memory, rng), max_steps=40)
    rises = np.diff(result.energy_trajectory, axis=0)
    assert rises.max(initial=0) <= 1e-12 * (1 + np.abs(result.energy_trajectory).max())


@pytest.mark.parametrize("make", [hierarchy, transformer])
def test_fixed_points_receive_what_they_are(make, rng):
    memory = make(rng)
    result = memory.recall(states_for(memory, rng), tolerance=1e-5)
    assert np.all(result.outcome == Convergence.CONVERGED)
    for name, received in memory.inputs(result.states).items():
        tau = memory.layers[name].time_constant
        assert np.allclose(received, result.states[name], atol=1.01e-5 * tau)
    assert np.allclose(result.energies, memory.energy(result.states))


def two_layers(patterns, lagrangian):
    num_patterns, num_neurons = patterns.shape
    return ModularMemory(
        {
            "visible": NeuronLayer(num_neurons, Identity()),
            "hidden": NeuronLayer(num_patterns, lagrangian),
        },
        [(Coupling(patterns), ("hidden", "visible"))],
    )


def test_attention_memory_is_a_two_layer_case(rng):
    patterns, probes = rng.normal(size=(4, 6)), rng.normal(size=(5, 6))
    single = AttentionMemory(patterns, 2.0)
    memory = two_layers(patterns, Softmax(2.0))
    relaxed = {"visible": probes, "hidden": probes @ patterns.T}
    offset = np.log(4) / 2.0 + (patterns**2).sum(axis=1).max() / 2
    assert np.allclose(memory.energy(relaxed) + offset, single.energy(probes))
    result = memory.recall({"visible": probes, "hidden": probes @ patterns.T}, tolerance=1e-9)
    visible = result.states["visible"]
    assert np.allclose(single.gradient(visible), 0, atol=1e-6)


@pytest.mark.parametrize("order", [2, 3, 5])
def test_dense_memory_is_a_two_layer_case(order, rng):
    """Relaxed hidden neurons give minus the sum of F over patterns plus ``|v|**2 / 2``."""
    patterns = rng.choice([-1.0, 1.0], size=(4, 6))
    visible = rng.choice([-1.0, 1.0], size=(7, 6))
    memory = two_layers(patterns, RectifiedPower(order))
    products = visible @ patterns.T
    energy = -(np.maximum(products, 0) ** order).sum(axis=1) / order + 3
    assert np.allclose(memory.energy({"visible": visible, "hidden": products}), energy)


def test_clamping(rng):
    memory = hierarchy(rng)
    states = states_for(memory, rng)
    mask = np.array([True, False, False, True, False, False])
    result = memory.recall(states, clamped={"visible": mask, "top": True}, max_steps=50)
    assert np.array_equal(result.states["visible"][..., mask], states["visible"][..., mask])
    assert np.array_equal(result.states["top"], states["top"])
    assert not np.allclose(result.states["middle"], states["middle"])
    assert np.diff(result.energy_trajectory, axis=0).max(initial=0) <= 1e-12


def test_a_single_state_has_no_leading_axes():
    memory = two_layers(np.eye(2), Softmax(4.0))
    result = memory.recall({"visible": [1.0, 0.2], "hidden": [0.0, 0.0]})
    assert result.energies.shape == ()
    assert result.states["visible"].shape == (2,)


LAYERS = {"a": NeuronLayer(2, Identity()), "b": NeuronLayer((3, 2), LayerNorm())}
PLAIN = ModularMemory(LAYERS, [])
GOOD = {"a": np.zeros(2), "b": np.zeros((3, 2))}


def test_errors():
    for call, match in [
        (lambda: RectifiedPower(1), r"order should be in \[2, inf\)\. Got 1"),
        (lambda: Tanh(0.0), r"beta should be positive and finite\. Got 0\.0"),
        (lambda: LayerNorm(gamma=-1.0), r"gamma should be positive and finite\. Got -1\.0"),
        (lambda: Spherical(epsilon=0.0), r"epsilon should be positive and finite\. Got 0\.0"),
        (lambda: Spherical(delta=np.nan), r"delta should be finite\. Got nan"),
        (lambda: NeuronLayer(0, Identity()), r"one or two positive sizes\. Got 0"),
        (lambda: NeuronLayer(1, Identity(), 0.0), r"time_constant should be positive"),
        (lambda: Coupling(1.0), r"weights should have shape"),
        (lambda: Coupling([np.inf]), r"weights should be finite\. Got nan or"),
        (
            lambda: Attention(np.ones((1, 2, 3)), np.ones((2, 2, 3))),
            r"key_weights should have shape \(1, 2,",
        ),
        (lambda: Attention(np.ones((1, 1, 1)), np.ones((1, 1, 1)), 0.0), r"beta should be pos"),
        (lambda: ModularMemory({}, []), r"at least one layer\. Got none"),
        (lambda: ModularMemory(LAYERS, [(Coupling([1.0]), ("c",))]), r"among a, b\. Got 'c'"),
        (
            lambda: ModularMemory(LAYERS, [(Coupling([1.0]), ("a",))]),
            r"shapes \(\(1,\),\)\. Got \(\(2,\),\)",
        ),
        (
            lambda: ModularMemory(
                LAYERS, [(Attention(np.ones((1, 1, 2)), np.ones((1, 1, 3))), ("b", "b"))]
            ),
            r"shapes \(num_tokens, 2\) and \(num_tokens, 3\)",
        ),
        (lambda: PLAIN.energy({"a": [0.0, 0.0]}), r"name the layers a, b\. Got a"),
        (lambda: PLAIN.energy(GOOD | {"a": [0.0]}), r"shape \(\.\.\., 2\)\. Got shape \(1,\)"),
        (lambda: PLAIN.energy(GOOD | {"a": [0.0, np.nan]}), r"states\['a'\] should be finite"),
        (lambda: PLAIN.energy(GOOD | {"a": [[0.0, 0.0]]}), r"the same leading shape"),
        (lambda: PLAIN.recall(GOOD, max_steps=0), r"max_steps should be at least 1"),
        (lambda: PLAIN.recall(GOOD, tolerance=0.0), r"tolerance should be positive"),
        (lambda: PLAIN.recall(GOOD, clamped={"c": True}), r"layers among a, b\. Got 'c'"),
        (lambda: PLAIN.recall(GOOD, clamped={"a": [1, 0]}), r"booleans of shape \(2,\)"),
        (
            lambda: PLAIN.recall(GOOD, clamped={"b": np.eye(3, 2, dtype=bool)}),
            r"whole layer, whose activations \(LayerNorm\) depend on each other",
        ),
    ]:
        with case(match), pytest.raises(ValueError, match=match):
            call()
