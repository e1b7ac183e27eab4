"""One's own data as patterns: arrays, text, files and folders of pictures."""

from collections.abc import Iterable, Sequence
from os import PathLike, fspath
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from classical_ref.checks import Floats, Spins, check_choice, check_integer, check_patterns
from classical_ref.data.datasets import Dataset, digits, glyphs
from classical_ref.data.files import picture_paths, read_array, read_pictures
from classical_ref.data.pictures import (
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
DEFAULT_NEURONS = 16
"""D of data that have no size of their own."""
_LUMA = np.array([19595, 38470, 7471])  # ITU-R 601 in parts of 2**16, as Pillow rounds it


def as_patterns(
    source: str | PathLike[str] | ArrayLike | Sequence[str],
    *,
    kind: Kind | None = None,
    num_neurons: int | None = None,
    threshold: Threshold | float = "otsu",
    shape: tuple[int, int] | None = None,
    merge_duplicates: bool = False,
) -> Dataset:
    """Return one's own data as distinct patterns.

    Spins, bits and text are patterns as they are. Grey levels and colors (by their luma) are
    averaged over areas where fewer pixels are asked for; then what is darker than the threshold of
    its own picture is ink, spin -1. A picture of other proportions is stretched.

    Args:
        source: A path, or an array: of patterns ``(num_patterns, num_neurons)`` or ``(num_patterns,
            rows, columns)``, of colors ``(num_patterns, rows, columns, 3)``, or text rows such as
            ``["0110", "1010"]``. A path is that of a file ``.npy .npz .csv .txt .png .jpg`` or of a
            folder, whose pictures are taken in the order of their names.
        kind: What the numbers are, needed where they can be read in two ways. Types say it as
            everywhere (int8 is spins, booleans are bits), and so do whole numbers up to 255.
        num_neurons: D, to which grey levels and colors are pooled, in proportions nearest to those
            of the (first) picture; anything else should have just as many.
        threshold: What makes a pixel ink, see :func:`binarize`; a number is a grey level.
        shape: Rows and columns. Of a table, those of the picture that each row is; pictures are
            pooled to it.
        merge_duplicates: Whether equal patterns are stored once, with ``weights`` that count them.

    Returns:
        The patterns with the shape in which to draw them, where they come from and what was done.

    Raises:
        ValueError: Spins or bits in doubt, a table of grey levels without ``shape``, pictures of
            several sizes or smaller than asked for, equal patterns, a file of another kind, or more
            than 2**28 entries.
        OSError: A file cannot be read.

    Examples:
        >>> as_patterns(["0110", "1010"]).patterns.tolist()
        [[1, -1, -1, 1], [-1, 1, -1, 1]]
        >>> as_patterns([[[0, 9, 9], [1, 8, 9]]], kind="grey").patterns.tolist()
        [[-1, 1, 1, -1, 1, 1]]
    """
    if kind is not None:
        check_choice("kind", kind, Kind)
    threshold = check_threshold(threshold)
    if num_neurons is not None:
        check_integer(1, num_neurons=num_neurons)
    if shape is not None:
        if len(shape) != 2:
            raise ValueError(f"shape should be rows and columns. Got {shape}.")
        check_integer(1, rows=shape[0], columns=shape[1])
        shape = (shape[0], shape[1])
    name, given = "array", source
    if isinstance(source, str | PathLike):
        name, path = fspath(source), Path(source)
        if pictures := picture_paths(path):
            if kind in ("spins", "bits"):
                raise ValueError(f"kind of {name} should be 'grey' or 'color'. Got {kind!r}.")
            found = _inked(read_pictures(pictures), num_neurons, shape, threshold)
            return _distinct(name, *found, merge_duplicates)
        given = read_array(path)
    try:
        array = np.asarray(given)
    except ValueError:
        raise ValueError("patterns should be an array. Got rows of several lengths.") from None
    kind = kind or _evident(array)
    if kind in ("grey", "color"):
        found = _inked(_levels(array, kind, shape), num_neurons, shape, threshold)
    else:
        found = _as_they_are(given, array, kind, num_neurons, shape)
    return _distinct(name, *found, merge_duplicates)


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
) -> tuple[Spins, tuple[int, int], str]:
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
    return patterns, drawn, ""


