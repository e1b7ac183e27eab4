"""QAOA on a dense memory's energy, started from the probe."""

from dataclasses import dataclass, field, replace
from typing import ClassVar, Self

import numpy as np

from circuits.energy.ansatz import warm_start_angles
from classical_ref.checks import Rng, check_fields
from qdenseam.methods.base import (
    Spins,
    keep_floats,
    register,
)
from qdenseam.methods.bounds import (
    Angles,
    Counted,
    MaxEvaluations,
    NumLayers,
    NumRestarts,
    Share,
    WarmStart,
)
from qdenseam.methods.energy.energy_law import AnyEnergy, LayeredMethod
from qdenseam.training.angles import train_angles, typical_spread
from qdenseam.training.gradient_sources import (
    GradientSource,
    check_training,
    mean_energy,
)
from qdenseam.training.minimize import Optimizer


@register
@dataclass(frozen=True, slots=True)
class QAOA(LayeredMethod):
    r"""Alternate phases exp(-iγ_l E) and mixers so that low energies become likely.

    E is the memory's energy with its probe field. With ``warm_start`` = ε the qubits start at the
    probe (a known bit is wrong with probability ε, an unknown one even) and the mixers turn about
    that start; ``None`` starts from all states alike. Every shot is accepted.

    Two layers, the least that published studies train, leave the probe or a state near it on top;
    with the default six the target comes first wherever it clearly is the ground state (27 of 27
    probes with one flip of three 3x3 patterns, order 3 and log-sum-exp). It is no guarantee:
    training ends in local optima, and where the ground state is close to others (Hebb's energy,
    20 of 22) so do the answers.

    The angles are trained per probe by :meth:`trained`, on the exact expectation of E computed
    on the diagonal; ``evaluations`` says how many that took, each of which would be a batch of
    shots on a device.

    The law: P(x) = |⟨x|Π_l mixer(β_l) exp(-iγ_l E)|start⟩|² for the trained angles, from the
    diagonal in O(p D 2^D).

    Attributes:
        num_layers: p >= 1.
        warm_start: ε in (0, 1/2], or ``None``.
        num_restarts: Starts of the training.
        max_evaluations: Objective evaluations per start.
        cvar: α in (0, 1]; below 1 training minimizes the mean of the lowest α of the energies,
            the conditional value at risk, instead of their mean.
        optimizer: One of :data:`qdenseam.training.minimize.OPTIMIZERS`.
        gammas: Phase angles, one per layer, once trained.
        betas: Mixer angles, one per layer, once trained.
        cost: The trained objective.
        evaluations: Points at which training evaluated E.
        gradients: At how many of them it used the gradient too; see
            :class:`qdenseam.training.angles.Training` for what a device would pay.
        gradient_source: Who computes the expectation and its gradient, one of
            :data:`qdenseam.training.gradient_sources.GRADIENT_SOURCES`. PennyLane does so for the
            mean only.
        training_outcome: How the best start ended and, apart from it, what the objective gained:
            an optimizer converges in a bad local optimum too.
        trajectory: The objective at every evaluation of the best start, in order; no part of
            equality or :meth:`to_dict`.

    References:
        Farhi, Goldstone and Gutmann, "A quantum approximate optimization algorithm" (2014);
        Egger, Mareček and Woerner, "Warm-starting quantum optimization" (2021), section 3;
        Barkoutsos et al., "Improving variational quantum optimization using CVaR" (2020).

    Examples:
        >>> from qdenseam import EnergyMemory
        >>> memory = EnergyMemory(["0011", "0110"])
        >>> method = QAOA(num_layers=1, gammas=(0.2,), betas=(0.5,))
        >>> method.law(memory, "0?11").joint.round(2).tolist()
        [0.44, 0.11]
    """

    name: ClassVar[str] = "qaoa"

    num_layers: NumLayers = 6
    warm_start: WarmStart = 0.25
    num_restarts: NumRestarts = 3
    max_evaluations: MaxEvaluations = 150
    cvar: Share = 1.0
    optimizer: Optimizer = "L-BFGS-B"
    gammas: Angles = None
    betas: Angles = None
    cost: float | None = None
    evaluations: Counted = 0
    gradients: Counted = 0
    gradient_source: GradientSource = "diagonal"
    training_outcome: str = ""
    trajectory: tuple[float, ...] = field(default=(), compare=False, repr=False)

    def __post_init__(self) -> None:
        check_fields(self)
        check_training(self.cvar, self.gradient_source)
        if (self.gammas is None) != (self.betas is None):
            raise ValueError("gammas and betas should come together. Got one of them.")
        for angles in (self.gammas, self.betas):
            if angles is not None and len(angles) != self.num_layers:
                raise ValueError(f"expected {self.num_layers} angles per kind. Got {len(angles)}.")
        keep_floats(self, "gammas", "betas")

    def training_seconds(self, memory: AnyEnergy) -> float:
        """Return what :meth:`trained` is expected to take, with the evaluations it mostly needs."""
        if self.gammas is not None and self.betas is not None:
            return 0.0
        evaluations = 0.5 * self.num_restarts * self.max_evaluations
        return 65e-9 * evaluations * self.num_layers * 2.0**memory.num_neurons

    def trained(self, memory: AnyEnergy, probe: Spins | str, *, rng: Rng) -> Self:
        """Return the method with trained angles; one that has angles returns itself."""
        if self.gammas is not None and self.betas is not None:
            return self
        diagonal = memory.diagonal(probe)
        start = warm_start_angles(memory.check_probe(probe), self.warm_start)
        training = train_angles(
            mean_energy(diagonal, start, level=self.cvar, gradient_source=self.gradient_source),
            self.num_layers,
            energy_scale=typical_spread(diagonal),
            num_restarts=self.num_restarts,
            max_evaluations=self.max_evaluations,
            optimizer=self.optimizer,
            rng=np.random.default_rng(rng),
        )
        return replace(
            self,
            gammas=training.gammas,
            betas=training.betas,
            cost=training.cost,
            evaluations=training.evaluations,
            gradients=training.gradients,
            training_outcome=training.outcome,
            trajectory=training.trajectory,
        )

    def angles(self, memory: AnyEnergy) -> tuple[tuple[float, ...], tuple[float, ...]]:  # noqa: ARG002
        """Return (gammas, betas).

        Raises:
            ValueError: The angles are missing.
        """
        if self.gammas is None or self.betas is None:
            raise ValueError(
                "QAOA has no angles yet. Call method.trained(memory, probe, rng=...) first, "
                "or pass gammas and betas."
            )
        return self.gammas, self.betas
