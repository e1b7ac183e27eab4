"""Schedules of amplitude amplification: how many rounds, with which phases, for a claimed weight.

A schedule is compiled for a *claimed* marked weight: r/K for r claimed matches, or the acceptance
that a planner expects of a filter. It never sees the probe.
"""

import warnings
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, ClassVar

from circuits.grover.rounds import (
    Rounds,
    exact_rounds,
    fixed_point_rounds,
    plain_iterations,
    plain_rounds,
)
from classical_ref.checks import Within, check_fields
from qdenseam.methods.bounds import Weight
from qdenseam.spelling import Named, resolved


class Schedule(Named, ABC):
    """A frozen value that turns a claimed weight into rounds."""

    kind: ClassVar[str] = "schedule"
    knows_weight: ClassVar[bool]
    """Whether the rounds are right only if the claimed weight is."""

    @abstractmethod
    def rounds(self, fraction: Weight) -> Rounds:
        """Return the rounds for a marked weight in [1e-12, 1].

        Raises:
            ValueError: The weight is outside.
        """


@dataclass(frozen=True, slots=True)
class Exact(Schedule):
    """Success 1 if the claim is right (Long 2001)."""

    name: ClassVar[str] = "exact"
    knows_weight: ClassVar[bool] = True

    def rounds(self, fraction: Weight) -> Rounds:
        """Return :func:`circuits.grover.rounds.exact_rounds`."""
        return exact_rounds(fraction)


@dataclass(frozen=True, slots=True)
class Plain(Schedule):
    """Grover's rounds, as close to success as whole ones come if the claim is right."""

    name: ClassVar[str] = "plain"
    knows_weight: ClassVar[bool] = True

    def rounds(self, fraction: Weight) -> Rounds:
        """Return round(π/(4θ) - 1/2) Grover rounds, sin²θ = ``fraction``."""
        return plain_rounds(plain_iterations(fraction))


@dataclass(frozen=True, slots=True)
class FixedPoint(Schedule):
    """Failure at most ``max_failure`` for every weight from the claimed one up; no over-rotation.

    Attributes:
        max_failure: δ² in (0, 1).

    References:
        Yoder, Low and Chuang (2014).
    """

    name: ClassVar[str] = "fixed-point"
    knows_weight: ClassVar[bool] = False

    max_failure: Annotated[float, Within("(0, 1)")] = 0.1

    def rounds(self, fraction: Weight) -> Rounds:
        """Return :func:`circuits.grover.rounds.fixed_point_rounds`."""
        return fixed_point_rounds(fraction, self.max_failure)


@dataclass(frozen=True, slots=True)
class Iterations(Schedule):
    """A given number of Grover rounds.

    Attributes:
        num_iterations: k, 0 to a million.
        may_over_rotate: Whether more rounds than :class:`Plain` would take are meant; otherwise
            they raise a ``UserWarning`` that names the right number.
    """

    name: ClassVar[str] = "iterations"
    knows_weight: ClassVar[bool] = False

    num_iterations: Annotated[int, Within("[0, 10^5]", "The best is about (π/4)√K.")] = 1
    may_over_rotate: bool = False

    def rounds(self, fraction: Weight) -> Rounds:
        """Return the Grover rounds."""
        best = plain_iterations(fraction)
        if self.num_iterations > best and not self.may_over_rotate:
            warnings.warn(
                f"num_iterations should be at most {best} for a marked weight of {fraction:.4g}. "
                f"Got {self.num_iterations}, which rotates past success; use {best}, or set "
                "may_over_rotate.",
                UserWarning,
                stacklevel=2,
            )
        return plain_rounds(self.num_iterations)


@dataclass(frozen=True, slots=True)
class Amplified(Named):
    """That a filter's acceptance is amplified, and for which claimed acceptance.

    Attributes:
        acceptance: The claim, in [1e-12, 1]; such as F(e)²/K where one pattern at distance e and no
            other is expected to pass.
        schedule: The rounds for it.
    """

    kind: ClassVar[str] = "amplified"
    name: ClassVar[str] = "amplified"

    acceptance: Weight
    schedule: Schedule = field(default_factory=Exact)

    if TYPE_CHECKING:  # what is taken, where the fields hold what it stands for

        def __init__(
            self,
            acceptance: float,
            schedule: Schedule | str = ...,
        ) -> None: ...

    def __post_init__(self) -> None:
        object.__setattr__(self, "schedule", as_schedule(self.schedule))
        check_fields(self)

    def rounds(self) -> Rounds:
        """Return the rounds for the claimed acceptance."""
        return self.schedule.rounds(self.acceptance)


SCHEDULES: dict[str, type[Schedule]] = {s.name: s for s in (Exact, Plain, FixedPoint, Iterations)}
"""Every schedule by name."""
AMPLIFIED = {Amplified.name: Amplified}
"""The one way to ask for amplification, by name."""


def as_schedule(schedule: Schedule | str) -> Schedule:
    """Return the schedule itself, or the one that a text such as ``"fixed-point(0.05)"`` spells.

    Raises:
        ValueError: The text spells no schedule.
        TypeError: It is another object.
    """
    found = resolved("schedule", schedule)
    assert isinstance(found, Schedule)  # by its kind
    return found


def as_amplified(amplified: Amplified | float | str | None) -> Amplified | None:
    """Return the amplification itself, None for none, or that of a claimed acceptance or a text.

    Raises:
        ValueError: The text spells none, or the acceptance is not in [1e-12, 1].
        TypeError: It is another object.
    """
    if amplified is None:
        return None
    found = resolved("amplified", amplified)
    assert isinstance(found, Amplified)  # by its kind
    return found
