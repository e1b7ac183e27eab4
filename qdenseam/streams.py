"""Generators that are written down and taken up again where they stood."""

import json
from typing import Any

import numpy as np

from classical_ref.checks import shown

_BIT_GENERATORS = {"PCG64", "PCG64DXSM", "MT19937", "Philox", "SFC64"}


class StreamState:
    """As a rule of a form: the state of one of NumPy's generators."""

    def check(self, name: str, value: dict[str, Any]) -> None:
        """Raise ValueError unless :func:`stream` takes the state."""
        try:
            stream(value)
        except ValueError as error:
            raise ValueError(f"{name}: {error}") from None


def stream_state(rng: np.random.Generator) -> dict[str, Any]:
    """Return the state of one of NumPy's generators as plain JSON data."""
    state: dict[str, Any] = json.loads(
        json.dumps(rng.bit_generator.state, default=lambda array: array.tolist())
    )
    return state


def stream(state: dict[str, Any]) -> np.random.Generator:
    """Return the generator that :func:`stream_state` described.

    Raises:
        ValueError: It is none of NumPy's.
    """
    name = state.get("bit_generator")
    if name not in _BIT_GENERATORS:
        raise ValueError(
            f"a stored generator should be one of {', '.join(sorted(_BIT_GENERATORS))}. "
            f"Got {shown(name)}."
        )
    rng = np.random.Generator(getattr(np.random, name)())
    try:
        rng.bit_generator.state = state
        # NumPy takes a place in a buffer as it is, and reads there.
        is_inside = (
            0 <= state["state"].get("pos", 0) <= 624 and 0 <= state.get("buffer_pos", 0) <= 4
        )
        fits = is_inside and stream_state(rng) == state
    except (ArithmeticError, LookupError, TypeError, ValueError):
        fits = False
    if not fits:
        raise ValueError(f"a stored generator should be a state of {name}. Got {shown(state)}.")
    return rng