def _levels(
    array: NDArray[Any], kind: str, shape: tuple[int, int] | None
) -> Sequence[NDArray[Any]]:
    """Return the grey levels of every picture."""
    levels = check_levels(array)
    if kind == "color":
        if levels.ndim != 4 or levels.shape[-1] != 3:
            raise ValueError(
                "colors should have shape (num_patterns, rows, columns, 3). "
                f"Got shape {levels.shape}."
            )
        luma = levels @ _LUMA
        levels = (luma + 2**15) >> 16 if luma.dtype.kind == "i" else luma / 2**16
    if levels.ndim == 2:
        if shape == levels.shape:
            return [levels]
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
    return list(levels)


def _inked(
    pictures: Iterable[NDArray[Any]],
    num_neurons: int | None,
    shape: tuple[int, int] | None,
    threshold: Threshold | float,
) -> tuple[Spins, tuple[int, int], str]:
    """Return pictures as patterns of one shape, pooled one after the other."""
    spins: list[Spins] = []
    grid, seen = shape, set()
    for number, picture in enumerate(pictures):
        size = (picture.shape[0], picture.shape[1])
        seen.add(size)
        if number == 0 and num_neurons is not None:
            # of a table of pictures the shape is theirs, so that a number may ask for fewer pixels
            grid = pooled_shape(num_neurons, size) if shape in (None, size) else shape
        grid = grid or size
        if num_neurons not in (None, grid[0] * grid[1]):
            raise ValueError(f"shape should have {num_neurons} pixels, num_neurons. Got {grid}.")
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
        if (number + 1) * grid[0] * grid[1] > MAX_ENTRIES:
            raise ValueError(
                f"patterns should have at most {MAX_ENTRIES} entries. Got more, {number + 1} "
                f"pictures of {grid[0]} x {grid[1]} pixels; ask for fewer by num_neurons."
            )
        sums, area = area_sums(check_levels(picture), grid), size[0] * size[1]
        cut = threshold if isinstance(threshold, str) else threshold * area
        try:
            spins.append(binarize(sums, threshold=cut).reshape(-1))
        except ValueError as error:
            raise ValueError(f"picture {number} of {grid[0]} x {grid[1]} pixels: {error}") from None
    if grid is None:
        raise ValueError("there should be at least one picture. Got none.")
    sizes = " and ".join(sorted(f"{rows} x {columns}" for rows, columns in seen)[:3])
    note = f"pictures of {sizes} pixels as {grid[0]} x {grid[1]}, ink below threshold {threshold}"
    return np.array(spins), grid, note


def _distinct(
    name: str, patterns: Spins, shape: tuple[int, int], note: str, merge_duplicates: bool
) -> Dataset:
    """Return the patterns, equal ones refused, or merged where that was asked for."""
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
        merged = f"{len(patterns) - len(first)} duplicates merged"
        patterns, weights = patterns[first[order]], counts[order].astype(np.float64)
        note = f"{note}; {merged}" if note else merged
    return Dataset(name=name, patterns=patterns, shape=shape, weights=weights, note=note)


def has_own_size(source: str) -> bool:
    """Return whether these are patterns of a size, no name and no pictures, which are pooled."""
    return source not in NAMES and not picture_paths(Path(source))


def load_dataset(source: str, num_neurons: int | None = None, **reading: Any) -> Dataset:
    """Return the data set of a name, or of a file or folder.

    Args:
        source: ``"digits"``, ``"glyphs"``, ``"random"`` or a path, see :func:`as_patterns`.
        num_neurons: Wished D, by default a file's own, and 16 for a name or pictures.
        reading: How a file is read: ``kind``, ``threshold`` and ``merge_duplicates`` of
            :func:`as_patterns`.

    Raises:
        ValueError: The name is unknown, glyphs do not fit a square, or what :func:`as_patterns`
            refuses.
        OSError: The file cannot be read.
    """
    wished = DEFAULT_NEURONS if num_neurons is None else num_neurons
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
        )
    try:
        size = num_neurons if has_own_size(source) else wished
        return as_patterns(source, num_neurons=size, **reading)
    except ValueError as error:
        raise ValueError(f"{source}: {error}") from error
