"""What a reproduction is, and what it leaves behind."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from qdenseam.experiments import Record, Task

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Complex: TypeAlias = npt.NDArray[np.complex128]
Floats: TypeAlias = npt.NDArray[np.float64]
Records: TypeAlias = Sequence[Record]


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One number held against what it should be."""

    quantity: str
    """What was measured, in words."""
    value: float
    """What came out."""
    expected: float
    """What should come out."""
    tolerance: float = 0.0
    """How far ``value`` may be from ``expected``, or beyond it where ``sense`` names a bound."""
    sense: Literal["equal", "at least", "at most"] = "equal"
    """Whether ``expected`` is met from both sides or is a bound."""

    @property
    def passed(self) -> bool:
        """Whether the value meets what is expected within the tolerance; NaN never does."""
        excess = self.value - self.expected
        match self.sense:
            case "equal":
                return abs(excess) <= self.tolerance
            case "at least":
                return excess >= -self.tolerance
            case "at most":
                return excess <= self.tolerance


def equal(quantity: str, value: float, expected: float, tolerance: float = 0.0) -> Check:
    """Return the check that a value is what is expected."""
    return Check(
        quantity=quantity, value=float(value), expected=float(expected), tolerance=tolerance
    )


def at_least(quantity: str, value: float, bound: float, tolerance: float = 0.0) -> Check:
    """Return the check that a value does not fall below a bound."""
    return Check(
        quantity=quantity,
        value=float(value),
        expected=bound,
        tolerance=tolerance,
        sense="at least",
    )


def at_most(quantity: str, value: float, bound: float) -> Check:
    """Return the check that a value does not exceed a bound."""
    return Check(quantity=quantity, value=float(value), expected=bound, sense="at most")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reproduced:
    """What a reproduction found."""

    checks: tuple[Check, ...]
    """The agreement, line by line."""
    figure: Path
    """The figure, in the folder that also holds its data."""

    @property
    def passed(self) -> bool:
        """Whether every check passed."""
        return all(check.passed for check in self.checks)


def _no_tasks(quick: bool) -> list[Task]:  # noqa: ARG001
    return []


@dataclass(frozen=True, slots=True, kw_only=True)
class Reproduction:
    """A published result that can be made again."""

    name: str
    """What the command line calls it."""
    title: str
    """What is reproduced, in one line."""
    source: str
    """Authors, title and year of the publication."""
    agreement: Callable[[Records], Iterable[Check]]
    """Holds the finished work against what it should be; tolerances are wider after less work."""
    draw: Callable[[Records], "Figure"]
    """Draws the finished work."""
    tasks: Callable[[bool], list[Task]] = _no_tasks
    """The work, less of it where asked to be quick; none where it takes no time."""
    tables: Mapping[str, Callable[[Records], Iterable[Sequence[object]]]] = field(
        default_factory=dict
    )
    """Rows, the heading first, of further files by their names."""


def of_kind(records: Records, kind: str, **params: object) -> list[Record]:
    """Return the records of a kind that have these parameters."""
    return [
        record
        for record in records
        if record.kind == kind and all(record.params.get(k) == v for k, v in params.items())
    ]
