"""Digitized adiabatic recall: a slow turn from the probe's product state to the energy."""

from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
from qiskit import QuantumCircuit

from circuits.ansatz import qaoa, warm_start_angles
from qdenseam.memories.energy import EnergyMemory
from qdenseam.methods.base import Floats, RecallLaw, RecallMethod, Spins, check_counts, register
from qdenseam.methods.energy_law import layered_law


@register
@dataclass(frozen=True, slots=True)
class AdiabaticRecall(RecallMethod):
    r"""Turn H(s) = -(1 - s) Σ_i n_i·σ + s E from s = 0 to 1 in Trotter steps, without training.

    Step l = 1..p of p has s_l = (l - 1/2)/p and the angles γ_l = s_l T/p and β_l = (1 - s_l) T/p.
    The start ⊗_i RY(θ_i)|0⟩ is the ground state at s = 0; with ``warm_start`` it leans towards the
    probe, see :func:`circuits.ansatz.warm_start_angles`. Every shot is accepted.

    The law: P(x) = |⟨x|ψ⟩|² of the digitized circuit itself, Trotter errors included, from the
    diagonal in O(p D 2^D).

    Attributes:
        num_steps: p >= 1.
        total_time: T > 0; the energy per neuron of a pattern and of the mixer are both 1.
        warm_start: ε in (0, 1/2], or ``None``.

    References:
        Farhi et al., "Quantum computation by adiabatic evolution" (2000); Seddiqi and Humble,
        "Adiabatic quantum optimization for associative memory recall" (2014).
    """

    name: ClassVar[str] = "adiabatic"
    memory_type: ClassVar[type] = EnergyMemory
    acceptance_rule: ClassVar[Literal["all", "flags", "classical"]] = "all"
    preserves_memory_span: ClassVar[bool] = False

    num_steps: int = 8
    total_time: float = 6.0
    warm_start: float | None = 0.25

    def __post_init__(self) -> None:
        check_counts(self, num_steps=1)
        if not 0 < self.total_time < float("inf"):
            raise ValueError(f"total_time should be positive. Got {self.total_time}.")
        warm_start_angles([1], self.warm_start)  # checks the strength

    def angles(self) -> tuple[Floats, Floats]:
        """Return (gammas, betas) of the steps, each of shape ``(p,)``."""
        progress = (np.arange(self.num_steps) + 0.5) / self.num_steps
        step = self.total_time / self.num_steps
        return progress * step, (1 - progress) * step

    def circuit(self, memory: EnergyMemory, probe: Spins | str) -> QuantumCircuit:
        """Return the circuit with register ``memory`` and clean ``ancilla`` qubits if counting."""
        gammas, betas = self.angles()
        start = warm_start_angles(memory.check_probe(probe), self.warm_start)
        return qaoa(memory.phase(probe), start, gammas=gammas.tolist(), betas=betas.tolist())

    def law(self, memory: EnergyMemory, probe: Spins | str) -> RecallLaw:
        """Return the law over all 2^D states."""
        return layered_law(memory, probe, self.warm_start, *self.angles())
