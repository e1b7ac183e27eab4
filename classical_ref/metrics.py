"""How good a recall is: errors, spurious states, nearest patterns, basins."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .dense import DenseMemory
from .hopfield import HopfieldMemory
from .patterns import flip
from .spins import check_patterns, check_probes, hamming_distance


class Nearest(NamedTuple):
    """The nearest stored pattern of each probe; arrays of the shape ``(...)`` of the probes."""

    rows: NDArray[np.int64]
    """Row of the nearest pattern, the first of several."""
    distances: NDArray[np.int64]
    """Its Hamming distance on the known positions."""
    is_tied: NDArray[np.bool_]
    """Whether another pattern is as near."""


def retrieval_error(states: ArrayLike, targets: ArrayLike) -> NDArray[np.float64]:
    """Return the fraction of wrong bits of each state, ``(...)``.

    Args:
        states: Recalled spins, ``(..., num_neurons)``.
        targets: The patterns they should be; broadcast against ``states``.

    Raises:
        ValueError: The shapes do not fit together.
    """
    return np.asarray(_wrong(states, targets).mean(axis=-1))


def failure_rate(states: ArrayLike, targets: ArrayLike) -> float:
    """Return the fraction of states with at least one wrong bit.

    Raises:
        ValueError: The shapes do not fit together.
    """
    return float(_wrong(states, targets).any(axis=-1).mean())


def nearest_pattern(patterns: ArrayLike, probes: ArrayLike) -> Nearest:
    """Return row, distance and tie flag of the stored pattern nearest to each probe.

    Raises:
        ValueError: The probes have another number of neurons.
    """
    patterns = check_patterns(patterns, distinct=False)
    distances = hamming_distance(patterns, check_probes(probes, patterns.shape[1]))
    smallest = distances.min(axis=-1)
    is_tied = np.count_nonzero(distances == smallest[..., np.newaxis], axis=-1) > 1
    return Nearest(np.asarray(distances.argmin(axis=-1)), smallest, np.asarray(is_tied))


def is_spurious(
    patterns: ArrayLike, states: ArrayLike, *, negatives_are_spurious: bool = True
) -> NDArray[np.bool_]:
    """Return whether each state ``(..., num_neurons)`` is no stored pattern, ``(...)``.

    Args:
        patterns: Stored patterns, ``(num_patterns, num_neurons)``.
        states: States with entries -1 and +1.
        negatives_are_spurious: Whether the negative of a stored pattern counts as spurious.

    Raises:
        ValueError: The states have another number of neurons.
    """
    patterns = check_patterns(patterns, distinct=False)
    num_neurons = patterns.shape[1]
    distances = hamming_distance(patterns, check_probes(states, num_neurons))
    stored = (distances == 0).any(axis=-1)
    if not negatives_are_spurious:
        stored |= (distances == num_neurons).any(axis=-1)
    return np.asarray(~stored)


def basin_radius(
    memory: DenseMemory | HopfieldMemory,
    *,
    success_rate: float = 0.9,
    num_probes: int = 100,
    rng: np.random.Generator | int | None = None,
) -> int:
    """Return the largest number of flips from which recall still finds the stored pattern.

    At d = 0, 1, 2, ... flips, ``num_probes`` probes are made from patterns drawn at random and
    recalled asynchronously; the radius is the last d before the rate of exact recalls first falls
    below ``success_rate``, and -1 if the patterns are not even fixed points at that rate.

    Raises:
        ValueError: ``success_rate`` is outside ``(0, 1]`` or ``num_probes`` is below one.
    """
    rng = np.random.default_rng(rng)
    if not 0 < success_rate <= 1:
        raise ValueError(f"success_rate should be in (0, 1]. Got {success_rate}.")
    if num_probes < 1:
        raise ValueError(f"num_probes should be at least 1. Got {num_probes}.")
    for num_flips in range(memory.num_neurons + 1):
        targets = memory.patterns[rng.integers(memory.num_patterns, size=num_probes)]
        states = memory.recall(flip(targets, num_flips, rng=rng), rng=rng).states
        if 1 - failure_rate(states, targets) < success_rate:
            return num_flips - 1
    return memory.num_neurons


def _wrong(states: ArrayLike, targets: ArrayLike) -> NDArray[np.bool_]:
    first, second = np.asarray(states), np.asarray(targets)
    try:
        return np.asarray(first != second) & np.ones(
            np.broadcast_shapes(first.shape, second.shape), dtype=bool
        )
    except ValueError:
        raise ValueError(
            f"targets should match the shape {first.shape} of states. Got shape {second.shape}."
        ) from None
