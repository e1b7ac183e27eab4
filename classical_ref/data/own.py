"""One's own data as patterns: arrays, text, files and folders of pictures."""

from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from os import PathLike, fspath
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple, TypedDict, Unpack

import numpy as np
from numpy.typing import ArrayLike, NDArray

from classical_ref.checks import Floats, Spins, Within, check_choice, check_patterns, checked
from classical_ref.data.datasets import Dataset, digits, glyphs
from classical_ref.data.files import picture_paths, read_array, read_pictures
from classical_ref.data.levels import LevelCode, quantized, white_level
from classical_ref.data.pictures import (
    Grid,
    Threshold,
    area_sums,
    binarize,
    check_levels,
    check_threshold,
    pooled_shape,
)
from classical_ref.patterns import random_patterns

Kind = Literal["spins", "bits", "grey", "color"]
"""What numbers are: -1 and +1; 0 and 1; levels from black to white; red, green and blue of them."""

NAMES = ("digits", "glyphs", "random")
"""Data that have no file."""
MAX_ENTRIES = 2**28
"""Neurons of all patterns together."""
MAX_NEURONS = MAX_ENTRIES // 256
"""D of data that have no file."""
DEFAULT_NEURONS = 16
"""D of data that have no size of their own; of levels, the pixels."""
_SHOWN_WEIGHTS = 6
_LUMA = np.array([19595, 38470, 7471])  # ITU-R 601 in parts of 2**16, as Pillow rounds it


class _Found(NamedTuple):
    """Patterns that may repeat, and how to draw them."""

    patterns: Spins
    shape: tuple[int, int]
    note: str = ""
    levels: LevelCode = LevelCode()


@checked
def as_patterns(
    source: str | PathLike[str] | ArrayLike | Sequence[str],
    *,
    kind: Kind | None = None,
    num_neurons: Annotated[int, Within("[1, 1000000000]")] | None = None,
    threshold: Threshold | float | str = "otsu",
    shape: Grid | None = None,
    levels: int | str | LevelCode | None = None,
    merge_duplicates: bool = False,
) -> Dataset:
    """Return one's own data as distinct patterns.

    Spins, bits and text are patterns as they are. Grey levels and colors (by their luma) are
    averaged over areas where fewer pixels are asked for; then what is darker than the threshold of
    its own picture is ink, spin -1. A picture of other proportions is stretched.

    With ``levels`` nothing is cut in two: every pixel, or each of its three colors, is rounded down
    to one of L levels between black and white and written as a code word, word after word. Then
    D = pixels (times 3 for colors) times the bits of a word, and :meth:`Dataset.pictures` reads
    states back.

    Args:
        source: A path, or an array: of patterns ``(num_patterns, num_neurons)`` or ``(num_patterns,
            rows, columns)``, of colors ``(num_patterns, rows, columns, 3)``, or text rows such as
            ``["0110", "1010"]``. A path is that of a file ``.npy .npz .csv .txt .png .jpg`` or of a
            folder, whose pictures are taken in the order of their names.
        kind: What the numbers are, needed where they can be read in two ways. Types say it as
            everywhere (int8 is spins, booleans are bits), and so do whole numbers up to 255.
        num_neurons: D, to which grey levels and colors are pooled, in proportions nearest to those
            of the (first) picture; anything else should have just as many. With ``levels`` it is a
            multiple of a pixel's bits.
        threshold: What makes a pixel ink, see :func:`binarize`; a number is a grey level.
        shape: Rows and columns. Of a table, those of the picture that each row is; pictures are
            pooled to it.
        levels: L, in thermometer code, or a code such as ``"gray(8)"``, see :class:`LevelCode`.
            White is 255, of levels beyond that 65535, of fractions 1. Pictures in files keep their
            colors only with ``kind="color"``.
        merge_duplicates: Whether equal patterns are stored once, with ``weights`` that count them.

    Returns:
        The patterns with the shape in which to draw them, where they come from and what was done.

    Raises:
        ValueError: Spins or bits in doubt, a table of grey levels without ``shape``, pictures of
            several sizes or smaller than asked for, equal patterns, a file of another kind, more
            than 2**28 entries, or ``levels`` of what has none.
        OSError: A file cannot be read.

    Examples:
        >>> as_patterns(["0110", "1010"]).patterns.tolist()
        [[1, -1, -1, 1], [-1, 1, -1, 1]]
        >>> as_patterns([[[0, 9, 9], [1, 8, 9]]], kind="grey").patterns.tolist()
        [[-1, 1, 1, -1, 1, 1]]
        >>> as_patterns([[[0, 9, 255]]], levels=3).patterns.tolist()
        [[-1, -1, -1, -1, 1, 1]]
    """
    threshold = check_threshold(threshold)
    code = None if levels is None else LevelCode.of(levels)
    if code is not None and threshold != "otsu":
        raise ValueError(f"levels and threshold={threshold!r} exclude each other; give one.")
    if shape is not None:
        shape = (int(shape[0]), int(shape[1]))
    name, given = "array", source
    if isinstance(source, str | PathLike):
        name, path = fspath(source), Path(source)
        if pictures := picture_paths(path):
            if kind in ("spins", "bits"):
                raise ValueError(f"kind of {name} should be 'grey' or 'color'. Got {kind!r}.")
            read = read_pictures(pictures, color=kind == "color" and code is not None)
            return _distinct(
                name, _pooled(read, num_neurons, shape, code or threshold), merge_duplicates
            )
        given = read_array(path)
    try:
        array = np.asarray(given)
    except ValueError:
        raise ValueError("patterns should be an array. Got rows of several lengths.") from None
    kind = kind or _evident(array)
    if kind in ("grey", "color"):
        grey = _levels(array, kind, shape, keeps_color=code is not None)
        white = None if code is None else white_level(grey, array.dtype)
        found = _pooled(grey, num_neurons, shape, code or threshold, white)
    elif code is None:
        found = _as_they_are(given, array, kind, num_neurons, shape)
    else:
        raise ValueError(
            f"levels should be of grey levels or colors, kind='grey' or 'color'. Got levels={code} "
            f"of {kind or 'spins, bits or text'}."
        )
    return _distinct(name, found, merge_duplicates)


