"""Numbers held against what they should be."""

from dataclasses import dataclass
from math import nan
from typing import Literal, SupportsFloat, TypeAlias

from classical_ref.checks import checked, is_number, shown
from qdenseam.experiments.estimates.statistics import Estimate

Sense: TypeAlias = Literal["equal", "at least", "at most"]


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
    sense: Sense = "equal"
    """Whether ``expected`` is met from both sides or is a bound."""
    low: float = nan
    """Lower end of the 95 % interval of ``value``, where it has one."""
    high: float = nan

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

    def to_row(self) -> dict[str, str | float]:
        """Return the line of a table: quantity, found, low, high, expected, tolerance, agrees."""
        bound = "" if self.sense == "equal" else f"{self.sense} "
        return {
            "quantity": self.quantity,
            "found": self.value,
            "found_low": self.low,
            "found_high": self.high,
            "published": f"{bound}{self.expected:.4g}",
            "tolerance": self.tolerance,
            "agrees": "yes" if self.passed else "NO",
        }


@checked
def held(
    quantity: str,
    found: SupportsFloat | Estimate,
    expected: float,
    tolerance: float = 0.0,
    sense: Sense = "equal",
) -> Check:
    """Return the check of a number, with its interval where it is an estimate.

    A number that was not found is nan, which fails; steps to what was never reached are inf.
    """
    if not isinstance(found, Estimate) and not is_number(found):
        raise TypeError(f"found should be a number or an Estimate. Got {shown(found)}.")
    low, best, high = (
        (found.low, found.best, found.high) if isinstance(found, Estimate) else (nan, found, nan)
    )
    return Check(
        quantity=quantity, value=float(best), low=float(low), high=float(high),
        expected=float(expected), tolerance=tolerance, sense=sense,
    )  # fmt: skip
