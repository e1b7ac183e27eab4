import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from circuits.bit_order import all_bits
from circuits.gf2 import affine_hull, affine_rank, pack, rank, unpack


def test_pack_and_unpack_are_inverse_beyond_a_word(rng):
    rows = rng.integers(0, 2, (5, 130), dtype=np.uint8)
    assert np.array_equal(unpack(pack(rows), 130), rows)
    assert pack([[1, 0, 1]]) == [5]


def test_rank_of_known_matrices():
    assert rank(np.eye(70, dtype=int)) == 70
    assert rank([[1, 1, 0], [0, 1, 1], [1, 0, 1]]) == 2
    assert rank(np.zeros((3, 4), dtype=int)) == 0


@given(st.integers(1, 6), st.integers(0, 2**32 - 1))
def test_affine_rank_counts_the_affine_span(num_bits, seed):
    rng = np.random.default_rng(seed)
    patterns = np.unique(rng.integers(0, 2, (rng.integers(1, 8), num_bits)), axis=0)
    span = {0}
    for row in pack(patterns ^ patterns[0]):
        span |= {row ^ x for x in span}
    assert 2 ** affine_rank(patterns) == len(span)


@given(st.integers(0, 2**32 - 1))
def test_contains_is_membership_of_the_affine_hull_on_the_known_columns(seed):
    rng = np.random.default_rng(seed)
    patterns = rng.integers(0, 2, (4, 5))
    known = rng.random(5) < 0.7
    hull = affine_hull(patterns, known)
    offset, *rest = (int(x) for x in pack(patterns))
    span = {offset}
    for row in rest:
        span |= {x ^ row ^ offset for x in span}
    seen = {tuple(row[known]) for row in unpack(span, 5)}
    expected = [tuple(row[known]) in seen for row in all_bits(5)]
    assert hull.contains(all_bits(5)).tolist() == expected


def test_independent_columns_decide_all_known_columns(rng):
    patterns = rng.integers(0, 2, (6, 80))
    known = rng.random(80) < 0.5
    hull = affine_hull(patterns, known)
    indices = hull.indices
    assert known[indices].all()
    assert len(indices) == affine_rank(patterns[:, known])
    assert hull.contains(patterns).all()
    for probe in patterns:
        on_indices = (patterns[:, indices] == probe[indices]).all(axis=1)
        on_known = (patterns[:, known] == probe[known]).all(axis=1)
        assert np.array_equal(on_indices, on_known)


def test_nothing_known_is_always_consistent():
    hull = affine_hull([[0, 1], [1, 1]], np.zeros(2, dtype=bool))
    assert len(hull.indices) == 0
    assert hull.contains([[0, 0], [1, 0]]).all()


def test_a_single_pattern_is_its_own_hull():
    assert affine_rank([[1, 0, 1]]) == 0
    assert affine_hull([[1, 0, 1]]).contains(all_bits(3)).sum() == 1


def test_wrong_shapes_are_refused():
    with pytest.raises(ValueError, match=r"known should be booleans of shape \(2,\)"):
        affine_hull([[0, 1]], [1, 1])
    with pytest.raises(ValueError, match=r"bits should have shape \(\.\.\., 2\)"):
        affine_hull([[0, 1]]).contains([0, 1, 1])
    with pytest.raises(ValueError, match="bits should be 0 or 1"):
        affine_rank([[0, 2]])
