"""Distinct outcomes and how often each came, counted and looked up by packed rows."""

import numpy as np
import numpy.typing as npt

from classical_ref.checks import Integers, Spins

Counts = Integers
"""How often each of some rows came, shape ``(M,)``."""


def tally(states: Spins, counts: Counts | None = None) -> tuple[Spins, Counts]:
    """Return distinct rows and their counts, most frequent first, then by Σ_i b_i 2^i.

    Args:
        states: Spins, shape ``(M, D)``.
        counts: How often each row came, shape ``(M,)``; once each by default.
    """
    keys, first, where = np.unique(_keys(states), return_index=True, return_inverse=True)
    total = np.zeros(len(keys), dtype=np.int64)
    np.add.at(total, where, 1 if counts is None else counts)
    order = np.argsort(-total, kind="stable")
    return states[first[order]].astype(np.int8), total[order]


def counts_of(patterns: Spins, states: Spins, counts: Counts) -> Counts:
    """Return how often each pattern came among outcomes and their counts, shape ``(K,)``."""
    places = places_of(patterns, states)
    found = np.zeros(len(patterns), dtype=np.int64)
    np.add.at(found, places[places >= 0], counts[places >= 0])
    return found


def places_of(patterns: Spins, states: Spins) -> Integers:
    """Return the index of each state among the patterns, -1 where it is none, shape ``(M,)``."""
    index = {key: place for place, key in enumerate(_keys(patterns).tolist())}
    return np.array([index.get(key, -1) for key in _keys(states).tolist()], dtype=np.int64)


def _keys(states: Spins) -> npt.NDArray[np.void]:
    """Return a value for each row, in the order of Σ_i b_i 2^i, shape ``(M,)``."""
    packed = np.packbits(states[:, ::-1] < 0, axis=1)
    return np.ascontiguousarray(packed).view(np.dtype((np.void, packed.shape[1]))).reshape(-1)
