"""Where methods are tried: small memories and probes, the edge cases among them."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from classical_ref.discrete.dense import DenseMemory
from classical_ref.patterns import random_patterns
from classical_ref.separation import Polynomial
from classical_ref.spins import spins_to_text, text_to_spins
from qdenseam.memories.amplitude import AmplitudeMemory
from qdenseam.memories.energy import EnergyMemory
from qdenseam.methods.adaptive import AdaptiveMethod
from qdenseam.methods.base import RecallMethod
from qdenseam.retrieval.reading import Memory


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Patterns, their priors and a probe, as text."""

    title: str
    patterns: tuple[str, ...]
    probe: str
    weights: tuple[float, ...] | None = None

    def __str__(self) -> str:
        """Return all of it in a line."""
        priors = "" if self.weights is None else f" with priors {np.round(self.weights, 3)}"
        return f"{self.title}: patterns {', '.join(self.patterns)}{priors}, probe {self.probe}"

    def memory(self, method: RecallMethod | AdaptiveMethod) -> Memory:
        """Return the patterns as the kind of memory that a method recalls from."""
        return _memory(self, issubclass(method.memory_type, EnergyMemory))


@lru_cache(maxsize=32)
def _memory(place: Place, is_energy: bool) -> Memory:
    """Kept, as a memory keeps its circuit: all methods are tried on the same few."""
    rows = text_to_spins(place.patterns)
    if is_energy:
        return EnergyMemory(DenseMemory(rows, Polynomial(3)))
    uniform = np.ones(len(rows))
    return AmplitudeMemory(rows, uniform if place.weights is None else np.array(place.weights))


PLACES = (
    Place(title="no match", patterns=("0011", "1100", "1010"), probe="0100"),
    Place(title="ambiguous", patterns=("0011", "0101", "1111"), probe="0??1"),
    Place(
        title="weighted",
        patterns=("00110", "11001", "10101", "01011"),
        probe="0?110",
        weights=(0.1, 0.2, 0.3, 0.4),
    ),
    Place(title="single pattern", patterns=("010",), probe="0?0"),
    Place(title="all zeros and all ones", patterns=("0000", "1111"), probe="00?0"),
    Place(title="every state stored", patterns=("00", "01", "10", "11"), probe="1?"),
    Place(title="outside the affine hull", patterns=("0000", "0011"), probe="1???"),
    Place(title="all unknown", patterns=("0011", "1100", "1010"), probe="????"),
    Place(title="all known", patterns=("00110", "11001", "10101", "01011", "11111"), probe="00111"),
)
"""The edge cases, the three hardest first."""
HARDEST = 3

TOLD_APART = (
    PLACES[-1],
    # five dimensions, and an affine hull of three: half of the probes that know much lie outside it
    Place(title="flat", patterns=("00000", "00011", "11000", "11011", "10101"), probe="00000"),
)
"""Where circuits of several probes are compared."""


def random_places(rng: np.random.Generator) -> Iterator[Place]:
    """Yield memories of 3, 5 and 6 neurons with random priors, each with a damaged pattern."""
    for num_neurons in (3, 5, 6):
        num_patterns = int(rng.integers(2, 2**num_neurons // 2 + 1))
        patterns = random_patterns(num_patterns, num_neurons, rng=rng)
        probe = patterns[0] * (rng.random(num_neurons) < 0.7)
        yield Place(
            title="random",
            patterns=tuple(spins_to_text(patterns)),
            probe=str(spins_to_text(probe.astype(np.int8))),
            weights=tuple(rng.dirichlet(np.ones(num_patterns)).tolist()),
        )
