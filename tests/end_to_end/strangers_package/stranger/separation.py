"""A separation function."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from classical_ref.separation import Separation


@dataclass(frozen=True, slots=True)
class Even(Separation):
    """F(x) = x² + x⁴."""

    name: ClassVar[str] = "even"

    def energy(self, similarities, weights):
        x = np.asarray(similarities, dtype=float)
        return -((x**2 + x**4) * weights).sum(axis=-1)

    def local_field(self, h, column, weights, rule):
        return (weights * column * self._slope(np.asarray(h, dtype=float), rule)).sum(axis=-1)

    def increments(self, num_neurons, rule):
        return tuple(self._slope(x, rule) for x in range(-num_neurons - 1, num_neurons + 2))

    def _slope(self, x, rule):
        """F(x + 1) - F(x - 1), or half of F'(x)."""
        return 12 * x + 8 * x**3 if rule == "exact" else x + 2 * x**3
