"""What contenders of a comparison are asked, and what they answer.

Every contender answers the same probes of the same pattern sets with the same knowledge. Its answer
to a probe is one state: the end of a classical dynamics, or the most frequent accepted outcome of
its shots.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

Spins = npt.NDArray[np.int8]

CLASSICAL: Final = "classical"
"""Engine name of contenders that run no circuit."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Challenge:
    """One pattern set and its probes."""

    patterns: Spins
    """Stored patterns, shape ``(K, D)``."""
    probes: Spins
    """Corrupted patterns, 0 where unknown, shape ``(P, D)``."""
    targets: npt.NDArray[np.int64]
    """Which pattern each probe was made from, shape ``(P,)``."""
    weights: npt.NDArray[np.float64] | None = None
    """How often each pattern stood in the data, shape ``(K,)``; None for once each."""
    flips: int
    """Flipped bits per probe: the noise level, which a method may know."""
    count_gates: bool = True
    """Whether draws from a law also build the circuit to count its gates."""

    @property
    def clamped(self) -> bool:
        """Whether known bits are certain: bits are unknown and none is flipped.

        That is said of the cell, so that it holds for every contender or for none.
        """
        return self.flips == 0 and bool((self.probes == 0).any())


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Answers:
    """What a contender answered, and what it cost over all probes and shots."""

    states: Spins
    """One answer per probe, shape ``(P, D)``; zeros where nothing was accepted."""
    measured: Spins | None = None
    """The same as measured, where ``states`` are inferred by mitigation."""
    shots: int = 0
    accepted: int = 0
    correct: int = 0
    """Accepted shots that show the target."""
    spurious: int = 0
    """Accepted shots that show no stored pattern."""
    state_preparations: int = 0
    """Preparations of the memory's superposition, and inverses; 0 where there is none."""
    two_qubit_gates: int = 0
    """Summed over ``counted_shots``: as compiled on a device, else all-to-all CX."""
    counted_shots: int = 0
    """Shots whose circuits were counted; draws from a law build a circuit only where asked to."""
    device_seconds: float = 0.0
    """How long the shots occupy the device: repetition delay and circuit duration; 0 without."""
    evaluations: int = 0
    """Objective evaluations of training, each a batch of shots on a device."""
