import numpy as np
import pytest
from cases import case
from hypothesis import given, settings
from hypothesis import strategies as st
from modular_memories import LAGRANGIANS, graph, hierarchy, states_for, transformer

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


@pytest.mark.parametrize("lagrangian", LAGRANGIANS)
def test_activation_is_the_gradient(lagrangian, rng):
    x = rng.normal(size=(20, 5))
    for neuron in range(5):
        move = 1e-6 * np.eye(5)[neuron]
        slope = (lagrangian.value(x + move) - lagrangian.value(x - move)) / 2e-6
        assert np.allclose(lagrangian.activation(x)[:, neuron], slope, atol=1e-6)


@pytest.mark.parametrize("lagrangian", LAGRANGIANS)
@given(seed=st.integers(0, 9999))
def test_moved_activations_are_the_hessian(lagrangian, seed):
    """Symmetric, nowhere negative, and the slope of the activations."""
    x, move, other = np.random.default_rng(seed).normal(size=(3, 4))
    moved = lagrangian.moved_activation(x, move)
    kept = 1e-6 * move
    slope = (lagrangian.activation(x + kept) - lagrangian.activation(x - kept)) / 2e-6
    has_kink = isinstance(lagrangian, RectifiedPower) and np.abs(x).min() < 1e-5
    assert has_kink or np.allclose(moved, slope, rtol=1e-6, atol=1e-8)
    assert np.isclose(other @ moved, move @ lagrangian.moved_activation(x, other))
    assert move @ moved >= 0


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


