"""The forms in which stored patterns are computed with, each made on first use."""

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from .spins import Spins


class StoredPatterns:
    """Patterns as spins, floats, columns and packed bits."""

    def __init__(self, patterns: Spins) -> None:
        self.spins = patterns
        self.num_patterns, self.num_neurons = patterns.shape

    @cached_property
    def floats(self) -> NDArray[np.float32]:
        """The spins in single precision, in which products up to 2**24 are exact."""
        return self.spins.astype(np.float32)

    @cached_property
    def columns(self) -> Spins:
        """The transposed spins, contiguous: ``(num_neurons, num_patterns)``."""
        return np.ascontiguousarray(self.spins.T)

    @cached_property
    def words(self) -> NDArray[np.uint64]:
        """The bits of the patterns, ``(num_patterns, num_words)``."""
        return pack(self.spins < 0)


def pack(bits: NDArray[np.bool_]) -> NDArray[np.uint64]:
    """Return rows of bits as 64-bit words, ``(num_rows, ceil(num_bits / 64))``, zero-padded."""
    padding = -bits.shape[1] % 64
    padded = np.pad(bits, ((0, 0), (0, padding)))
    return np.packbits(padded, axis=1, bitorder="little").view(np.uint64)
