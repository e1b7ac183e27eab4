"""What index search has to be compared with: the index found classically, then written."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from qiskit import QuantumCircuit

from circuits.blocks import append, block
from circuits.loading.preparation import empty_circuit
from classical_ref.spins import hamming_distance
from qdenseam.memories.amplitude import AmplitudeMemory
from qdenseam.methods.amplitude.searches.index_search import IndexSearch
from qdenseam.methods.base import (
    RecallLaw,
    RecallMethod,
    Spins,
    law_of_joint,
    register,
)
from qdenseam.methods.bounds import Variant


@register
@dataclass(frozen=True, slots=True)
class LabelWriting(RecallMethod):
    r"""Find the nearest pattern classically, set its index by X gates, write the pattern.

    A competitor, not a quantum recall: a scan of the K patterns has the answer before anything
    runs, and the circuit that writes it is that of :class:`IndexSearch` without start and rounds.
    What index search costs more than this is what its rounds cost.

    The law: P(μ) = 1 for the pattern nearest to the probe on the known neurons; of several as near
    the one of the lowest index, whatever their priors.

    At most 64 patterns; those of weight 0 are not stored. Writing one counts as a preparation.

    Attributes:
        variant: Which of the indices found, as for :class:`IndexSearch`.
    """

    name: ClassVar[str] = "label-writing"
    memory_type: ClassVar[type] = AmplitudeMemory
    preserves_memory_span: ClassVar[bool] = True
    peeks: ClassVar[bool] = True

    variant: Variant = 0

    def nearest(self, memory: AmplitudeMemory, probe: Spins | str) -> int:
        """Return the index of the pattern that is written."""
        distances = hamming_distance(memory.patterns, memory.check_probe(probe))
        return int(np.where(memory.weights > 0, distances, memory.num_neurons + 1).argmin())

    def circuit(self, memory: AmplitudeMemory, probe: Spins | str) -> QuantumCircuit:
        """Return the circuit with register ``memory``."""
        spins = memory.check_probe(probe)
        found = IndexSearch(variant=self.variant).index(memory, spins)
        label = found.labels[np.count_nonzero(memory.weights[: self.nearest(memory, spins)])]
        circuit = empty_circuit(memory.num_neurons, 0)
        ones = [qubit for qubit, bit in zip(found.qubits, label, strict=True) if bit]
        if ones:
            circuit.x(ones)
        append(circuit, block("write", part=found.write), circuit.qubits)
        return circuit

    def law(self, memory: AmplitudeMemory, probe: Spins | str) -> RecallLaw:
        """Return the law; O(K D), no circuit."""
        return law_of_joint(np.arange(memory.num_patterns) == self.nearest(memory, probe))
