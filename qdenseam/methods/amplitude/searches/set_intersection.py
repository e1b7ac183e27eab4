"""Set intersection: the stored patterns inside a Hamming ball around the probe."""

from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
from qiskit import QuantumCircuit

from circuits.grover.ball_oracles import counter_ball_oracle, signal_ball_oracle
from circuits.grover.rounds import amplification
from classical_ref.checks import Booleans
from classical_ref.spins import hamming_distance
from qdenseam.memories.amplitude import AmplitudeMemory
from qdenseam.methods.amplitude.searches.marking import (
    Claim,
    MarkedSearch,
    claim_for,
    law_of_marking,
    radius_for,
)
from qdenseam.methods.base import RecallLaw, Spins, register
from qdenseam.methods.bounds import ClaimedWeight, NumMatches, Radius
from qdenseam.methods.schedules import Schedule

Oracle = Literal["counter", "signal"]


@register
@dataclass(frozen=True, slots=True)
class SetIntersection(MarkedSearch):
    r"""Amplify the stored patterns within a radius of the probe: completion *and* correction.

    The intersection of "stored" and "close to the probe". Reflecting about the memory state makes
    "stored" automatic, so the oracle marks only the ball on the known bits: by counting mismatches
    into a register, or by an exact ball filter on one ancilla. Every shot is accepted.

    By default the rounds serve every probe within the radius of a stored pattern: exact ones where
    all balls hold the same weight and none of them meet, else fixed-point ones for the least.

    The law is that of :class:`AmplitudeAmplification` with the patterns at distance <= radius
    marked.

    Attributes:
        radius: Marked are distances 0..radius; by default 0 where the probe has unknown neurons,
            and 1 where it has none.
        num_matches: Claimed number r of stored patterns in the ball, 1 <= r <= K, for r/K.
        claimed_weight: Claimed weight of the stored patterns in the ball, in [1e-12, 1].
        schedule: A :class:`Schedule` or its name, for the claim or else the least weight; by
            default exact for a claim.
        oracle: ``"counter"`` (fewer gates at many bits) or ``"signal"`` (one ancilla).

    References:
        Salman and Baram, "Quantum set intersection and its application to associative memory"
        (2012), who reflect about the uniform state and test membership in the oracle.
    """

    name: ClassVar[str] = "set-intersection"

    radius: Radius | None = None
    num_matches: NumMatches = None
    schedule: Schedule | str | None = None
    oracle: Oracle = "counter"
    claimed_weight: ClaimedWeight = None

    def claim(self, memory: AmplitudeMemory, known: Booleans) -> Claim:
        """Return the weight claimed, else those of the balls around stored patterns."""
        return claim_for(
            memory,
            known,
            radius=radius_for(self.radius, known),
            num_matches=self.num_matches,
            claimed_weight=self.claimed_weight,
        )

    def circuit(self, memory: AmplitudeMemory, probe: Spins | str) -> QuantumCircuit:
        """Return the circuit with register ``memory`` and clean ``ancilla`` qubits."""
        spins = memory.check_probe(probe)
        known = spins != 0
        bits, places = spins < 0, np.flatnonzero(known)
        radius = radius_for(self.radius, known)
        oracle = counter_ball_oracle if self.oracle == "counter" else signal_ball_oracle
        return amplification(
            memory.preparation(),
            lambda angle: oracle(bits, places, radius, angle=angle),
            self.rounds(memory, known),
        )

    def law(self, memory: AmplitudeMemory, probe: Spins | str) -> RecallLaw:
        """Return the law; O(K D), no circuit."""
        spins = memory.check_probe(probe)
        near = hamming_distance(memory.patterns, spins) <= radius_for(self.radius, spins != 0)
        return law_of_marking(memory, near, self.rounds(memory, spins != 0))
