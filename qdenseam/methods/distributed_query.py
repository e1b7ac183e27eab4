"""Distributed queries: a search for a whole cloud of states around the probe."""

from dataclasses import dataclass
from math import asin, pi, sqrt
from typing import ClassVar, Literal

import numpy as np
from qiskit import QuantumCircuit

from circuits.amplification import amplification, plain_rounds
from circuits.bit_order import all_bits, bits_to_integer
from circuits.oracles import product_state_reflection
from classical_ref.spins import hamming_distance, spins_to_bits
from qdenseam.memories.amplitude import AmplitudeMemory
from qdenseam.methods.base import Floats, RecallLaw, RecallMethod, Spins, register
from qdenseam.methods.ventura_martinez import MAX_TABULATED, law_with_spurious


@register
@dataclass(frozen=True, slots=True)
class DistributedQuery(RecallMethod):
    r"""Grover rounds whose oracle reflects about a query *state* |b⟩ instead of marking states.

    |b⟩ is a product state around the probe, |b_x|² = Q^d (1 - Q)^{n-d} on the n known bits and
    uniform on the others; a round is the reflection 1 - 2|b⟩⟨b| and the one about |M⟩. A historic
    method, shown as it is: the state turns in the plane of |M⟩ and |b⟩ *towards the query itself*,
    which is mostly no stored pattern, so that most of what comes out is spurious.

    The law: with c = ⟨b|M⟩ the state after every round is A|M⟩ + B|b⟩, A and B by two real
    recursions, and P(x) = (A M_x + B b_x)².

    Attributes:
        spread: Q in (0, 1/2).
        num_rounds: T >= 0; by default the best for one pattern at distance round(QD) alone.

    References:
        Ezhov, Nifanova and Ventura, "Quantum associative memory with distributed queries" (2000).
    """

    name: ClassVar[str] = "distributed-query"
    memory_type: ClassVar[type] = AmplitudeMemory
    acceptance_rule: ClassVar[Literal["all", "flags", "classical"]] = "all"
    preserves_memory_span: ClassVar[bool] = False

    spread: float = 0.2
    num_rounds: int | None = None

    def __post_init__(self) -> None:
        if not 0 < self.spread < 0.5:
            raise ValueError(f"spread should be in (0, 1/2). Got {self.spread}.")
        if self.num_rounds is not None and self.num_rounds < 0:
            raise ValueError(f"num_rounds should be at least 0. Got {self.num_rounds}.")

    def rounds(self, memory: AmplitudeMemory) -> int:
        """Return T; the default is that of a fully known probe."""
        if self.num_rounds is not None:
            return self.num_rounds
        num_neurons = memory.num_neurons
        distance = round(self.spread * num_neurons)
        square = self.spread**distance * (1 - self.spread) ** (num_neurons - distance)
        return max(0, round(pi / (4 * asin(sqrt(square / memory.num_patterns))) - 0.5))

    def circuit(self, memory: AmplitudeMemory, probe: Spins | str) -> QuantumCircuit:
        """Return the circuit with register ``memory`` and clean ``ancilla`` qubits."""
        spins = memory.check_probe(probe)
        bits = spins_to_bits(np.where(spins == 0, 1, spins))
        oracle = product_state_reflection(np.where(spins == 0, 0.5, self.spread), bits)
        rounds = plain_rounds(self.rounds(memory))
        # outside the span of the patterns: the reflection must touch every qubit
        return amplification(memory.preparation(), lambda _: oracle, rounds, span_only=False)

    def law(self, memory: AmplitudeMemory, probe: Spins | str) -> RecallLaw:
        """Return the law; O(K D + T), no circuit."""
        spins = memory.check_probe(probe)
        start, query = np.sqrt(memory.weights), self._query(memory.patterns, spins)
        overlap = float(start @ query)
        stored, cloud = 1.0, 0.0
        for _ in range(self.rounds(memory)):
            cloud -= 2 * (stored * overlap + cloud)
            stored, cloud = stored + 2 * cloud * overlap, -cloud
        joint = (stored * start + cloud * query) ** 2
        spurious = cloud**2 * max(0.0, 1 - float(query @ query))
        distribution = None
        if memory.num_neurons <= MAX_TABULATED:
            states = 1 - 2 * all_bits(memory.num_neurons).astype(np.int8)
            distribution = (cloud * self._query(states, spins)) ** 2
            distribution[bits_to_integer(memory.bits)] = joint
        return law_with_spurious(joint, spurious, distribution)

    def state_preparations(self, memory: AmplitudeMemory) -> int:
        """Return 2T + 1."""
        return 2 * self.rounds(memory) + 1

    def _query(self, states: Spins, probe: Spins) -> Floats:
        """Return b_x for each state, shape ``(len(states),)``."""
        known = int(np.count_nonzero(probe))
        distance = hamming_distance(states, probe)
        squares = self.spread**distance * (1 - self.spread) ** (known - distance)
        return np.sqrt(squares * 0.5 ** (len(probe) - known))
