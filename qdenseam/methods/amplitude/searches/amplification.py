"""Amplitude amplification about the memory: completion of a partial probe."""

from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar

import numpy as np
from qiskit import QuantumCircuit

from circuits.gf2 import affine_hull
from circuits.grover.oracles import match_oracle
from circuits.grover.rounds import amplification
from classical_ref.checks import Booleans
from classical_ref.spins import hamming_distance
from qdenseam.memories.amplitude import AmplitudeMemory
from qdenseam.methods.amplitude.searches.marking import (
    Claim,
    MarkedSearch,
    claim_for,
    law_of_marking,
)
from qdenseam.methods.base import RecallLaw, Spins, register
from qdenseam.methods.bounds import ClaimedWeight, NumMatches
from qdenseam.methods.schedules import Schedule


@register
@dataclass(frozen=True, slots=True)
class AmplitudeAmplification(MarkedSearch):
    r"""Grover iterations about the memory state |M⟩ that amplify patterns matching a partial probe.

    Each round is Q(φ, χ) = -A S₀(χ) A† O(φ): O marks the states that agree with the known bits,
    A prepares |M⟩. Every shot is accepted. The rounds are built for a marked weight w, sin²θ = w,
    never for the probe. By default it follows from the stored patterns and from which neurons are
    known: for each stored pattern the weight of all that share its known part. Where these are
    equal the rounds are exact (Long 2001, success 1), elsewhere fixed-point ones (Yoder, Low and
    Chuang 2014) for the least of them, which serve every larger weight too: the most frequent
    outcome matches whenever a stored pattern does. A claim replaces all that.

    The oracle compares only known bits that are independent on the stored set (over GF(2)); on
    the span of the memory that is the full comparison wherever a stored pattern matches. A probe
    that matches none may mark stored patterns falsely.

    The law: with w the weight of the marked patterns, the state stays in the plane of the marked
    and the other patterns, with two amplitudes g and b after k rounds; P(μ) = |g|² π_μ/w for
    marked ones and |b|² π_μ/(1 - w) for the others. For φ = χ = π this is sin²((2k + 1)θ).

    Attributes:
        num_matches: Claimed number r of stored patterns that match, 1 <= r <= K, for w = r/K.
        claimed_weight: Claimed w in (0, 1], for patterns of unequal priors.
        schedule: A :class:`Schedule` or its name, for the claimed w or else the least; by default
            exact for a claim.

    References:
        Brassard, Høyer, Mosca and Tapp (2002), section 2; Biham et al. (1999) for arbitrary
        initial states.

    Examples:
        >>> from qdenseam import AmplitudeMemory
        >>> memory = AmplitudeMemory(["0011", "0110", "1100"])
        >>> AmplitudeAmplification(num_matches=1).law(memory, "?0?1").joint.round(3).tolist()
        [1.0, 0.0, 0.0]
    """

    name: ClassVar[str] = "amplification"
    corrects: ClassVar[bool] = False

    num_matches: NumMatches = None
    schedule: Schedule | str | None = None
    claimed_weight: ClaimedWeight = None

    def claim(self, memory: AmplitudeMemory, known: Booleans) -> Claim:
        """Return the weight claimed, else those of patterns that share their known part."""
        return claim_for(
            memory, known, num_matches=self.num_matches, claimed_weight=self.claimed_weight
        )

    def circuit(self, memory: AmplitudeMemory, probe: Spins | str) -> QuantumCircuit:
        """Return the circuit with register ``memory`` and clean ``ancilla`` qubits."""
        spins = memory.check_probe(probe)
        known = spins != 0
        bits, positions = spins < 0, compared(memory, known)
        return amplification(
            memory.preparation(),
            lambda angle: match_oracle(bits, positions, angle=angle),
            self.rounds(memory, known),
        )

    def law(self, memory: AmplitudeMemory, probe: Spins | str) -> RecallLaw:
        """Return the law; O(K D), no circuit."""
        spins = memory.check_probe(probe)
        return law_of_marking(memory, marked(memory, spins), self.rounds(memory, spins != 0))


def marked(memory: AmplitudeMemory, spins: Spins) -> Booleans:
    """Return which stored patterns the oracle marks, shape ``(K,)``."""
    matches = np.asarray(hamming_distance(memory.patterns, spins) == 0)
    if not (matches & (memory.weights > 0)).any():
        places = list(compared(memory, spins != 0))
        matches = (memory.patterns[:, places] == spins[places]).all(axis=1)
    return matches


def compared(memory: AmplitudeMemory, known: Booleans) -> tuple[int, ...]:
    """Return the known neurons that the oracle compares, independent on the stored set."""
    bits = memory.bits[memory.weights > 0]
    return _independent(np.packbits(bits, axis=1).tobytes(), bits.shape, known.tobytes())


@lru_cache(maxsize=8)
def _independent(packed: bytes, shape: tuple[int, int], known: bytes) -> tuple[int, ...]:
    rows = np.frombuffer(packed, dtype=np.uint8).reshape(shape[0], -1)
    bits = np.unpackbits(rows, axis=1, count=shape[1])
    return tuple(affine_hull(bits, np.frombuffer(known, dtype=np.bool_)).indices.tolist())
