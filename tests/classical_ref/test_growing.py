import numpy as np
import pytest

from classical_ref import (
    CenteredMemory,
    DenseMemory,
    Exponential,
    GaussianMemory,
    HopfieldMemory,
    check_patterns,
    random_patterns,
)
from classical_ref.sequences import SequenceMemory

SPINS = random_patterns(8, 12, rng=0)
REALS = np.random.default_rng(0).normal(size=(8, 3))
KINDS = [
    (lambda patterns: DenseMemory(patterns, Exponential(0.5)), SPINS),
    (lambda patterns: HopfieldMemory(patterns, "storkey"), SPINS),
    (CenteredMemory, SPINS),
    (SequenceMemory, SPINS),
    (lambda patterns: GaussianMemory(patterns, 2), REALS),
]


def energies(memory, states):
    return memory.step(states) if isinstance(memory, SequenceMemory) else memory.energy(states)


@pytest.mark.parametrize(("kind", "patterns"), KINDS)
def test_growing_is_storing_all_and_forgetting_is_storing_the_rest(kind, patterns):
    first = kind(patterns[:5])
    grown = first.with_patterns(patterns[5:])
    assert len(first.patterns) == 5
    assert np.array_equal(grown.patterns, patterns)
    assert np.array_equal(energies(grown, patterns), energies(kind(patterns), patterns))
    back = grown.without([5, 6, 7])
    assert np.array_equal(back.patterns, first.patterns)
    assert np.array_equal(energies(back, patterns), energies(first, patterns))
    assert np.array_equal(grown.without(2).patterns, np.delete(patterns, 2, axis=0))


def test_weights_follow_their_patterns():
    memory = DenseMemory(SPINS[:3], weights=[1, 2, 6])
    assert memory.with_patterns(SPINS[3:5]).weights.tolist() == [1, 2, 6, 3, 3]
    assert memory.with_patterns(SPINS[3:5], weights=[4, 5]).weights.tolist() == [1, 2, 6, 4, 5]
    assert memory.without([0, 2]).weights.tolist() == [2]


@pytest.mark.parametrize(
    ("do", "message"),
    [
        (lambda memory: memory.with_patterns(SPINS[:1]), "distinct"),
        (lambda memory: memory.with_patterns(["0011"]), "12 neurons"),
        (lambda memory: memory.with_patterns(SPINS[3:], weights=[1]), "weights"),
        (lambda memory: memory.without(3), "from 0 to 2"),
        (lambda memory: memory.without(-1), "from 0 to 2"),
        (lambda memory: memory.without([True]), "from 0 to 2"),
        (lambda memory: memory.without([0, 1, 2]), "leave a pattern"),
        (lambda memory: HopfieldMemory(SPINS[:3]).with_patterns(SPINS[3:4], weights=[1]), "has no"),
    ],
)
def test_what_is_refused(do, message):
    with pytest.raises(ValueError, match=message):
        do(DenseMemory(SPINS[:3]))


def test_forgetting_nothing_changes_nothing():
    memory = DenseMemory(["001", "010"])
    assert np.array_equal(memory.without([]).patterns, memory.patterns)


def test_what_holds_patterns_is_told_from_patterns():
    for call in (DenseMemory, DenseMemory(["001", "010"]).with_patterns, check_patterns):
        with pytest.raises(TypeError, match=r"Got DenseMemory\(.*give its \.patterns"):
            call(DenseMemory(["111"]))
