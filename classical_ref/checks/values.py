"""Checks of numbers and choices: what was expected, and what came."""

from typing import get_args

import numpy as np

Rng = np.random.Generator | int | None
"""A source of randomness: a generator, a seed, or None for a fresh one."""


def check_at_least(least: int, **values: float) -> None:
    """Raise ValueError unless every value is at least ``least``."""
    for name, value in values.items():
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
    """Raise ValueError unless every value is positive and finite."""
    for name, value in values.items():
        if not 0 < value < float("inf"):
            raise ValueError(f"{name} should be positive and finite. Got {value}.")


def check_finite(**values: float) -> None:
    """Raise ValueError unless every value is a finite number."""
    for name, value in values.items():
        if not abs(value) < float("inf"):
            raise ValueError(f"{name} should be finite. Got {value}.")


def check_within(interval: str, **values: float) -> None:
    """Raise ValueError unless every value is within an interval such as ``"[0, 1)"``."""
    low, high = (float(end) for end in interval[1:-1].split(","))
    for name, value in values.items():
        above = value >= low if interval[0] == "[" else value > low
        below = value <= high if interval[-1] == "]" else value < high
        if not (above and below):
            raise ValueError(f"{name} should be in {interval}. Got {value}.")


def check_choice(name: str, value: str, choices: object) -> None:
    """Raise ValueError unless ``value`` is among strings, or those of a literal type."""
    allowed = choices if isinstance(choices, tuple | list) else get_args(choices)
    if value not in allowed:
        raise ValueError(f"{name} should be one of {', '.join(allowed)}. Got {value!r}.")
