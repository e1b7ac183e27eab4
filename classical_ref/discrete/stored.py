"""The forms in which stored patterns are computed with, each made on first use."""

from functools import cached_property
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from classical_ref.checks import Booleans, Floats
from classical_ref.spins import Spins

_Scalar = TypeVar("_Scalar", bound=np.generic)

TILE = 128  # patterns whose words stay in the nearest cache


class StoredPatterns:
    """Patterns as spins, floats, columns and packed bits."""

    def __init__(self, patterns: Spins) -> None:
        self.spins = patterns
        self.num_patterns: int = patterns.shape[0]
        self.num_neurons: int = patterns.shape[1]

    @cached_property
    def floats(self) -> NDArray[np.float32]:
        """The spins in single precision, in which products up to 2**24 are exact."""
        return _locked(self.spins.astype(np.float32))

    @cached_property
    def columns(self) -> Spins:
        """The transposed spins, contiguous: ``(num_neurons, num_patterns)``."""
        return _locked(np.ascontiguousarray(self.spins.T))

    @cached_property
    def column_sums(self) -> Floats:
        """The sum of every neuron's spins over the patterns, ``(num_neurons,)``."""
        return _locked(self.spins.sum(axis=0, dtype=np.int64).astype(np.float64))

    @cached_property
    def tiles(self) -> NDArray[np.uint64]:
        """The bits of the patterns in tiles, ``(num_tiles, num_words, TILE)``, zero-padded.

        Word w of pattern k is ``tiles[k // TILE, w, k % TILE]``.
        """
        num_tiles = -(-self.num_patterns // TILE)
        tiles = np.zeros((num_tiles, -(-self.num_neurons // 64), TILE), dtype=np.uint64)
        for number, tile in enumerate(tiles):
            words = pack(self.spins[TILE * number : TILE * (number + 1)] < 0)
            tile[:, : len(words)] = words.T
        return _locked(tiles)


def _locked(array: NDArray[_Scalar]) -> NDArray[_Scalar]:
    """Return the array, read-only: what is kept is also handed out."""
    array.setflags(write=False)
    return array


def pack(bits: Booleans) -> NDArray[np.uint64]:
    """Return rows of bits as 64-bit words, ``(num_rows, ceil(num_bits / 64))``, zero-padded."""
    num_rows, num_bits = bits.shape
    octets = np.zeros((num_rows, 8 * -(-num_bits // 64)), dtype=np.uint8)
    octets[:, : -(-num_bits // 8)] = np.packbits(bits, axis=1, bitorder="little")
    return octets.view(np.uint64)
