"""The first quantum associative memory, as it was published."""

from dataclasses import dataclass
from math import asin, cos, pi, sin, sqrt
from typing import Annotated, ClassVar

import numpy as np
from qiskit import QuantumCircuit

from circuits.grover.oracles import match_oracle, membership_oracle, product_state_reflection
from circuits.registers import join
from classical_ref.checks import Within
from classical_ref.spins import hamming_distance
from qdenseam.memories.amplitude import AmplitudeMemory
from qdenseam.methods.amplitude.historic.spurious_shells import (
    check_circuit_rounds,
    check_size,
    check_turn,
    law_by_distance,
)
from qdenseam.methods.base import RecallLaw, RecallMethod, Spins, register


@register
@dataclass(frozen=True, slots=True)
class VenturaMartinez(RecallMethod):
    r"""Grover's search with reflections about the *uniform* state, all memories marked once.

    From |M⟩: a round marks the states that match the probe and reflects about the uniform state;
    the second round marks all stored patterns instead. Published with T ≈ (π/4)√N rounds, N = 2^D.
    Kept as it is: with few patterns (K far from N/4) it fails, and states that match the probe
    without being stored come out. :class:`AmplitudeAmplification` reflects about |M⟩ instead.

    The law: amplitudes stay affine in the initial ones within each of the four classes (matching
    or not, stored or not), so four pairs of numbers hold the whole state, at any D.

    Attributes:
        num_rounds: T >= 1; round((π/4)√N) by default.

    References:
        Ventura and Martinez, "Quantum associative memory" (2000), section 5.
    """

    name: ClassVar[str] = "ventura-martinez"
    memory_type: ClassVar[type] = AmplitudeMemory
    corrects: ClassVar[bool] = False
    is_historic: ClassVar[bool] = True

    num_rounds: (
        Annotated[int, Within("[1, 10^12]", "Leave it out for the published one.")] | None
    ) = None

    def rounds(self, memory: AmplitudeMemory) -> int:
        """Return T."""
        check_size(self.name, memory.num_neurons)
        return self.num_rounds or max(1, round(pi / 4 * 2 ** (memory.num_neurons / 2)))

    def circuit(self, memory: AmplitudeMemory, probe: Spins | str) -> QuantumCircuit:
        """Return the circuit with register ``memory`` and clean ``ancilla`` qubits.

        Raises:
            CapacityError: The rounds are too many to build.
        """
        spins = memory.check_probe(probe)
        num_neurons = memory.num_neurons
        check_circuit_rounds(self.name, self.rounds(memory))
        bits = spins < 0
        match = match_oracle(bits, np.flatnonzero(spins))
        stored = membership_oracle(memory.bits)
        diffusion = product_state_reflection(np.full(num_neurons, 0.5), np.zeros(num_neurons, int))
        diffusion.global_phase += pi
        parts = [memory.preparation().circuit]
        for t in range(self.rounds(memory)):
            parts += [stored if t == 1 else match, diffusion]
        return join(parts, ["prepare", *["oracle", "diffuse"] * self.rounds(memory)])

    def law(self, memory: AmplitudeMemory, probe: Spins | str) -> RecallLaw:
        """Return the law; O(K D), no circuit.

        From the third round on all is a rotation by 2 arcsin √(r/N) for r matching states, whose
        average amplitude turns against that of the others; deviations from them keep their size.

        Raises:
            CapacityError: The memory is too large or the rounds are too many for float64.
        """
        spins = memory.check_probe(probe)
        check_size(self.name, memory.num_neurons)
        num_states = 2.0**memory.num_neurons
        matching = hamming_distance(memory.patterns, spins) == 0
        start = np.sqrt(memory.weights)
        # classes by (matches, stored): number of states, sum of initial amplitudes
        counts, sums = np.zeros((2, 2)), np.zeros((2, 2))
        for matches in (0, 1):
            here = matching == bool(matches)
            counts[matches, 1], sums[matches, 1] = here.sum(), start[here].sum()
        num_matching = 2.0 ** (memory.num_neurons - np.count_nonzero(spins))
        sizes = np.array([num_states - num_matching, num_matching])
        counts[:, 0] = sizes - counts[:, 1]
        slope, offset = np.ones((2, 2)), np.zeros((2, 2))  # amplitude = slope · initial + offset
        num_rounds = self.rounds(memory)
        for t in range(min(num_rounds, 2)):
            marked = (slice(None), 1) if t == 1 else (1, slice(None))
            slope[marked] *= -1
            offset[marked] *= -1
            mean = float((slope * sums + offset * counts).sum()) / num_states
            slope, offset = -slope, 2 * mean - offset
        if num_rounds > 2:
            left, angle = num_rounds - 2, 2 * asin(sqrt(num_matching / num_states))
            check_turn(self.name, left, angle)
            means = (slope * sums + offset * counts).sum(axis=1) / np.maximum(sizes, 1)
            other, match = means * np.sqrt(sizes)
            turned = np.array(
                [
                    cos(left * angle) * other - sin(left * angle) * match,
                    sin(left * angle) * other + cos(left * angle) * match,
                ]
            )
            signs = np.array([[-1.0 if left % 2 else 1.0], [1.0]])
            slope = signs * slope
            offset = signs * (offset - means[:, None])
            offset += (turned / np.sqrt(np.maximum(sizes, 1)))[:, None]
        kind = matching.astype(int)
        joint = (slope[kind, 1] * start + offset[kind, 1]) ** 2
        with np.errstate(divide="ignore"):  # an amplitude of 0
            logs = 2 * np.log(np.abs(offset[:, 0]))
        return law_by_distance(memory.patterns, spins, joint, lambda d: float(logs[int(d == 0)]))
