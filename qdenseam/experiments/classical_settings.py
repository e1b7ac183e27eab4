"""Classical memories as they stand in studies: each at its best documented setting, chosen before.

A dense memory that keeps a neuron's own spin decodes better than one without it, and its powers are
rectified, so that a pattern is not taken for its negative. The exponential memory with
β > ln(K - 1)/2, its own spin kept, all neurons at once, is an exact scan for the nearest pattern
wherever one is nearest (``tests/classical_ref/test_nearest_law.py``).
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import log

import numpy as np
import numpy.typing as npt

from classical_ref.discrete.dense import DenseMemory
from classical_ref.discrete.dynamics import Update
from classical_ref.discrete.fields import SelfInteraction
from classical_ref.separation import Exponential, Polynomial, RectifiedPolynomial, Separation

Spins = npt.NDArray[np.int8]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassicalSetting:
    """A dense memory and how it is run."""

    separation: Callable[[int], Separation]
    """Maps K to F."""
    self_interaction: SelfInteraction = "kept"
    update: Update = "asynchronous"

    def recall(self, patterns: Spins, probes: Spins, *, rng: np.random.Generator) -> Spins:
        """Return the fixed points that probes reach, of the shape of the probes."""
        memory = DenseMemory(patterns, separation=self.separation(len(patterns)))
        return memory.recall(
            probes, update=self.update, self_interaction=self.self_interaction, rng=rng
        ).states


def best_exponential(num_patterns: int) -> Exponential:
    """Return the exponential separation with β = max(1, ln(K)/2 + 1/2)."""
    return Exponential(max(1.0, log(num_patterns) / 2 + 0.5))


CLASSICAL: dict[str, ClassicalSetting] = {
    "Hebb": ClassicalSetting(separation=lambda _: Polynomial(2)),
    "dense, order 3": ClassicalSetting(separation=lambda _: RectifiedPolynomial(3)),
    "dense, order 4": ClassicalSetting(separation=lambda _: RectifiedPolynomial(4)),
    "dense, exponential": ClassicalSetting(separation=best_exponential, update="synchronous"),
    "exponential, as published": ClassicalSetting(
        separation=lambda _: Exponential(), self_interaction="excluded"
    ),
}
"""Memories of random patterns by label, and one of them as published beside its best setting."""
