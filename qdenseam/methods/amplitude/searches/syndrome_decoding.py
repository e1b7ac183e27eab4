"""Grover search for the word that obeys the checks of the memory and lies near the probe."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from qiskit import QuantumCircuit

from circuits.bit_order import all_bits, bits_to_integer
from circuits.gf2 import affine_hull, affine_rank
from circuits.grover.rounds import amplification, success_amplitudes
from circuits.grover.syndromes import hull_ball_oracle
from circuits.loading.preparation import Preparation, empty_circuit
from classical_ref.checks import Booleans
from classical_ref.spins import bits_to_spins, hamming_distance
from qdenseam.errors import CapacityError
from qdenseam.memories.amplitude import AmplitudeMemory
from qdenseam.methods.amplitude.searches.marking import (
    Claim,
    MarkedSearch,
    balls_are_apart,
    claimed_fraction,
    radius_for,
)
from qdenseam.methods.base import RecallLaw, Spins, law_of_all, register
from qdenseam.methods.bounds import NumMatches, Radius
from qdenseam.methods.schedules import Schedule

MAX_NEURONS = 20
"""Largest D whose law over all 2^D states is written out."""


@register
@dataclass(frozen=True, slots=True)
class SyndromeDecoding(MarkedSearch):
    r"""Amplify the words that obey every parity check of the memory within a radius of the probe.

    The memory takes part by its checks alone, the equations of its affine hull over GF(2); the
    search starts from all 2^D states. With x = probe ⊕ e it is a search for an error e of the
    probe's syndrome and of weight at most ``radius``: the weight test is what decodes, since every
    stored word is an answer without it. For patterns that fill their hull (a linear code and its
    shifts) every marked state is stored; others may answer with a state that only obeys the checks.

    By default the rounds serve every probe within the radius of a word: as many words as unknown
    bits leave free are marked; exactly so many at radius 0, and where all words are stored and far
    apart. Then the rounds are exact, else fixed-point ones for the least.

    The law: with N marked of 2^D states and sin²θ = N/2^D, k plain rounds mark with probability
    sin²((2k + 1)θ), and alike within the marked and within the other states.

    Classical decoders are cheaper: a syndrome table answers at once, and flips
    (:class:`classical_ref.sparse_recovery.ParityMemory`) take time linear in the number of ones in
    the checks. Holding the words in the memory (:class:`SetIntersection`) searches K states instead
    of 2^D.

    Attributes:
        radius: Marked are distances 0..radius from the known bits; by default 0 where the probe has
            unknown neurons, and 1 where it has none.
        num_matches: Claimed number of marked states, 1 <= r <= K.
        schedule: A :class:`Schedule` or its name, for the claim or else the least number; by
            default exact for a claim.

    References:
        Grover, "A fast quantum mechanical algorithm for database search" (1996).
    """

    name: ClassVar[str] = "syndrome-decoding"
    preserves_memory_span: ClassVar[bool] = False

    radius: Radius | None = None
    num_matches: NumMatches = None
    schedule: Schedule | str | None = None

    def claim(self, memory: AmplitudeMemory, known: Booleans) -> Claim:
        """Return the share of all 2^D states that is claimed, else that of a word's coset.

        Raises:
            ValueError: More matches are claimed than patterns are stored.
        """
        num_states = 2.0**memory.num_neurons
        if self.num_matches is not None:
            share = claimed_fraction(self.num_matches, memory) * memory.num_patterns / num_states
            return Claim(least=share, most=share)
        rank = affine_rank(memory.bits)
        free = rank - (affine_rank(memory.bits[:, known]) if known.any() else 0)
        least, words = 2.0**free, 2.0**rank
        radius = radius_for(self.radius, known)
        is_only = not radius or (
            memory.num_patterns == words and balls_are_apart(memory.patterns[:, known], radius)
        )
        most = least if is_only else words
        return Claim(least=least / num_states, most=most / num_states, crowd=int(most))

    def circuit(self, memory: AmplitudeMemory, probe: Spins | str) -> QuantumCircuit:
        """Return the circuit with register ``memory`` and clean ``ancilla`` qubits."""
        spins = memory.check_probe(probe)
        known = spins != 0
        bits, places = spins < 0, np.flatnonzero(known)
        start = empty_circuit(memory.num_neurons, 0)
        start.h(range(memory.num_neurons))
        everything = Preparation(circuit=start, reflection_qubits=tuple(range(memory.num_neurons)))
        hull, radius = affine_hull(memory.bits), radius_for(self.radius, known)
        return amplification(
            everything,
            lambda angle: hull_ball_oracle(hull, bits, places, radius, angle=angle),
            self.rounds(memory, known),
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
        known = spins != 0
        near = hamming_distance(bits_to_spins(states), spins) <= radius_for(self.radius, known)
        marked = near & affine_hull(memory.bits).contains(states)
        share = float(marked.mean())
        inside, outside = success_amplitudes(share, self.rounds(memory, known))
        distribution = np.where(
            marked,
            abs(inside) ** 2 / max(1, int(marked.sum())),
            abs(outside) ** 2 / max(1, int((~marked).sum())),
        )
        distribution /= distribution.sum()
        return law_of_all(distribution[bits_to_integer(memory.bits)], distribution)
