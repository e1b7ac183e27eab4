"""What a reproduction is, and what it leaves behind."""

import csv
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol, TypeAlias

from qdenseam.experiments import Progress

OnProgress: TypeAlias = Callable[[Progress], None] | None
"""Called after each finished part, if given."""


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


class Run(Protocol):
    """How a reproduction is run."""

    def __call__(
        self, out: Path, *, quick: bool, num_workers: int, on_progress: OnProgress
    ) -> Reproduced:
        """Run what ``out`` does not hold yet, and write figure, data and agreement there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reproduction:
    """A published result that can be made again."""

    name: str
    """What the command line calls it."""
    title: str
    """What is reproduced, in one line."""
    source: str
    """Authors, title and year of the publication."""
    run: Run
    """What makes it."""


def write_checks(checks: Sequence[Check], path: Path) -> None:
    """Write the agreement as comma-separated values."""
    with path.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["quantity", "value", "sense", "expected", "tolerance", "passed"])
        for check in checks:
            expected = (check.value, check.sense, check.expected, check.tolerance)
            writer.writerow([check.quantity, *expected, check.passed])
