"""Checks of numbers and choices: what was expected, and what came."""

import functools
import math
from dataclasses import dataclass
from numbers import Real
from operator import truediv
from typing import Annotated, SupportsFloat, TypeGuard, get_args

import numpy as np


@dataclass(frozen=True, slots=True)
class Within:
    """Numbers of an interval such as ``"[1, 10^6]"`` or ``"(1, 4/3]"``, and what to do beyond it.

    As in ``Annotated[int, Within("[1, 1000]", "Ask several times instead.")]``.
    """

    interval: str
    remedy: str = ""

    def check(self, name: str, value: object) -> None:
        """Raise ValueError unless a number, or each of a tuple, lies within."""
        for number in value if isinstance(value, tuple) else (value,):
            if is_number(number) and not self._holds(number):
                is_above = self._ends()[0] < number  # type: ignore[operator]  # integers of any size compare
                remedy = f" {self.remedy}" if is_above and self.remedy else ""
                beyond = " and finite" if number == float("inf") and str(self)[:2] == "at" else ""
                raise ValueError(f"{name} should be {self}{beyond}. Got {shown(number)}.{remedy}")

    def __str__(self) -> str:
        """Return the interval as a message says it."""
        low, high = self.interval[1:-1].split(", ")
        if high == "inf" and self.interval[0] == "[":
            return f"at least {low}"
        return {"(-inf, inf)": "finite", "(0, inf)": "positive and finite"}.get(
            self.interval, f"in {self.interval}"
        )

    def _holds(self, number: SupportsFloat) -> bool:
        low, high = self._ends()
        try:
            value = float(number)
        except OverflowError:  # an integer beyond every float, of either sign
            return False
        above = value >= low if self.interval[0] == "[" else value > low
        return above and (value <= high if self.interval[-1] == "]" else value < high)

    def _ends(self) -> tuple[float, float]:
        low, high = map(_number, self.interval[1:-1].split(", "))
        return low, high


@functools.cache
def _number(text: str) -> float:
    """Return what ``4/3``, ``10^6`` or a plain number says."""
    for sign, combined in (("/", truediv), ("^", pow)):
        if sign in text:
            left, right = text.split(sign)
            return float(combined(float(left), float(right)))
    return float(text)


def check_at_least(least: int, **values: float) -> None:
    """Raise ValueError unless every value is at least ``least``; TypeError for no number."""
    check_within(f"[{least}, inf]", **values)


def check_integer(least: int, **values: object) -> None:
    """Raise unless every value is an integer of at least ``least``.

    Raises:
        TypeError: One is no integer.
        ValueError: One is below.
    """
    for name, value in values.items():
        if not is_integer(value):
            raise TypeError(f"{name} should be an integer. Got {shown(value)}.")
        Within(f"[{least}, inf)").check(name, value)


def check_positive(**values: float) -> None:
    """Raise ValueError unless every value is positive and finite; TypeError for no number."""
    check_within("(0, inf)", **values)


def check_finite(**values: float) -> None:
    """Raise ValueError unless every value is a finite number; TypeError for no number."""
    check_within("(-inf, inf)", **values)


def check_within(interval: str, **values: float) -> None:
    """Raise ValueError unless every value is within an interval such as ``"[0, 1)"``.

    Raises:
        TypeError: One is no number.
    """
    for name, value in values.items():
        if not is_number(value):
            raise TypeError(f"{name} should be a number. Got {shown(value)}.")
        Within(interval).check(name, value)


def check_entries(most: int, **lengths: int) -> None:
    """Raise ValueError where an array of these lengths would have more entries than ``most``."""
    if (entries := math.prod(lengths.values())) > most:
        raise ValueError(
            f"{' * '.join(lengths)} should be at most {most}, for memory. Got {shown(entries)}."
        )


def check_choice(name: str, value: object, choices: object) -> None:
    """Raise ValueError unless ``value`` is among strings, or those of a literal type."""
    allowed = choices if isinstance(choices, tuple | list) else get_args(choices)
    if not isinstance(value, str) or value not in allowed:
        raise ValueError(f"{name} should be one of {', '.join(allowed)}. Got {shown(value)}.")


def is_integer(value: object) -> bool:
    """Whether a value is an integer, and no truth value."""
    return isinstance(value, int | np.integer) and not isinstance(value, bool)


def is_number(value: object) -> TypeGuard[SupportsFloat]:
    """Whether a value is one real number, and no truth value."""
    if isinstance(value, np.ndarray):
        return value.ndim == 0 and value.dtype.kind in "iuf"
    return isinstance(value, Real) and not isinstance(value, bool | np.bool_)


def shown(value: object) -> str:
    """Return how a message shows what came: short, whatever it is."""
    if isinstance(value, type):
        return f"the class {value.__name__}, not one of its objects"
    if isinstance(value, np.ndarray) and value.ndim:
        return f"an array of shape {value.shape}"
    try:
        text = str(value) if is_number(value) else repr(value)
    except Exception:  # thousands of digits, or a repr that fails
        return f"an object of class {type(value).__name__}"
    return text if len(text) <= 80 else f"{text[:76]} ..."


Rng = np.random.Generator | Annotated[int, Within("[0, inf)")] | None
"""A source of randomness: a generator, a seed of at least 0, or None for a fresh one."""
