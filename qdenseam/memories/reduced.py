"""An energy with some neurons fixed or tied to others."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from circuits.energy.hamiltonians import walsh_coefficients
from circuits.energy.phases import Phase, StringPhase
from classical_ref.checks import Floats, Integers, Spins, SpinsLike, lock
from qdenseam.memories.probe import PatternMemory


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class ReducedEnergy(PatternMemory):
    """The energy of the free neurons, the probe field included.

    It answers what methods ask an :class:`EnergyMemory` for; it stores no patterns, and a probe
    only says how many neurons there are.
    """

    energies: Floats
    """E over the free neurons, shape ``(2**F,)``."""
    signs: Spins
    """For each original neuron, its spin relative to what it follows, shape ``(D,)``."""
    follows: Integers
    """For each original neuron, the free neuron it follows, -1 where it is fixed, ``(D,)``."""

    def __post_init__(self) -> None:
        lock(self, energies=self.energies, signs=self.signs, follows=self.follows)

    @classmethod
    def of(cls, diagonal: Floats) -> Self:
        """Return the energy with every neuron free."""
        num_neurons = diagonal.size.bit_length() - 1
        return cls(
            energies=diagonal,
            signs=np.ones(num_neurons, dtype=np.int8),
            follows=np.arange(num_neurons),
        )

    @property
    def num_neurons(self) -> int:
        """F, the free neurons."""
        return int(self.energies.size.bit_length() - 1)

    @property
    def patterns(self) -> Spins:
        """No patterns, shape ``(0, F)``."""
        return np.zeros((0, self.num_neurons), dtype=np.int8)

    def fixed(self, neuron: int, sign: int) -> Self:
        """Return the energy with a free neuron held at spin ``sign``."""
        return self._without(neuron, np.full(self.energies.size // 2, (1 - sign) // 2), -1, sign)

    def tied(self, neuron: int, other: int, sign: int) -> Self:
        """Return the energy with a free neuron equal to ``sign`` times another."""
        kept = np.arange(self.energies.size // 2)
        place = other - (other > neuron)
        bits = (kept >> place & 1) ^ (1 - sign) // 2
        return self._without(neuron, bits, place, sign)

    def expand(self, spins: Spins) -> Spins:
        """Return all D spins for spins of the free neurons, shape ``(F,)`` to ``(D,)``."""
        followed = np.where(self.follows < 0, 1, np.append(spins, 1)[self.follows])
        return np.asarray(self.signs * followed).astype(np.int8)

    def diagonal(self, probe: SpinsLike | None = None) -> Floats:  # noqa: ARG002
        """Return the energies, shape ``(2**F,)``."""
        return self.energies.copy()

    def phase(self, probe: SpinsLike | None = None) -> Phase:  # noqa: ARG002
        """Return exp(-iγE) by all Pauli-Z strings that are not zero."""
        weights = walsh_coefficients(self.energies)
        masks = np.flatnonzero(np.abs(weights) > 1e-12 * np.abs(weights[1:]).max(initial=0))
        return StringPhase(masks=masks, weights=weights[masks], num_qubits=self.num_neurons)

    def pattern_indices(self) -> Integers:
        """Return no indices, shape ``(0,)``."""
        return np.zeros(0, dtype=np.int64)

    def _without(self, neuron: int, bits: Integers, place: int, sign: int) -> Self:
        kept = np.arange(self.energies.size // 2)
        low = kept & (1 << neuron) - 1
        states = (kept ^ low) << 1 | bits << neuron | low
        follows = self.follows - (self.follows > neuron)
        mine = self.follows == neuron
        return type(self)(
            energies=self.energies[states],
            signs=np.where(mine, self.signs * sign, self.signs).astype(np.int8),
            follows=np.where(mine, place, follows),
        )
