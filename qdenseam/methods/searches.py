"""Searches that need no number of matches: growing random iteration counts (BBHT)."""

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import ceil, log, sqrt
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from classical_ref.spins import hamming_distance
from qdenseam.memories.amplitude import AmplitudeMemory
from qdenseam.methods.adaptive import AdaptiveMethod, Round, register_adaptive
from qdenseam.methods.amplification import AmplitudeAmplification
from qdenseam.methods.base import Floats, RecallLaw, RecallMethod, Spins, law_of_joint
from qdenseam.methods.schedules import Iterations
from qdenseam.methods.set_intersection import SetIntersection

Integers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SearchState:
    """Where the independent searches of an adaptive method stand; every shot is a search."""

    answers: Spins
    """The answer of each search so far, shape ``(shots, D)``; 0 where there is none."""
    unfinished: npt.NDArray[np.bool_]
    """Which searches go on, shape ``(shots,)``."""
    bounds: Floats
    """The bound m below which each search draws its number of iterations, shape ``(shots,)``."""
    num_rounds: int = 0
    """Measurements that the longest search has asked for so far."""
    circuits: int = 0
    """Circuits asked for so far: the searches that ask for the same one share it."""
    shots: int = 0
    """Measurements of all searches so far."""
    state_preparations: int = 0
    """State preparations and inverses of all searches so far."""
    asked: tuple[Integers, ...] = ()
    """For each circuit just asked for, the searches that wait for its readouts, in order."""

    def __post_init__(self) -> None:
        for name in ("answers", "unfinished", "bounds"):
            array = np.array(getattr(self, name))
            array.setflags(write=False)
            object.__setattr__(self, name, array)


class GrowingSearch(AdaptiveMethod):
    r"""What both searches share: the bound m on a random number of Grover iterations.

    A round draws j uniformly from 0..⌈m⌉ - 1 and measures after j iterations. Without success m
    grows by the factor ``growth`` up to √K.

    References:
        Boyer, Brassard, Høyer and Tapp, "Tight bounds on quantum searching" (1998), section 4.
    """

    memory_type: ClassVar[type] = AmplitudeMemory

    growth: float
    max_rounds: int | None

    def __post_init__(self) -> None:
        if not 1 < self.growth <= 4 / 3:
            raise ValueError(f"growth should be in (1, 4/3]. Got {self.growth}.")
        if self.max_rounds is not None and self.max_rounds < 1:
            raise ValueError(f"max_rounds should be at least 1. Got {self.max_rounds}.")

    @abstractmethod
    def expected_state_preparations(self, memory: AmplitudeMemory, probe: Spins | str) -> float:
        """Return the exact mean number of state preparations and inverses per search."""

    @abstractmethod
    def round_limit(self, memory: AmplitudeMemory) -> int:
        """Return how many rounds a search takes at the most."""

    def bound(self, memory: AmplitudeMemory, level: int) -> float:
        """Return m after ``level`` failures in a row."""
        return float(min(self.growth**level, sqrt(memory.num_patterns)))

    def num_levels(self, memory: AmplitudeMemory) -> int:
        """Return how many failures let m reach √K."""
        return ceil(log(memory.num_patterns) / (2 * log(self.growth)))

    def start(
        self,
        memory: AmplitudeMemory,
        probe: Spins | str,  # noqa: ARG002
        shots: int,
        rng: np.random.Generator,  # noqa: ARG002
    ) -> SearchState:
        """Return ``shots`` independent searches without an answer, all with m = 1."""
        return SearchState(
            answers=np.zeros((shots, memory.num_neurons), dtype=np.int8),
            unfinished=np.ones(shots, dtype=bool),
            bounds=np.ones(shots),
        )

    def _next_bounds(
        self, memory: AmplitudeMemory, bounds: Floats, succeeded: np.ndarray
    ) -> Floats:
        grown = np.minimum(bounds * self.growth, sqrt(memory.num_patterns))
        return np.asarray(np.where(succeeded, 1.0, grown))

    def _drawn_iterations(self, state: SearchState, rng: np.random.Generator) -> Integers:
        """Return j for each search."""
        return np.asarray(rng.integers(0, np.ceil(state.bounds).astype(np.int64)))

    def _success_by_level(self, memory: AmplitudeMemory, weight: float) -> Floats:
        """Return P(a round measures a marked pattern) at each level, for a marked weight."""
        theta = np.arcsin(np.sqrt(min(weight, 1.0)))
        counts = [ceil(self.bound(memory, k)) for k in range(self.num_levels(memory) + 1)]
        success = np.sin((2 * np.arange(max(counts)) + 1) * theta) ** 2
        means = np.cumsum(success) / np.arange(1, len(success) + 1)
        return np.asarray(means[np.array(counts) - 1])

    def _preparations_by_level(self, memory: AmplitudeMemory) -> Floats:
        """Return the mean of 2j + 1 at each level."""
        levels = range(self.num_levels(memory) + 1)
        return np.array([float(ceil(self.bound(memory, k))) for k in levels])


