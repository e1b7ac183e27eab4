"""The honest baseline of every filter: measure the memory, accept classically."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np
from qiskit import QuantumCircuit

from circuits.blocks import boxed
from classical_ref.checks import check_fields
from classical_ref.spins import hamming_distance
from qdenseam.filters.tables import Filter, FilterLike, Posterior, as_filter
from qdenseam.memories.amplitude import AmplitudeMemory
from qdenseam.methods.base import Floats, RecallLaw, RecallMethod, Spins, law_of_joint, register


@register
@dataclass(frozen=True, slots=True)
class SampleAndAccept(RecallMethod):
    r"""Measure the memory state and accept the outcome with probability F(d)².

    An unamplified quantum filter F has exactly this law and this acceptance, so nothing is gained
    by it over classical rejection sampling; the coherent gain is amplification alone.

    The law: P(μ and accepted) = π_μ F(d_μ)².

    Attributes:
        filter: F, tabulated on the number of known positions; by default the posterior.

    References:
        von Neumann, "Various techniques used in connection with random digits" (1951).
    """

    name: ClassVar[str] = "sample-and-accept"
    memory_type: ClassVar[type] = AmplitudeMemory
    acceptance_rule: ClassVar[Literal["all", "flags", "classical"]] = "classical"
    preserves_memory_span: ClassVar[bool] = True
    is_baseline: ClassVar[bool] = True

    filter: Filter = field(default_factory=Posterior)

    if TYPE_CHECKING:  # what is taken, where the fields hold what it stands for

        def __init__(
            self,
            filter: FilterLike = ...,  # noqa: A002
        ) -> None: ...

    def __post_init__(self) -> None:
        object.__setattr__(self, "filter", as_filter(self.filter))
        check_fields(self)

    def circuit(self, memory: AmplitudeMemory, probe: Spins | str) -> QuantumCircuit:
        """Return the memory's preparation; the probe enters after the measurement."""
        memory.check_probe(probe)
        return boxed("prepare", memory.preparation().circuit)

    def law(self, memory: AmplitudeMemory, probe: Spins | str) -> RecallLaw:
        """Return the law; O(K D), no circuit."""
        spins = memory.check_probe(probe)
        return law_of_joint(memory.weights * self.acceptance_of(memory, spins, memory.patterns))

    def acceptance_of(
        self,
        memory: AmplitudeMemory,  # noqa: ARG002
        probe: Spins,
        states: Spins,
    ) -> Floats:
        """Return F(d)² of each measured state, shape ``(shots,)``."""
        table = self.filter.table(int(np.count_nonzero(probe)))
        return np.asarray(table[hamming_distance(states, probe)] ** 2)
