"""Grey levels into patterns: areas pooled, pixels told apart by a threshold.

Grey levels grow from black to white; ink, what is darker than the threshold, is spin -1 (bit 1).
"""

from typing import Annotated, Any, Literal, cast, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from classical_ref.checks import (
    Floats,
    Integers,
    Spins,
    Within,
    check_entries,
    check_finite,
    checked,
    shown,
)

Threshold = Literal["otsu", "mean", "median"]
"""What makes a pixel ink: darker than Otsu's cut, the mean, or the median of its picture."""

Grid = tuple[Annotated[int, Within("[1, 1000000]")], Annotated[int, Within("[1, 1000000]")]]
"""Rows and columns."""

_ROUNDING = 1e-9  # levels as near as this, of the largest, are one
_MAX_LEVEL = 1e100  # sums over areas and their squares are finite


@checked
def pool(pictures: ArrayLike, shape: Grid) -> Floats:
    """Return the means over the areas of a grid of ``shape``, ``(..., rows, columns)``.

    Args:
        pictures: Grey levels, shape ``(..., height, width)``; cells on a border count in part.
        shape: Rows and columns of the grid, each at least 1.

    Raises:
        ValueError: There are no finite grey levels, another number of axes, or more than 2**28
            areas.

    Examples:
        >>> pool([[0, 2, 5], [2, 4, 5]], (1, 3)).tolist()
        [[1.0, 3.0, 5.0]]
    """
    levels = check_levels(pictures)
    shape = (shape[0], shape[1])
    check_entries(2**28, rows=shape[0], columns=shape[1])
    return np.asarray(area_sums(levels, shape) / (levels.shape[-2] * levels.shape[-1]))


@checked
def binarize(pictures: ArrayLike, *, threshold: Threshold | float | str = "otsu") -> Spins:
    r"""Return spins of pictures, -1 where a pixel is darker than the threshold.

    Otsu's threshold maximizes the variance between the two classes of pixels,
    n₁ n₂ (μ₁ - μ₂)² of their sizes and means; it is found over all cuts between distinct levels.

    Args:
        pictures: Grey levels, shape ``(..., height, width)``.
        threshold: A rule that is applied to every picture by itself, or a level for all of them.

    Raises:
        ValueError: There are no finite grey levels, the threshold is unknown or not finite, or a
            picture of one level has no cut of Otsu's.

    Source: Otsu (1979), IEEE Trans. Syst. Man Cybern. 9, 62.

    Examples:
        >>> binarize([[10, 12, 200, 190]]).tolist()
        [[-1, -1, 1, 1]]
    """
    levels = check_levels(pictures)
    threshold = check_threshold(threshold)
    if not isinstance(threshold, str):
        dark = levels < threshold
    elif threshold == "mean":  # without a division, so that integers are compared exactly
        count = levels.shape[-2] * levels.shape[-1]
        dark = count * levels < levels.sum(axis=(-2, -1), keepdims=True)
    elif threshold == "median":
        dark = levels < np.median(levels, axis=(-2, -1), keepdims=True)
    else:
        flat = levels.reshape(-1, levels.shape[-2] * levels.shape[-1])
        cuts = np.array([_otsu(row, number) for number, row in enumerate(flat)])
        dark = (flat <= cuts[:, np.newaxis]).reshape(levels.shape)
    return np.where(dark, -1, 1).astype(np.int8)


def check_threshold(threshold: object) -> Threshold | float:
    """Return a rule, or a level as a float, also where it comes as text.

    Raises:
        ValueError: It is neither, or not finite.
    """
    if isinstance(threshold, str) and threshold in get_args(Threshold):
        return cast("Threshold", threshold)
    try:
        if isinstance(threshold, bool):
            raise TypeError
        level = float(threshold)  # type: ignore[arg-type]
    except (OverflowError, TypeError, ValueError):
        names = ", ".join(get_args(Threshold))
        raise ValueError(
            f"threshold should be one of {names}, or a number. Got {shown(threshold)}."
        ) from None
    check_finite(threshold=level)
    return level


