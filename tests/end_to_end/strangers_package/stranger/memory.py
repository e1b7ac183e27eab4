"""A classical memory."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from classical_ref.recipes import Recipe
from classical_ref.spins import check_patterns, check_probes


@dataclass(frozen=True, slots=True)
class Vote(Recipe):
    """The nearest patterns vote on every neuron."""

    name: ClassVar[str] = "vote"
    voters: int = 1

    def memory(self, patterns):
        return check_patterns(patterns)

    def recall(self, patterns, probes, *, clamped=None, bits=None, rng=None):
        stored = self.memory(patterns)
        asked = check_probes(probes, stored.shape[1], bits=bits)
        nearest = np.argsort(-(asked @ stored.T.astype(int)), axis=-1, kind="stable")
        return np.where(stored[nearest[..., : self.voters]].sum(axis=-2) < 0, -1, 1).astype("int8")
