"""A separation function."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from classical_ref.separation import Separation


@dataclass(frozen=True, slots=True)
class Even(Separation):
    """F(x) = x² + x⁴."""

    name: ClassVar[str] = "even"

    def value(self, x):
        x = np.asarray(x, dtype=float)
        return x**2 + x**4
