"""Checks of numbers and choices: what was expected, and what came."""

from numbers import Real
from typing import get_args

import numpy as np

Rng = np.random.Generator | int | None
"""A source of randomness: a generator, a seed, or None for a fresh one."""


def check_at_least(least: int, **values: float) -> None:
    """Raise ValueError unless every value is at least ``least``; TypeError for no number."""
    for name, value in values.items():
        _check_number(name, value)
        if not value >= least:
            raise ValueError(f"{name} should be at least {least}. Got {value}.")


def check_integer(least: int, **values: object) -> None:
    """Raise unless every value is an integer of at least ``least``.

    Raises:
        TypeError: One is no integer.
        ValueError: One is below.
    """
    for name, value in values.items():
        if isinstance(value, bool) or not isinstance(value, int | np.integer):
            raise TypeError(f"{name} should be an integer. Got {value!r}.")
        check_at_least(least, **{name: int(value)})


def check_positive(**values: float) -> None:
    """Raise ValueError unless every value is positive and finite; TypeError for no number."""
    for name, value in values.items():
        _check_number(name, value)
        if not 0 < value < float("inf"):
            raise ValueError(f"{name} should be positive and finite. Got {value}.")


def check_finite(**values: float) -> None:
    """Raise ValueError unless every value is a finite number; TypeError for no number."""
    for name, value in values.items():
        _check_number(name, value)
        if not abs(value) < float("inf"):
            raise ValueError(f"{name} should be finite. Got {value}.")


def check_within(interval: str, **values: float) -> None:
    """Raise ValueError unless every value is within an interval such as ``"[0, 1)"``.

    Raises:
        TypeError: One is no number.
    """
    low, high = (float(end) for end in interval[1:-1].split(","))
    for name, value in values.items():
        _check_number(name, value)
        above = value >= low if interval[0] == "[" else value > low
        below = value <= high if interval[-1] == "]" else value < high
        if not (above and below):
            raise ValueError(f"{name} should be in {interval}. Got {value}.")


def check_choice(name: str, value: str, choices: object) -> None:
    """Raise ValueError unless ``value`` is among strings, or those of a literal type."""
    allowed = choices if isinstance(choices, tuple | list) else get_args(choices)
    if value not in allowed:
        raise ValueError(f"{name} should be one of {', '.join(allowed)}. Got {value!r}.")


def _check_number(name: str, value: object) -> None:
    is_number = value.ndim == 0 if isinstance(value, np.ndarray) else isinstance(value, Real)
    if not is_number:
        raise TypeError(f"{name} should be a number. Got {value!r}.")
