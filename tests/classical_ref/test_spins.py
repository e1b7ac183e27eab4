import numpy as np
import pytest
from cases import case
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from classical_ref import (
    bits_to_spins,
    check_patterns,
    check_probes,
    hamming_distance,
    overlap,
    similarity,
    spins_to_bits,
    spins_to_text,
    text_to_spins,
)


@given(arrays(np.uint8, array_shapes(max_dims=3), elements=st.integers(0, 1)))
def test_bits_and_spins_are_inverse(bits):
    spins = bits_to_spins(bits)
    assert spins.dtype == np.int8
    assert np.array_equal(spins, (-1) ** bits.astype(int))
    assert np.array_equal(spins_to_bits(spins), bits)
    assert spins_to_bits(spins).dtype == np.uint8


@given(st.text("01?", min_size=1))
def test_text_and_spins_are_inverse(text):
    assert spins_to_text(text_to_spins(text)) == text


def test_character_i_is_neuron_i():
    assert text_to_spins("100").tolist() == [-1, 1, 1]
    assert spins_to_text([[1, -1], [0, 1]]) == ["01", "?0"]


def test_patterns_are_a_locked_copy():
    source = np.array([[1, -1], [1, 1]])
    patterns = check_patterns(source)
    source[0, 0] = -1
    assert patterns[0, 0] == 1
    assert patterns.dtype == np.int8
    with pytest.raises(ValueError, match="read-only"):
        patterns[0, 0] = 1


def test_repeated_patterns_are_allowed_when_asked():
    assert check_patterns(["00", "00"], distinct=False).shape == (2, 2)


def test_probes_may_be_text():
    assert check_probes("01?", 3).tolist() == [1, -1, 0]
    assert check_probes(["01?", "000"], 3).shape == (2, 3)
    assert check_probes(np.zeros((4, 5, 3)), 3).shape == (4, 5, 3)


def test_overlap_and_distance(rng):
    patterns = rng.choice([-1, 1], size=(4, 9))
    probes = rng.choice([-1, 0, 1], size=(2, 3, 9))
    assert similarity(patterns, probes).shape == (2, 3, 4)
    assert np.array_equal(similarity(patterns, probes), probes @ patterns.T)
    assert np.allclose(overlap(patterns, probes), probes @ patterns.T / 9)
    mismatches = (probes[..., None, :] == -patterns).sum(axis=-1)
    assert np.array_equal(hamming_distance(patterns, probes), mismatches)


def test_errors():
    for call, match in [
        (lambda: bits_to_spins([0, 2]), r"bits should be 0 or 1\. Got 2"),
        (lambda: spins_to_bits([1, 0]), r"spins should hold -1 and \+1\. Got 0"),
        (lambda: text_to_spins("01x"), r"only 0, 1 and \?\. Got 'x'"),
        (lambda: text_to_spins(["01", "0"]), r"one length\. Got lengths \[1, 2\]"),
        (lambda: spins_to_text(np.ones((1, 1, 1))), r"one- or two-dimensional"),
        (lambda: spins_to_text([2]), r"-1, \+1 and 0 where unknown\. Got 2"),
        (lambda: check_patterns([1, -1]), r"\(num_patterns, num_neurons\)\. Got shape \(2,\)"),
        (lambda: check_patterns(np.ones((0, 3))), r"at least one entry\. Got shape \(0, 3\)"),
        (lambda: check_patterns([[0, -1]]), r"-1 and \+1\. Got 0\. Use bits_to_spins"),
        (lambda: check_patterns([[1, 1], [1, -1], [1, 1]]), r"Rows 0 and 2 are equal.*`weights`"),
        (lambda: check_probes([1, 1], 3), r"shape \(3,\) or \(\.\.\., 3\)\. Got shape \(2,\)"),
        (lambda: check_probes(1, 3), r"Got shape \(\)"),
        (lambda: check_probes([1, 2, 0], 3), r"\+1 and 0 where unknown\. Got 2"),
    ]:
        with case(match), pytest.raises(ValueError, match=match):
            call()
