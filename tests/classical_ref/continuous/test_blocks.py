"""States are taken in blocks: the memory of a call does not grow with them."""

import tracemalloc

import pytest

from classical_ref.continuous import memory as module
from classical_ref.continuous.energies import AttentionMemory, EpanechnikovMemory


@pytest.mark.parametrize("kind", [AttentionMemory, EpanechnikovMemory])
def test_blocks_change_no_result(kind, rng, monkeypatch):
    memory = kind(rng.normal(size=(7, 3)), beta=0.5)
    states = rng.normal(size=(2, 5, 3))

    def results():
        found = memory.recall(states)
        parts = (found.states, found.energies, found.steps, found.outcome)
        return [memory.energy(states), memory.gradient(states), memory.step(states), *parts]

    whole = results()
    monkeypatch.setattr(module, "_BLOCK_ENTRIES", 20)
    for found, expected in zip(results(), whole, strict=True):
        assert found.shape == expected.shape
        assert found == pytest.approx(expected, rel=1e-12, abs=1e-12)
    assert memory.energy(states[:0]).shape == (0, 5)
    assert isinstance(memory.energy(states[0, 0]), float)


def test_many_states_take_no_more_memory(rng):
    memory = EpanechnikovMemory(rng.normal(size=(20_000, 4)), beta=0.5)
    states = rng.normal(size=(500, 4))
    tracemalloc.start()
    memory.recall(states, max_steps=1)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 80 * 2**20  # all at once take 238 MiB
