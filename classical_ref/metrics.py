"""How good a recall is: errors, spurious states, nearest patterns, basins."""

from typing import Annotated, NamedTuple

import numpy as np

from classical_ref.checks import (
    Booleans,
    Floats,
    Integers,
    Rng,
    SpinsLike,
    Within,
    check_patterns,
    check_spins,
    checked,
)
from classical_ref.discrete.dense import DenseMemory
from classical_ref.discrete.hopfield import HopfieldMemory
from classical_ref.patterns import flip
from classical_ref.spins import hamming_distance, overlap


class Nearest(NamedTuple):
    """The nearest stored pattern of each probe; arrays of the shape ``(...)`` of the probes."""

    rows: Integers
    """Row of the nearest pattern, the first of several."""
    distances: Integers
    """Its Hamming distance on the known positions."""
    is_tied: Booleans
    """Whether another pattern is as near."""


def retrieval_error(states: SpinsLike, targets: SpinsLike, *, bits: bool | None = None) -> Floats:
    """Return the fraction of wrong bits of each state, ``(...)``.

    Args:
        states: Recalled spins, ``(..., num_neurons)``.
        targets: The patterns they should be; broadcast against ``states``.
        bits: Whether both are bits, where their types do not say it.

    Raises:
        ValueError: The shapes do not fit together, or spins or bits in doubt.
    """
    return np.asarray(_wrong(states, targets, bits).mean(axis=-1))


def failure_rate(states: SpinsLike, targets: SpinsLike, *, bits: bool | None = None) -> float:
    """Return the fraction of states with at least one wrong bit.

    Arguments and errors are those of :func:`retrieval_error`.

    Examples:
        >>> failure_rate(["0011", "0110"], ["0011", "0111"])
        0.5
    """
    return float(_wrong(states, targets, bits).any(axis=-1).mean())


def nearest_pattern(patterns: SpinsLike, probes: SpinsLike, *, bits: bool | None = None) -> Nearest:
    """Return row, distance and tie flag of the stored pattern nearest to each probe.

    Args:
        patterns: Stored patterns, ``(num_patterns, num_neurons)``.
        probes: Spins with 0 where unknown, or text, ``(..., num_neurons)``.
        bits: Whether the probes are bits, where their type does not say it.

    Raises:
        ValueError: The probes have another number of neurons, or spins or bits in doubt.

    Examples:
        >>> nearest_pattern(["0011", "1111"], "0?10").distances.tolist()
        1
    """
    distances = hamming_distance(check_patterns(patterns, distinct=False), probes, bits=bits)
    smallest = distances.min(axis=-1)
    is_tied = np.count_nonzero(distances == smallest[..., np.newaxis], axis=-1) > 1
    return Nearest(np.asarray(distances.argmin(axis=-1)), smallest, np.asarray(is_tied))


def mean_absolute_overlap(patterns: SpinsLike, *, bits: bool | None = None) -> float:
    r"""Return the mean of :math:`|\xi^\mu \cdot \xi^\nu| / D` over pairs of patterns; 0 for one.

    How much the patterns have in common: about :math:`\sqrt{2 / (\pi D)}` for random ones. Well
    above that, correlation rather than the number of patterns decides what a memory can recall.
    ``bits`` says whether the patterns are bits, where their type does not.

    Raises:
        ValueError: The patterns are malformed, or spins or bits in doubt.
    """
    stored = check_patterns(patterns, bits=bits, distinct=False)
    first, second = np.triu_indices(len(stored), k=1)
    if len(first) == 0:
        return 0.0
    return float(np.abs(overlap(stored, stored)[first, second]).mean())


@checked
def is_spurious(
    patterns: SpinsLike,
    states: SpinsLike,
    *,
    negatives_are_spurious: bool = True,
    bits: bool | None = None,
) -> Booleans:
    """Return whether each state ``(..., num_neurons)`` is no stored pattern, ``(...)``.

    Args:
        patterns: Stored patterns, ``(num_patterns, num_neurons)``.
        states: States with entries -1 and +1.
        negatives_are_spurious: Whether the negative of a stored pattern counts as spurious.
        bits: Whether the states are bits, where their type does not say it.

    Raises:
        ValueError: The states have another number of neurons, or spins or bits in doubt.
    """
    spins = check_patterns(patterns, distinct=False)
    distances = hamming_distance(spins, states, bits=bits)
    stored = (distances == 0).any(axis=-1)
    if not negatives_are_spurious:
        stored |= (distances == spins.shape[1]).any(axis=-1)
    return np.asarray(~stored)


@checked
def basin_radius(
    memory: DenseMemory | HopfieldMemory,
    *,
    success_rate: Annotated[float, Within("(0, 1]")] = 0.9,
    num_probes: Annotated[int, Within("[1, 1000000]")] = 100,
    rng: Rng = None,
) -> int:
    """Return the largest number of flips from which recall still finds the stored pattern.

    At d = 0, 1, 2, ... flips, ``num_probes`` probes are made from patterns drawn at random and
    recalled asynchronously; the radius is the last d before the rate of exact recalls first falls
    below ``success_rate``, and -1 if the patterns are not even fixed points at that rate.

    Raises:
        ValueError: ``success_rate`` is outside ``(0, 1]``, or ``num_probes`` is not from one to a
            million.
    """
    rng = np.random.default_rng(rng)
    for num_flips in range(memory.num_neurons + 1):
        targets = memory.patterns[rng.integers(memory.num_patterns, size=num_probes)]
        states = memory.recall(flip(targets, num_flips, rng=rng), rng=rng).states
        if 1 - failure_rate(states, targets) < success_rate:
            return num_flips - 1
    return memory.num_neurons


def _wrong(states: SpinsLike, targets: SpinsLike, bits: bool | None) -> Booleans:
    first = check_spins(states, bits=bits, name="states")
    second = check_spins(targets, bits=bits, name="targets")
    try:
        return np.asarray(first != second) & np.ones(
            np.broadcast_shapes(first.shape, second.shape), dtype=bool
        )
    except ValueError:
        raise ValueError(
            f"targets should match the shape {first.shape} of states. Got shape {second.shape}."
        ) from None
