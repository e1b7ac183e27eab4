import numpy as np
import pytest
from cases import case

from classical_ref import (
    Attention,
    AttentionMemory,
    Coupling,
    EnergyTransformer,
    GaussianMemory,
    Identity,
    LayerNorm,
    ModularMemory,
    NeuronLayer,
    Softmax,
    Tanh,
    attend,
)


@pytest.fixture
def block(rng):
    """Six tokens of eight features, two heads of size four, sixteen patterns."""
    weights = rng.normal(size=(2, 2, 4, 8)) / np.sqrt(8)
    return EnergyTransformer(*weights, rng.normal(size=(16, 8)) / np.sqrt(8), beta=0.5)


def test_one_step_of_the_memory_is_attention(rng):
    patterns, probes = rng.normal(size=(7, 5)), rng.normal(size=(3, 2, 5))
    memory = AttentionMemory(patterns, 2.0)
    seen = attend(probes, patterns, beta=2.0)
    assert np.abs(memory.step(probes) - seen).max() < 1e-14
    # the same as a unit step down the slope of the energy
    slope = np.empty_like(probes)
    for neuron in range(5):
        move = 1e-6 * np.eye(5)[neuron]
        ahead, behind = memory.energy(probes + move), memory.energy(probes - move)
        slope[..., neuron] = (ahead - behind) / 2e-6
    assert np.abs(probes - slope - seen).max() < 5e-9


def test_keys_of_equal_length_need_no_distances(rng):
    patterns = rng.choice([-1.0, 1.0], size=(7, 5))
    probes = rng.normal(size=(3, 5))
    step = GaussianMemory(patterns, 1.3).step(probes)
    assert np.abs(step - attend(probes, patterns, beta=1.3)).max() < 1e-14


def test_values_are_averaged(rng):
    queries, keys, values = rng.normal(size=(4, 3)), rng.normal(size=(6, 3)), rng.normal(size=6)
    shares = np.exp(queries @ keys.T)
    shares /= shares.sum(axis=1, keepdims=True)
    assert np.allclose(attend(queries, keys, values[:, None])[:, 0], shares @ values)
    assert np.allclose(attend(queries, keys, beta=1e4), keys[(queries @ keys.T).argmax(axis=1)])


def test_softmax_hidden_neurons_at_rest_give_the_energy(rng):
    patterns, probes = rng.normal(size=(4, 6)), rng.normal(size=(5, 6))
    layers = {"visible": NeuronLayer(6, Identity()), "hidden": NeuronLayer(4, Softmax(2.0))}
    memory = ModularMemory(layers, [(Coupling(patterns), ("hidden", "visible"))])
    total = memory.energy({"visible": probes, "hidden": probes @ patterns.T})
    single = (probes**2).sum(axis=1) / 2 - np.log(np.exp(2 * probes @ patterns.T).sum(axis=1)) / 2
    assert np.abs(total - single).max() < 1e-13


def test_the_gradient_of_the_block_is_its_slope(block, rng):
    g = block.norm.activation(rng.normal(size=(3, 6, 8)))
    for _ in range(5):
        direction = rng.normal(size=g.shape)
        step = 1e-5 * direction
        slope = (block._energy(g + step) - block._energy(g - step)) / 2e-5
        expected = (block._gradient(g) * direction).sum(axis=(1, 2))
        assert np.abs(slope - expected).max() < 2e-8


@pytest.mark.parametrize("step", [0.05, 0.1, 0.5])
def test_the_energy_of_the_block_falls(block, rng, step):
    result = block.descend(rng.normal(size=(2, 6, 8)), step=step, num_steps=500)
    assert result.energies.shape == (501, 2)
    assert np.diff(result.energies, axis=0).max() <= 1e-12 * np.abs(result.energies).max()
    assert result.energies[-1].max() < result.energies[0].min()
    assert np.array_equal(block.energy(result.tokens), result.energies[-1])


def test_the_block_is_a_modular_memory_but_for_the_mask(rng):
    """Two layers with an attention synapse: every token of one attends to all of the other."""
    weights = rng.normal(size=(2, 2, 4, 8))
    synapse = Attention(*weights, 0.7)
    block = EnergyTransformer(*weights, np.zeros((1, 8)), beta=0.7)
    g = block.norm.activation(rng.normal(size=(1, 2, 8)))
    # with two tokens, each attends to the other one alone
    first, second = g[:, :1], g[:, 1:]
    expected = synapse.energy((first, second)) + synapse.energy((second, first))
    assert np.allclose(block._energy(g), expected)


