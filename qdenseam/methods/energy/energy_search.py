"""Grover adaptive search over energies: a threshold that only falls."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import ceil, sqrt
from typing import Annotated, ClassVar

import numpy as np

from circuits.bit_order import bits_to_integer
from classical_ref.checks import Integers, Within
from qdenseam.memories.energy import EnergyMemory
from qdenseam.methods.adaptive import AdaptiveMethod, AdaptiveState, Round
from qdenseam.methods.base import Floats, Spins, register
from qdenseam.methods.bounds import Growth, Time, WarmStart
from qdenseam.methods.energy.threshold_search import ThresholdSearch


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class EnergySearchState(AdaptiveState):
    """Where independent searches stand, one row each."""

    bounds: Floats
    """The bound m on each search's iterations, shape ``(shots,)``."""
    calls: Integers
    """Oracle calls of each search, shape ``(shots,)``."""


@register
@dataclass(frozen=True, slots=True)
class EnergySearch(AdaptiveMethod):
    r"""The state of lowest energy among all 2^D, memory and probe field together.

    A search starts from one measurement of the start state. Each round draws j uniformly from
    0..⌈m⌉ - 1, amplifies states below the best energy so far j times and keeps what it measures if
    that is lower; then m starts again from 1, otherwise it grows by ``growth`` up to 2^(D/2). A
    search ends when the next round would exceed its oracle calls; its answer is the best it
    measured. There is no law of the whole, each round has one.

    Attributes:
        warm_start: ε in (0, 1/2], or ``None`` for the search from all states alike.
        growth: Factor of m after a failure, in (1, 4/3].
        max_calls: Oracle calls of a search; by default 4·2^(D/2).
        resolution: Energies are compared in steps of this, see :class:`ThresholdSearch`.

    References:
        Dürr and Høyer, "A quantum algorithm for finding the minimum" (1996); Boyer, Brassard, Høyer
        and Tapp, "Tight bounds on quantum searching" (1998), section 4.
    """

    name: ClassVar[str] = "energy-search"
    memory_type: ClassVar[type] = EnergyMemory

    warm_start: WarmStart = 0.25
    growth: Growth = 1.2
    max_calls: Annotated[int, Within("[1, 10^6]", "Leave it out for 4·2^(D/2).")] | None = None
    resolution: Time = 0.5

    def start(
        self,
        memory: EnergyMemory,
        probe: Spins,  # noqa: ARG002
        shots: int,
        rng: np.random.Generator,  # noqa: ARG002
    ) -> EnergySearchState:
        """Return searches without an answer, all with m = 1."""
        return EnergySearchState(
            answers=np.zeros((shots, memory.num_neurons), dtype=np.int8),
            bounds=np.ones(shots),
            calls=np.zeros(shots, dtype=np.int64),
        )

    def call_limit(self, memory: EnergyMemory) -> int:
        """Return ``max_calls`` or its default."""
        return self.max_calls or ceil(4 * sqrt(2**memory.num_neurons))

    def step(
        self,
        memory: EnergyMemory,
        probe: Spins,
        state: EnergySearchState,
        readouts: Sequence[Spins],
        rng: np.random.Generator,
    ) -> tuple[EnergySearchState, list[Round]]:
        """Keep what is lower and ask for what is lower still."""
        if state.num_rounds == 0:
            return state.asking(np.zeros((len(state.answers), 2)), self._round, memory, probe)
        diagonal = memory.diagonal(probe)
        answers, bounds = state.answers.copy(), state.bounds.copy()
        for who, measured in zip(state.asked, readouts, strict=True):
            first = ~answers[who].any(axis=1)
            lower = first | (_energy(diagonal, measured) < _energy(diagonal, answers[who]))
            answers[who[lower]] = measured[lower]
            grown = np.minimum(bounds[who] * self.growth, 2 ** (memory.num_neurons / 2))
            bounds[who] = np.where(lower, 1.0, grown)
        iterations = rng.integers(0, np.ceil(bounds).astype(np.int64))
        # j = 0 repeats the start, which is a call's worth of work too
        going = state.calls + np.maximum(iterations, 1) <= self.call_limit(memory)
        state = replace(state, answers=answers, bounds=bounds, asked=())
        levels = np.rint(_energy(diagonal, answers) / self.resolution)
        thresholds = levels * self.resolution / memory.num_neurons
        calls = state.calls + np.where(going, np.maximum(iterations, 1), 0)
        wanted = np.stack([thresholds, iterations], axis=1)
        return replace(state, calls=calls).asking(wanted, self._round, memory, probe, going=going)

    def _round(self, threshold: float, iterations: float) -> ThresholdSearch:
        return ThresholdSearch(threshold, int(iterations), self.warm_start, self.resolution)


def _energy(diagonal: Floats, states: Spins) -> Floats:
    """Return the energy of each state; rows of zeros count as all +1."""
    return diagonal[bits_to_integer(states < 0)]
