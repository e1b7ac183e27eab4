"""Generators that are written down and taken up again where they stood."""

import json
from typing import Any

import numpy as np

from qdenseam.errors import ResultsFileError

_BIT_GENERATORS = {"PCG64", "PCG64DXSM", "MT19937", "Philox", "SFC64"}


def stream_state(rng: np.random.Generator) -> dict[str, Any]:
    """Return the state of one of NumPy's generators as plain JSON data."""
    state: dict[str, Any] = json.loads(
        json.dumps(rng.bit_generator.state, default=lambda array: array.tolist())
    )
    return state


def stream(state: dict[str, Any]) -> np.random.Generator:
    """Return the generator that :func:`stream_state` described.

    Raises:
        ResultsFileError: It is none of NumPy's.
    """
    name = state.get("bit_generator")
    if name not in _BIT_GENERATORS:
        raise ResultsFileError(
            f"A stored generator should be one of {', '.join(sorted(_BIT_GENERATORS))}. "
            f"Got {name!r}."
        )
    bits = getattr(np.random, name)()
    bits.state = state
    return np.random.Generator(bits)
