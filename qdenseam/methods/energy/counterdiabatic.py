"""Counterdiabatic recall: a short anneal with rotations that hold it near the ground state."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np
from qiskit import QuantumCircuit

from circuits.energy.ansatz import angles_of_ones, warm_start_angles
from circuits.energy.counterdiabatic import counterdiabatic, gauge_strength
from classical_ref.checks import Within
from qdenseam.memories.energy import EnergyMemory
from qdenseam.methods.base import Floats, RecallLaw, RecallMethod, Spins, register
from qdenseam.methods.bounds import NumSteps, Time, WarmStart
from qdenseam.methods.energy.energy_law import check_phases, state_law
from qdenseam.simulation.counterdiabatic import counterdiabatic_state


@register
@dataclass(frozen=True, slots=True)
class CounterdiabaticRecall(RecallMethod):
    r"""Anneal in few Trotter steps, each with the first-order gauge potential of the schedule.

    Steps as in :class:`qdenseam.methods.AdiabaticRecall`; after each, every neuron is rotated by
    exp(-i 2|α(s_l)| sin θ_i Y_i D_i / p), which does not depend on T. With ``total_time`` None only
    these rotations are left (the impulse regime), whatever the number of steps: a start for
    :class:`qdenseam.methods.BiasFieldRecall`, which alone leaves the probe on top more often than
    not. Every shot is accepted.

    The law: P(x) = |⟨x|ψ⟩|² of the circuit, from the diagonal in O(p D 2^D).

    Attributes:
        num_steps: p >= 1.
        total_time: T > 0, or ``None`` for the impulse regime.
        warm_start: ε in (0, 1/2], or ``None``.
        start_ones: Probability that each neuron starts as bit 1, in place of the warm start: the
            bias that :class:`qdenseam.methods.BiasFieldRecall` learns.

    References:
        Hegade, Chen and Solano, "Digitized counterdiabatic quantum optimization" (2022).
    """

    name: ClassVar[str] = "counterdiabatic"
    memory_type: ClassVar[type] = EnergyMemory

    num_steps: NumSteps = 8
    total_time: Time | None = 6.0
    warm_start: WarmStart = 0.25
    start_ones: tuple[Annotated[float, Within("[0, 1]")], ...] | None = None

    def circuit(self, memory: EnergyMemory, probe: Spins | str) -> QuantumCircuit:
        """Return the circuit with register ``memory`` and clean ``ancilla`` qubits if counting."""
        gammas, betas, strengths = self.schedule(memory, probe)
        return counterdiabatic(
            None if self.total_time is None else memory.phase(probe),
            *memory.terms(probe),
            self.start_angles(memory, probe),
            gammas=gammas.tolist(),
            betas=betas.tolist(),
            strengths=strengths.tolist(),
        )

    def law(self, memory: EnergyMemory, probe: Spins | str) -> RecallLaw:
        """Return the law over all 2^D states."""
        gammas, betas, strengths = self.schedule(memory, probe)
        state = counterdiabatic_state(
            memory.diagonal(probe),
            self.start_angles(memory, probe),
            gammas=gammas,
            betas=betas,
            strengths=strengths,
        )
        return state_law(memory, state)

    def start_angles(self, memory: EnergyMemory, probe: Spins | str) -> Floats:
        """Return θ_i of the start, shape ``(D,)``.

        Raises:
            ValueError: ``start_ones`` belongs to another number of neurons.
        """
        spins = memory.check_probe(probe)
        if self.start_ones is None:
            return warm_start_angles(spins, self.warm_start)
        if len(self.start_ones) != len(spins):
            raise ValueError(
                f"start_ones should have {len(spins)} values. Got {len(self.start_ones)}."
            )
        return angles_of_ones(self.start_ones)

    def schedule(self, memory: EnergyMemory, probe: Spins | str) -> tuple[Floats, Floats, Floats]:
        """Return (gammas, betas, strengths) of the steps, each of shape ``(p,)``.

        Raises:
            ValueError: The phases are beyond float64.
        """
        energies, start = memory.diagonal(probe), self.start_angles(memory, probe)
        progress = (np.arange(self.num_steps) + 0.5) / self.num_steps
        strengths = [2 * gauge_strength(energies, start, s) / self.num_steps for s in progress]
        step = (self.total_time or 0.0) / self.num_steps
        check_phases(energies, step)
        return progress * step, (1 - progress) * step, np.array(strengths)
