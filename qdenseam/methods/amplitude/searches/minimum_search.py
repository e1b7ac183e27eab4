"""The stored pattern nearest to a probe, by searches below a falling threshold."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from classical_ref.checks import Booleans, Integers
from classical_ref.spins import hamming_distance
from qdenseam.memories.amplitude import AmplitudeMemory
from qdenseam.methods.adaptive import Round
from qdenseam.methods.amplitude.searches.growing_search import (
    GrowingSearch,
    SearchState,
    completion_rounds,
)
from qdenseam.methods.amplitude.searches.set_intersection import Oracle, SetIntersection
from qdenseam.methods.base import Floats, RecallLaw, RecallMethod, Spins, law_of_joint, register
from qdenseam.methods.bounds import Growth, MaxRounds
from qdenseam.methods.schedules import Iterations


@register
@dataclass(frozen=True, slots=True)
class MinimumSearch(GrowingSearch):
    r"""The stored pattern nearest to the probe, by a threshold that only falls.

    A search starts from one measurement of the memory. Each round amplifies the patterns nearer
    than the best one so far, by a ball oracle, and keeps what it measures if that is nearer;
    then m starts again from 1. A search ends at distance 0 or after its rounds, and always has
    an answer. O(√K) oracle calls on average over equal weights.

    The law is that of a Markov chain over (best distance, level of m), solved exactly.

    Attributes:
        growth: Factor of m after a failure, in (1, 4/3].
        max_rounds: Rounds per search, the first measurement apart; by default three times what m
            needs to reach its largest, and 30.
        oracle: ``"counter"`` or ``"signal"``.

    References:
        Dürr and Høyer, "A quantum algorithm for finding the minimum" (1996).
    """

    name: ClassVar[str] = "minimum-search"

    growth: Growth = 1.2
    max_rounds: MaxRounds = None
    oracle: Oracle = "counter"

    def round_limit(self, memory: AmplitudeMemory) -> int:
        """Return ``max_rounds`` or its default for K patterns."""
        return self.max_rounds or 3 * self.num_levels(memory) + 30

    def step(
        self,
        memory: AmplitudeMemory,
        probe: Spins | str,
        state: SearchState,
        readouts: Sequence[Spins],
        rng: np.random.Generator,
    ) -> tuple[SearchState, list[Round]]:
        """Keep what is nearer and ask for the patterns nearer still."""
        spins = memory.check_probe(probe)
        if not state.asked:  # one measurement of the memory starts every search
            none = np.zeros((len(state.answers), 1), dtype=np.int64)
            return state.asking(none, completion_rounds, memory, spins)
        answers = state.answers.copy()
        nearer = np.zeros(len(answers), dtype=bool)
        for who, states in zip(state.asked, readouts, strict=True):
            first = ~answers[who].any(axis=1)
            better = hamming_distance(states, spins) < hamming_distance(answers[who], spins)
            nearer[who] = first | better
            answers[who[nearer[who]]] = states[nearer[who]]
        distances = hamming_distance(answers, spins)
        unfinished = distances > 0
        bounds = self.next_bounds(memory, state.bounds, nearer)
        state = replace(state, answers=answers, unfinished=unfinished, bounds=bounds)
        if state.num_rounds > self.round_limit(memory) or not unfinished.any():
            return replace(state, asked=()), []
        wanted = np.stack([self.drawn_iterations(state, rng), distances - 1], axis=1)
        return state.asking(wanted, self._round, memory, spins, going=unfinished)

    def law(self, memory: AmplitudeMemory, probe: Spins | str) -> RecallLaw:
        """Return the law; O(K D) and the rounds of a chain, no circuit."""
        distances, which, weights = _distances(memory, probe)
        final, _ = self._chain(memory, weights, distances > 0)
        share = np.divide(final, weights, out=np.zeros_like(final), where=weights > 0)
        return law_of_joint(memory.weights * share[which])

    def expected_state_preparations(self, memory: AmplitudeMemory, probe: Spins | str) -> float:
        """Return the exact mean over searches, the first measurement included.

        A search that holds the nearest pattern does not know it, unless the distance is 0, and
        goes on to its last round; :meth:`preparations_until_found` stops there.
        """
        distances, _, weights = _distances(memory, probe)
        return self._chain(memory, weights, distances > 0)[1]

    def preparations_until_found(self, memory: AmplitudeMemory, probe: Spins | str) -> float:
        """Return the mean number of preparations until the nearest pattern is held, or the end."""
        distances, _, weights = _distances(memory, probe)
        return self._chain(memory, weights, distances > distances[weights > 0][0])[1]

    def _chain(
        self, memory: AmplitudeMemory, by_distance: Floats, goes_on: Booleans
    ) -> tuple[Floats, float]:
        """Return the law of the last best distance, and the mean number of preparations.

        Rows are the distances of stored patterns, ascending, ``by_distance`` their weights and
        ``goes_on`` says where a search does not end early, shape ``(num_distances,)`` both.
        """
        below = np.concatenate([[0.0], np.cumsum(by_distance)[:-1]])
        success = np.array([self.success_by_level(memory, weight) for weight in below])
        costs = self.preparations_by_level(memory)
        state = np.zeros_like(success)  # (distance, level)
        state[:, 0] = by_distance
        preparations = 1.0
        # where a success from distance y lands: the patterns below y by weight
        landing = np.where(np.tri(len(below), k=-1, dtype=bool), by_distance, 0.0)
        landing = np.divide(
            landing, below[:, None], out=np.zeros_like(landing), where=below[:, None] > 0
        )
        for _ in range(self.round_limit(memory)):
            searching = np.where(goes_on[:, None], state, 0.0)
            preparations += float(searching.sum(axis=0) @ costs)
            failed = searching * (1 - success)
            state = state - searching
            state[:, 1:] += failed[:, :-1]
            state[:, -1] += failed[:, -1]
            state[:, 0] += (searching * success).sum(axis=1) @ landing
        return state.sum(axis=1), preparations

    def _round(self, iterations: int, radius: int) -> RecallMethod:
        return SetIntersection(
            radius=radius,
            num_matches=1,
            schedule=Iterations(iterations, may_over_rotate=True),
            oracle=self.oracle,
        )


def _distances(
    memory: AmplitudeMemory, probe: Spins | str
) -> tuple[Integers, npt.NDArray[np.intp], Floats]:
    """Return the distances that stored patterns have, which one each has, and their weights."""
    distance = hamming_distance(memory.patterns, memory.check_probe(probe))
    found, which = np.unique(distance, return_inverse=True)
    return found, which, np.bincount(which, weights=memory.weights).astype(np.float64)
