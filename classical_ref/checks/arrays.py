"""Types of arrays by what they hold, the check of real ones, and how fields keep them."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from classical_ref.checks.values import shown

Spins = NDArray[np.int8]
"""Entries -1 and +1, and 0 where a probe is unknown; the last axis is the neuron axis."""
Bits = NDArray[np.uint8]
"""Entries 0 and 1; the last axis is the neuron axis."""
Booleans = NDArray[np.bool_]
Integers = NDArray[np.int64]
Floats = NDArray[np.float64]
Complexes = NDArray[np.complex128]

SpinsLike = ArrayLike | str | Sequence[str]
"""Spins, text of ``0``, ``1`` and ``?``, or bits of which ``bits=True`` says that they are."""


def check_array(name: str, values: ArrayLike, *axes: str | int) -> Floats:
    """Return values as finite floats of a shape, without a copy where they are.

    Args:
        name: What a message calls them.
        values: Real numbers.
        axes: One entry per axis: its length, or the name of a length of at least one. A first
            ``"..."`` stands for any leading axes.

    Raises:
        ValueError: The shape is another, or an entry is no real number or not finite.
    """
    array = check_numbers(name, values)
    is_open = axes[:1] == ("...",)
    last = axes[1:] if is_open else axes
    lengths = array.shape[array.ndim - len(last) :] if is_open else array.shape
    fits = len(lengths) == len(last) and all(
        length == axis if isinstance(axis, int) else length > 0
        for length, axis in zip(lengths, last, strict=True)
    )
    if not fits:
        wanted = ", ".join(map(str, axes)) + ("," if len(axes) == 1 else "")
        raise ValueError(f"{name} should have shape ({wanted}). Got shape {array.shape}.")
    if not np.isfinite(array).all():
        raise ValueError(f"{name} should be finite. Got nan or infinity.")
    return array


def check_numbers(name: str, values: ArrayLike) -> Floats:
    """Return real numbers of any shape, nan and infinity too; ValueError where there are none."""
    try:
        array = np.asarray(values)
        if array.dtype.kind == "c":
            raise TypeError
        return array.astype(np.float64, copy=False)
    except (OverflowError, TypeError, ValueError):
        raise ValueError(
            f"{name} should be an array of real numbers. Got {_content(values)}."
        ) from None


def check_complexes(name: str, values: ArrayLike) -> Complexes:
    """Return complex numbers of any shape; ValueError where there are none."""
    try:
        return np.asarray(values, dtype=np.complex128)
    except (OverflowError, TypeError, ValueError):
        raise ValueError(f"{name} should be an array of numbers. Got {_content(values)}.") from None


def _content(values: ArrayLike) -> str:
    """Return how a message shows what is no array of numbers."""
    if isinstance(values, np.ndarray):
        return f"an array of {values.dtype}"
    return shown(values)


def check_mask(name: str, mask: ArrayLike | None, shape: tuple[int, ...]) -> Booleans:
    """Return booleans of a shape, all false for None; one mask of the last axis serves all.

    Raises:
        ValueError: The shape is another, or entries are no booleans.
    """
    array = np.zeros(shape[-1:], dtype=bool) if mask is None else np.asarray(mask)
    if array.dtype != bool or array.shape not in (shape, shape[-1:]):
        raise ValueError(
            f"{name} should be booleans of shape {shape[-1:]} or {shape}. "
            f"Got {array.dtype} of shape {array.shape}."
        )
    return np.broadcast_to(array, shape)


def lock(holder: object, **arrays: NDArray[np.generic]) -> None:
    """Set array fields of a frozen dataclass to read-only copies."""
    for name, given in arrays.items():
        array = np.array(given)
        array.setflags(write=False)
        object.__setattr__(holder, name, array)
