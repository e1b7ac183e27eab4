"""One's own data: arrays, text, files and pictures."""

import numpy as np
import pytest
from cases import case
from PIL import Image

from classical_ref import as_patterns, binarize, pool, random_patterns
from classical_ref.data import files
from classical_ref.data.own import load_dataset
from classical_ref.data.pictures import pooled_shape

SPINS = np.array([[1, -1, 1, 1, -1, 1], [-1, -1, 1, 1, 1, 1]])
BITS = (SPINS < 0).astype(np.uint8)
GREY = (np.arange(96).reshape(2, 6, 8) * 37 + 5) % 256


def photograph(seed, size=(40, 30)):
    """Four dark and light corners with noise, each picture its own, ``(height, width, 3)``."""
    rng = np.random.default_rng(seed)
    corners = rng.permutation([40, 40, 200, 220]).reshape(2, 2)
    levels = np.kron(corners, np.ones((size[1] // 2, size[0] // 2)))
    return (levels[..., np.newaxis] + rng.integers(0, 30, (*levels.shape, 3))).astype(np.uint8)


def test_each_way_to_say_a_pattern_says_the_same():
    for source, kind in [
        (SPINS, None),
        (SPINS.astype(np.int8).tolist(), "spins"),
        (SPINS.astype(np.int8), None),
        (BITS, "bits"),
        (BITS.tolist(), "bits"),
        (BITS.astype(bool), None),
        (["010010", "110000"], None),
        (255 * (1 - BITS.reshape(2, 2, 3)), None),
        ((1 - BITS.reshape(2, 2, 3)) / 2.0, "grey"),
    ]:
        with case(str(source)):
            found = as_patterns(source, kind=kind)
            assert np.array_equal(found.patterns, SPINS)
            assert found.shape == ((2, 3) if np.ndim(source) == 3 else (1, 6))


def test_files_say_the_same_as_their_arrays(tmp_path):
    np.save(tmp_path / "a.npy", SPINS)
    np.save(tmp_path / "cube.npy", SPINS.reshape(2, 2, 3))
    np.savez(tmp_path / "a.npz", only=SPINS.astype(float))
    np.savez(tmp_path / "b.npz", labels=[1, 2], patterns=SPINS)
    np.savetxt(tmp_path / "a.csv", SPINS, delimiter=",", fmt="%d")
    np.savetxt(tmp_path / "bits.CSV", BITS, delimiter=",", fmt="%d")
    (tmp_path / "a.txt").write_text("010010\n110000\n\n")
    flat = {name: as_patterns(tmp_path / name) for name in ("a.npy", "a.npz", "b.npz", "a.csv")}
    flat |= {"a.txt": as_patterns(str(tmp_path / "a.txt"))}
    flat |= {"bits": as_patterns(tmp_path / "bits.CSV", kind="bits")}
    for name, found in flat.items():
        with case(name):
            assert np.array_equal(found.patterns, SPINS)
            assert found.content_hash() == as_patterns(SPINS).content_hash()
    cube = as_patterns(tmp_path / "cube.npy")
    assert cube.shape == (2, 3)
    assert cube.name == str(tmp_path / "cube.npy")
    assert cube.content_hash() != as_patterns(SPINS).content_hash()
    assert as_patterns(SPINS, shape=(2, 3)).content_hash() == cube.content_hash()


def test_a_folder_of_photographs_is_pooled_and_binarized(tmp_path):
    sizes = [(40, 30), (60, 20), (30, 40)]
    for number, size in enumerate(sizes):
        Image.fromarray(photograph(number, size)).save(tmp_path / f"{number}.png")
    (tmp_path / "notes.md").write_text("no picture")
    found = as_patterns(tmp_path, num_neurons=4)
    assert found.shape == (2, 2)
    for number, size in enumerate(sizes):
        corners = photograph(number, size).mean(axis=2)[:: size[1] - 1, :: size[0] - 1]
        assert np.array_equal(found.patterns[number], np.where(corners < 128, -1, 1).ravel())
    assert "30 x 40" in found.note
    assert "otsu" in found.note
    stack = np.array([photograph(number) for number in range(3)])
    for number, picture in enumerate(stack):
        Image.fromarray(picture).save(tmp_path / f"{number}.png")
    for options in ({"num_neurons": 20}, {"shape": (5, 4)}, {"num_neurons": 20, "threshold": 90}):
        inside = as_patterns(tmp_path, **options)
        assert inside.content_hash() == as_patterns(stack, **options).content_hash()
        assert inside.num_neurons == 20
    assert as_patterns(tmp_path / "0.png").shape == (30, 40)


def test_pictures_of_every_mode_are_read_as_they_look(tmp_path):
    levels = np.array([[0, 40, 250], [200, 220, 10]], dtype=np.uint8)
    inked = np.where(levels < 100, -1, 1).ravel()
    plain = Image.fromarray(levels)
    turned = Image.Exif()
    turned[0x0112] = 6  # stands on its side, as a camera held upright says
    see_through = np.dstack([np.zeros((2, 3, 3), np.uint8), 255 - levels])
    plain.save(tmp_path / "grey.png")
    plain.convert("RGB").save(tmp_path / "color.png")
    plain.convert("P").save(tmp_path / "palette.png")
    plain.point(lambda level: 255 * (level > 100)).convert("1").save(tmp_path / "bilevel.png")
    Image.fromarray(see_through).save(tmp_path / "alpha.png")
    Image.fromarray(levels.astype(np.uint16) * 256).save(tmp_path / "deep.png")
    plain.rotate(90, expand=True).save(tmp_path / "turned.png", exif=turned)
    big = plain.resize((96, 64), Image.Resampling.NEAREST)
    big.save(tmp_path / "photo.JPEG", quality=95)
    for path in tmp_path.iterdir():
        with case(path.name):
            assert np.array_equal(as_patterns(path, shape=(2, 3)).patterns[0], inked)


def test_duplicates_are_merged_only_where_asked_for():
    rows = ["0110", "1010", "0110", "0001", "0110"]
    with pytest.raises(ValueError, match=r"Rows 0 and 2 are equal; merge_duplicates=True"):
        as_patterns(rows)
    merged = as_patterns(rows, merge_duplicates=True)
    assert np.array_equal(merged.patterns, as_patterns(["0110", "1010", "0001"]).patterns)
    assert merged.weights.tolist() == [3, 1, 1]
    assert merged.note == "2 duplicates merged, weights 3, 1, 1"
    chosen = merged.select(2, rng=3)
    assert chosen.weights.shape == (2,)
    assert as_patterns(["0110"], merge_duplicates=True).weights is None


@pytest.mark.parametrize("seed", range(4))
def test_otsu_is_the_best_of_all_cuts(seed):
    levels = np.random.default_rng(seed).integers(0, 256, (1, 5, 7))
    spins = binarize(levels)

    def between(dark):
        return dark.sum() * (~dark).sum() * (levels[dark].mean() - levels[~dark].mean()) ** 2

    best = max(between(levels <= cut) for cut in np.unique(levels)[:-1])
    assert between(spins < 0) == pytest.approx(best, rel=1e-12)
    assert np.array_equal(binarize(levels * 0.1 - 3), spins)


def test_pooling_keeps_the_mean_and_the_proportions():
    pooled = pool(GREY, (4, 3))
    assert pooled.shape == (2, 4, 3)
    np.testing.assert_allclose(pooled.mean(axis=(1, 2)), GREY.mean(axis=(1, 2)), rtol=1e-12)
    assert np.array_equal(pool(GREY, (6, 8)), GREY)
    sizes = [(16, (64, 64)), (12, (64, 64)), (12, (30, 40)), (18, (300, 150)), (5, (1, 9))]
    found = [pooled_shape(number, shape) for number, shape in sizes]
    assert found == [(4, 4), (4, 3), (3, 4), (6, 3), (1, 5)]


def test_a_table_of_grey_levels_says_its_shape():
    table = GREY.reshape(2, 48)
    assert np.array_equal(as_patterns(table, shape=(6, 8)).patterns, as_patterns(GREY).patterns)
    assert as_patterns(table, shape=(6, 8), num_neurons=12).shape == (3, 4)
    one = as_patterns(GREY[0], shape=(6, 8))
    assert np.array_equal(one.patterns, as_patterns(GREY[:1]).patterns)


def test_errors(tmp_path):
    color = np.zeros((2, 4, 5, 3))
    small = Image.fromarray(photograph(0)[:3, :3])
    (tmp_path / "pictures").mkdir()
    small.save(tmp_path / "pictures" / "a.png")
    small.resize((4, 4)).save(tmp_path / "pictures" / "b.png")
    small.save(tmp_path / "one.png")
    (tmp_path / "broken.png").write_bytes(b"no picture")
    (tmp_path / "cut.png").write_bytes((tmp_path / "one.png").read_bytes()[:60])
    (tmp_path / "garbage.npy").write_bytes(b"these are no patterns")
    (tmp_path / "garbage.npz").write_bytes(b"these are no patterns")
    (tmp_path / "words.csv").write_text("a,b\n1,2\n")
    (tmp_path / "empty.csv").write_text("\n")
    (tmp_path / "ragged.txt").write_text("01\n011\n")
    (tmp_path / "image.bmp").write_text("")
    (tmp_path / "none").mkdir()
    np.savez(tmp_path / "two.npz", a=SPINS, b=SPINS)
    np.savez(tmp_path / "damaged.npz", SPINS)
    damaged = bytearray((tmp_path / "damaged.npz").read_bytes())
    damaged[200] ^= 1
    (tmp_path / "damaged.npz").write_bytes(damaged)
    np.save(tmp_path / "empty.npy", np.zeros((0, 4)))
    np.save(tmp_path / "objects.npy", np.array([{}]), allow_pickle=True)
    for source, options, match in [
        (BITS, {}, r"spins or bits are meant\. Got \[0, 1.*kind='bits'"),
        (BITS.tolist(), {}, r"spins or bits are meant\. Got \[0, 1.*kind='bits'"),
        (SPINS, {"kind": "bits"}, r"should be bits 0 and 1\. Got -1"),
        (SPINS, {"kind": "grays"}, r"kind should be one of spins, bits, grey, color"),
        (SPINS, {"num_neurons": 3}, r"6 neurons a pattern\. Got num_neurons = 3.*kind='grey'"),
        (SPINS, {"num_neurons": 6.0}, None),
        (SPINS, {"shape": (2, 2)}, r"the 6 pixels of a pattern\. Got \(2, 2\)"),
        (SPINS.reshape(2, 2, 3), {"shape": (3, 2)}, r"the 6 pixels of a pattern\. Got \(3, 2\)"),
        (GREY, {"shape": (4, 0)}, r"shape should be in \[1, 1000000\]\. Got 0"),
        (SPINS[0], {}, r"patterns should have shape .* Got shape \(6,\)"),
        ([[1, -1], [1]], {}, r"rows of several lengths"),
        (np.zeros((0, 4)), {}, r"at least one entry\. Got shape \(0, 4\)"),
        (GREY[0], {}, r"6 x 8 grey levels should say.*one picture, shape=\(6, 8\).*three axes"),
        (GREY / 3, {}, r"float64 with fractions should say kind='grey'"),
        (GREY[0, 0], {"kind": "grey"}, r"\(\.\.\., height, width\)"),
        (np.full((1, 2, 2), np.nan), {"kind": "grey"}, "finite"),
        (GREY, {"threshold": "best"}, r"threshold should be one of otsu, mean, median, or a num"),
        (GREY, {"threshold": np.inf}, "threshold should be finite"),
        (GREY, {"num_neurons": 11}, r"num_neurons should be rows \* columns .* are 10 and 12"),
        (GREY, {"num_neurons": 10**9}, r"Got 10{9}; the nearest are 48\."),
        (GREY, {"num_neurons": 4, "shape": (3, 3)}, r"shape should have 4 pixels"),
        (GREY, {"shape": (7, 8)}, r"at least 7 x 8 pixels\. Picture 0 has 6 x 8"),
        (np.full((2, 3, 3), 7), {}, r"picture 0 of 3 x 3 pixels.*two grey levels.*a number"),
        (np.full((2, 3, 3), 0.1), {"kind": "grey", "shape": (2, 2)}, "two grey levels"),
        (color[..., :2], {"kind": "color"}, r"\(num_patterns, rows, columns, 3\)\. Got shape"),
        (color, {"kind": "grey"}, r"red, green and blue are kind='color'"),
        ("pictures", {}, r"Picture 1 has 4 x 4 pixels, the first 3 x 3; num_neurons or shape"),
        ("one.png", {"kind": "bits"}, r"should be 'grey' or 'color'\. Got 'bits'"),
        ("broken.png", {}, r"broken\.png should be a picture that can be read"),
        ("cut.png", {}, r"cut\.png should be a picture that can be read"),
        ("none", {}, r"should hold pictures, \.png.*Got 0 other"),
        ("garbage.npy", {}, r"garbage\.npy should be a \.npy file of numbers"),
        ("garbage.npz", {}, r"garbage\.npz should be a \.npz file of numbers"),
        ("damaged.npz", {}, r"damaged\.npz should be a \.npz file of numbers\. Bad CRC"),
        ("objects.npy", {}, r"objects\.npy should be a \.npy file of numbers"),
        ("words.csv", {}, r"words\.csv should be a \.csv file of numbers"),
        ("empty.csv", {}, r"empty\.csv should be a \.csv file of numbers\. It has no lines"),
        ("empty.npy", {}, r"at least one entry"),
        ("ragged.txt", {}, r"one length\. Got lengths \[2, 3\]"),
        ("image.bmp", {}, r"one of \.npy, \.npz, \.csv, \.txt, \.png.*or a folder\. Got"),
        ("two.npz", {}, r"one array, or one called 'patterns'\. Got a, b"),
        ("missing.png", {}, None),
    ]:
        where = tmp_path / source if isinstance(source, str) else source
        error = (TypeError, FileNotFoundError) if match is None else ValueError
        with case(match or str(source)), pytest.raises(error, match=match):
            as_patterns(where, **options)


def test_sizes_are_bounded(tmp_path, monkeypatch):
    Image.fromarray(photograph(0)).save(tmp_path / "a.png")
    np.savez_compressed(tmp_path / "a.npz", np.ones((2, 5000)))
    monkeypatch.setattr(files, "MAX_PIXELS", 1199)
    with pytest.raises(ValueError, match=r"at most 1199 pixels\. Got 40 x 30"):
        as_patterns(tmp_path / "a.png")
    monkeypatch.setattr(files, "MAX_BYTES", 10_000)
    with pytest.raises(ValueError, match=r"at most 10000 bytes\. Got 80"):
        as_patterns(tmp_path / "a.npz")
    monkeypatch.setattr("classical_ref.data.own.MAX_ENTRIES", 95)
    with pytest.raises(ValueError, match="at most 95 entries"):
        as_patterns(GREY)
    assert as_patterns(GREY, num_neurons=12).num_neurons == 12


def test_data_by_name_or_file(tmp_path):
    np.save(tmp_path / "mine.npy", SPINS)
    assert load_dataset(str(tmp_path / "mine.npy"), 6).num_neurons == 6
    assert load_dataset("digits").num_neurons == 16
    assert load_dataset("glyphs", 16).num_neurons == 16
    assert load_dataset("random", 10).num_patterns == 256
    with pytest.raises(ValueError, match=r"mine\.npy: there are 6 neurons a pattern"):
        load_dataset(str(tmp_path / "mine.npy"), 4)
    with pytest.raises(ValueError, match=r"data should be 'digits', 'glyphs'.*Got 'faces'"):
        load_dataset("faces", 16)
    with pytest.raises(ValueError, match="square number"):
        load_dataset("glyphs", 12)


def test_equal_patterns_have_equal_hashes_wherever_they_come_from():
    patterns = random_patterns(5, 6, rng=0)
    last = np.where(np.arange(6) == 5, -patterns, patterns)
    given = (patterns, patterns.reshape(5, 2, 3), patterns[::-1], last)
    hashes = [as_patterns(each).content_hash() for each in given]
    twice = np.vstack([patterns, patterns[:1]])
    hashes.append(as_patterns(twice, merge_duplicates=True).content_hash())
    assert as_patterns(patterns.astype(float)).content_hash() == hashes[0]
    assert len(set(hashes)) == 5


@pytest.mark.parametrize("levels", [None, "gray(4)"])
def test_grey_pictures_say_the_same_in_every_file(tmp_path, levels):
    """Arrays, tables and pictures without loss; one picture in a file of its own."""
    grey = GREY.astype(np.uint8)
    expected = as_patterns(grey, levels=levels)
    np.save(tmp_path / "cube.npy", grey)
    np.savez_compressed(tmp_path / "cube.npz", patterns=grey, names=["a", "b"])
    np.savetxt(tmp_path / "table.csv", grey.reshape(2, 48), delimiter=",", fmt="%d")
    np.save(tmp_path / "one.npy", grey[0])
    np.savetxt(tmp_path / "one.csv", grey[0], delimiter=",", fmt="%d")
    Image.fromarray(grey[0]).save(tmp_path / "one.png")
    (tmp_path / "folder").mkdir()
    for number, picture in enumerate(grey):
        Image.fromarray(picture).save(tmp_path / "folder" / f"{number}.png")
    for name in ("cube.npy", "cube.npz", "folder", "table.csv"):
        with case(name):
            shape = (6, 8) if name == "table.csv" else None
            found = as_patterns(tmp_path / name, levels=levels, shape=shape)
            assert found.content_hash() == expected.content_hash()
    for name in ("one.npy", "one.csv", "one.png"):
        with case(name):
            found = as_patterns(tmp_path / name, levels=levels, shape=(6, 8))
            assert np.array_equal(found.patterns, expected.patterns[:1])
    for name in ("one.npy", "one.csv", "table.csv"):
        with case(name), pytest.raises(ValueError, match=r"one picture, shape=\(\d+, \d+\), or"):
            as_patterns(tmp_path / name, levels=levels)


@pytest.mark.parametrize("suffix", ["jpg", "jpeg", "JPG"])
def test_a_photograph_loses_little_as_jpeg(tmp_path, suffix):
    big = np.kron(GREY[0] // 64 * 64 + 32, np.ones((16, 16))).astype(np.uint8)
    Image.fromarray(big).save(tmp_path / f"a.{suffix}", format="JPEG", quality=95)
    found = as_patterns(tmp_path / f"a.{suffix}", shape=(6, 8), levels=4)
    assert np.array_equal(found.pictures(found.patterns[0]).levels, GREY[0] // 64)


@pytest.mark.parametrize("size", [1e308, -1e200])
def test_levels_whose_sums_overflow_are_refused(size):
    for kind, shape in (("grey", (1, 2, 2)), ("color", (1, 2, 2, 3))):
        with pytest.raises(ValueError, match=r"grey levels should be at most 1e\+100 in size"):
            as_patterns(np.full(shape, size), kind=kind)


@pytest.mark.parametrize("shape", [4, (4,), "2x2"])
def test_a_shape_of_other_than_two_numbers_is_refused(shape):
    with pytest.raises(TypeError, match="shape should be 2 values, each an integer or None"):
        as_patterns(np.eye(4) * 9, kind="grey", shape=shape)


@pytest.mark.parametrize("source", ["digits", "glyphs", "random"])
def test_a_huge_size_is_refused_at_once(source):
    with pytest.raises(ValueError, match=r"num_neurons should be at most 1048576\. Got 10{30}"):
        load_dataset(source, 10**30)
