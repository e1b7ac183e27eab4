import numpy as np
import pytest
from cases import case

from classical_ref.sparse_recovery import (
    SubspaceMemory,
    basis_pursuit,
    gap_decode,
    learn_constraints,
    left_regular_graph,
)


def sparse(num_rows, num_neurons, num_errors, rng):
    rows = np.zeros((num_rows, num_neurons))
    for row in rows:
        row[rng.choice(num_neurons, num_errors, replace=False)] = rng.normal(size=num_errors)
    return rows


def test_as_many_samples_as_dimensions_determine_the_subspace(rng):
    basis = rng.normal(size=(64, 128))
    samples, others = rng.normal(size=(64, 64)) @ basis, rng.normal(size=(50, 64)) @ basis
    enough, one_less = learn_constraints(samples), learn_constraints(samples[:63])
    assert (len(enough), len(one_less)) == (64, 65)
    assert np.allclose(enough @ enough.T, np.eye(64))
    assert np.abs(others @ enough.T).max() < 1e-10
    assert np.abs(others @ one_less.T).max() > 1e-2
    with pytest.raises(ValueError, match=r"span 64 dimensions.*Got rank 63 from 63.*add samples"):
        learn_constraints(samples[:63], num_constraints=64)
    with pytest.raises(ValueError, match=r"span 60 dimensions.*Got rank 64.*check for noise"):
        learn_constraints(samples, num_constraints=68)


def test_basis_pursuit_recalls_what_samples_never_showed(rng):
    basis = rng.normal(size=(64, 128))
    memory = SubspaceMemory.learned(rng.normal(size=(64, 64)) @ basis, num_constraints=64)
    words = rng.normal(size=(3, 64)) @ basis
    result = memory.recall(words + sparse(3, 128, 12, rng))
    assert np.abs(result.states - words).max() < 1e-6
    assert result.is_stored.all()


def test_the_program_finds_the_least_sum(rng):
    matrix, error = rng.normal(size=(3, 6)), sparse(1, 6, 3, rng)[0]
    found = basis_pursuit(matrix, matrix @ error)
    assert np.allclose(matrix @ found, matrix @ error)
    assert np.abs(found).sum() <= np.abs(error).sum() + 1e-9
    assert np.count_nonzero(np.abs(found) > 1e-9) <= 3


@pytest.fixture(scope="module")
def graph():
    return left_regular_graph(256, 128, 7, four_cycles=True, rng=1)


def test_votes_recall_on_a_sparse_graph(graph, rng):
    memory = SubspaceMemory(graph, decoder="votes")
    words = rng.normal(size=(40, 128)) @ learn_constraints(graph)
    result = memory.recall(words + sparse(40, 256, 12, rng))
    right = np.abs(result.states - words).max(axis=1) < 1e-6
    assert right.mean() >= 0.95
    assert np.array_equal(right, result.is_stored)


def test_every_vote_closes_more_checks_than_it_opens(graph, rng):
    for error in sparse(5, 256, 60, rng):  # too many to be explained
        syndrome = graph @ error
        rest = syndrome - graph @ gap_decode(graph, syndrome)
        assert np.count_nonzero(np.abs(rest) > 1e-8) <= np.count_nonzero(syndrome)


def test_nothing_wrong_is_left_alone(graph):
    assert not gap_decode(graph, np.zeros(128)).any()
    assert not basis_pursuit(graph[:5], np.zeros(5)).any()


H = np.eye(2, 3)


def test_errors():
    for call, match in [
        (lambda: learn_constraints([1.0]), r"samples should have shape \(num_samples,"),
        (lambda: learn_constraints([[np.nan, 1.0]]), r"samples should be finite\. Got nan or"),
        (lambda: learn_constraints([[0.0, 0.0]]), r"samples should not be all zero\. Got zeros"),
        (lambda: learn_constraints(np.eye(3)), r"span all 3 dimensions; arbitrary patterns"),
        (lambda: basis_pursuit(H, [1.0]), r"syndrome should have shape \(2,\)\. Got shape"),
        (lambda: basis_pursuit(H, [1.0, np.inf]), r"should be finite\. Got nan or infinity"),
        (lambda: basis_pursuit([[1, 1], [1, 1]], [0, 1]), r"without solution.*infeasible"),
        (lambda: gap_decode(2 * np.eye(2), [0, 1]), r"graph should hold 0 and 1"),
        (lambda: gap_decode(H, [0, 1]), r"Got column sums from 0 to 1"),
        (lambda: gap_decode(np.eye(2), [0, 1], tolerance=0), r"tolerance should be positive"),
        (lambda: SubspaceMemory(np.ones(3)), r"constraints should have shape \(m, n\)\. Got"),
        (lambda: SubspaceMemory(H, decoder="luck"), r"decoder should be one of.*Got 'luck'"),
        (
            lambda: SubspaceMemory(H).recall([1.0, 2.0]),
            r"probe should have shape \(\.\.\., 3\)\. Got",
        ),
    ]:
        with case(match), pytest.raises(ValueError, match=match):
            call()


def test_a_memory_is_locked_and_shown():
    memory = SubspaceMemory(H)
    assert repr(memory) == (
        "SubspaceMemory(num_constraints=2, num_neurons=3, decoder='basis-pursuit')"
    )
    with pytest.raises(ValueError, match="read-only"):
        memory.constraints[0] = 1
