"""Set intersection: the stored patterns inside a Hamming ball around the probe."""

from dataclasses import dataclass, field
from typing import ClassVar, Literal, get_args

import numpy as np
from qiskit import QuantumCircuit

from circuits.amplification import Rounds, amplification
from circuits.ball_oracles import counter_ball_oracle, signal_ball_oracle
from classical_ref.spins import hamming_distance, spins_to_bits
from qdenseam.memories.amplitude import AmplitudeMemory
from qdenseam.methods.amplification import claimed_fraction, law_of_marking
from qdenseam.methods.base import RecallLaw, RecallMethod, Spins, register
from qdenseam.methods.schedules import Exact, Schedule, as_schedule

Oracle = Literal["counter", "signal"]


@register
@dataclass(frozen=True, slots=True)
class SetIntersection(RecallMethod):
    r"""Amplify the stored patterns within a radius of the probe: completion *and* correction.

    The intersection of "stored" and "close to the probe". Reflecting about the memory state makes
    "stored" automatic, so the oracle marks only the ball on the known bits: by counting mismatches
    into a register, or by an exact ball filter on one ancilla. Every shot is accepted.

    The law is that of :class:`AmplitudeAmplification` with the patterns at distance <= radius as
    matches.

    Attributes:
        radius: Marked are distances 0..radius.
        num_matches: Claimed number r of stored patterns in the ball, 1 <= r <= K.
        schedule: A :class:`Schedule` or its name.
        oracle: ``"counter"`` (fewer gates at many bits) or ``"signal"`` (one ancilla).

    References:
        Salman and Baram, "Quantum set intersection and its application to associative memory"
        (2012), who reflect about the uniform state and test membership in the oracle.
    """

    name: ClassVar[str] = "set-intersection"
    memory_type: ClassVar[type] = AmplitudeMemory
    acceptance_rule: ClassVar[Literal["all", "flags", "classical"]] = "all"
    preserves_memory_span: ClassVar[bool] = True

    radius: int = 1
    num_matches: int = 1
    schedule: Schedule | str = field(default_factory=Exact)
    oracle: Oracle = "counter"

    def __post_init__(self) -> None:
        object.__setattr__(self, "schedule", as_schedule(self.schedule))
        if self.radius < 0:
            raise ValueError(f"radius should be at least 0. Got {self.radius}.")
        if self.num_matches < 1:
            raise ValueError(f"num_matches should be at least 1. Got {self.num_matches}.")
        if self.oracle not in get_args(Oracle):
            raise ValueError(f"oracle should be one of {get_args(Oracle)}. Got {self.oracle!r}.")

    @property
    def knows_match_count(self) -> bool:
        """Whether the schedule is right only for the claimed number of matches."""
        return as_schedule(self.schedule).knows_weight

    def rounds(self, memory: AmplitudeMemory) -> Rounds:
        """Return the (oracle, reflection) phases for the claimed number of matches.

        Raises:
            ValueError: More matches are claimed than patterns are stored.
        """
        return as_schedule(self.schedule).rounds(claimed_fraction(self.num_matches, memory))

    def circuit(self, memory: AmplitudeMemory, probe: Spins | str) -> QuantumCircuit:
        """Return the circuit with register ``memory`` and clean ``ancilla`` qubits."""
        spins = memory.check_probe(probe)
        bits, known = spins_to_bits(np.where(spins == 0, 1, spins)), np.flatnonzero(spins)
        oracle = counter_ball_oracle if self.oracle == "counter" else signal_ball_oracle
        return amplification(
            memory.preparation(),
            lambda angle: oracle(bits, known, self.radius, angle=angle),
            self.rounds(memory),
        )

    def law(self, memory: AmplitudeMemory, probe: Spins | str) -> RecallLaw:
        """Return the law; O(K D), no circuit."""
        distance = hamming_distance(memory.patterns, memory.check_probe(probe))
        return law_of_marking(memory, distance <= self.radius, self.rounds(memory))

    def state_preparations(self, memory: AmplitudeMemory) -> int:
        """Return 2k + 1."""
        return 2 * len(self.rounds(memory)) + 1
