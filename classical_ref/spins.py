"""Spins, bits and their distances.

Neuron i is column i: the last axis of every array is the neuron axis. A spin is ``s = (-1)**b``:
bit 0 is spin +1 and bit 1 is spin -1. An unknown entry of a probe is 0 as a spin and ``?`` in text.
"""

from collections.abc import Sequence
from functools import reduce

import numpy as np
from numpy.typing import ArrayLike, NDArray

Spins = NDArray[np.int8]
"""Entries -1 and +1, and 0 where a probe is unknown; the last axis is the neuron axis."""

_SPIN_OF_CHARACTER = {"0": 1, "1": -1, "?": 0}
_CHARACTER_OF_SPIN = {1: "0", -1: "1", 0: "?"}


def bits_to_spins(bits: ArrayLike) -> Spins:
    """Return the spins ``(-1)**bits``, of the same shape.

    Raises:
        ValueError: An entry is neither 0 nor 1.
    """
    array = np.asarray(bits)
    if not _is_among(array, (0, 1)).all():
        raise ValueError(f"bits should be 0 or 1. Got {_strange(array, (0, 1))}.")
    return (1 - 2 * array.astype(np.int8)).astype(np.int8)


def spins_to_bits(spins: ArrayLike) -> NDArray[np.uint8]:
    """Return the bits ``(1 - spins) / 2`` as uint8, of the same shape.

    Raises:
        ValueError: An entry is neither -1 nor +1; an unknown entry (0) has no bit.
    """
    array = np.asarray(spins)
    if not _is_among(array, (-1, 1)).all():
        raise ValueError(f"spins should be -1 or +1. Got {_strange(array, (-1, 1))}.")
    return (array < 0).astype(np.uint8)


def text_to_spins(text: str | Sequence[str]) -> Spins:
    """Return the spins of ``0``, ``1`` and ``?`` (unknown); character i is neuron i.

    Returns:
        Shape ``(num_neurons,)`` for a string, ``(num_rows, num_neurons)`` for a sequence of them.

    Raises:
        ValueError: A character is none of ``0``, ``1``, ``?``, or the lengths differ.

    Examples:
        >>> text_to_spins("01?").tolist()
        [1, -1, 0]
    """
    if isinstance(text, str):
        strange = sorted(set(text) - set(_SPIN_OF_CHARACTER))
        if strange:
            raise ValueError(f"text should hold only 0, 1 and ?. Got {strange[0]!r} in {text!r}.")
        return np.array([_SPIN_OF_CHARACTER[character] for character in text], dtype=np.int8)
    lengths = sorted({len(row) for row in text})
    if len(lengths) > 1:
        raise ValueError(f"all strings should have one length. Got lengths {lengths}.")
    return np.array([text_to_spins(row) for row in text], dtype=np.int8)


def spins_to_text(spins: ArrayLike) -> str | list[str]:
    """Return ``0``/``1``/``?`` text: a string for ``(num_neurons,)``, else a list of strings.

    Raises:
        ValueError: The shape is not one- or two-dimensional, or an entry is not in {-1, 0, +1}.
    """
    array = np.asarray(spins)
    if array.ndim not in (1, 2):
        raise ValueError(f"spins should be one- or two-dimensional. Got shape {array.shape}.")
    if not _is_among(array, (-1, 0, 1)).all():
        raise ValueError(f"spins should be -1, 0 or +1. Got {_strange(array, (-1, 0, 1))}.")
    rows = [
        "".join(_CHARACTER_OF_SPIN[spin] for spin in row) for row in np.atleast_2d(array).tolist()
    ]
    return rows[0] if array.ndim == 1 else rows


