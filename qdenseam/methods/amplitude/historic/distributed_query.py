"""Distributed queries: a search for a whole cloud of states around the probe."""

from dataclasses import dataclass
from math import asin, cos, log, pi, sin, sqrt
from typing import Annotated, ClassVar

import numpy as np
import numpy.typing as npt
from qiskit import QuantumCircuit

from circuits.grover.oracles import product_state_reflection
from circuits.grover.rounds import amplification, plain_rounds
from classical_ref.checks import Within
from classical_ref.spins import hamming_distance
from qdenseam.memories.amplitude import AmplitudeMemory
from qdenseam.methods.amplitude.historic.spurious_shells import (
    check_circuit_rounds,
    check_size,
    check_turn,
    law_by_distance,
)
from qdenseam.methods.base import Floats, RecallLaw, RecallMethod, Spins, register


@register
@dataclass(frozen=True, slots=True)
class DistributedQuery(RecallMethod):
    r"""Grover rounds whose oracle reflects about a query *state* |b⟩ instead of marking states.

    |b⟩ is a product state around the probe, |b_x|² = Q^d (1 - Q)^{n-d} on the n known bits and
    uniform on the others; a round is the reflection 1 - 2|b⟩⟨b| and the one about |M⟩. A historic
    method, shown as it is: the state turns in the plane of |M⟩ and |b⟩ *towards the query itself*,
    which is mostly no stored pattern, so that most of what comes out is spurious.

    The law: with c = sin a = ⟨b|M⟩ and |b⟩ = sin a |M⟩ + cos a |b'⟩ the state after T rounds is
    cos(2Ta)|M⟩ + sin(2Ta)|b'⟩, and P(x) its squared amplitude, at any D.

    Attributes:
        spread: Q in (0, 1/2).
        num_rounds: T >= 0; by default the best for one pattern at distance round(QD) alone.

    References:
        Ezhov, Nifanova and Ventura, "Quantum associative memory with distributed queries" (2000).
    """

    name: ClassVar[str] = "distributed-query"
    memory_type: ClassVar[type] = AmplitudeMemory
    is_historic: ClassVar[bool] = True

    spread: Annotated[float, Within("(0, 0.5)")] = 0.2
    num_rounds: Annotated[int, Within("[0, 10^12]", "Leave it out for the best.")] | None = None

    def rounds(self, memory: AmplitudeMemory) -> int:
        """Return T; the default is that of a fully known probe."""
        if self.num_rounds is not None:
            return self.num_rounds
        num_neurons = memory.num_neurons
        check_size(self.name, num_neurons)
        distance = round(self.spread * num_neurons)
        square = self.spread**distance * (1 - self.spread) ** (num_neurons - distance)
        return max(0, round(pi / (4 * asin(sqrt(square / memory.num_patterns))) - 0.5))

    def circuit(self, memory: AmplitudeMemory, probe: Spins | str) -> QuantumCircuit:
        """Return the circuit with register ``memory`` and clean ``ancilla`` qubits.

        Raises:
            CapacityError: The rounds are too many to build.
        """
        spins = memory.check_probe(probe)
        check_circuit_rounds(self.name, self.rounds(memory))
        bits = spins < 0
        oracle = product_state_reflection(np.where(spins == 0, 0.5, self.spread), bits)
        rounds = plain_rounds(self.rounds(memory))
        # outside the span of the patterns: the reflection must touch every qubit
        return amplification(memory.preparation(), lambda _: oracle, rounds, span_only=False)

    def law(self, memory: AmplitudeMemory, probe: Spins | str) -> RecallLaw:
        """Return the law; O(K D), no circuit.

        Raises:
            CapacityError: The memory is too large or the rounds are too many for float64.
        """
        spins = memory.check_probe(probe)
        check_size(self.name, memory.num_neurons)
        known = int(np.count_nonzero(spins))
        start = np.sqrt(memory.weights)
        query = np.exp(self._log_query(hamming_distance(memory.patterns, spins), known, len(spins)))
        angle = asin(min(1.0, float(start @ query)))
        rounds = self.rounds(memory)
        check_turn(self.name, rounds, 2 * angle)
        # |b> = sin a |M> + cos a |b'>; where they are one, nothing turns
        apart = cos(angle) if cos(angle) > 1e-7 else np.inf
        stored, cloud = cos(2 * rounds * angle), sin(2 * rounds * angle) / apart
        joint = (stored * start + cloud * (query - sin(angle) * start)) ** 2
        log_cloud = 2 * log(abs(cloud)) if cloud else -np.inf
        return law_by_distance(
            memory.patterns,
            spins,
            joint,
            lambda d: log_cloud + 2 * float(self._log_query(d, known, len(spins))),
        )

    def state_preparations(self, memory: AmplitudeMemory, probe: Spins | str) -> int:  # noqa: ARG002
        """Return 2T + 1."""
        return 2 * self.rounds(memory) + 1

    def _log_query(self, distance: npt.ArrayLike, known: int, num_neurons: int) -> Floats:
        """Return ln b_x at distances on the known neurons, of the same shape."""
        d = np.asarray(distance, dtype=np.float64)
        logs = d * log(self.spread) + (known - d) * log(1 - self.spread)
        return np.asarray((logs - (num_neurons - known) * log(2)) / 2)
