import numpy as np
import pytest

from classical_ref import Exponential, HopfieldMemory, LogSumExp, random_patterns
from qdenseam import AmplitudeMemory, EnergyMemory, load, save
from qdenseam.methods import AmplitudeAmplification, SeparationFilter

PATTERNS = random_patterns(5, 7, rng=0)


@pytest.mark.parametrize("encoder", ["auto(goal=depth)", "dense", "affine"])
def test_an_amplitude_memory_comes_back_with_its_priors_and_encoder(encoder, tmp_path):
    memory = AmplitudeMemory(PATTERNS, weights=[1, 2, 3, 4, 0], encoder=encoder)
    save(memory, tmp_path / "memory.npz")
    back = load(tmp_path / "memory.npz", AmplitudeMemory)
    with pytest.raises(ValueError, match=r"should hold EnergyMemory\. Got AmplitudeMemory"):
        load(tmp_path / "memory.npz", EnergyMemory)
    assert back.encoder == memory.encoder
    assert np.array_equal(back.patterns, memory.patterns)
    assert back.weights == pytest.approx(memory.weights, rel=1e-15)
    law = SeparationFilter([1, 0.5, 0.2, 0, 0, 0, 0, 0]).law
    assert law(back, PATTERNS[1]).joint == pytest.approx(law(memory, PATTERNS[1]).joint, rel=1e-14)


@pytest.mark.parametrize(
    "memory",
    [
        EnergyMemory(PATTERNS, Exponential(0.5)),
        EnergyMemory(HopfieldMemory(PATTERNS), probe_field=0.3),
        EnergyMemory(PATTERNS, LogSumExp()),
    ],
)
def test_an_energy_memory_comes_back_with_its_energies(memory, tmp_path):
    save(memory, tmp_path / "memory.npz")
    back = load(tmp_path / "memory.npz")
    assert np.array_equal(back.diagonal(PATTERNS[0]), memory.diagonal(PATTERNS[0]))


def test_amplitude_memories_grow_and_forget():
    memory = AmplitudeMemory(PATTERNS[:3], weights=[1, 1, 2], encoder="dense")
    grown = memory.with_patterns(PATTERNS[3:], weights=[0.5, 0.5])
    assert grown.weights == pytest.approx([0.125, 0.125, 0.25, 0.25, 0.25])
    assert grown.encoder == memory.encoder
    assert grown.without([3, 4]).weights == pytest.approx([0.25, 0.25, 0.5])
    law = AmplitudeAmplification().law(grown, PATTERNS[4])
    assert law.joint[4] > 0.9


@pytest.mark.parametrize("kind", [AmplitudeMemory, EnergyMemory])
@pytest.mark.parametrize("shape", [(2, 3), [2, 3], np.array([2, 3])], ids=repr)
def test_a_shape_is_two_integers_and_comes_back(kind, shape, tmp_path):
    memory = kind(["001011", "010101"], shape=shape)
    save(memory, tmp_path / "memory.npz")
    again = load(tmp_path / "memory.npz")
    assert memory.shape == again.shape == (2, 3)
    assert all(type(each) is int for each in again.shape)
    assert again._repr_html_() == memory._repr_html_()


@pytest.mark.parametrize("shape", [(2.0, 3.0), (None, 6), 6, "23", (2, 2), (0, 6), (2**40, 2**70)])
def test_other_shapes_are_refused(shape):
    for kind in (AmplitudeMemory, EnergyMemory):
        with pytest.raises(ValueError, match=r"shape should be \(rows, columns\) of 6 neurons"):
            kind(["001011", "010101"], shape=shape)


def test_weights_come_back_to_the_last_digit(tmp_path):
    patterns = random_patterns(12, 6, rng=0)
    for weights in (range(1, 13), np.arange(1, 13) ** 0.5, np.arange(12)):
        memory = AmplitudeMemory(patterns, weights)
        save(memory, tmp_path / "memory.npz")
        assert np.array_equal(load(tmp_path / "memory.npz").weights, memory.weights)
