import numpy as np
import pytest
from cases import case

from classical_ref import ModularMemory, hierarchical_memory, load, save
from classical_ref.modular.unrolled import after_steps, recall_error

HELD = {"image": np.arange(8).reshape(4, 2, 1) < 4}


@pytest.fixture
def bars(rng):
    """Pictures of two windows, each dark or light, the lower as the upper one."""
    shades = rng.choice([0.0, 1.0], size=(30, 1, 1))
    return np.ones((30, 4, 2)) * shades + 0.01 * rng.normal(size=(30, 4, 2))


def test_the_missing_half_follows_the_other(bars):
    memory = hierarchical_memory(bars, window=2, num_parts=2, num_wholes=2, rng=0)
    cues = memory.start({"image": np.where(HELD["image"], bars[..., np.newaxis], 0.5)})
    result = memory.recall(cues, clamped=HELD)
    found = result.states["image"][:, 2:, :, 0]
    assert (np.abs(found - bars[:, 2:]) < 0.2).all()
    assert np.diff(result.energy_trajectory, axis=0).max() <= 1e-12


def test_parts_are_the_means_of_windows(bars):
    memory = hierarchical_memory(bars, window=2, num_parts=2, num_wholes=2, rng=0)
    filters = memory.synapses[0][0].filters
    lows, highs = (bars[(bars.mean(axis=(1, 2)) > 0.5) == high] for high in (False, True))
    means = [each.reshape(-1, 2, 2, 2).mean(axis=(0, 1)) for each in (lows, highs)]
    order = np.argsort(filters.sum(axis=(0, 1, 2)))
    assert np.allclose(filters[:, :, 0, order], np.stack(means, axis=-1))
    assert memory.layers["parts"].axes == (2, 1, 2)


def test_a_seed_gives_the_same_memory(bars):
    first, again = (
        hierarchical_memory(bars, window=2, num_parts=3, num_wholes=4, rng=5) for _ in range(2)
    )
    for (synapse, _), (other, _) in zip(first.synapses, again.synapses, strict=True):
        for name in synapse.learnable:
            assert np.array_equal(getattr(synapse, name), getattr(other, name))


def test_after_steps_is_what_the_error_is_of(bars):
    memory = hierarchical_memory(bars, window=2, num_parts=2, num_wholes=2, rng=0)
    cues = memory.start({"image": np.where(HELD["image"], bars[..., np.newaxis], 0.5)})
    wholes = {"image": bars[..., np.newaxis]}
    ends = after_steps(memory, cues, clamped=HELD, num_steps=3, step=0.5)
    assert np.array_equal(ends["image"][:, :2], cues["image"][:, :2])
    error, _ = recall_error(memory, cues, wholes, clamped=HELD, num_steps=3, step=0.5)
    assert np.isclose(error, np.mean((ends["image"] - wholes["image"])[:, 2:] ** 2))


def test_it_goes_into_a_file_and_back(bars, tmp_path):
    memory = hierarchical_memory(bars, window=2, num_parts=2, num_wholes=2, rng=0)
    save(memory, tmp_path / "memory.npz")
    again = load(tmp_path / "memory.npz", ModularMemory)
    states = memory.start({"image": bars[..., np.newaxis]})
    assert np.array_equal(again.energy(states), memory.energy(states))


def test_what_is_not_given_starts_at_zero(bars):
    memory = hierarchical_memory(bars, window=2, num_parts=2, num_wholes=2, rng=0)
    states = memory.start({"image": bars[0, ..., np.newaxis]})
    assert {name: each.shape for name, each in states.items()} == {
        "image": (4, 2, 1),
        "parts": (2, 1, 2),
        "whole": (2,),
    }
    assert not states["parts"].any()


def test_errors(bars):
    memory = hierarchical_memory(bars, window=2, num_parts=2, num_wholes=2, rng=0)
    for call, match in [
        (lambda: hierarchical_memory(bars, window=3), r"window should divide 4 and 2\. Got 3"),
        (lambda: hierarchical_memory(bars[0]), r"pictures should have shape \(num_pictures, rows"),
        (lambda: hierarchical_memory(bars, window=2, num_parts=61), r"at most the 60 that are gi"),
        (lambda: hierarchical_memory(bars, window=2, num_parts=2), r"num_wholes should be at most"),
        (lambda: hierarchical_memory(bars, coupling=0.0), r"coupling should be positive"),
        (lambda: memory.start({"picture": bars}), r"name the layers image, parts, whole\. Got pic"),
    ]:
        with case(match), pytest.raises(ValueError, match=match):
            call()
