"""Amplitude amplification about the memory: completion of a partial probe."""

from dataclasses import dataclass, field
from typing import ClassVar, Literal

import numpy as np
import numpy.typing as npt
from qiskit import QuantumCircuit

from circuits.amplification import Rounds, amplification, success_amplitudes
from circuits.gf2 import independent_known_bits
from circuits.oracles import match_oracle
from classical_ref.spins import hamming_distance, spins_to_bits
from qdenseam.memories.amplitude import AmplitudeMemory
from qdenseam.methods.base import RecallLaw, RecallMethod, Spins, law_of_joint, register
from qdenseam.methods.schedules import Exact, Schedule, as_schedule


@register
@dataclass(frozen=True, slots=True)
class AmplitudeAmplification(RecallMethod):
    r"""Grover iterations about the memory state |M⟩ that amplify patterns matching a partial probe.

    Each round is Q(φ, χ) = -A S₀(χ) A† O(φ): O marks the states that agree with the known bits,
    A prepares |M⟩. The schedule comes from K and the *claimed* number of matches r through
    sin²θ = r/K, never from the probe: ``"exact"`` (Long 2001) reaches success 1 when the claim is
    right, ``"plain"`` comes as close as whole Grover rounds allow, ``"fixed-point"`` (Yoder, Low
    and Chuang 2014) needs r as a lower bound only. Every shot is accepted.

    The oracle compares only known bits that are independent on the stored set (over GF(2)); on
    the span of the memory that is the full comparison. A probe whose known bits lie outside the
    affine hull matches nothing and gets phase 0 in the same gates.

    The law: with w the weight of the true matches, the state stays in the plane of the matching
    and the other patterns, with two amplitudes g and b after k rounds;
    P(μ) = |g|² π_μ/w for matches and |b|² π_μ/(1 - w) for the others. For φ = χ = π this is
    sin²((2k + 1)θ).

    Attributes:
        num_matches: Claimed number r of stored patterns that match, 1 <= r <= K.
        schedule: A :class:`Schedule` or its name.

    References:
        Brassard, Høyer, Mosca and Tapp (2002), section 2; Biham et al. (1999) for arbitrary
        initial states.
    """

    name: ClassVar[str] = "amplification"
    memory_type: ClassVar[type] = AmplitudeMemory
    acceptance_rule: ClassVar[Literal["all", "flags", "classical"]] = "all"
    preserves_memory_span: ClassVar[bool] = True

    num_matches: int = 1
    schedule: Schedule | str = field(default_factory=Exact)

    def __post_init__(self) -> None:
        object.__setattr__(self, "schedule", as_schedule(self.schedule))
        if self.num_matches < 1:
            raise ValueError(f"num_matches should be at least 1. Got {self.num_matches}.")

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
        positions, hull = independent_known_bits(memory.bits, spins != 0)
        bits = spins_to_bits(np.where(spins == 0, 1, spins))
        possible = bool(hull.contains(bits))
        return amplification(
            memory.preparation(),
            lambda angle: match_oracle(bits, positions, angle=angle if possible else 0.0),
            self.rounds(memory),
        )

    def law(self, memory: AmplitudeMemory, probe: Spins | str) -> RecallLaw:
        """Return the law; O(K D), no circuit."""
        spins = memory.check_probe(probe)
        matches = hamming_distance(memory.patterns, spins) == 0
        return law_of_marking(memory, matches, self.rounds(memory))

    def state_preparations(self, memory: AmplitudeMemory) -> int:
        """Return 2k + 1."""
        return 2 * len(self.rounds(memory)) + 1


def claimed_fraction(num_matches: int, memory: AmplitudeMemory) -> float:
    """Return r/K.

    Raises:
        ValueError: More matches are claimed than patterns are stored.
    """
    if num_matches > memory.num_patterns:
        raise ValueError(
            f"num_matches should be at most K = {memory.num_patterns}. Got {num_matches}."
        )
    return num_matches / memory.num_patterns


def law_of_marking(
    memory: AmplitudeMemory, matches: npt.NDArray[np.bool_], rounds: Rounds
) -> RecallLaw:
    """Return the law of rounds about |M⟩ whose oracle marks the patterns in ``matches`` (K,)."""
    weight = float(memory.weights[matches].sum())
    marked, unmarked = success_amplitudes(min(weight, 1.0), rounds)
    joint = np.zeros(memory.num_patterns)
    joint[matches] = abs(marked) ** 2 * memory.weights[matches] / (weight or 1.0)
    joint[~matches] = abs(unmarked) ** 2 * memory.weights[~matches] / ((1 - weight) or 1.0)
    return law_of_joint(joint / joint.sum())
