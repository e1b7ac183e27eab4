"""Grover search for the word that obeys the checks of the memory and lies near the probe."""

from dataclasses import dataclass, field
from typing import ClassVar, Literal

import numpy as np
from qiskit import QuantumCircuit

from circuits.amplification import Rounds, amplification, success_amplitudes
from circuits.bit_order import all_bits, bits_to_integer
from circuits.gf2 import affine_hull
from circuits.loading.preparation import Preparation, empty_circuit
from circuits.syndromes import hull_ball_oracle
from classical_ref.spins import bits_to_spins, hamming_distance, spins_to_bits
from qdenseam.errors import CapacityError
from qdenseam.memories.amplitude import AmplitudeMemory
from qdenseam.methods.amplification import claimed_fraction
from qdenseam.methods.base import RecallLaw, RecallMethod, Spins, register
from qdenseam.methods.schedules import Plain, Schedule, as_schedule

MAX_NEURONS = 20
"""Largest D whose law over all 2^D states is written out."""


@register
@dataclass(frozen=True, slots=True)
class SyndromeDecoding(RecallMethod):
    r"""Amplify the words that obey every parity check of the memory within a radius of the probe.

    The memory takes part by its checks alone, the equations of its affine hull over GF(2); the
    search starts from all 2^D states. With x = probe ⊕ e it is a search for an error e of the
    probe's syndrome and of weight at most ``radius``: the weight test is what decodes, since every
    stored word is an answer without it. For patterns that fill their hull (a linear code and its
    shifts) every marked state is stored; others may answer with a state that only obeys the checks.

    The law: with N marked of 2^D states and sin²θ = N/2^D, k plain rounds mark with probability
    sin²((2k + 1)θ), and alike within the marked and within the other states.

    Classical decoders are cheaper: a syndrome table answers at once, and flips
    (:class:`classical_ref.sparse_recovery.ParityMemory`) take time linear in the number of ones in
    the checks. Holding the words in the memory (:class:`SetIntersection`) searches K states instead
    of 2^D.

    Attributes:
        radius: Marked are distances 0..radius from the known bits.
        num_matches: Claimed number of marked states, 1 <= r <= K.
        schedule: A :class:`Schedule` or its name.

    References:
        Grover, "A fast quantum mechanical algorithm for database search" (1996).
    """

    name: ClassVar[str] = "syndrome-decoding"
    memory_type: ClassVar[type] = AmplitudeMemory
    acceptance_rule: ClassVar[Literal["all", "flags", "classical"]] = "all"
    preserves_memory_span: ClassVar[bool] = False

    radius: int = 1
    num_matches: int = 1
    schedule: Schedule | str = field(default_factory=Plain)

    def __post_init__(self) -> None:
        object.__setattr__(self, "schedule", as_schedule(self.schedule))
        if min(self.radius, self.num_matches - 1) < 0:
            raise ValueError(
                "radius should be at least 0 and num_matches at least 1. "
                f"Got {self.radius} and {self.num_matches}."
            )

    @property
    def knows_match_count(self) -> bool:
        """Whether the schedule is right only for the claimed number of matches."""
        return as_schedule(self.schedule).knows_weight

    def rounds(self, memory: AmplitudeMemory) -> Rounds:
        """Return the (oracle, reflection) phases for the claimed number among 2^D states.

        Raises:
            ValueError: More matches are claimed than patterns are stored.
        """
        share = claimed_fraction(self.num_matches, memory) * memory.num_patterns
        return as_schedule(self.schedule).rounds(share / 2**memory.num_neurons)

    def circuit(self, memory: AmplitudeMemory, probe: Spins | str) -> QuantumCircuit:
        """Return the circuit with register ``memory`` and clean ``ancilla`` qubits."""
        spins = memory.check_probe(probe)
        bits, known = spins_to_bits(np.where(spins == 0, 1, spins)), np.flatnonzero(spins)
        start = empty_circuit(memory.num_neurons, 0)
        start.h(range(memory.num_neurons))
        everything = Preparation(circuit=start, reflection_qubits=tuple(range(memory.num_neurons)))
        hull = affine_hull(memory.bits)
        return amplification(
            everything,
            lambda angle: hull_ball_oracle(hull, bits, known, self.radius, angle=angle),
            self.rounds(memory),
        )

    def law(self, memory: AmplitudeMemory, probe: Spins | str) -> RecallLaw:
        """Return the law over all 2^D states.

        Raises:
            CapacityError: The memory has more than :data:`MAX_NEURONS` neurons.
        """
        if memory.num_neurons > MAX_NEURONS:
            raise CapacityError(
                f"a search of all 2^D states has a law up to D = {MAX_NEURONS}. "
                f"Got {memory.num_neurons} neurons."
            )
        spins, states = memory.check_probe(probe), all_bits(memory.num_neurons)
        near = hamming_distance(bits_to_spins(states), spins) <= self.radius
        marked = near & affine_hull(memory.bits).contains(states)
        share = float(marked.mean())
        inside, outside = success_amplitudes(share, self.rounds(memory))
        distribution = np.where(
            marked,
            abs(inside) ** 2 / max(1, int(marked.sum())),
            abs(outside) ** 2 / max(1, int((~marked).sum())),
        )
        distribution /= distribution.sum()
        joint = distribution[bits_to_integer(memory.bits)]
        return RecallLaw(
            joint=joint,
            spurious=max(0.0, 1.0 - float(joint.sum())),
            rejected=0.0,
            distribution=distribution,
        )

    def state_preparations(self, memory: AmplitudeMemory) -> int:
        """Return 2k + 1 preparations of the uniform state; the memory itself is never prepared."""
        return 2 * len(self.rounds(memory)) + 1
