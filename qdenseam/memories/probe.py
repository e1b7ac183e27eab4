"""What all memories are: patterns on D neurons, and probes of them."""

from abc import ABC, abstractmethod

from classical_ref.checks import Spins, SpinsLike
from classical_ref.spins import check_probes


class PatternMemory(ABC):
    """Stores K patterns on D neurons and takes probes of as many."""

    __slots__ = ()

    @property
    @abstractmethod
    def patterns(self) -> Spins:
        """Stored spins, shape ``(K, D)``."""

    @property
    def num_patterns(self) -> int:
        """K."""
        return len(self.patterns)

    @property
    def num_neurons(self) -> int:
        """D."""
        return int(self.patterns.shape[1])

    def check_probe(self, probe: SpinsLike, *, bits: bool | None = None) -> Spins:
        """Return one probe as spins with 0 where unknown, shape ``(D,)``.

        ``bits`` says whether the probe is bits, where its type does not.

        Raises:
            ValueError: The probe has another shape or other values, is spins or bits in doubt (see
                :func:`classical_ref.check_probes`), or there are several.
        """
        spins = check_probes(probe, self.num_neurons, bits=bits)
        if spins.size != self.num_neurons:
            raise ValueError(
                f"probe should have shape ({self.num_neurons},). Got {spins.shape}; recall() takes "
                "many."
            )
        return spins.reshape(self.num_neurons)