def check_levels(pictures: ArrayLike) -> Integers | Floats:
    """Return grey levels as integers or floats of shape ``(..., height, width)``.

    Raises:
        ValueError: They are no finite numbers, or have another number of axes.
    """
    array = np.asarray(pictures)
    if array.ndim < 2 or array.size == 0:
        raise ValueError(
            f"pictures should have shape (..., height, width), none empty. Got {array.shape}."
        )
    if array.dtype.kind not in "biuf" or not np.isfinite(array).all():
        raise ValueError(f"grey levels should be finite numbers. Got {array.dtype}.")
    if (largest := float(np.abs(array.astype(np.float64)).max())) > _MAX_LEVEL:
        raise ValueError(f"grey levels should be at most {_MAX_LEVEL:g} in size. Got {largest:g}.")
    is_exact = array.dtype.kind != "f" and max(abs(int(array.min())), int(array.max())) < 2**16
    # sums of integers stay far below 2**63
    return array.astype(np.int64) if is_exact else array.astype(np.float64)


def area_sums(levels: Integers | Floats, shape: tuple[int, int]) -> Integers | Floats:
    """Return sums over the areas of a ``shape`` grid, ``(..., rows, columns)``.

    In integers where the levels are, so that a threshold never depends on rounding: every area has
    the weight ``height * width`` of the pictures.
    """
    if levels.shape[-2:] == shape:
        return levels * (shape[0] * shape[1])
    down, across = (_areas(n, m) for n, m in zip(levels.shape[-2:], shape, strict=True))
    return np.asarray(down @ levels @ across.T)


def pooled_shape(num_neurons: int, shape: tuple[int, int]) -> tuple[int, int]:
    """Return rows and columns of ``num_neurons`` pixels, nearest to the proportions of ``shape``.

    No side is longer than the picture's, or of one pixel where the picture's is longer; of two as
    near the one with more rows is taken.

    Raises:
        ValueError: There are none; the message names the nearest numbers that there are.
    """
    height, width = shape

    def pairs(size: int) -> list[tuple[int, int]]:
        rows = range(min(2, height), min(height, size) + 1)
        found = [(row, size // row) for row in rows if size % row == 0]
        return [pair for pair in found if min(2, width) <= pair[1] <= width]

    def strain(pair: tuple[int, int]) -> tuple[int, int, int]:
        wide, high = pair[1] * height, pair[0] * width
        return max(wide, high) * 1_000_000 // min(wide, high), -pair[0], pair[1]

    if found := pairs(num_neurons):
        return min(found, key=strain)
    largest = height * width
    below = next((n for n in range(min(num_neurons, largest), 0, -1) if pairs(n)), None)
    above = next((n for n in range(max(num_neurons, 1), largest + 1) if pairs(n)), None)
    near = " and ".join(str(size) for size in (below, above) if size is not None)
    raise ValueError(
        f"num_neurons should be rows * columns with rows from {min(2, height)} to {height} and "
        f"columns from {min(2, width)} to {width}. Got {num_neurons}; the nearest are {near}."
    )


def _areas(num_inputs: int, num_outputs: int) -> Integers:
    """Return ``num_outputs`` times the part of each input cell in each output cell."""
    start = num_inputs * np.arange(num_outputs)[:, np.newaxis]
    cell = num_outputs * np.arange(num_inputs)
    high = np.minimum(start + num_inputs, cell + num_outputs)
    return np.asarray(np.maximum(high - np.maximum(start, cell), 0))


def _otsu(levels: NDArray[Any], number: int) -> float:
    """Return the largest level of the darker class."""
    values, counts = np.unique(levels, return_counts=True)
    if values[-1] - values[0] <= _ROUNDING * np.abs(values).max():
        raise ValueError(
            f"a picture should have two grey levels. Picture {number} has one, {values[0]}, at "
            "these pixels; leave it out, or give threshold a number."
        )
    centered = values.astype(np.float64) - values.mean()
    below, sums = np.cumsum(counts)[:-1], np.cumsum(counts * centered)
    total, whole = len(levels), sums[-1]
    between = (total * sums[:-1] - below * whole) ** 2 / (below * (total - below))
    return float(values[np.argmax(between)])
