"""Completion without knowing how many stored patterns match."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from classical_ref.spins import hamming_distance
from qdenseam.memories.amplitude import AmplitudeMemory
from qdenseam.methods.adaptive import Round
from qdenseam.methods.amplitude.searches.growing_search import (
    GrowingSearch,
    SearchState,
    completion_rounds,
)
from qdenseam.methods.base import Floats, RecallLaw, Spins, law_of_joint, register
from qdenseam.methods.bounds import Growth, MaxRounds


@register
@dataclass(frozen=True, slots=True)
class AdaptiveAmplification(GrowingSearch):
    r"""Completion of a partial probe without knowing how many stored patterns match.

    Each answer is checked against the known bits of the probe; a search that never passes has no
    answer. Expected O(√(K/r)) oracle calls for r matches of equal weight.

    The law: with s_t the mean success of round t, P(answer μ) = (1 - Π_t (1 - s_t)) π_μ/w for the
    matches, w their weight, and the rest has no answer.

    Attributes:
        growth: Factor of m after a failure, in (1, 4/3].
        max_rounds: Rounds per search; by default what m needs to reach its largest, and 20.

    References:
        Boyer, Brassard, Høyer and Tapp (1998), theorem 3.
    """

    name: ClassVar[str] = "adaptive-amplification"
    corrects: ClassVar[bool] = False

    growth: Growth = 1.2
    max_rounds: MaxRounds = None

    def round_limit(self, memory: AmplitudeMemory) -> int:
        """Return ``max_rounds`` or its default for K patterns."""
        return self.max_rounds or self.num_levels(memory) + 20

    def step(
        self,
        memory: AmplitudeMemory,
        probe: Spins | str,
        state: SearchState,
        readouts: Sequence[Spins],
        rng: np.random.Generator,
    ) -> tuple[SearchState, list[Round]]:
        """Check the measured states against the probe and ask for the next iterations."""
        spins = memory.check_probe(probe)
        answers, unfinished = state.answers.copy(), state.unfinished.copy()
        for who, states in zip(state.asked, readouts, strict=True):
            right = hamming_distance(states, spins) == 0
            answers[who[right]] = states[right]
            unfinished[who[right]] = False
        bounds = state.bounds
        if state.num_rounds:
            bounds = self.next_bounds(memory, bounds, ~unfinished)
        state = replace(state, answers=answers, unfinished=unfinished, bounds=bounds, asked=())
        if state.num_rounds == self.round_limit(memory) or not unfinished.any():
            return state, []
        iterations = self.drawn_iterations(state, rng)[:, None]
        return state.asking(iterations, completion_rounds, memory, spins, going=unfinished)

    def law(self, memory: AmplitudeMemory, probe: Spins | str) -> RecallLaw:
        """Return the law; O(K D), no circuit."""
        matches = hamming_distance(memory.patterns, memory.check_probe(probe)) == 0
        weight = float(memory.weights[matches].sum())
        joint = np.where(matches, memory.weights, 0.0)
        if weight > 0:
            joint = joint / weight * (1 - self._failure_after_rounds(memory, weight)[-1])
        return law_of_joint(joint)

    def expected_state_preparations(self, memory: AmplitudeMemory, probe: Spins | str) -> float:
        """Return the exact mean of Σ (2j + 1) over the rounds of a search."""
        matches = hamming_distance(memory.patterns, memory.check_probe(probe)) == 0
        reached = self._failure_after_rounds(memory, float(memory.weights[matches].sum()))
        costs = _held(self.preparations_by_level(memory), len(reached) - 1)
        return float(reached[:-1] @ costs)

    def _failure_after_rounds(self, memory: AmplitudeMemory, weight: float) -> Floats:
        """Return P(no success in the first t rounds), t = 0..limit."""
        success = _held(self.success_by_level(memory, weight), self.round_limit(memory))
        return np.concatenate([[1.0], np.cumprod(1 - success)])


def _held(values: Floats, length: int) -> Floats:
    """Return the first ``length`` values, the last one repeated as needed."""
    return values[np.minimum(np.arange(length), len(values) - 1)]
