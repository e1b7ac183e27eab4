"""What all filters with flags share: one circuit shape, one law, and their amplification."""

from abc import abstractmethod
from typing import ClassVar, Literal

import numpy as np
from qiskit import QuantumCircuit

from circuits.grover.rounds import amplification, filtered, flags_oracle, success_amplitudes
from circuits.registers import join
from qdenseam.memories.amplitude import AmplitudeMemory
from qdenseam.methods.base import Floats, RecallLaw, RecallMethod, Spins, law_of_joint
from qdenseam.methods.schedules import Amplified


class FlagFilter(RecallMethod):
    r"""A filter that multiplies the amplitude of pattern μ with F_μ and accepts on its flags.

    The law: P(μ and accepted) = π_μ F_μ². Amplified, A is the preparation with the filter, the
    oracle marks "all flags 0", and the reflections include the flags; then with w = Σ_μ π_μ F_μ²
    and the marked amplitude g after the rounds, P(μ and accepted) = |g|² π_μ F_μ²/w: acceptance
    rises, the law given acceptance stays.
    """

    memory_type: ClassVar[type] = AmplitudeMemory
    acceptance_rule: ClassVar[Literal["all", "flags", "classical"]] = "flags"
    preserves_memory_span: ClassVar[bool] = True

    amplified: Amplified | None

    @abstractmethod
    def filter_circuit(self, spins: Spins) -> QuantumCircuit:
        """Return the filter on registers ``memory`` and ``flag`` for a checked probe."""

    @abstractmethod
    def factors(self, memory: AmplitudeMemory, spins: Spins) -> Floats:
        """Return F_μ² for a checked probe, shape ``(K,)``."""

    @property
    def knows_match_count(self) -> bool:
        """Whether the rounds are right only for the claimed acceptance."""
        return self.amplified is not None and self.amplified.schedule.knows_weight

    def circuit(self, memory: AmplitudeMemory, probe: Spins | str) -> QuantumCircuit:
        """Return the circuit with registers ``memory``, ``flag`` and ``ancilla``."""
        flag_filter = self.filter_circuit(memory.check_probe(probe))
        if self.amplified is None:
            return join([memory.preparation().circuit, flag_filter], ["prepare", "filter"])
        num_flags = next(len(r) for r in flag_filter.qregs if r.name == "flag")
        return amplification(
            filtered(memory.preparation(), flag_filter),
            lambda angle: flags_oracle(num_flags, angle=angle),
            self.amplified.rounds(),
        )

    def law(self, memory: AmplitudeMemory, probe: Spins | str) -> RecallLaw:
        """Return the law; O(K D), no circuit."""
        joint = memory.weights * self.factors(memory, memory.check_probe(probe))
        if self.amplified is not None:
            weight = min(float(joint.sum()), 1.0)
            marked, _ = success_amplitudes(weight, self.amplified.rounds())
            joint = joint * (abs(marked) ** 2 / weight) if weight > 0 else joint
        return law_of_joint(np.asarray(joint))

    def state_preparations(self, memory: AmplitudeMemory, probe: Spins | str) -> int:  # noqa: ARG002
        """Return 2k + 1 for k rounds of amplification."""
        return 1 if self.amplified is None else 2 * len(self.amplified.rounds()) + 1
