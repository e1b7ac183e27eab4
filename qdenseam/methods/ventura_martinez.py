"""The first quantum associative memory, as it was published."""

from dataclasses import dataclass
from math import pi, sqrt
from typing import ClassVar, Literal

import numpy as np
import numpy.typing as npt
from qiskit import QuantumCircuit

from circuits.bit_order import all_bits, bits_to_integer
from circuits.oracles import match_oracle, membership_oracle, product_state_reflection
from circuits.registers import join
from classical_ref.spins import hamming_distance, spins_to_bits
from qdenseam.memories.amplitude import AmplitudeMemory
from qdenseam.methods.base import Floats, RecallLaw, RecallMethod, Spins, register

MAX_TABULATED = 16
"""Largest D for which a historic method's law lists all 2^D outcomes."""


@register
@dataclass(frozen=True, slots=True)
class VenturaMartinez(RecallMethod):
    r"""Grover's search with reflections about the *uniform* state, all memories marked once.

    From |M⟩: a round marks the states that match the probe and reflects about the uniform state;
    the second round marks all stored patterns instead. Published with T ≈ (π/4)√N rounds, N = 2^D.
    Kept as it is: with few patterns (K far from N/4) it fails, and states that match the probe
    without being stored come out. :class:`AmplitudeAmplification` reflects about |M⟩ instead.

    The law: amplitudes stay affine in the initial ones within each of the four classes (matching
    or not, stored or not), so four pairs of numbers hold the whole state.

    Attributes:
        num_rounds: T >= 1; round((π/4)√N) by default.

    References:
        Ventura and Martinez, "Quantum associative memory" (2000), section 5.
    """

    name: ClassVar[str] = "ventura-martinez"
    memory_type: ClassVar[type] = AmplitudeMemory
    acceptance_rule: ClassVar[Literal["all", "flags", "classical"]] = "all"
    preserves_memory_span: ClassVar[bool] = False

    num_rounds: int | None = None

    def __post_init__(self) -> None:
        if self.num_rounds is not None and self.num_rounds < 1:
            raise ValueError(f"num_rounds should be at least 1. Got {self.num_rounds}.")

    def rounds(self, memory: AmplitudeMemory) -> int:
        """Return T."""
        return self.num_rounds or max(1, round(pi / 4 * sqrt(2.0**memory.num_neurons)))

    def circuit(self, memory: AmplitudeMemory, probe: Spins | str) -> QuantumCircuit:
        """Return the circuit with register ``memory`` and clean ``ancilla`` qubits."""
        spins = memory.check_probe(probe)
        num_neurons = memory.num_neurons
        bits = spins_to_bits(np.where(spins == 0, 1, spins))
        match = match_oracle(bits, np.flatnonzero(spins))
        stored = membership_oracle(memory.bits)
        diffusion = product_state_reflection(np.full(num_neurons, 0.5), np.zeros(num_neurons, int))
        diffusion.global_phase += pi
        parts = [memory.preparation().circuit]
        for t in range(self.rounds(memory)):
            parts += [stored if t == 1 else match, diffusion]
        return join(parts)

    def law(self, memory: AmplitudeMemory, probe: Spins | str) -> RecallLaw:
        """Return the law; O(K D + T), no circuit."""
        spins = memory.check_probe(probe)
        num_states = 2.0**memory.num_neurons
        matching = hamming_distance(memory.patterns, spins) == 0
        start = np.sqrt(memory.weights)
        # classes by (matches, stored): number of states, sum of initial amplitudes
        counts, sums = np.zeros((2, 2)), np.zeros((2, 2))
        for matches in (0, 1):
            here = matching == bool(matches)
            counts[matches, 1], sums[matches, 1] = here.sum(), start[here].sum()
        num_matching = 2.0 ** (memory.num_neurons - np.count_nonzero(spins))
        counts[:, 0] = np.array([num_states - num_matching, num_matching]) - counts[:, 1]
        slope, offset = np.ones((2, 2)), np.zeros((2, 2))  # amplitude = slope · initial + offset
        for t in range(self.rounds(memory)):
            marked = (slice(None), 1) if t == 1 else (1, slice(None))
            slope[marked] *= -1
            offset[marked] *= -1
            mean = float((slope * sums + offset * counts).sum()) / num_states
            slope, offset = -slope, 2 * mean - offset
        kind = matching.astype(int)
        joint = (slope[kind, 1] * start + offset[kind, 1]) ** 2
        spurious = float(counts[:, 0] @ offset[:, 0] ** 2)
        distribution = None
        if memory.num_neurons <= MAX_TABULATED:
            states = 1 - 2 * all_bits(memory.num_neurons).astype(np.int8)
            matches_all = (hamming_distance(states, spins) == 0).astype(int)
            distribution = offset[matches_all, 0] ** 2
            distribution[bits_to_integer(memory.bits)] = joint
        return law_with_spurious(joint, spurious, distribution)


def law_with_spurious(
    joint: Floats, spurious: float, distribution: npt.NDArray[np.float64] | None
) -> RecallLaw:
    """Return the law of a method that accepts every shot, whatever comes out."""
    return RecallLaw(
        joint=np.asarray(joint), spurious=spurious, rejected=0.0, distribution=distribution
    )