@pytest.mark.parametrize("make", [graph, hierarchy, transformer])
@settings(max_examples=25)
@given(seed=st.integers(0, 99_999))
def test_the_dynamics_goes_downhill(make, seed):
    """The slope of E along ``I - x`` is minus the Hessian of L between the moves: at most 0."""
    rng = np.random.default_rng(seed)
    memory = make(rng)
    states = states_for(memory, rng, (4,))
    received, slope = memory.inputs(states), np.zeros(4)
    for name, layer in memory.layers.items():
        move = received[name] - states[name]
        moved = layer.lagrangian.moved_activation(states[name], move)
        slope -= (move * moved).reshape(4, -1).sum(axis=1) / layer.time_constant
    size = 1e-7

    def energy(sign):
        return memory.energy(
            {
                name: states[name]
                + sign * size * (received[name] - states[name]) / layer.time_constant
                for name, layer in memory.layers.items()
            }
        )

    assert (slope <= 0).all()
    assert np.allclose((energy(1) - energy(-1)) / (2 * size), slope, rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize("make", [graph, hierarchy, transformer])
@settings(max_examples=15)
@given(seed=st.integers(0, 99_999))
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


def test_what_overflows_is_refused():
    plain = two_layers(np.eye(2), Softmax(4.0))
    far = {"visible": [1e200, 0.0], "hidden": [0.0, 0.0]}
    for call in (plain.energy, plain.recall):
        with pytest.raises(
            ValueError, match=r"small enough for float64\. Got an overflow of the en"
        ):
            call(far)
    assert np.isfinite(plain.inputs(far)["visible"]).all()
    layers = {"a": NeuronLayer(1, RectifiedPower(4)), "b": NeuronLayer(1, Identity())}
    powers = ModularMemory(layers, [(Coupling([[1.0]]), ("a", "b"))])
    for call, what in ((powers.activations, "activations of layer 'a'"), (powers.inputs, "b'")):
        with pytest.raises(ValueError, match=what):
            call({"a": [1e200], "b": [1.0]})


def test_an_energy_without_bound_is_refused():
    """A positive feedback of 2 on identity neurons grows without end; one of 1/2 does not."""
    for strength, bounded in ((0.5, True), (2.0, False)):
        memory = ModularMemory(
            {"a": NeuronLayer(1, Identity())}, [(Coupling([[strength / 2]]), ("a", "a"))]
        )
        states = {"a": [[0.0], [1e-3]]}
        if bounded:
            assert np.allclose(memory.recall(states).states["a"], 0, atol=1e-6)
            continue
        with pytest.raises(ValueError, match=r"lower bound .* overflow of state 1 after \d+ steps"):
            memory.recall(states)


def test_a_trial_that_overflows_is_halved():
    """The first trial, 5e5, has powers beyond float64; the fixed point is near 1.6."""
    memory = ModularMemory(
        {"a": NeuronLayer(1, RectifiedPower(40))},
        [(Coupling([1e6]), ("a",)), (Coupling([[-0.005]]), ("a", "a"))],
    )
    result = memory.recall({"a": [1.0]}, max_steps=60)
    assert memory.energy({"a": [1.1]}) > result.energies


def test_fast_layers_settle():
    layers = {"a": NeuronLayer(2, Tanh(), 1e-3), "b": NeuronLayer(2, Tanh(), 1e3)}
    memory = ModularMemory(
        layers, [(Coupling(np.eye(2)), ("a", "b")), (Coupling([1.0, 2]), ("a",))]
    )
    result = memory.recall({"a": [1.0, -1], "b": [0.0, 1]}, max_steps=2000, tolerance=1e-4)
    assert np.allclose(memory.inputs(result.states)["a"], result.states["a"], atol=1e-6)


LAYERS = {"a": NeuronLayer(2, Identity()), "b": NeuronLayer((3, 2), LayerNorm())}
PLAIN = ModularMemory(LAYERS, [])
GOOD = {"a": np.zeros(2), "b": np.zeros((3, 2))}


def test_errors():
    for call, match in [
        (lambda: RectifiedPower(1), r"order should be at least 2\. Got 1"),
        (lambda: Tanh(0.0), r"beta should be positive and finite\. Got 0\.0"),
        (lambda: LayerNorm(gamma=-1.0), r"gamma should be positive and finite\. Got -1\.0"),
        (lambda: Spherical(epsilon=0.0), r"epsilon should be positive and finite\. Got 0\.0"),
        (lambda: Spherical(delta=np.nan), r"delta should be finite\. Got nan"),
        (lambda: NeuronLayer(0, Identity()), r"shape should be in \[1, 100000000\]\. Got 0"),
        (lambda: NeuronLayer(1, Identity(), 0.0), r"time_constant should be positive"),
        (lambda: Coupling(1.0), r"weights should have shape"),
        (lambda: Coupling([np.inf]), r"weights should be finite\. Got nan or"),
        (
            lambda: Attention(np.ones((1, 2, 3)), np.ones((2, 2, 3))),
            r"key_weights should have shape \(1, 2,",
        ),
        (lambda: Attention(np.ones((1, 1, 1)), np.ones((1, 1, 1)), 0.0), r"beta should be pos"),
        (
            lambda: ModularMemory({"a": Tanh()}, []),
            r"layers\['a'\] should be a NeuronLayer\. Got Tan",
        ),
        (lambda: ModularMemory({}, []), r"at least one layer\. Got none"),
        (lambda: ModularMemory(LAYERS, [(Coupling([1.0]), ("c",))]), r"among a, b\. Got 'c'"),
        (
            lambda: ModularMemory(LAYERS, [(Coupling([1.0]), ("a",))]),
            r"axes \(1,\), one layer after the other\. Got \(\(2,\),\)",
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
        (lambda: PLAIN.recall(GOOD, max_steps=0), r"max_steps should be in \[1, 1000000\]\. Got 0"),
        (lambda: PLAIN.recall(GOOD, tolerance=0.0), r"tolerance should be positive"),
        (lambda: PLAIN.recall(GOOD, clamped={"c": True}), r"layers among a, b\. Got 'c'"),
        (lambda: PLAIN.recall(GOOD, clamped={"a": [1, 0]}), r"booleans of shape \(2,\)"),
        (
            lambda: PLAIN.recall(GOOD, clamped={"b": np.eye(3, 2, dtype=bool)}),
            r"whole layer, whose activations \(LayerNorm\) depend on each other",
        ),
        (lambda: Tanh("2"), r"beta should be a number\. Got '2'"),
        (lambda: NeuronLayer("2", Identity()), r"shape should be an integer or several, each an"),
        (lambda: NeuronLayer(2, Tanh), r"lagrangian should be of class Lagrangian\. Got the class"),
        (
            lambda: ModularMemory(LAYERS, [Coupling([1.0])]),
            r"pairs of a hypersynapse and the names",
        ),
        (lambda: ModularMemory(LAYERS, [(Coupling([1.0]), "a")]), r"pairs of a hypersynapse"),
        (lambda: PLAIN.recall(GOOD, max_steps=1.5), r"max_steps should be an integer\. Got 1\.5"),
    ]:
        with case(match), pytest.raises((TypeError, ValueError), match=match):
            call()
