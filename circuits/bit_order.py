"""The bit order, said once: neuron i is qubit i is column i is bit i of the integer.

A row of bits ``b`` (shape ``(num_bits,)``) is the integer Σ_i b_i 2^i and Qiskit's label with
qubit 0 rightmost: ``[1, 0, 0]`` is the integer 1 and the label ``"001"``.
"""

import numpy as np
import numpy.typing as npt

from classical_ref.checks import Bits as Bits
from classical_ref.checks import Integers, check_array, shown
from classical_ref.checks import check_bits as check_bits

Words = npt.NDArray[np.uint64]
"""Rows of bits, 64 to a word; bit i stands in word i // 64."""


def bits_to_integer(bits: npt.ArrayLike) -> Integers:
    """Return Σ_i b_i 2^i over the last axis, shape ``(...,)``.

    Raises:
        ValueError: Not bits; or more than 62, which do not fit: use Python integers or packed
            words there.

    Examples:
        >>> int(bits_to_integer([1, 0, 1, 0]))
        5
    """
    array = check_bits(bits, ndim=None).astype(np.int64)
    if array.shape[-1] > 62:
        raise ValueError(f"at most 62 bits fit an integer index. Got {array.shape[-1]}.")
    return np.asarray(array @ (np.int64(1) << np.arange(array.shape[-1], dtype=np.int64)))


def integer_to_bits(integers: npt.ArrayLike, num_bits: int) -> Bits:
    """Return the bits of each integer, shape ``(..., num_bits)``; column i is bit i.

    Examples:
        >>> integer_to_bits(5, 4).tolist()
        [1, 0, 1, 0]
    """
    array = np.asarray(integers, dtype=np.int64)
    return ((array[..., None] >> np.arange(num_bits)) & 1).astype(np.uint8)


def all_bits(num_bits: int) -> Bits:
    """Return every basis state, shape ``(2**num_bits, num_bits)``; row x holds the bits of x."""
    return integer_to_bits(np.arange(2**num_bits), num_bits)


def to_words(bits: Bits) -> Words:
    """Return ``(K, D)`` bits as words, shape ``(K, ceil(D / 64))``."""
    num_words = -(-bits.shape[1] // 64)
    padded = np.zeros((len(bits), 64 * num_words), dtype=np.uint8)
    padded[:, : bits.shape[1]] = bits
    packed = np.packbits(padded, axis=1, bitorder="little")
    return packed.view("<u8").astype(np.uint64)


def check_positions(positions: npt.ArrayLike, num_neurons: int) -> list[int]:
    """Return the positions as a list of distinct neurons.

    Raises:
        ValueError: A position repeats or is outside 0..D-1, or the positions are a mask.
    """
    given = check_array("positions", positions, "...").reshape(-1)
    if np.asarray(positions).dtype == bool:
        raise ValueError("positions should be indices of neurons. Got a mask; use np.flatnonzero.")
    if (given != np.rint(given)).any():
        raise ValueError(f"positions should be integers. Got {shown(positions)}.")
    neurons = [int(position) for position in given.tolist()]
    if len(set(neurons)) != len(neurons) or not all(0 <= i < num_neurons for i in neurons):
        raise ValueError(
            f"positions should be distinct neurons in 0..{num_neurons - 1}. Got {neurons}."
        )
    return neurons
