"""Levels of grey and of colors as words of spins."""

import numpy as np
import pytest
from cases import case
from PIL import Image

from classical_ref import DenseMemory, Exponential, LevelCode, as_patterns, hamming_distance, pool
from classical_ref.data.datasets import Dataset
from classical_ref.data.own import load_dataset

CODES = [LevelCode(L, code) for code in ("thermometer", "gray", "one-hot") for L in (2, 3, 5, 8)]
GREY = np.random.default_rng(5).integers(0, 256, (4, 3, 5))
COLORS = np.random.default_rng(6).integers(0, 256, (3, 4, 2, 3), dtype=np.uint8)


@pytest.mark.parametrize("code", CODES, ids=str)
def test_words_lie_as_far_apart_as_their_code_says(code):
    levels = np.arange(code.num_levels)
    distances = hamming_distance(code.words, code.words)
    apart = np.abs(levels[:, None] - levels)
    assert code.words.shape == (code.num_levels, code.bits)
    if code.code == "thermometer":
        assert code.bits == code.num_levels - 1
        assert np.array_equal(distances, apart)
        assert (code.words[0] == -1).all()  # black is ink
    elif code.code == "one-hot":
        assert code.bits == code.num_levels
        assert np.array_equal(distances, 2 * (apart > 0))
    else:
        assert 2 ** (code.bits - 1) < code.num_levels <= 2**code.bits
        assert np.array_equal(distances == 1, (apart == 1) | (distances == 1))
        assert (distances[apart == 1] == 1).all()
        assert (distances[apart > 0] > 0).all()
    assert LevelCode.of(str(code)) == code


@pytest.mark.parametrize("code", CODES, ids=str)
def test_every_word_is_read_as_the_nearest_of_the_code(code):
    states = 1 - 2 * (np.arange(2**code.bits)[:, None] >> np.arange(code.bits) & 1).astype(np.int8)
    found = code.decode(states)
    distances = hamming_distance(code.words, states)
    assert np.array_equal(found.levels[:, 0], distances.argmin(axis=1))  # of several the darkest
    assert np.array_equal(found.is_word[:, 0], distances.min(axis=1) == 0)
    assert np.array_equal(code.decode(code.words).levels[:, 0], np.arange(code.num_levels))
    wrong = int((~found.is_word).sum())
    assert found.outcome.startswith(f"{wrong} of {len(states)} levels" if wrong else "")
    assert bool(found.outcome) == bool(wrong)


def test_unknown_bits_are_not_compared():
    found = LevelCode(4).decode("1?0???0?1")
    assert found.levels.tolist() == [1, -1, 0]  # 100 or 110; nothing; 000 to 111 is as near
    assert found.is_word.tolist() == [True, True, False]


def test_the_distance_of_two_patterns_is_that_of_their_pictures():
    grey = as_patterns(GREY, levels=6)
    levels = GREY * 6 // 256
    expected = np.abs(levels[:, None] - levels).sum(axis=(2, 3))
    assert grey.num_neurons == 15 * 5
    assert grey.bits_per_feature == 5
    assert np.array_equal(hamming_distance(grey.patterns, grey.patterns), expected)
    hot = as_patterns(GREY, levels="one-hot(6)")
    expected = 2 * (levels[:, None] != levels).sum(axis=(2, 3))
    assert np.array_equal(hamming_distance(hot.patterns, hot.patterns), expected)


