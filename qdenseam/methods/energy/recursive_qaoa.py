"""Recursive QAOA: fix the surest relation between neurons, shrink the energy, start again."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Annotated, ClassVar

import numpy as np

from classical_ref.checks import Within
from qdenseam.memories.energy import EnergyMemory
from qdenseam.memories.reduced import ReducedEnergy
from qdenseam.methods.adaptive import AdaptiveMethod, AdaptiveState, Round
from qdenseam.methods.base import Spins, register
from qdenseam.methods.bounds import MaxEvaluations, NumLayers, NumRestarts
from qdenseam.methods.energy.qaoa import QAOA
from qdenseam.training.gradient_sources import GradientSource


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RecursiveState(AdaptiveState):
    """Where a recursive recall stands."""

    reduced: ReducedEnergy
    """The energy over the neurons that are still free."""
    shots_per_round: int
    evaluations: int = 0
    """Points at which training evaluated the energy, over all rounds."""


@register
@dataclass(frozen=True, slots=True)
class RecursiveQAOA(AdaptiveMethod):
    r"""Eliminate one neuron a round by the strongest ⟨Z_i⟩ or ⟨Z_i Z_j⟩ that was measured.

    Each round trains QAOA on the energy of the neurons left, measures it, and imposes
    Z_i = sign⟨Z_i⟩ or Z_j = sign⟨Z_i Z_j⟩ Z_i, whichever mean is largest. From ``num_kept`` neurons
    on the energy is minimized by enumeration.

    A recall has one answer, whatever its ``shots``, which are those of each round: its result
    counts one search, and how sure it is shows only over recalls with other seeds.

    Attributes:
        num_layers: p of each QAOA.
        num_kept: Neurons left to enumeration, at least 1.
        num_restarts: Starts of each training.
        max_evaluations: Objective evaluations per start.
        gradient_source: As of :class:`QAOA`.

    References:
        Bravyi, Kliesch, Koenig and Tang, "Obstacles to variational quantum optimization from
        symmetry protection" (2020), with single spins as in Egger et al. (2021).
    """

    name: ClassVar[str] = "recursive-qaoa"
    memory_type: ClassVar[type] = EnergyMemory

    num_layers: NumLayers = 2
    num_kept: Annotated[int, Within("[1, 64]", "Keep fewer neurons to the end.")] = 3
    num_restarts: NumRestarts = 2
    max_evaluations: MaxEvaluations = 150
    gradient_source: GradientSource = "diagonal"

    def start(
        self,
        memory: EnergyMemory,
        probe: Spins,
        shots: int,
        rng: np.random.Generator,  # noqa: ARG002
    ) -> RecursiveState:
        """Return the state before the first round."""
        empty = np.zeros((0, memory.num_neurons), dtype=np.int8)
        reduced = ReducedEnergy.of(memory.diagonal(probe))
        return RecursiveState(answers=empty, reduced=reduced, shots_per_round=shots)

    def step(
        self,
        memory: EnergyMemory,  # noqa: ARG002
        probe: Spins,  # noqa: ARG002
        state: RecursiveState,
        readouts: Sequence[Spins],
        rng: np.random.Generator,
    ) -> tuple[RecursiveState, list[Round]]:
        """Eliminate a neuron by the last round and ask for the next."""
        for measured in readouts:
            state = replace(state, reduced=_eliminated(state.reduced, measured))
        reduced = state.reduced
        if reduced.num_neurons <= self.num_kept:
            best = int(reduced.diagonal().argmin())
            bits = best >> np.arange(reduced.num_neurons) & 1
            answer = reduced.expand((1 - 2 * bits).astype(np.int8))
            return replace(state, answers=answer[None]), []
        unknown = np.zeros(reduced.num_neurons, dtype=np.int8)
        trained = self._round_method().trained(reduced, unknown, rng=rng)
        state = replace(state, evaluations=state.evaluations + trained.evaluations)
        alike = np.zeros((state.shots_per_round, 1))
        return state.asking(alike, lambda _: trained, reduced, unknown)

    def _round_method(self) -> QAOA:
        return QAOA(
            self.num_layers,
            warm_start=None,
            num_restarts=self.num_restarts,
            max_evaluations=self.max_evaluations,
            gradient_source=self.gradient_source,
        )


def _eliminated(reduced: ReducedEnergy, measured: Spins) -> ReducedEnergy:
    """Return the energy with the strongest measured relation imposed; the first among equals."""
    spins = measured.astype(float)
    relations = spins.T @ spins / len(spins)
    np.fill_diagonal(relations, spins.mean(axis=0))  # Z_i alone stands on the diagonal
    i, j = np.unravel_index(np.abs(np.triu(relations)).argmax(), relations.shape)
    sign = 1 if relations[i, j] >= 0 else -1
    return reduced.fixed(int(j), sign) if i == j else reduced.tied(int(j), int(i), sign)