def _evident(array: NDArray[Any]) -> Kind | None:
    """Return the kind of numbers that can be read in one way only; check_patterns does the rest."""
    if array.dtype == bool:
        return "bits"
    if array.dtype.kind not in "iuf" or array.dtype == np.int8 or array.size == 0:
        return None
    if (array != np.rint(array)).any():
        raise ValueError(f"{array.dtype} with fractions should say kind='grey' or 'color'.")
    if array.min() >= 0 and 1 < array.max() <= 255:
        return "color" if array.ndim == 4 else "grey"
    return None


def _as_they_are(
    given: Any,
    array: NDArray[Any],
    kind: str | None,
    num_neurons: int | None,
    shape: tuple[int, int] | None,
) -> _Found:
    """Return spins, bits or text as patterns, with their shape."""
    if array.dtype.kind not in "UTO" and array.ndim not in (2, 3):
        raise ValueError(
            "patterns should have shape (num_patterns, num_neurons) or (num_patterns, rows, "
            f"columns). Got shape {array.shape}."
        )
    rows = array.reshape(len(array), -1) if array.ndim == 3 and array.size else given
    bits = None if kind is None else kind == "bits"
    patterns = check_patterns(rows, bits=bits, distinct=False)
    own = patterns.shape[1]
    if num_neurons not in (None, own):
        raise ValueError(
            f"there are {own} neurons a pattern. Got num_neurons = {num_neurons}; give the number "
            "that there are, or none. Only grey levels are pooled: kind='grey'."
        )
    drawn = (array.shape[1], array.shape[2]) if array.ndim == 3 else shape or (1, own)
    if shape not in (None, drawn) or drawn[0] * drawn[1] != own:
        raise ValueError(f"shape should have the {own} pixels of a pattern. Got {shape}.")
    return _Found(patterns, drawn)


def _levels(
    array: NDArray[Any], kind: str, shape: tuple[int, int] | None, *, keeps_color: bool
) -> NDArray[Any]:
    """Return the grey levels of every picture, or its colors, ``(num_patterns, 3, ...)``."""
    levels = check_levels(array)
    if kind == "color":
        if levels.ndim != 4 or levels.shape[-1] != 3:
            raise ValueError(
                "colors should have shape (num_patterns, rows, columns, 3). "
                f"Got shape {levels.shape}."
            )
        if keeps_color:
            return np.moveaxis(levels, -1, 1)
        luma = levels @ _LUMA
        levels = (luma + 2**15) >> 16 if luma.dtype.kind == "i" else luma / 2**16
    if levels.ndim == 2:
        if shape == levels.shape:
            return levels[np.newaxis]
        if shape is None or shape[0] * shape[1] != levels.shape[1]:
            raise ValueError(
                f"{levels.shape[0]} x {levels.shape[1]} grey levels should say whether they are "
                f"one picture, shape={levels.shape}, or a picture in each row, whose rows and "
                f"columns shape gives. Got shape={shape}; a stack of pictures has three axes."
            )
        levels = levels.reshape(-1, *shape)
    if levels.ndim != 3:
        raise ValueError(
            "grey levels should have shape (num_patterns, rows, columns). "
            f"Got shape {levels.shape}; red, green and blue are kind='color'."
        )
    return levels


