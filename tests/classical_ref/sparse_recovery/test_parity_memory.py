from itertools import combinations
from math import comb

import numpy as np
import pytest
from cases import case

from classical_ref import DenseMemory, Polynomial, erase, flip
from classical_ref.sparse_recovery import (
    ParityMemory,
    learn_checks,
    left_regular_graph,
    num_four_cycles,
)
from classical_ref.sparse_recovery.gf2 import eliminate
from classical_ref.spins import bits_to_spins

HAMMING = np.array([[1, 0, 1, 0, 1, 0, 1], [0, 1, 1, 0, 0, 1, 1], [0, 0, 0, 1, 1, 1, 1]])


@pytest.fixture(scope="module")
def planted():
    return ParityMemory(left_regular_graph(96, 48, 3, rng=0))


def all_states(num_neurons):
    return bits_to_spins(np.arange(2**num_neurons)[:, None] >> np.arange(num_neurons) & 1)


def test_elimination_solves_the_equations(rng):
    for rows, width in ((1, 1), (5, 9), (9, 5), (20, 130)):
        matrix = rng.integers(2, size=(rows, width)).astype(np.uint8)
        matrix[0] = 1
        solved = eliminate(matrix)
        assert sorted([*solved.pivots, *solved.free]) == list(range(width))
        words = np.zeros((len(solved.free), width), dtype=np.int64)
        words[:, solved.free] = np.eye(len(solved.free))
        words[:, solved.pivots] = solved.dependence.T
        assert not (words @ matrix.T % 2).any()
        if rows < 10:
            spanned = {tuple(np.array(c) @ matrix % 2) for c in np.ndindex(*(2,) * rows)}
            assert len(spanned) == 2 ** len(solved.pivots)


def test_graphs_have_equal_degrees_and_no_four_cycles(planted):
    assert (planted.checks.sum(axis=0) == 3).all()
    assert (planted.checks.sum(axis=1) == 6).all()
    assert num_four_cycles(planted.checks) == 0
    assert num_four_cycles(left_regular_graph(96, 48, 3, four_cycles=True, rng=0)) > 0


def test_small_memories_hold_what_their_checks_say():
    memory = ParityMemory(HAMMING)
    states = all_states(7)
    stored = states[memory.energy(states) == 0]
    assert len(stored) == 2**memory.dimension == 16
    assert {row.tobytes() for row in memory.sample(400, rng=0)} == {r.tobytes() for r in stored}
    products = np.stack([states[:, check == 1].prod(axis=1) for check in HAMMING], axis=1)
    assert np.array_equal(memory.energy(states), (products < 0).sum(axis=1))


def test_xor_is_one_check():
    table = DenseMemory([[1, 1, 1], [1, -1, -1], [-1, 1, -1], [-1, -1, 1]], Polynomial(3))
    states = all_states(3)
    assert np.array_equal(table.energy(states), -24 + 48 * ParityMemory([[1, 1, 1]]).energy(states))


def test_enough_patterns_give_the_planted_checks(planted):
    samples = planted.sample(96, rng=1)
    for num_samples in (64, 96):
        learned = ParityMemory.learned(samples[:num_samples])
        assert {r.tobytes() for r in learned.checks} == {r.tobytes() for r in planted.checks}
    assert learned.dimension == 48


def test_learning_finds_all_checks_of_a_weight(rng):
    patterns = rng.choice([-1, 1], size=(3, 9))
    found = {tuple(np.flatnonzero(c)) for c in learn_checks(patterns, weight=4, max_chance=None)}
    obeyed = {c for c in combinations(range(9), 4) if (patterns[:, c].prod(axis=1) == 1).all()}
    assert found == obeyed


def test_every_single_error_is_corrected(planted):
    word = planted.sample(1, rng=2)[0]
    probes = np.where(np.eye(96, dtype=bool), -word, word)
    result = planted.recall(probes)
    assert (result.states == word).all()
    assert result.is_stored.all()


def test_most_larger_errors_are_corrected(planted):
    words = planted.sample(1000, rng=3)
    for num_errors, least in ((2, 0.98), (3, 0.9), (4, 0.78)):
        result = planted.recall(flip(words, num_errors, rng=num_errors))
        assert (result.states == words).all(axis=1).mean() >= least
    hopeless = planted.recall(flip(words, 20, rng=0))
    assert not hopeless.is_stored.all()
    energies = planted.energy(hopeless.states)
    assert np.array_equal(energies == 0, hopeless.is_stored)


def test_unknown_entries_are_filled(planted):
    words = planted.sample(200, rng=4)
    result = planted.recall(erase(words, 15, rng=0))
    assert (result.states == words).all(axis=1).mean() > 0.95
    nothing = planted.recall(np.zeros(96))
    assert not nothing.is_stored
    assert not nothing.states.any()
    assert ParityMemory(HAMMING).recall("0?00000").states.tolist() == [1] * 7


def test_the_stored_words_are_too_many_to_repeat(planted):
    words = planted.sample(20_000, rng=5)
    assert not planted.energy(words).any()
    assert len(np.unique(words, axis=0)) == 20_000
    assert words.mean(axis=0).std() < 0.02


def test_few_patterns_are_refused_unless_asked(planted):
    few = planted.sample(32, rng=6)
    with pytest.raises(ValueError, match=r"rank 37 over GF\(2\).*Got rank 3[0-2] from 32 patterns"):
        learn_checks(few)
    chance = comb(96, 6) / 2**16
    many = len(learn_checks(few[:16], max_chance=None)) - 48
    assert abs(many - chance) < 6 * chance**0.5


def test_errors():
    for call, match in [
        (lambda: ParityMemory([1, 0]), r"checks should have 2 non-empty axes. Got shape \(2,\)"),
        (lambda: ParityMemory([[1, 2]]), r"checks should be 0 or 1. Got 2"),
        (lambda: ParityMemory([[1, 0], [0, 0]]), r"every check should take in a neuron"),
        (lambda: ParityMemory(HAMMING).recall("01"), r"probe should have shape \(7,\)"),
        (lambda: ParityMemory(HAMMING).recall("0" * 7, max_sweeps=0), r"max_sweeps should be"),
        (lambda: ParityMemory.learned([[1, 1, 1, -1]], weight=4, max_chance=9), r"Got none"),
        (lambda: learn_checks(["00"], weight=3), r"weight should be even, in 2\.\.2\. Got 3"),
        (lambda: learn_checks(["0" * 99], weight=12), r"at most 2000000 half-sets"),
        (lambda: left_regular_graph(0, 1, 1), r"num_neurons should be in \[1, 1000000\]\."),
        (lambda: left_regular_graph(2, 2, 3), r"degree should be at most num_checks, 2. Got 3"),
        (lambda: left_regular_graph(9, 4, 3), r"num_checks should allow.*Got 4"),
    ]:
        with case(match), pytest.raises(ValueError, match=match):
            call()


def test_a_memory_is_locked_and_shown():
    memory = ParityMemory(HAMMING)
    assert repr(memory) == "ParityMemory(num_checks=3, num_neurons=7)"
    with pytest.raises(ValueError, match="read-only"):
        memory.checks[0] = 1
