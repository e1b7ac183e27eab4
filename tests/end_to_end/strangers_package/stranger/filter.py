"""A filter."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from qdenseam.methods import Filter


@dataclass(frozen=True, slots=True)
class Cliff(Filter):
    """F(d) = 1 up to an edge, then a constant."""

    name: ClassVar[str] = "cliff"
    edge: int = 1
    below: float = 0.25

    def table(self, num_known):
        return np.where(np.arange(num_known + 1) <= self.edge, 1.0, self.below)