def _pooled(
    pictures: Iterable[NDArray[Any]],
    num_neurons: int | None,
    shape: tuple[int, int] | None,
    how: Threshold | float | LevelCode,
    white: float | None = None,
) -> _Found:
    """Return pictures ``(height, width)`` or ``(3, height, width)`` as patterns of one shape.

    They are pooled one after the other, then cut in two or written in a code, in which ``white`` is
    that of each picture by itself where it is None.
    """
    spins: list[Spins] = []
    grid, seen = shape, set()
    for number, picture in enumerate(pictures):
        size = (picture.shape[-2], picture.shape[-1])
        seen.add(size)
        bits = how.bits * picture.size // (size[0] * size[1]) if isinstance(how, LevelCode) else 1
        if num_neurons is not None and num_neurons % bits:
            raise ValueError(
                f"num_neurons should be a multiple of {bits}, the bits of a pixel. Got "
                f"{num_neurons}."
            )
        pixels = None if num_neurons is None else num_neurons // bits
        if number == 0 and pixels is not None:
            # of a table of pictures the shape is theirs, so that a number may ask for fewer pixels
            grid = pooled_shape(pixels, size) if shape in (None, size) else shape
        grid = grid or size
        if pixels not in (None, grid[0] * grid[1]):
            asked = "num_neurons" if bits == 1 else f"num_neurons / {bits}"
            raise ValueError(f"shape should have {pixels} pixels, {asked}. Got {grid}.")
        if len(seen) > 1 and shape is None and num_neurons is None:
            raise ValueError(
                f"pictures should have one size. Picture {number} has {size[0]} x {size[1]} "
                f"pixels, the first {grid[0]} x {grid[1]}; num_neurons or shape pools all."
            )
        if grid[0] > size[0] or grid[1] > size[1]:
            raise ValueError(
                f"pictures should have at least {grid[0]} x {grid[1]} pixels. Picture {number} "
                f"has {size[0]} x {size[1]}; ask for fewer by num_neurons or shape."
            )
        if (number + 1) * grid[0] * grid[1] * bits > MAX_ENTRIES:
            raise ValueError(
                f"patterns should have at most {MAX_ENTRIES} entries. Got more, {number + 1} "
                f"pictures of {grid[0]} x {grid[1]} pixels; ask for fewer by num_neurons."
            )
        grey = check_levels(picture)
        sums, area = area_sums(grey, grid), size[0] * size[1]
        try:
            if isinstance(how, LevelCode):
                top = white_level(grey, picture.dtype) if white is None else white
                words = how.encode(quantized(sums, area, top, how.num_levels))
                row = words if words.ndim == 3 else words.transpose(1, 2, 0, 3)
            else:
                row = binarize(sums, threshold=how if isinstance(how, str) else how * area)
        except ValueError as error:
            raise ValueError(f"picture {number} of {grid[0]} x {grid[1]} pixels: {error}") from None
        spins.append(row.reshape(-1))
    if grid is None:
        raise ValueError("there should be at least one picture. Got none.")
    sizes = " and ".join(sorted(f"{rows} x {columns}" for rows, columns in seen)[:3])
    note = f"pictures of {sizes} pixels as {grid[0]} x {grid[1]}, "
    if not isinstance(how, LevelCode):
        return _Found(np.array(spins), grid, f"{note}ink below threshold {how}")
    note += f"levels in {how}, {bits} bits a pixel, D = {len(spins[0])}"
    return _Found(np.array(spins), grid, note, how)