@register_adaptive
@dataclass(frozen=True, slots=True)
class AdaptiveAmplification(GrowingSearch):
    r"""Completion of a partial probe without knowing how many stored patterns match.

    Each answer is checked against the known bits of the probe; a search that never passes has no
    answer. Expected O(√(K/r)) oracle calls for r matches of equal weight.

    The law: with s_t the mean success of round t, P(answer μ) = (1 - Π_t (1 - s_t)) π_μ/w for the
    matches, w their weight, and the rest has no answer.

    Attributes:
        growth: Factor of m after a failure, in (1, 4/3].
        max_rounds: Rounds per search; by default what m needs to reach √K, and 20.

    References:
        Boyer, Brassard, Høyer and Tapp (1998), theorem 3.
    """

    name: ClassVar[str] = "adaptive-amplification"

    growth: float = 1.2
    max_rounds: int | None = None

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
            bounds = self._next_bounds(memory, bounds, ~unfinished)
        state = replace(state, answers=answers, unfinished=unfinished, bounds=bounds, asked=())
        if state.num_rounds == self.round_limit(memory) or not unfinished.any():
            return state, []
        iterations = self._drawn_iterations(state, rng)
        return _asked(
            state,
            [
                (_completion(j), np.flatnonzero(unfinished & (iterations == j)))
                for j in np.unique(iterations[unfinished]).tolist()
            ],
            memory,
            spins,
        )

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
        costs = _held(self._preparations_by_level(memory), len(reached) - 1)
        return float(reached[:-1] @ costs)

    def _failure_after_rounds(self, memory: AmplitudeMemory, weight: float) -> Floats:
        """Return P(no success in the first t rounds), t = 0..limit."""
        success = _held(self._success_by_level(memory, weight), self.round_limit(memory))
        return np.concatenate([[1.0], np.cumprod(1 - success)])


