"""An encoder."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from circuits.loading import Encoder, Merging


@dataclass(frozen=True, slots=True)
class GrayCode(Encoder):
    """Merge the patterns in the order of a Gray code, so that neighbors meet first."""

    name: ClassVar[str] = "gray-code"
    width: int = 4

    def prepare(self, bits, amplitudes):
        rank = np.lexsort(np.cumsum(bits, axis=1).T % 2)
        return Merging(width=self.width).prepare(bits[rank], amplitudes[rank])