def _distinct(name: str, found: _Found, merge_duplicates: bool) -> Dataset:
    """Return the patterns, equal ones refused, or merged where that was asked for."""
    patterns, note = found.patterns, found.note
    packed = np.packbits(patterns < 0, axis=1)
    _, first, inverse, counts = np.unique(
        packed, axis=0, return_index=True, return_inverse=True, return_counts=True
    )
    weights: Floats | None = None
    if len(first) < len(patterns):
        if not merge_duplicates:
            source = first[inverse.ravel()]
            row = int(np.flatnonzero(source != np.arange(len(patterns)))[0])
            raise ValueError(
                f"patterns should be distinct. Rows {source[row]} and {row} are equal; "
                "merge_duplicates=True (--merge-duplicates) stores one and counts both in "
                "`weights`, and more neurons tell pictures apart."
            )
        order = np.argsort(first)
        weights = counts[order].astype(np.float64)
        few = ", ".join(f"{each:.0f}" for each in weights[:_SHOWN_WEIGHTS])
        more = ", ..." if len(weights) > _SHOWN_WEIGHTS else ""
        merged = f"{len(patterns) - len(first)} duplicates merged, weights {few}{more}"
        patterns, note = patterns[first[order]], f"{note}; {merged}" if note else merged
    return Dataset(
        name=name,
        patterns=patterns,
        shape=found.shape,
        weights=weights,
        note=note,
        levels=found.levels,
    )


def has_own_size(source: str, shape: object = None) -> bool:
    """Return whether these are patterns of a size, no name and no pictures, which are pooled."""
    return source not in NAMES and (shape is not None or not picture_paths(Path(source)))


def bits_per_pixel(levels: int | str | None, kind: str | None) -> int:
    """Return how many neurons a pixel of pictures in files takes."""
    code = LevelCode() if levels is None else LevelCode.of(levels)
    return code.bits * (3 if levels is not None and kind == "color" else 1)


class Reading(TypedDict, total=False):
    """How a file is read: options of :func:`as_patterns`."""

    kind: str | None
    threshold: str | float
    shape: str | tuple[int, int] | None
    levels: int | str | None
    merge_duplicates: bool


def load_dataset(
    source: str, num_neurons: int | None = None, **reading: Unpack[Reading]
) -> Dataset:
    """Return the data set of a name, or of a file or folder.

    Args:
        source: ``"digits"``, ``"glyphs"``, ``"random"`` or a path, see :func:`as_patterns`.
        num_neurons: Wished D, by default a file's own, 16 for a name, and 16 pixels for pictures.
        reading: How a file is read: ``kind``, ``threshold``, ``shape``, ``levels`` and
            ``merge_duplicates`` of :func:`as_patterns`; a shape also as text such as ``"4x3"``.

    Raises:
        ValueError: The name is unknown, D is above 2**20, glyphs do not fit a square, a name is
            given a shape or levels, or what :func:`as_patterns` refuses.
        OSError: The file cannot be read.
    """
    wished = DEFAULT_NEURONS if num_neurons is None else num_neurons
    shape, levels = reading.get("shape"), reading.get("levels")
    if source in NAMES and not (shape is None and levels is None):
        raise ValueError(f"shape and levels should be of a file or a folder. Got {source!r}.")
    if source in NAMES and wished > MAX_NEURONS:
        raise ValueError(f"num_neurons should be at most {MAX_NEURONS}. Got {wished}.")
    if source in NAMES:  # probes in files may be read so
        check_threshold(reading.get("threshold", "otsu"))
        if (kind := reading.get("kind")) is not None:
            check_choice("kind", kind, Kind)
    if source == "digits":
        return digits(wished)
    if source == "glyphs":
        size = round(wished**0.5)
        if size * size != wished:
            raise ValueError(f"glyphs need a square number of neurons. Got {wished}.")
        return glyphs(size)
    if source == "random":
        patterns = random_patterns(min(256, 2**wished), wished, rng=0)
        return Dataset(name="random", patterns=patterns, shape=(1, wished))
    if not (Path(source).suffix or Path(source).exists()):
        raise ValueError(
            f"data should be {', '.join(map(repr, NAMES))}, or a file or folder that there is. "
            f"Got {source!r}."
            + "".join(f" Did you mean {name!r}?" for name in get_close_matches(source, NAMES, n=1))
        )
    options: dict[str, Any] = {**reading}  # words are checked there
    try:
        if num_neurons is None and not has_own_size(source, shape):
            num_neurons = DEFAULT_NEURONS * bits_per_pixel(levels, reading.get("kind"))
        if isinstance(shape, str):
            options["shape"] = _shape_of(shape)
        return as_patterns(source, num_neurons=num_neurons, **options)
    except ValueError as error:
        raise ValueError(f"{source}: {error}") from error


def _shape_of(text: str) -> tuple[int, int]:
    rows, by, columns = text.partition("x")
    if not (by and rows.isdecimal() and columns.isdecimal()):
        raise ValueError(f"shape should be rows and columns, such as 4x3. Got {text!r}.")
    return int(rows), int(columns)
