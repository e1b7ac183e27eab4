"""QAOA with angles that were trained once for many memories: recall without training."""

from dataclasses import dataclass
from typing import ClassVar, Literal

from qiskit import QuantumCircuit

from circuits.energy.ansatz import qaoa, warm_start_angles
from qdenseam.memories.energy import EnergyMemory
from qdenseam.methods.base import RecallLaw, RecallMethod, Spins, check_counts, register
from qdenseam.methods.energy.energy_law import layered_law
from qdenseam.training.fixed_angles import FIXED_ANGLES


@register
@dataclass(frozen=True, slots=True)
class FixedAngleQAOA(RecallMethod):
    r"""The circuit of :class:`QAOA` with transferred angles, no evaluation spent on the probe.

    The law: P(x) = |⟨x|Π_l mixer(β_l) exp(-iγ_l E)|start⟩|², as for QAOA.

    Attributes:
        num_layers: p, one of 1, 2, 3, 4, 6, 8.
        warm_start: 0.25 or ``None``, the starts that angles exist for.

    References:
        Brandão et al., "For fixed control parameters the quantum approximate optimization
        algorithm's objective function value concentrates for typical instances" (2018); Egger,
        Mareček and Woerner, "Warm-starting quantum optimization" (2021), for the start.
    """

    name: ClassVar[str] = "fixed-angle-qaoa"
    memory_type: ClassVar[type] = EnergyMemory
    acceptance_rule: ClassVar[Literal["all", "flags", "classical"]] = "all"
    preserves_memory_span: ClassVar[bool] = False

    num_layers: int = 8
    warm_start: float | None = 0.25

    def __post_init__(self) -> None:
        check_counts(self, num_layers=1)
        if (self.num_layers, self.warm_start) not in FIXED_ANGLES:
            raise ValueError(
                "fixed angles exist for num_layers 1, 2, 3, 4, 6, 8 and warm_start 0.25 or None. "
                f"Got {self.num_layers}, {self.warm_start}; QAOA trains its own."
            )

    def circuit(self, memory: EnergyMemory, probe: Spins | str) -> QuantumCircuit:
        """Return the circuit with register ``memory`` and clean ``ancilla`` qubits if counting."""
        gammas, betas = FIXED_ANGLES[self.num_layers, self.warm_start]
        start = warm_start_angles(memory.check_probe(probe), self.warm_start)
        return qaoa(memory.phase(probe), start, gammas=gammas, betas=betas)

    def law(self, memory: EnergyMemory, probe: Spins | str) -> RecallLaw:
        """Return the law over all 2^D states."""
        angles = FIXED_ANGLES[self.num_layers, self.warm_start]
        return layered_law(memory, probe, self.warm_start, *angles)