@register_adaptive
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
            needs to reach √K, and 30.
        oracle: ``"counter"`` or ``"signal"``.

    References:
        Dürr and Høyer, "A quantum algorithm for finding the minimum" (1996).
    """

    name: ClassVar[str] = "minimum-search"

    growth: float = 1.2
    max_rounds: int | None = None
    oracle: str = "counter"

    def __post_init__(self) -> None:
        GrowingSearch.__post_init__(self)
        SetIntersection(oracle=self.oracle)  # type: ignore[arg-type]  # refuses other names

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
            everyone = np.arange(len(state.answers))
            return _asked(state, [(_completion(0), everyone)], memory, spins)
        answers = state.answers.copy()
        nearer = np.zeros(len(answers), dtype=bool)
        for who, states in zip(state.asked, readouts, strict=True):
            first = ~answers[who].any(axis=1)
            better = hamming_distance(states, spins) < hamming_distance(answers[who], spins)
            nearer[who] = first | better
            answers[who[nearer[who]]] = states[nearer[who]]
        distances = hamming_distance(answers, spins)
        unfinished = distances > 0
        bounds = self._next_bounds(memory, state.bounds, nearer)
        state = replace(state, answers=answers, unfinished=unfinished, bounds=bounds)
        if state.num_rounds > self.round_limit(memory) or not unfinished.any():
            return replace(state, asked=()), []
        iterations = self._drawn_iterations(state, rng)
        wanted = np.stack([iterations, distances], axis=1)
        return _asked(
            state,
            [
                (
                    self._round(j, distance - 1),
                    np.flatnonzero(unfinished & (iterations == j) & (distances == distance)),
                )
                for j, distance in np.unique(wanted[unfinished], axis=0).tolist()
            ],
            memory,
            spins,
        )

    def law(self, memory: AmplitudeMemory, probe: Spins | str) -> RecallLaw:
        """Return the law; O(K D) and the rounds of a chain, no circuit."""
        distance = hamming_distance(memory.patterns, memory.check_probe(probe))
        by_distance = _weight_by_distance(memory, distance)
        final, _ = self._chain(memory, by_distance, end=0)
        share = np.divide(final, by_distance, out=np.zeros_like(final), where=by_distance > 0)
        return law_of_joint(memory.weights * share[distance])

    def expected_state_preparations(self, memory: AmplitudeMemory, probe: Spins | str) -> float:
        """Return the exact mean over searches, the first measurement included.

        A search that holds the nearest pattern does not know it, unless the distance is 0, and
        goes on to its last round; :meth:`preparations_until_found` stops there.
        """
        distance = hamming_distance(memory.patterns, memory.check_probe(probe))
        return self._chain(memory, _weight_by_distance(memory, distance), end=0)[1]

    def preparations_until_found(self, memory: AmplitudeMemory, probe: Spins | str) -> float:
        """Return the mean number of preparations until the nearest pattern is held, or the end."""
        distance = hamming_distance(memory.patterns, memory.check_probe(probe))
        by_distance = _weight_by_distance(memory, distance)
        return self._chain(memory, by_distance, end=int(np.flatnonzero(by_distance)[0]))[1]

    def _chain(
        self, memory: AmplitudeMemory, by_distance: Floats, end: int
    ) -> tuple[Floats, float]:
        """Return the law of the last best distance, and the mean number of preparations.

        A search ends early at a distance of at most ``end``.
        """
        below = np.concatenate([[0.0], np.cumsum(by_distance)[:-1]])
        success = np.array([self._success_by_level(memory, weight) for weight in below])
        costs = self._preparations_by_level(memory)
        state = np.zeros_like(success)  # (distance, level)
        state[:, 0] = by_distance
        preparations = 1.0
        # where a success from distance y lands: the patterns below y by weight
        landing = np.where(np.tri(len(below), k=-1, dtype=bool), by_distance, 0.0)
        landing = np.divide(
            landing, below[:, None], out=np.zeros_like(landing), where=below[:, None] > 0
        )
        for _ in range(self.round_limit(memory)):
            searching = state.copy()
            searching[: end + 1] = 0.0
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
            schedule=Iterations(iterations, may_over_rotate=True),
            oracle=self.oracle,  # type: ignore[arg-type]  # checked at construction
        )


def _completion(iterations: int) -> RecallMethod:
    return AmplitudeAmplification(schedule=Iterations(iterations, may_over_rotate=True))


def _weight_by_distance(memory: AmplitudeMemory, distance: Integers) -> Floats:
    return np.bincount(distance, weights=memory.weights).astype(np.float64)


def _held(values: Floats, length: int) -> Floats:
    """Return the first ``length`` values, the last one repeated as needed."""
    return values[np.minimum(np.arange(length), len(values) - 1)]


def _asked(
    state: SearchState,
    groups: list[tuple[RecallMethod, Integers]],
    memory: AmplitudeMemory,
    probe: Spins,
) -> tuple[SearchState, list[Round]]:
    """Return the state that waits for the groups, and their rounds."""
    rounds = [
        Round(method=method, memory=memory, probe=probe, shots=len(who)) for method, who in groups
    ]
    return replace(
        state,
        num_rounds=state.num_rounds + 1,
        circuits=state.circuits + len(rounds),
        shots=state.shots + sum(r.shots for r in rounds),
        state_preparations=state.state_preparations
        + sum(r.shots * r.method.state_preparations(memory) for r in rounds),
        asked=tuple(who for _, who in groups),
    ), rounds
