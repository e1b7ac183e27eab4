"""Variational imaginary time: the energy flows downhill along the ansatz, without an optimizer."""

from dataclasses import dataclass, replace
from typing import ClassVar, Self

import numpy as np

from classical_ref.checks import Rng
from qdenseam.memories.energy import EnergyMemory
from qdenseam.methods.base import Floats, Spins, register
from qdenseam.methods.bounds import Angles, Counted, NumLayers, NumSteps, Time, WarmStart
from qdenseam.methods.energy.rotation_ansatz import Entangler, RotationMethod
from qdenseam.simulation.rotations import rotation_tangents
from qdenseam.training.angles import typical_spread


@register
@dataclass(frozen=True, slots=True)
class ImaginaryTime(RotationMethod):
    r"""Follow exp(-τE)|start⟩ within the ansatz by McLachlan's principle.

    Each step solves A θ' = C with A_ij = Re(⟨∂_iψ|∂_jψ⟩ - ⟨∂_iψ|ψ⟩⟨ψ|∂_jψ⟩) and
    C_i = -Re⟨∂_iψ|E|ψ⟩ and moves θ by θ' dτ. The law is that of the final circuit.

    Attributes:
        num_layers: p >= 1 entanglers, between p + 1 layers of RY.
        entangler: Hardware-efficient ``"chain"`` or problem-inspired ``"energy"``.
        warm_start: ε in (0, 1/2], or ``None``: the start state.
        num_steps: Euler steps.
        total_time: τ in units of one over the standard deviation of E over all states.
        gammas: Phase angles of ``"energy"``, one per layer, once trained.
        angles: θ row by row, (p + 1) D of them, once trained.
        cost: The final expectation of E.
        evaluations: Entries of A and C over all steps, each an estimate on a device.

    References:
        McArdle et al., "Variational ansatz-based quantum simulation of imaginary time evolution"
        (2019), equations 6-8.
    """

    name: ClassVar[str] = "imaginary-time"

    num_layers: NumLayers = 1
    entangler: Entangler = "chain"
    warm_start: WarmStart = 0.25
    num_steps: NumSteps = 40
    total_time: Time = 8.0
    gammas: Angles = None
    angles: Angles = None
    cost: float | None = None
    evaluations: Counted = 0

    def trained(self, memory: EnergyMemory, probe: Spins | str, *, rng: Rng) -> Self:  # noqa: ARG002
        """Return the method with its angles evolved; one that has angles returns itself."""
        if self.is_trained:
            return self
        energies, generator = memory.diagonal(probe), self.generator(memory, probe)
        gammas, angles = self.parameters(memory, probe)
        step = self.total_time / self.num_steps / typical_spread(energies)
        num_phases = self.num_layers if self.entangler == "energy" else 0
        for _ in range(self.num_steps):
            state, tangents = rotation_tangents(generator, gammas, angles)
            kept = tangents if num_phases else tangents[self.num_layers :]
            flow = _flow(state, kept, energies)
            if num_phases:
                gammas = gammas + step * flow[:num_phases]
            angles = angles + step * flow[num_phases:].reshape(angles.shape)
        num_parameters = num_phases + angles.size
        entries = num_parameters * (num_parameters + 3) // 2
        trained = replace(
            self,
            gammas=tuple(gammas.tolist()) if num_phases else None,
            angles=tuple(angles.reshape(-1).tolist()),
            evaluations=self.num_steps * entries,
        )
        distribution = trained.law(memory, probe).distribution
        assert distribution is not None  # energy laws always have one
        return replace(trained, cost=float(energies @ distribution))


def _flow(state: np.ndarray, tangents: np.ndarray, energies: Floats) -> Floats:
    along = tangents.conj() @ state
    metric = np.real(tangents.conj() @ tangents.T - np.outer(along, along.conj()))
    force = -np.real(tangents.conj() @ (energies * state))
    # Directions that do not move the state are left alone: their force is rounding.
    return np.asarray(np.linalg.lstsq(metric, force, rcond=1e-8)[0])