def test_permuting_tokens_permutes_the_answer(block, rng):
    tokens, order = rng.normal(size=(6, 8)), rng.permutation(6)
    assert block.energy(tokens[order]) == pytest.approx(float(block.energy(tokens)))
    moved, still = block.descend(tokens[order]), block.descend(tokens)
    assert np.allclose(moved.tokens, still.tokens[order])


def test_memory_alone_pulls_tokens_to_the_pattern(rng):
    pattern = LayerNorm().activation(rng.normal(size=(1, 12)))
    zero = np.zeros((1, 1, 12))
    block = EnergyTransformer(zero, zero, pattern)
    probes = pattern + rng.normal(size=(3, 12)) / 2
    final = block.norm.activation(block.descend(probes, num_steps=300).tokens)
    assert np.abs(final - pattern).max() < 0.02


def test_a_pair_is_completed_through_the_layer_above():
    """Two patches with five patterns each, and a top layer that knows the five valid pairs."""

    def hits(kappa):
        rng = np.random.default_rng(0)
        found, rise = 0, 0.0
        for _ in range(40):
            patterns = rng.choice([-1.0, 1.0], size=(2, 5, 64))
            layers = {
                "left": NeuronLayer(64, Tanh()),
                "right": NeuronLayer(64, Tanh()),
                "left patterns": NeuronLayer(5, Softmax(0.1)),
                "right patterns": NeuronLayer(5, Softmax(0.1)),
                "pairs": NeuronLayer(5, Softmax()),
            }
            synapses = [
                (Coupling(patterns[0]), ("left patterns", "left")),
                (Coupling(patterns[1]), ("right patterns", "right")),
                (Coupling(kappa * np.eye(5)), ("pairs", "left patterns")),
                (Coupling(kappa * np.eye(5)), ("pairs", "right patterns")),
            ]
            pair = rng.integers(5)
            start = {name: np.zeros(layer.axes) for name, layer in layers.items()}
            start["left"] = rng.choice([-1.0, 1.0], size=64)
            start["right"] = patterns[1, pair] * np.where(rng.permutation(64) < 6, -1, 1)
            result = ModularMemory(layers, synapses).recall(start, max_steps=200, tolerance=1e-4)
            assert np.array_equal(np.sign(result.states["right"]), patterns[1, pair])
            found += np.array_equal(np.sign(result.states["left"]), patterns[0, pair])
            rise = max(rise, np.diff(result.energy_trajectory).max())
        assert rise < 1e-12
        return found / 40

    assert hits(16.0) == 1.0
    assert hits(0.0) < 0.4


W, P = np.ones((1, 2, 3)), np.ones((4, 3))


def test_a_block_is_locked_and_shown():
    block = EnergyTransformer(W, W, P)
    assert repr(block) == (
        "EnergyTransformer(num_heads=1, head_size=2, num_features=3, num_patterns=4, beta=1.0)"
    )
    with pytest.raises(ValueError, match="read-only"):
        block.patterns[0] = 1


def test_errors():
    for call, match in [
        (lambda: attend([1.0], [[1.0, 2.0]]), r"queries should have shape \(\.\.\., 2\)\. Got"),
        (lambda: attend([1.0], [1.0]), r"keys should have shape \(num_patterns,"),
        (
            lambda: attend([1.0], [[1.0]], [[1.0], [2.0]]),
            r"values should have shape \(1, num_outputs\)\.",
        ),
        (lambda: attend([1.0], [[1.0]], beta=0.0), r"beta should be positive and finite\. Got 0"),
        (lambda: EnergyTransformer(W, W, P, beta=-1.0), r"beta should be positive.*Got -1"),
        (lambda: EnergyTransformer(W, W[:, :1], P), r"key_weights should have shape \(1, 2,"),
        (lambda: EnergyTransformer(W, W, P[:, :2]), r"patterns should have shape \(num_patterns,"),
        (lambda: EnergyTransformer(W * np.nan, W, P), r"query_weights should be finite"),
        (lambda: EnergyTransformer(W, W, P[:0]), r"patterns should have shape \(num_patterns,"),
        (lambda: EnergyTransformer(W, W, P).energy(np.ones((2, 2))), r"num_tokens, 3\)"),
        (
            lambda: EnergyTransformer(W, W, P).energy(np.ones((1, 3))),
            r"num_tokens should be at least 2\. Got 1",
        ),
        (lambda: EnergyTransformer(W, W, P).gradient([[np.inf] * 3] * 2), r"tokens should be fin"),
        (lambda: EnergyTransformer(W, W, P).descend(P, step=0.0), r"step should be positive"),
        (lambda: EnergyTransformer(W, W, P).descend(P, num_steps=0), r"num_steps should be in"),
    ]:
        with case(match), pytest.raises(ValueError, match=match):
            call()
