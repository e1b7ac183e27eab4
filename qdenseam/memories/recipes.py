"""How a memory is made, before there are patterns: what a study and the command line spell."""

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import ClassVar, final

from circuits.loading import Auto
from circuits.loading.preparation import Encoder
from classical_ref.discrete.dense import DenseMemory
from classical_ref.separation import Polynomial, Separation
from classical_ref.spins import Spins
from qdenseam.memories.amplitude import AmplitudeMemory
from qdenseam.memories.energy import EnergyMemory


class MemoryRecipe(ABC):
    """A frozen value that makes a memory of patterns."""

    kind: ClassVar[str] = "memory"
    name: ClassVar[str]

    @abstractmethod
    def memory(self, patterns: Spins) -> AmplitudeMemory | EnergyMemory:
        """Return the memory of patterns ``(K, D)``."""


@final
@dataclass(frozen=True, slots=True)
class AmplitudeRecipe(MemoryRecipe):
    """A superposition with equal weights, such as ``amplitude(encoder=auto(goal=depth))``."""

    name: ClassVar[str] = "amplitude"
    encoder: Encoder = field(default_factory=lambda: Auto(goal="gates"))

    def memory(self, patterns: Spins) -> AmplitudeMemory:
        """Return the memory of patterns ``(K, D)``."""
        return AmplitudeMemory(patterns, encoder=self.encoder)


@final
@dataclass(frozen=True, slots=True)
class EnergyRecipe(MemoryRecipe):
    """A dense memory's energy with a probe field, such as ``energy(log-sum-exp)``."""

    name: ClassVar[str] = "energy"
    separation: Separation = field(default_factory=lambda: Polynomial(3))
    probe_field: float | None = None

    def memory(self, patterns: Spins) -> EnergyMemory:
        """Return the memory of patterns ``(K, D)``."""
        model = DenseMemory(patterns, separation=self.separation)
        return EnergyMemory(model, probe_field=self.probe_field)


MEMORIES: dict[str, type[MemoryRecipe]] = {
    each.name: each for each in (AmplitudeRecipe, EnergyRecipe)
}
"""Every recipe by name."""
