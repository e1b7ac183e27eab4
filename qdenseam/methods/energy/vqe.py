"""The variational eigensolver on a dense memory's energy."""

from dataclasses import dataclass, field, replace
from functools import partial
from typing import ClassVar, Literal, Self

import numpy as np

from classical_ref.checks import Rng
from qdenseam.memories.energy import EnergyMemory
from qdenseam.methods.base import Floats, Spins, register
from qdenseam.methods.bounds import (
    Angles,
    Counted,
    MaxEvaluations,
    NumLayers,
    NumRestarts,
    Share,
    WarmStart,
)
from qdenseam.methods.energy.rotation_ansatz import Entangler, RotationMethod
from qdenseam.simulation.rotations import rotation_expectation_and_gradient
from qdenseam.training.angles import typical_spread
from qdenseam.training.gradient_sources import check_training
from qdenseam.training.minimize import Optimizer, minimize
from qdenseam.training.objectives import conditional_value_at_risk
from qdenseam.training.pennylane_gradients import pennylane_rotation_objective


@register
@dataclass(frozen=True, slots=True)
class VQE(RotationMethod):
    r"""Train every rotation angle so that the energy with its probe field becomes low.

    The first start is the probe's product state, the others have their later rotations drawn
    from a normal distribution of width 0.3. The law is that of the final trained circuit; which
    minimum training falls into has no law.

    Every spin state is a product state and a minimum of E lies at one, so a circuit of rotations
    can reach it without entanglement: trained VQE is a continuous descent through product-like
    states, to be held against classical descent on the same energy.

    Attributes:
        num_layers: p >= 1 entanglers, between p + 1 layers of RY.
        entangler: Hardware-efficient ``"chain"`` or problem-inspired ``"energy"``.
        warm_start: ε in (0, 1/2], or ``None``: the start of the first rotations.
        num_restarts: Starts of the training.
        max_evaluations: Objective evaluations per start.
        cvar: α in (0, 1], see :class:`qdenseam.methods.QAOA`.
        optimizer: One of :data:`qdenseam.training.minimize.OPTIMIZERS`.
        gammas: Phase angles of ``"energy"``, one per layer, once trained.
        angles: θ row by row, (p + 1) D of them, once trained.
        cost: The trained objective.
        evaluations: Points at which training evaluated the objective.
        gradients: At how many of them it used the gradient too; on a device two more evaluations
            per rotation and gradient, by the shift rule.
        gradient_source: Who computes the expectation and its gradient: ``"diagonal"``,
            :mod:`qdenseam.simulation.rotations`, or ``"pennylane"``, which does so for the mean
            only.
        training_outcome: How the best start ended and, apart from it, what the objective gained:
            an optimizer converges in a bad local optimum too.
        trajectory: The objective at every evaluation of the best start, in order; no part of
            equality or :meth:`to_dict`.

    References:
        Peruzzo et al., "A variational eigenvalue solver on a photonic quantum processor" (2014);
        Kandala et al., "Hardware-efficient variational quantum eigensolver" (2017).
    """

    name: ClassVar[str] = "vqe"

    num_layers: NumLayers = 1
    entangler: Entangler = "chain"
    warm_start: WarmStart = 0.25
    num_restarts: NumRestarts = 2
    max_evaluations: MaxEvaluations = 200
    cvar: Share = 1.0
    optimizer: Optimizer = "L-BFGS-B"
    gammas: Angles = None
    angles: Angles = None
    cost: float | None = None
    evaluations: Counted = 0
    gradients: Counted = 0
    gradient_source: Literal["diagonal", "pennylane"] = "diagonal"
    training_outcome: str = ""
    trajectory: tuple[float, ...] = field(default=(), compare=False, repr=False)

    def __post_init__(self) -> None:
        RotationMethod.__post_init__(self)
        check_training(self.cvar, self.gradient_source)

    def training_seconds(self, memory: EnergyMemory) -> float:
        """Return what :meth:`trained` is expected to take, with the evaluations it mostly needs."""
        if self.is_trained:
            return 0.0
        evaluations = 0.25 * self.num_restarts * self.max_evaluations
        amplitudes = memory.num_neurons * 2.0**memory.num_neurons
        return 45e-9 * evaluations * self.num_layers * amplitudes

    def trained(self, memory: EnergyMemory, probe: Spins | str, *, rng: Rng) -> Self:
        """Return the method with trained angles; one that has angles returns itself."""
        if self.is_trained:
            return self
        energies, generator = memory.diagonal(probe), self.generator(memory, probe)
        if self.gradient_source == "pennylane":
            differentiate = pennylane_rotation_objective(generator, energies)
        else:
            observable = conditional_value_at_risk(energies, self.cvar)
            differentiate = partial(
                rotation_expectation_and_gradient, generator, observable=observable
            )
        gammas, angles = self.parameters(memory, probe)
        scale = typical_spread(generator)
        num_phases = self.num_layers if self.entangler == "energy" else 0

        def unpack(point: Floats) -> tuple[Floats, Floats]:
            phases = point[:num_phases] / scale if num_phases else gammas
            return phases, point[num_phases:].reshape(angles.shape)

        def objective(point: Floats) -> tuple[float, Floats]:
            value, by_gamma, by_angle = differentiate(*unpack(point))
            return value, np.concatenate([by_gamma[:num_phases] / scale, by_angle.reshape(-1)])

        starts = np.concatenate([np.full(num_phases, 0.3), angles.reshape(-1)])
        starts = np.tile(starts, (self.num_restarts, 1))
        later = num_phases + memory.num_neurons
        starts[1:, later:] = 0.3 * np.random.default_rng(rng).normal(size=starts[1:, later:].shape)
        found = minimize(
            objective, starts, optimizer=self.optimizer, max_evaluations=self.max_evaluations
        )
        phases, rows = unpack(found.point)
        return replace(
            self,
            gammas=tuple(phases.tolist()) if num_phases else None,
            angles=tuple(rows.reshape(-1).tolist()),
            cost=found.value,
            evaluations=found.evaluations,
            gradients=found.gradients,
            training_outcome=found.outcome,
            trajectory=tuple(found.trajectory.tolist()),
        )
