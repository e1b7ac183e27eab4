"""A recall method."""

from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np

from qdenseam import AmplitudeMemory
from qdenseam.methods import RecallLaw, RecallMethod


@dataclass(frozen=True, slots=True)
class FirstCome(RecallMethod):
    """Measure the memory and accept what differs in at most ``slack`` known neurons."""

    name: ClassVar[str] = "first-come"
    memory_type: ClassVar[type] = AmplitudeMemory
    acceptance_rule: ClassVar[Literal["all", "flags", "classical"]] = "classical"
    preserves_memory_span: ClassVar[bool] = True
    slack: int = 0

    def circuit(self, memory, probe):
        memory.check_probe(probe)
        return memory.preparation().circuit

    def acceptance_of(self, memory, probe, states):
        return ((states * probe == -1).sum(axis=1) <= self.slack).astype(float)

    def law(self, memory, probe):
        joint = memory.weights * self.acceptance_of(
            memory, memory.check_probe(probe), memory.patterns
        )
        return RecallLaw(joint=joint, spurious=0.0, rejected=float(1 - np.sum(joint)))