@pytest.mark.parametrize("levels", [256, "gray(256)", "one-hot(5)", 2, 3])
def test_pictures_come_back_at_the_levels_that_were_kept(levels):
    code = LevelCode.of(levels)
    for source, shape in ((GREY, (3, 5)), (COLORS, (4, 2)), (GREY.astype(float), (3, 5))):
        with case(f"{source.dtype} {source.shape}"):
            data = as_patterns(source, levels=levels)
            assert data.shape == shape
            assert data.num_neurons == source[0].size * code.bits
            found = data.pictures(data.patterns)
            assert np.array_equal(found.levels, source.astype(int) * code.num_levels // 256)
            assert found.levels.shape == source.shape
            assert found.outcome == ""
    deep = as_patterns(GREY.astype(np.uint16) * 257, kind="grey", levels=levels)
    assert deep.content_hash() == as_patterns(GREY, levels=levels).content_hash()
    part = as_patterns(GREY / 255, kind="grey", levels=levels)
    assert np.array_equal(
        part.pictures(part.patterns).levels,
        np.minimum(np.floor(GREY / 255 * code.num_levels), code.num_levels - 1),
    )


def test_pixels_are_pooled_before_they_are_rounded_down():
    data = as_patterns(GREY, levels="gray(8)", num_neurons=6 * 3)
    assert data.shape == (2, 3)
    expected = np.floor(pool(GREY, (2, 3)) * 8 / 256 + 1e-9)
    assert np.array_equal(data.pictures(data.patterns).levels, expected)
    assert data.note == (
        "pictures of 3 x 5 pixels as 2 x 3, levels in gray(8), 3 bits a pixel, D = 18"
    )
    assert data.select(2, rng=0).levels == LevelCode(8, "gray")
    assert data.neuron_grid == (2, 9)


def test_files_keep_levels_and_colors(tmp_path):
    for number, picture in enumerate(COLORS):
        Image.fromarray(picture).save(tmp_path / f"{number}.png")
    color = as_patterns(tmp_path, kind="color", levels=4)
    assert color.content_hash() == as_patterns(COLORS, levels=4).content_hash()
    grey = as_patterns(tmp_path, levels=4)
    assert grey.num_neurons == 8 * 3
    assert load_dataset(str(tmp_path), 36, kind="color", levels=4, shape="2x2").shape == (2, 2)
    assert load_dataset(str(tmp_path), levels="gray(4)", shape="2x1").num_neurons == 4
    deep = tmp_path / "deep.png"
    Image.fromarray(GREY[0].astype(np.uint16)).save(deep)  # nearly black, as 16 bits say
    assert (as_patterns(deep, levels=4).patterns == -1).all()


def test_two_levels_are_what_data_without_levels_show():
    data = as_patterns(["0110", "1010"], shape=(2, 2))
    assert data.pictures(data.patterns).levels.tolist() == [[[1, 0], [0, 1]], [[0, 1], [0, 1]]]
    assert data.pictures("?1??").levels.tolist() == [[-1, 0], [-1, -1]]


def test_a_dense_memory_recalls_a_picture_of_which_a_part_is_covered():
    data = as_patterns(GREY, levels=8)
    probe = data.patterns[2].reshape(3, -1).copy()
    probe[:1] = 0
    states = DenseMemory(data.patterns, Exponential()).recall(probe.ravel(), rng=1).states
    assert (data.pictures(probe.ravel()).levels[0] == -1).all()
    assert np.array_equal(data.pictures(states).levels, GREY[2] * 8 // 256)


def test_equal_patterns_that_mean_other_pictures_are_other_data():
    words = ["100", "111"]
    codes = [LevelCode(4), LevelCode(3, "one-hot"), LevelCode(8, "gray"), LevelCode(5, "gray")]
    hashes = {
        Dataset(name="", patterns=words, shape=(1, 1), levels=code).content_hash() for code in codes
    }
    assert len(hashes) == 4


def test_errors():
    for make, match in [
        (lambda: LevelCode(1), r"num_levels should be in \[2, 256\]"),
        (lambda: LevelCode(257), r"num_levels should be in \[2, 256\]\. Got 257"),
        (lambda: LevelCode(4, "grey"), "code should be one of thermometer, gray, one-hot"),
        (lambda: LevelCode.of("gray[4]"), r"a number or a code, thermometer\(4\).*'gray\[4\]'"),
        (lambda: LevelCode.of("gray(4"), "a number or a code"),
        (lambda: LevelCode(4).encode([4]), "integers from 0 to 3. Got .4."),
        (lambda: LevelCode(4).encode([1.0]), "integers from 0 to 3. Got .1.0."),
        (lambda: LevelCode(4).decode("0101"), r"words of 3 bits, thermometer\(4\)\. Got 4 neurons"),
        (lambda: as_patterns(["01"], levels=4), r"kind='grey' or 'color'.*of spins, bits or text"),
        (lambda: as_patterns(GREY, levels=4, threshold=3), "exclude each other"),
        (lambda: as_patterns(GREY, levels=4, num_neurons=16), "multiple of 3, the bits of a pixel"),
        (lambda: as_patterns(COLORS, levels=4, num_neurons=12), "a multiple of 9"),
        (
            lambda: as_patterns(GREY, levels=4, num_neurons=12, shape=(2, 3)),
            r"shape should have 4 pixels, num_neurons / 3\. Got \(2, 3\)",
        ),
        (lambda: as_patterns(GREY - 9, levels=4, kind="grey"), r"from 0 to 255.*divide by the"),
        (lambda: as_patterns(GREY * 1e4, levels=4, kind="grey"), "from 0 to 255"),
        (lambda: as_patterns(GREY / 7, levels=4, kind="grey"), "fractions from 0 to 1. Got 0"),
        (lambda: load_dataset("digits", levels=4), "of a file or a folder. Got 'digits'"),
        (lambda: load_dataset("a.npy", shape="4"), "such as 4x3. Got '4'"),
        (
            lambda: Dataset(name="", patterns=["0101"], shape=(1, 2), levels=LevelCode(4)),
            r"4 neurons in words of 3 bits, thermometer\(4\)",
        ),
        (
            lambda: Dataset(name="", patterns=["01", "10"], shape=(1, 2), weights=[1, 0]),
            "weights should be positive",
        ),
        (lambda: as_patterns(GREY, levels=4).pictures("01"), "45 neurons. Got shape .2,"),
    ]:
        with case(match), pytest.raises(ValueError, match=match):
            make()


def test_what_was_read_is_one_short_line():
    pictures = LevelCode(3).decode(np.ones((500, 8), dtype=np.int8))
    assert repr(pictures) == "Pictures(levels=<int64 500x4>, outcome='')"