def check_patterns(patterns: ArrayLike, *, distinct: bool = True) -> Spins:
    """Return the patterns as a read-only int8 copy of shape ``(num_patterns, num_neurons)``.

    Args:
        patterns: Spins -1 and +1; each row is one pattern.
        distinct: Whether a repeated row is an error.

    Raises:
        ValueError: Not two-dimensional, empty, an entry other than -1 and +1, or (if ``distinct``)
            two equal rows.
    """
    array = np.asarray(patterns)
    if array.ndim != 2:
        raise ValueError(
            f"patterns should have shape (num_patterns, num_neurons). Got shape {array.shape}."
        )
    if array.size == 0:
        raise ValueError(f"patterns should hold at least one entry. Got shape {array.shape}.")
    if not _is_among(array, (-1, 1)).all():
        raise ValueError(
            f"patterns should be spins -1 and +1. Got {_strange(array, (-1, 1))}. "
            "Use bits_to_spins for bits."
        )
    checked = np.array(array, dtype=np.int8, order="C")
    if distinct:
        duplicate = _first_duplicate(checked)
        if duplicate is not None:
            raise ValueError(
                f"patterns should be distinct. Rows {duplicate[0]} and {duplicate[1]} are equal; "
                "keep one and give it a larger entry in `weights`."
            )
    checked.setflags(write=False)
    return checked


def check_probes(probes: ArrayLike | str | Sequence[str], num_neurons: int) -> Spins:
    """Return probes as an int8 array of shape ``(..., num_neurons)`` with entries -1, 0, +1.

    Args:
        probes: Spins with 0 where unknown, or text of ``0``, ``1`` and ``?`` (a string or a
            sequence of strings; character i is neuron i).
        num_neurons: The length that the last axis should have.

    Raises:
        ValueError: The last axis has another length, or an entry is not in {-1, 0, +1}.
    """
    if isinstance(probes, str) or (
        isinstance(probes, Sequence) and len(probes) > 0 and isinstance(probes[0], str)
    ):
        probes = text_to_spins(probes)  # type: ignore[arg-type]  # narrowed by hand above
    array = np.asarray(probes)
    if array.ndim == 0 or array.shape[-1] != num_neurons:
        raise ValueError(
            f"probe should have shape ({num_neurons},) or (..., {num_neurons}). "
            f"Got shape {array.shape}."
        )
    if array.dtype == bool or not _is_among(array, (-1, 0, 1)).all():
        got = "booleans" if array.dtype == bool else _strange(array, (-1, 0, 1))
        raise ValueError(
            f"probe should hold -1, +1 and 0 where unknown. Got {got}. Use bits_to_spins for bits."
        )
    return array.astype(np.int8)


def similarity(patterns: ArrayLike, states: ArrayLike) -> NDArray[np.int64]:
    """Return the inner products ``patterns[k] · states``, shape ``(..., num_patterns)``."""
    # float32 products of spins are exact integers below 2**24 neurons, and BLAS computes them.
    product = np.asarray(states, dtype=np.float32) @ np.asarray(patterns, dtype=np.float32).T
    return product.astype(np.int64)


def overlap(patterns: ArrayLike, states: ArrayLike) -> NDArray[np.float64]:
    """Return the overlaps ``m = patterns[k] · states / num_neurons``, shape ``(..., K)``."""
    return np.asarray(similarity(patterns, states) / np.shape(patterns)[-1])


def hamming_distance(patterns: ArrayLike, probes: ArrayLike) -> NDArray[np.int64]:
    """Return the number of mismatches on the known positions of each probe, ``(..., K)``.

    Unknown entries (0) count neither as match nor as mismatch.
    """
    num_known = np.count_nonzero(np.asarray(probes), axis=-1)
    return np.asarray((num_known[..., np.newaxis] - similarity(patterns, probes)) // 2)


def _strange(array: NDArray[np.generic], allowed: tuple[int, ...]) -> object:
    return array[~_is_among(array, allowed)].flat[0]


def _is_among(array: NDArray[np.generic], allowed: tuple[int, ...]) -> NDArray[np.bool_]:
    # Comparisons are many times faster than np.isin for a few values.
    return np.asarray(reduce(np.logical_or, [array == value for value in allowed]))


def _first_duplicate(patterns: Spins) -> tuple[int, int] | None:
    rows = np.packbits(patterns < 0, axis=1)
    keys = rows.view(np.dtype((np.void, rows.shape[1]))).ravel()
    _, first, inverse = np.unique(keys, return_index=True, return_inverse=True)
    later = np.flatnonzero(first[inverse] != np.arange(len(patterns)))
    return None if later.size == 0 else (int(first[inverse][later[0]]), int(later[0]))
