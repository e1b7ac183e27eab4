"""Spins, bits and their distances.

Neuron i is column i: the last axis of every array is the neuron axis. A spin is ``s = (-1)**b``:
bit 0 is spin +1 and bit 1 is spin -1. An unknown entry of a probe is 0 as a spin and ``?`` in text.
"""

import numpy as np
from numpy.typing import ArrayLike

from classical_ref.checks import Bits, Floats, Integers, SpinsLike, check_bits, check_spins
from classical_ref.checks import Spins as Spins
from classical_ref.checks import check_patterns as check_patterns
from classical_ref.checks import check_probes as check_probes
from classical_ref.checks import text_to_spins as text_to_spins

_CHARACTERS = "?01"  # of the spins 0, 1 and -1


def bits_to_spins(bits: ArrayLike) -> Spins:
    """Return the spins ``(-1)**bits``, of the same shape.

    Raises:
        ValueError: An entry is neither 0 nor 1, or the array is int8, which holds spins.
    """
    return (1 - 2 * check_bits(bits, ndim=None).astype(np.int8)).astype(np.int8)


def spins_to_bits(spins: ArrayLike) -> Bits:
    """Return the bits ``(1 - spins) / 2`` as uint8, of the same shape.

    Raises:
        ValueError: An entry is neither -1 nor +1 (an unknown entry, 0, has no bit), or the array
            is unsigned or boolean, which holds bits.
    """
    return (check_spins(spins, bits=False, may_be_unknown=False) < 0).astype(np.uint8)


def spins_to_text(spins: ArrayLike) -> str | list[str]:
    """Return ``0``/``1``/``?`` text: a string for ``(num_neurons,)``, else a list of strings.

    Raises:
        ValueError: The shape is not one- or two-dimensional, an entry is not in {-1, 0, +1}, or
            the array is unsigned or boolean, which holds bits.

    Examples:
        >>> spins_to_text([[1, -1, 0]])
        ['01?']
    """
    array = check_spins(spins, bits=False)
    if array.ndim not in (1, 2):
        raise ValueError(f"spins should be one- or two-dimensional. Got shape {array.shape}.")
    rows = ["".join(_CHARACTERS[spin] for spin in row) for row in np.atleast_2d(array).tolist()]
    return rows[0] if array.ndim == 1 else rows


def similarity(patterns: ArrayLike, states: SpinsLike, *, bits: bool | None = None) -> Integers:
    """Return the inner products ``patterns[k] · states``, shape ``(..., num_patterns)``.

    Args:
        patterns: Spins, shape ``(num_patterns, num_neurons)``.
        states: Spins with 0 where unknown, or text, shape ``(..., num_neurons)``.
        bits: Whether the states are bits, where their type does not say it.

    Raises:
        ValueError: Another shape, or spins or bits in doubt.
    """
    stored = _stored(patterns)
    return products(stored, check_probes(states, stored.shape[-1], bits=bits))


def overlap(patterns: ArrayLike, states: SpinsLike, *, bits: bool | None = None) -> Floats:
    """Return the overlaps ``m = patterns[k] · states / num_neurons``, shape ``(..., K)``.

    Arguments and errors are those of :func:`similarity`.

    Examples:
        >>> overlap([[1, 1, -1, -1], [1, -1, -1, 1]], "0011").tolist()
        [1.0, 0.0]
    """
    stored = _stored(patterns)
    return np.asarray(similarity(stored, states, bits=bits) / stored.shape[-1])


def hamming_distance(
    patterns: ArrayLike, probes: SpinsLike, *, bits: bool | None = None
) -> Integers:
    """Return the number of mismatches on the known positions of each probe, ``(..., K)``.

    Unknown entries (0) count neither as match nor as mismatch. Arguments and errors are those of
    :func:`similarity`.

    Examples:
        >>> hamming_distance([[1, 1, -1, -1], [1, -1, -1, 1]], "0?11").tolist()
        [0, 1]
    """
    stored = _stored(patterns)
    known = check_probes(probes, stored.shape[-1], bits=bits)
    num_known = np.count_nonzero(known, axis=-1)
    return np.asarray((num_known[..., np.newaxis] - products(stored, known)) // 2)


def _stored(patterns: ArrayLike) -> Spins:
    stored = check_spins(patterns, name="patterns")
    if stored.ndim == 0:
        raise ValueError("patterns should have shape (num_patterns, num_neurons). Got one number.")
    return stored


def products(patterns: Spins, states: Spins) -> Integers:
    """Return :func:`similarity` of spins that were checked before: the inner loops' own."""
    # float32 products of spins are exact integers below 2**24 neurons, and BLAS computes them.
    with np.errstate(invalid="ignore"):  # OpenBLAS was seen to raise the flag on finite numbers
        product = np.asarray(states, dtype=np.float32) @ np.asarray(patterns, dtype=np.float32).T
    return product.astype(np.int64)
