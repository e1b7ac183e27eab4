"""Exact multinomial counts in proportion to distinct outcomes, for up to 2^63 - 1 draws.

NumPy's own loses small probabilities (1 - p rounds to 1) and, at many trials, the digits of its
acceptance test; it also refuses weights whose sum rounds above 1. Here weights need no
normalization, and only outcomes that occur are visited.
"""

import numpy as np
import numpy.typing as npt

from classical_ref.checks import Floats, Integers

Counts = Integers

MOST_DRAWS = 2**63 - 1
"""The largest number of draws: counts are 64-bit integers."""

_FEW_TRIALS = 2**40  # up to here NumPy's binomial keeps 4 digits of every probability
_SMALL_MEAN = 2.0**10
_SMALL_CHANCE = 1e-9  # a Poisson law is nearer than this to the binomial one


def multinomial(
    draws: int, weights: npt.ArrayLike, rng: np.random.Generator
) -> tuple[Counts, Counts]:
    """Return the indices of outcomes that occur, ascending, and how often: both ``(M,)``.

    Counts are split along a binary tree over the outcomes, each node by one binomial: O(W) sums for
    W weights, then O(M log W) for the M outcomes that occur, however many draws.

    Args:
        draws: 0 to 2^63 - 1.
        weights: Relative probabilities, at least 0, not all 0, shape ``(W,)``.
        rng: What is drawn from.

    Raises:
        ValueError: The draws or the weights are out of range.
    """
    if not 0 <= draws <= MOST_DRAWS:
        raise ValueError(f"draws should be at least 0 and at most 2**63 - 1. Got {draws}.")
    level = np.asarray(weights, dtype=np.float64)
    if not (level >= 0).all() or not 0 < level.sum() < np.inf:
        raise ValueError("weights should be finite, at least 0 and not all 0.")
    levels = [level]
    while len(level) > 1:
        level = np.append(level, 0.0) if len(level) % 2 else level
        levels[-1] = level
        level = level[0::2] + level[1::2]
        levels.append(level)
    nodes, counts = np.zeros(1, dtype=np.int64), np.array([draws], dtype=np.int64)
    for level in reversed(levels[:-1]):
        left = 2 * nodes
        ones, others = level[left + 1], level[left]
        right = split(counts, ones, others, rng)
        nodes = np.stack([left, left + 1], axis=1).reshape(-1)
        counts = np.stack([counts - right, right], axis=1).reshape(-1)
        nodes, counts = nodes[counts > 0], counts[counts > 0]
    return nodes, counts


def split(counts: Counts, ones: Floats, others: Floats, rng: np.random.Generator) -> Counts:
    """Return how many of each count fall to the first of two weights, shape ``(M,)``.

    The rarer side is drawn, so that its probability keeps all its digits; a weight of 0 gets none.
    """
    rare = np.minimum(ones, others)
    drawn = binomial(counts, rare / (ones + others), rng)
    return np.asarray(np.where(ones <= others, drawn, counts - drawn))


def binomial(trials: Counts, chance: Floats, rng: np.random.Generator) -> Counts:
    """Return how many of each number of trials succeed, shape ``(M,)``.

    Of n uniform numbers those below p are counted: the i-th smallest is Beta(i, n + 1 - i), and
    with i near np it tells all but about √(np) of the count, whose rest is binomial again. A few
    such steps leave what NumPy draws accurately.

    Args:
        trials: 0 to 2^63 - 1.
        chance: p in [0, 1/2].
        rng: What is drawn from.

    References:
        Relles (1972); Ahrens and Dieter (1974); Devroye, "Non-Uniform Random Variate Generation"
        (1986), section X.4.3.
    """
    trials, chance = trials.copy(), chance.copy()
    found, sign = np.zeros_like(trials), np.ones_like(trials)
    while (many := (trials > _FEW_TRIALS) & (trials * chance > _SMALL_MEAN)).any():
        n, p = trials[many], chance[many]
        rank = (n * p).astype(np.int64)
        place = rng.beta(rank, n - rank + 1.0)
        below = place <= p
        found[many] += sign[many] * np.where(below, rank, rank - 1)
        sign[many] *= np.where(below, 1, -1)
        trials[many] = np.where(below, n - rank, rank - 1)
        chance[many] = np.abs(p - place) / np.where(below, 1 - place, place)
    few = chance >= _SMALL_CHANCE
    rest = np.minimum(rng.poisson(np.where(few, 0.0, trials * chance)), trials)
    rest[few] = rng.binomial(trials[few], chance[few])
    return found + sign * rest
