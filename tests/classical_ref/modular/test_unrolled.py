import numpy as np
import pytest
from cases import case
from hypothesis import given, settings
from hypothesis import strategies as st
from modular_memories import graph, hierarchy, states_for, transformer

from classical_ref import Coupling, Identity, ModularMemory, NeuronLayer, Tanh
from classical_ref.modular.unrolled import recall_error, weights_of, with_weights

MAKERS = [graph, hierarchy, transformer]


def moved(memory, directions, size):
    start = weights_of(memory)
    return with_weights(memory, {key: start[key] + size * d for key, d in directions.items()})


@pytest.mark.parametrize("make", MAKERS)
@settings(max_examples=6)
@given(seed=st.integers(0, 99_999))
def test_gradients_are_the_slopes_of_the_error(make, seed):
    """By a fourth-order difference along each array of weights, to 1e-6 of the gradient."""
    rng = np.random.default_rng(seed)
    memory = make(rng)
    states = states_for(memory, rng, (3,))
    names = list(memory.layers)[:2]
    targets = {name: rng.normal(size=states[name].shape) for name in names}
    held = {}
    if memory.layers[names[0]].lagrangian.is_elementwise:
        held = {names[0]: rng.random(memory.layers[names[0]].axes) < 0.5}
        held[names[0]].flat[0] = False
    options = {"clamped": held, "num_steps": 3, "step": 0.15}
    _, gradient = recall_error(memory, states, targets, **options)
    assert set(gradient) == set(weights_of(memory))
    for key, slope in gradient.items():
        direction = {key: rng.normal(size=slope.shape)}
        near, far = (
            recall_error(moved(memory, direction, h), states, targets, **options)[0]
            - recall_error(moved(memory, direction, -h), states, targets, **options)[0]
            for h in (2e-5, 4e-5)
        )
        expected = (8 * near - far) / 24e-5
        size = np.linalg.norm(slope) * np.linalg.norm(direction[key])
        assert abs((slope * direction[key]).sum() - expected) <= 1e-6 * size + 1e-9


def test_the_error_is_that_of_the_dynamics(rng):
    memory = hierarchy(rng)
    states = states_for(memory, rng, (2, 4))
    goal = rng.normal(size=(2, 4, 6))
    held = np.array([True, False, False, True, False, False])
    x = states
    for _ in range(3):
        received = memory.inputs(x)
        x = {
            name: x[name] + 0.25 * (received[name] - x[name]) / layer.time_constant
            for name, layer in memory.layers.items()
        }
        x["visible"] = np.where(held, states["visible"], x["visible"])
    off = (memory.activations(x)["visible"] - goal)[..., ~held]
    options = {"clamped": {"visible": held}, "num_steps": 3, "step": 0.25}
    found, _ = recall_error(memory, states, {"visible": goal}, **options)
    assert np.isclose(found, np.mean(off**2))


def test_blocks_of_states_change_nothing(rng, monkeypatch):
    memory = hierarchy(rng)
    states = states_for(memory, rng, (7,))
    targets = {"visible": rng.normal(size=(7, 6))}
    whole, gradient = recall_error(memory, states, targets)
    monkeypatch.setattr("classical_ref.modular.unrolled._CHUNK", 200)
    parts, again = recall_error(memory, states, targets)
    assert np.isclose(whole, parts)
    assert all(np.allclose(gradient[key], again[key]) for key in gradient)


def test_a_synapse_that_stands_twice_stays_one(rng):
    layers = {name: NeuronLayer(3, Tanh()) for name in "abc"}
    shared, own = (Coupling(rng.normal(size=(3, 3))) for _ in range(2))
    memory = ModularMemory(layers, [(own, ("a", "c")), (shared, ("a", "b")), (shared, ("b", "c"))])
    assert list(weights_of(memory)) == [(0, "weights"), (1, "weights")]
    states, goal = states_for(memory, rng, (2,)), {"c": rng.normal(size=(2, 3))}
    _, gradient = recall_error(memory, states, goal)
    changed = with_weights(memory, {(1, "weights"): 2 * shared.weights})
    assert changed.synapses[1][0] is changed.synapses[2][0]
    assert changed.synapses[0][0] is own
    apart = ModularMemory(layers, [*memory.synapses[:2], (Coupling(shared.weights), ("b", "c"))])
    _, each = recall_error(apart, states, goal)
    assert np.allclose(gradient[1, "weights"], each[1, "weights"] + each[2, "weights"])


def test_errors():
    layers = {"a": NeuronLayer(2, Identity()), "b": NeuronLayer(2, Tanh())}
    memory = ModularMemory(layers, [(Coupling(np.eye(2)), ("a", "b"))])
    states, goal = {"a": np.ones((3, 2)), "b": np.ones((3, 2))}, {"a": np.ones((3, 2))}
    wild = ModularMemory(layers, [(Coupling(1e200 * np.eye(2)), ("a", "a"))])
    for call, match in [
        (
            lambda: recall_error(memory, states, {}),
            r"targets should name layers among a, b\. Got",
        ),
        (lambda: recall_error(memory, states, {"c": [1.0]}), r"layers among a, b\. Got c"),
        (lambda: recall_error(memory, states, {"a": np.ones((2, 2))}), r"shape of states, \(3,\)"),
        (
            lambda: recall_error(memory, states, goal, num_steps=0),
            r"num_steps should be in",
        ),
        (lambda: recall_error(memory, states, goal, step=0.0), r"step should be positive"),
        (
            lambda: recall_error(memory, states, goal, clamped={"a": True}),
            r"clamped\['a'\] should leave a neuron free to learn\. Got all held",
        ),
        (lambda: recall_error(wild, states, goal), r"overflow of the inputs of layer 'a'"),
    ]:
        with case(match), pytest.raises(ValueError, match=match):
            call()
