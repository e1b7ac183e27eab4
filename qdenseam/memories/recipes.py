"""How a memory is made, before there are patterns: what a study and the command line spell."""

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import Annotated, ClassVar, final

import numpy as np

from circuits.loading import Auto
from circuits.loading.preparation import Encoder
from classical_ref.checks import Checked, Floats, Spins, Within
from classical_ref.discrete.dense import DenseMemory
from classical_ref.separation import Polynomial, Separation
from qdenseam.memories.amplitude import AmplitudeMemory
from qdenseam.memories.energy import EnergyMemory


class MemoryRecipe(Checked, ABC):
    """A frozen value that makes a memory of patterns."""

    kind: ClassVar[str] = "memory"
    name: ClassVar[str]

    @abstractmethod
    def memory(
        self, patterns: Spins, weights: Floats | None = None
    ) -> AmplitudeMemory | EnergyMemory:
        """Return the memory of patterns ``(K, D)`` that count ``weights``, one each by default."""


@final
@dataclass(frozen=True, slots=True)
class AmplitudeRecipe(MemoryRecipe):
    """A superposition by the patterns' weights, such as ``amplitude(encoder=auto(goal=depth))``."""

    name: ClassVar[str] = "amplitude"
    encoder: Encoder = field(default_factory=lambda: Auto(goal="gates"))

    def memory(self, patterns: Spins, weights: Floats | None = None) -> AmplitudeMemory:
        """Return the memory of patterns ``(K, D)`` with priors in proportion to ``weights``."""
        given = np.ones(len(patterns)) if weights is None else weights
        return AmplitudeMemory(patterns, given, encoder=self.encoder)


@final
@dataclass(frozen=True, slots=True)
class EnergyRecipe(MemoryRecipe):
    """A dense memory's energy with a probe field, such as ``energy(log-sum-exp)``."""

    name: ClassVar[str] = "energy"
    separation: Separation = field(default_factory=lambda: Polynomial(3))
    probe_field: Annotated[float, Within("(0, inf)")] | None = None

    def memory(self, patterns: Spins, weights: Floats | None = None) -> EnergyMemory:
        """Return the memory of patterns ``(K, D)``, whose terms are weighed."""
        model = DenseMemory(patterns, separation=self.separation, weights=weights)
        return EnergyMemory(model, probe_field=self.probe_field)


MEMORIES: dict[str, type[MemoryRecipe]] = {
    each.name: each for each in (AmplitudeRecipe, EnergyRecipe)
}
"""Every recipe by name."""
