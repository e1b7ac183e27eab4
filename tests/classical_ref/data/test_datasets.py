import numpy as np
import pytest
from cases import case
from sklearn.datasets import load_digits

from classical_ref import (
    Dataset,
    DenseMemory,
    Exponential,
    digits,
    flip,
    glyphs,
    hamming_distance,
    mean_absolute_overlap,
    similarity,
)


@pytest.mark.parametrize(
    ("num_neurons", "shape"),
    [(9, (3, 3)), (12, (4, 3)), (16, (4, 4)), (20, (5, 4)), (30, (6, 5)), (64, (8, 8))],
)
def test_digits_have_the_most_square_shape(num_neurons, shape):
    data = digits(num_neurons)
    assert data.shape == shape
    assert data.num_neurons == num_neurons
    assert len(np.unique(data.patterns, axis=0)) == data.num_patterns
    assert set(data.labels.tolist()) <= set(range(10))


def test_digits_are_those_of_scikit_learn():
    source = load_digits()
    ink = source.images > source.images.mean(axis=(1, 2), keepdims=True)
    first = np.sort(np.unique(ink.reshape(-1, 64), axis=0, return_index=True)[1])
    assert np.array_equal(digits(64).patterns < 0, ink.reshape(-1, 64)[first])
    assert np.array_equal(digits(64).labels, source.target[first])


def test_the_mean_keeps_more_small_digits():
    assert [digits(size).num_patterns for size in (9, 12, 16)] == [47, 174, 172]
    assert [digits(size, threshold="median").num_patterns for size in (9, 12, 16)] == [26, 122, 181]


def test_ink_is_minus_one():
    zero = digits().patterns[0].reshape(8, 8)
    assert zero[0, 0] == 1  # a corner is background
    assert zero[4, 4] == 1  # and so is the middle of a zero
    assert zero[4, 2] == -1


def test_glyphs_are_inked_and_apart():
    data = glyphs(16, num_patterns=40)
    ink = (data.patterns < 0).mean(axis=1)
    assert ink.min() >= 0.3
    assert ink.max() <= 0.7
    products = similarity(data.patterns, data.patterns) - 256 * np.eye(40, dtype=int)
    assert products.max() <= 0.6 * 256
    assert mean_absolute_overlap(data.patterns) < 0.25
    assert glyphs(16, num_patterns=40) is data
    assert (np.diff(data.labels) > 0).all()


def test_exponential_memory_recalls_glyphs(rng):
    data = glyphs(16, num_patterns=40)
    memory = DenseMemory(data.patterns, Exponential(0.5))
    states = memory.recall(flip(data.patterns, 51, rng=rng), rng=rng).states
    assert np.array_equal(states, data.patterns)


def test_selection_is_far_apart():
    chosen = digits(16).select(6, min_distance=4, rng=1)
    distances = hamming_distance(chosen.patterns, chosen.patterns)
    assert distances[~np.eye(6, dtype=bool)].min() >= 4
    assert chosen.labels.shape == (6,)
    assert np.array_equal(chosen.patterns, digits(16).select(6, min_distance=4, rng=1).patterns)


def test_errors():
    for call, match in [
        (lambda: digits(11), r"columns from 2 to 8\. Got 11; the nearest are 10 and 12"),
        (lambda: digits(65), r"Got 65; the nearest are 64"),
        (lambda: digits(9, threshold="max"), r"threshold should be one of otsu, mean, median"),
        (lambda: glyphs(1), r"size should be in \[2, 1024\]\. Got 1"),
        (lambda: glyphs(4, num_patterns=9000), r"num_patterns should be from 1 to \d+ for size=4"),
        (lambda: glyphs(8, font="No Such Face"), r"No Such Face"),
        (lambda: digits(9).select(48), r"num_patterns should be in \[1, 47\]\. Got 48"),
        (lambda: digits(9).select(40, min_distance=5), r"min_distance=5 at most \d+ were found"),
        (lambda: Dataset(name="", patterns=["00"], shape=(2, 2)), r"2 pixels\. Got 2 rows of 2"),
        (
            lambda: Dataset(name="", patterns=["00"], labels=[1, 2], shape=(1, 2)),
            r"labels should have shape \(1,\)\. Got shape \(2,\)",
        ),
    ]:
        with case(match), pytest.raises(ValueError, match=match):
            call()


@pytest.mark.parametrize("shape", [6, (2.0, 3.0), (2, 3, 1), "23"])
def test_a_shape_is_two_integers(shape):
    with pytest.raises(TypeError, match="shape should be 2 values, each an integer"):
        Dataset(name="own", patterns=["010101"], shape=shape)
    assert Dataset(name="own", patterns=["010101"], shape=[2, 3]).shape == (2, 3)
