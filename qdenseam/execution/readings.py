"""The registers that a recall circuit is read by, and what was read, accepted or not."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np
from qiskit import ClassicalRegister, QuantumCircuit

from circuits.blocks import flat
from classical_ref.checks import Booleans, Floats, Spins
from classical_ref.shown import Shown
from classical_ref.spins import bits_to_spins
from qdenseam.execution.tallies import Counts, tally

Acceptance = Callable[[Spins], Floats]
"""A classical rule: from states ``(M, D)`` to the probability that each is kept ``(M,)``."""


def measured(circuit: QuantumCircuit) -> QuantumCircuit:
    """Return the circuit with its memory and flags measured into ``memory_bits``, ``flag_bits``.

    Its blocks are opened: what compiles and runs sees gates alone.
    """
    ready = flat(circuit)
    if ready is circuit:
        ready = circuit.copy()
    present = {register.name for register in circuit.cregs}  # a re-used flag is read on the way
    for register in circuit.qregs:
        name = f"{register.name}_bits"
        if register.name in ("memory", "flag") and name not in present:
            bits = ClassicalRegister(len(register), name)
            ready.add_register(bits)
            ready.measure(register, bits)
    return ready


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Readings(Shown):
    """Distinct readings of memory and flags and how often each came.

    A reading is accepted if all its flags are 0 and the classical rule, if any, keeps its state.
    """

    bits: Booleans
    """Neurons, then flags, shape ``(M, D + num_flags)``."""
    counts: Counts | Floats
    """How often each was read, or its probability, shape ``(M,)``."""
    num_flags: int = 0
    acceptance: Acceptance | None = None
    """The classical rule; ``None`` keeps every state."""

    def __post_init__(self) -> None:
        for array in (self.bits, self.counts):
            array.setflags(write=False)

    @classmethod
    def of(cls, registers: Mapping[str, Booleans], acceptance: Acceptance | None = None) -> Self:
        """Return the readings of shots of ``memory_bits`` and, where there are any, ``flag_bits``.

        Args:
            registers: Booleans ``(shots, size)`` by register, as an engine returns them.
            acceptance: The classical rule.
        """
        parts = [registers[name] for name in ("memory_bits", "flag_bits") if name in registers]
        states, counts = tally(bits_to_spins(np.concatenate(parts, axis=1)))
        num_flags = sum(part.shape[1] for part in parts[1:])
        return cls(bits=states < 0, counts=counts, num_flags=num_flags, acceptance=acceptance)

    @property
    def num_neurons(self) -> int:
        """D."""
        return self.bits.shape[1] - self.num_flags

    def kept(self, bits: Booleans) -> Floats:
        """Return P(accepted) of readings, shape ``(M, D + num_flags)`` to ``(M,)``."""
        kept = (~bits[:, self.num_neurons :].any(axis=1)).astype(float)
        if self.acceptance is not None and kept.any():
            unflagged = kept > 0
            states = bits_to_spins(bits[unflagged, : self.num_neurons])
            kept[unflagged] = self.acceptance(states)
        return kept

    def accepted(self, rng: np.random.Generator) -> tuple[Spins, Counts]:
        """Return distinct accepted states and their counts, most frequent first.

        Args:
            rng: Draws how many of each state a rule keeps that is neither 0 nor 1.
        """
        counts = rng.binomial(self.counts.astype(np.int64), self.kept(self.bits))
        states = bits_to_spins(self.bits[counts > 0, : self.num_neurons])
        return tally(states, counts[counts > 0])
