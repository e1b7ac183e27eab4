"""What searches without a number of matches share: growing random iteration counts."""

from abc import abstractmethod
from dataclasses import dataclass
from math import ceil, log, sqrt
from typing import Annotated, ClassVar

import numpy as np

from classical_ref.checks import Booleans, Integers, Within, lock
from qdenseam.memories.amplitude import AmplitudeMemory
from qdenseam.methods.adaptive import AdaptiveMethod, AdaptiveState
from qdenseam.methods.amplitude.searches.amplification import AmplitudeAmplification
from qdenseam.methods.amplitude.searches.marking import claim_of_each
from qdenseam.methods.base import Floats, RecallMethod, Spins
from qdenseam.methods.bounds import Growth, MaxRounds
from qdenseam.methods.schedules import Iterations


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SearchState(AdaptiveState):
    """Where the independent searches of an adaptive method stand; every shot is a search."""

    unfinished: Booleans
    """Which searches go on, shape ``(shots,)``."""
    bounds: Floats
    """The bound m below which each search draws its number of iterations, shape ``(shots,)``."""

    def __post_init__(self) -> None:
        lock(self, answers=self.answers, unfinished=self.unfinished, bounds=self.bounds)


class GrowingSearch(AdaptiveMethod):
    r"""What both searches share: the bound m on a random number of Grover iterations.

    A round draws j uniformly from 0..⌈m⌉ - 1 and measures after j iterations. Without success m
    grows by the factor ``growth`` up to 1/√π for the least prior π, which is √K for equal ones.

    References:
        Boyer, Brassard, Høyer and Tapp, "Tight bounds on quantum searching" (1998), section 4.
    """

    memory_type: ClassVar[type] = AmplitudeMemory

    growth: Growth
    max_rounds: MaxRounds

    @abstractmethod
    def round_limit(self, memory: AmplitudeMemory) -> int:
        """Return how many rounds a search takes at the most."""

    def largest_bound(self, memory: AmplitudeMemory) -> float:
        """Return the m that a pattern of the least prior needs, see :class:`Claim`."""
        return round(sqrt(1 / claim_of_each(memory).least), 9)  # √K, not its rounding error

    def bound(self, memory: AmplitudeMemory, level: Annotated[int, Within("[0, 1000]")]) -> float:
        """Return m after ``level`` failures in a row."""
        return min(self.growth**level, self.largest_bound(memory))

    def num_levels(self, memory: AmplitudeMemory) -> int:
        """Return how many failures let m reach its largest."""
        return ceil(log(self.largest_bound(memory)) / log(self.growth))

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

    def next_bounds(self, memory: AmplitudeMemory, bounds: Floats, succeeded: np.ndarray) -> Floats:
        """Return m of the next round: 1 after a success, larger after a failure."""
        grown = np.minimum(bounds * self.growth, self.largest_bound(memory))
        return np.asarray(np.where(succeeded, 1.0, grown))

    def drawn_iterations(self, state: SearchState, rng: np.random.Generator) -> Integers:
        """Return j for each search."""
        return np.asarray(rng.integers(0, np.ceil(state.bounds).astype(np.int64)))

    def success_by_level(
        self, memory: AmplitudeMemory, weight: Annotated[float, Within("[0, inf)")]
    ) -> Floats:
        """Return P(a round measures a marked pattern) at each level, for a marked weight."""
        theta = np.arcsin(np.sqrt(min(weight, 1.0)))
        counts = [ceil(self.bound(memory, k)) for k in range(self.num_levels(memory) + 1)]
        success = np.sin((2 * np.arange(max(counts)) + 1) * theta) ** 2
        means = np.cumsum(success) / np.arange(1, len(success) + 1)
        return np.asarray(means[np.array(counts) - 1])

    def preparations_by_level(self, memory: AmplitudeMemory) -> Floats:
        """Return the mean of 2j + 1 at each level."""
        levels = range(self.num_levels(memory) + 1)
        return np.array([float(ceil(self.bound(memory, k))) for k in levels])


def completion_rounds(iterations: int) -> RecallMethod:
    """Return amplification of the matches by so many Grover rounds."""
    return AmplitudeAmplification(1, Iterations(iterations, may_over_rotate=True))
