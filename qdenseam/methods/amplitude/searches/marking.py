"""What searches that mark states share: the marked weight they are built for, and their law.

A circuit is built from the stored patterns and from which neurons are known, never from the values
of a probe. From these alone follow the marked weights that a probe can have: for every stored
pattern the weight of all patterns that share its known part.
"""

from abc import abstractmethod
from dataclasses import dataclass
from math import isclose
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from circuits.grover.rounds import Rounds, success_amplitudes
from classical_ref.checks import Booleans, Integers, check_fields, check_mask
from qdenseam.memories.amplitude import AmplitudeMemory
from qdenseam.methods.base import RecallLaw, RecallMethod, Spins, law_of_joint
from qdenseam.methods.bounds import ClaimedWeight, NumMatches
from qdenseam.methods.schedules import Exact, FixedPoint, Schedule, as_schedule

NEGLIGIBLE = 1e-6
"""Marked weight below which finding is not promised, or 1/K where that is less: it would take
thousands of rounds."""
MAX_COMPARED = 2048
"""Patterns up to which all pairs are compared."""
MAX_FAILURE = 0.1
"""Failure that a default schedule may have where weights differ."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """The marked weights that probes which fit a stored pattern can have."""

    least: float
    most: float
    crowd: int = 1
    """Most patterns that are marked together."""

    @property
    def is_exact(self) -> bool:
        """Whether there is one weight."""
        return isclose(self.least, self.most, rel_tol=1e-9)

    def rounds(self, schedule: Schedule | None) -> Rounds:
        r"""Return the rounds of a schedule for the least weight, by default safe for all weights.

        Safe are :class:`Exact` rounds where all weights are equal, and elsewhere
        :class:`FixedPoint` ones that fail so rarely that a marked pattern comes first: of c marked
        patterns the likeliest has at least (1 - δ²)/c, others at most δ², so δ² < 1/(c + 1) does.
        """
        if schedule is not None:
            return schedule.rounds(self.least)
        if self.is_exact:
            return Exact().rounds(self.least)
        return FixedPoint(min(MAX_FAILURE, 0.5 / (self.crowd + 1))).rounds(self.least)


def known_parts(memory: AmplitudeMemory, known: Booleans) -> Integers:
    """Return a number for each stored pattern, equal where the known neurons are, shape ``(K,)``.

    O(K D). Patterns of weight 0 count as well.
    """
    if not known.any():
        return np.zeros(memory.num_patterns, dtype=np.int64)
    packed = np.packbits((memory.patterns < 0) & known, axis=1)
    rows = np.ascontiguousarray(packed).view(np.dtype((np.void, packed.shape[1]))).ravel()
    return np.unique(rows, return_inverse=True)[1].reshape(-1)


def claim_for(
    memory: AmplitudeMemory,
    known: Booleans,
    *,
    radius: int = 0,
    num_matches: int | None = None,
    claimed_weight: float | None = None,
) -> Claim:
    """Return the marked weights to build for: as claimed, else all that probes can have.

    Args:
        memory: The memory.
        known: Which neurons the probe knows, ``bool``, shape ``(D,)``.
        radius: Marked are stored patterns within this distance on the known neurons. Above 0 the
            most is 1 unless all pairs of patterns are so far apart that no two balls meet.
        num_matches: A claimed number r, for a weight of r/K.
        claimed_weight: A claimed weight.

    Raises:
        ValueError: More matches are claimed than patterns are stored.
    """
    if claimed_weight is not None:
        return Claim(least=claimed_weight, most=claimed_weight)
    if num_matches is not None:
        share = claimed_fraction(num_matches, memory)
        return Claim(least=share, most=share)
    present = memory.weights > 0
    parts = known_parts(memory, known)[present]
    sizes = np.bincount(parts)
    weights = np.bincount(parts, weights=memory.weights[present])
    weights, sizes = weights[sizes > 0], sizes[sizes > 0]
    if radius and radius >= np.count_nonzero(known):
        return Claim(least=1.0, most=1.0, crowd=memory.num_patterns)
    if radius and not balls_are_apart(memory.patterns[present][:, known], radius):
        return _bounded(memory, float(weights.min()), 1.0, memory.num_patterns)
    return _bounded(memory, float(weights.min()), float(weights.max()), int(sizes.max()))


def claim_of_each(memory: AmplitudeMemory) -> Claim:
    """Return the weights where one pattern alone is marked."""
    present = memory.weights[memory.weights > 0]
    return _bounded(memory, float(present.min()), float(present.max()), 1)


def _bounded(memory: AmplitudeMemory, least: float, most: float, crowd: int) -> Claim:
    floor = min(NEGLIGIBLE, 1 / memory.num_patterns)
    return Claim(least=min(1.0, max(least, floor)), most=min(1.0, most), crowd=crowd)


def balls_are_apart(parts: Spins, radius: int) -> bool:
    """Return whether no probe is within a radius of two different rows of spins.

    False as well for more than :data:`MAX_COMPARED` rows, which are not compared.
    """
    if len(parts) > MAX_COMPARED:
        return False
    parts = parts.astype(np.float32)
    distances = (parts.shape[1] - parts @ parts.T) / 2
    return bool(((distances == 0) | (distances > 2 * radius)).all())


def claimed_fraction(num_matches: int, memory: AmplitudeMemory) -> float:
    """Return r/K.

    Raises:
        ValueError: More matches are claimed than patterns are stored.
    """
    if num_matches > memory.num_patterns:
        raise ValueError(
            f"num_matches should be at most K = {memory.num_patterns}. Got {num_matches}."
        )
    return num_matches / memory.num_patterns


def law_of_marking(memory: AmplitudeMemory, matches: Booleans, rounds: Rounds) -> RecallLaw:
    """Return the law of rounds about |M⟩ whose oracle marks the patterns in ``matches`` (K,)."""
    weight = float(memory.weights[matches].sum())
    marked, unmarked = success_amplitudes(min(weight, 1.0), rounds)
    joint = np.zeros(memory.num_patterns)
    joint[matches] = abs(marked) ** 2 * memory.weights[matches] / (weight or 1.0)
    joint[~matches] = abs(unmarked) ** 2 * memory.weights[~matches] / ((1 - weight) or 1.0)
    return law_of_joint(joint / joint.sum())


class MarkedSearch(RecallMethod):
    """A search built for a marked weight: as claimed, or for all that probes can have.

    Subclasses are frozen dataclasses with the fields ``schedule``, and ``num_matches`` or
    ``claimed_weight`` where a claim makes sense.
    """

    memory_type: ClassVar[type] = AmplitudeMemory
    preserves_memory_span: ClassVar[bool] = True

    schedule: Schedule | str | None
    num_matches: NumMatches = None
    claimed_weight: ClaimedWeight = None

    def __post_init__(self) -> None:
        schedule = None if self.schedule is None else as_schedule(self.schedule)
        object.__setattr__(self, "schedule", schedule)
        check_fields(self)
        if self.num_matches is not None and self.claimed_weight is not None:
            raise ValueError(
                "num_matches and claimed_weight are two claims of the same. Give one of them."
            )

    @property
    def knows_match_count(self) -> bool:
        """Whether the rounds are right only for the claimed number or weight."""
        if self.schedule is not None:
            return as_schedule(self.schedule).knows_weight
        return self.num_matches is not None or self.claimed_weight is not None

    @abstractmethod
    def claim(self, memory: AmplitudeMemory, known: Booleans) -> Claim:
        """Return the marked weights that it is built for."""

    def rounds(self, memory: AmplitudeMemory, known: npt.ArrayLike) -> Rounds:
        """Return the (oracle, reflection) phases.

        Args:
            memory: The memory.
            known: Which neurons the probe knows, ``bool``, shape ``(D,)``.

        Raises:
            ValueError: More matches are claimed than patterns are stored, or ``known`` is no such
                mask.
        """
        schedule = None if self.schedule is None else as_schedule(self.schedule)
        mask = check_mask("known", known, (memory.num_neurons,))
        return self.claim(memory, mask).rounds(schedule)

    def state_preparations(self, memory: AmplitudeMemory, probe: Spins | str) -> int:
        """Return 2k + 1 for k rounds, of the state that the search starts from."""
        return 2 * len(self.rounds(memory, memory.check_probe(probe) != 0)) + 1


def radius_for(radius: int | None, known: Booleans) -> int:
    """Return a radius, by default 0 where a probe has unknown neurons and 1 where it has none."""
    return int(known.all()) if radius is None else radius
