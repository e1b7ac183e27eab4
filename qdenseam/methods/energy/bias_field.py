"""Counterdiabatic recall with bias-field updates: each round starts where the last one leaned."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Annotated, ClassVar

import numpy as np

from circuits.bit_order import bits_to_integer
from classical_ref.checks import Within
from qdenseam.memories.energy import EnergyMemory
from qdenseam.methods.adaptive import AdaptiveMethod, AdaptiveState, Round
from qdenseam.methods.base import Spins, register
from qdenseam.methods.bounds import NumSteps, Share, Time, WarmStart
from qdenseam.methods.energy.counterdiabatic import CounterdiabaticRecall


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class BiasFieldState(AdaptiveState):
    """Where a bias-field recall stands."""

    start_ones: tuple[float, ...] | None
    """Probability of bit 1 that the next round starts each neuron with."""
    shots_per_round: int


@register
@dataclass(frozen=True, slots=True)
class BiasFieldRecall(AdaptiveMethod):
    r"""Run counterdiabatic circuits whose start leans to the best states measured so far.

    After each round the lowest ``cvar`` of the measured energies give ⟨Z_i⟩, and the next round
    starts neuron i as bit 1 with probability (1 - ⟨Z_i⟩)/2, kept within
    [``smallest_bias``, 1 - ``smallest_bias``]. ``shots`` of a recall are the shots of each round;
    the answers are those of the last.

    Attributes:
        num_rounds: Rounds, at least 1; the first starts from the probe.
        num_steps: Steps of each circuit, see :class:`CounterdiabaticRecall`.
        total_time: T of each circuit, ``None`` for the impulse regime.
        warm_start: ε of the first round, or ``None``.
        cvar: Share of the shots that sets the bias, in (0, 1].
        smallest_bias: In (0, 1/2]; no neuron is ever held fixed.

    References:
        Cadavid, Dalal, Simen, Solano and Hegade, "Bias-field digitized counterdiabatic quantum
        optimization" (2024). Whether it beats classical solvers in time is disputed: Chandarana et
        al., "Runtime quantum advantage with digital quantum optimization" (2025, arXiv 2505.08663),
        say so for chosen cubic problems; Tuziemski et al., "Recent quantum runtime
        (dis)advantages" (2025, arXiv 2510.06337), find that the claim does not stand. Nothing is
        claimed here.
    """

    name: ClassVar[str] = "bias-field"
    memory_type: ClassVar[type] = EnergyMemory

    num_rounds: Annotated[int, Within("[1, 1000]", "Recall several times instead.")] = 5
    num_steps: NumSteps = 1
    total_time: Time | None = None
    warm_start: WarmStart = 0.25
    cvar: Share = 0.2
    smallest_bias: Annotated[float, Within("(0, 0.5]")] = 0.05

    def start(
        self,
        memory: EnergyMemory,
        probe: Spins,  # noqa: ARG002
        shots: int,
        rng: np.random.Generator,  # noqa: ARG002
    ) -> BiasFieldState:
        """Return the state before the first round."""
        empty = np.zeros((0, memory.num_neurons), dtype=np.int8)
        return BiasFieldState(answers=empty, start_ones=None, shots_per_round=shots)

    def step(
        self,
        memory: EnergyMemory,
        probe: Spins,
        state: BiasFieldState,
        readouts: Sequence[Spins],
        rng: np.random.Generator,  # noqa: ARG002
    ) -> tuple[BiasFieldState, list[Round]]:
        """Update the bias from the last round and ask for the next."""
        for measured in readouts:
            energies = memory.diagonal(probe)[bits_to_integer(measured < 0)]
            best = np.argsort(energies, kind="stable")[: max(1, round(self.cvar * len(energies)))]
            ones = (1 - measured[best].mean(axis=0)) / 2
            clipped = np.clip(ones, self.smallest_bias, 1 - self.smallest_bias)
            state = replace(state, answers=measured, start_ones=tuple(clipped.tolist()))
        if state.num_rounds == self.num_rounds:
            return state, []
        alike = np.zeros((state.shots_per_round, 1))
        return state.asking(alike, lambda _: self._circuit(state.start_ones), memory, probe)

    def _circuit(self, start_ones: tuple[float, ...] | None) -> CounterdiabaticRecall:
        return CounterdiabaticRecall(
            num_steps=self.num_steps,
            total_time=self.total_time,
            warm_start=self.warm_start,
            start_ones=start_ones,
        )
