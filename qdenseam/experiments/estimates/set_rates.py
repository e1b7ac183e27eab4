"""Rates of probes that share pattern sets: intervals that cover the sets and hold at zero."""

import math
from functools import lru_cache
from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike, NDArray

from classical_ref.checks import check_numbers, checked
from qdenseam.experiments.estimates.statistics import Estimate, Level, NumResamples, rate


@checked
def rate_over_sets(
    successes: ArrayLike,
    trials: ArrayLike,
    *,
    level: Level = 0.95,
    num_resamples: NumResamples = 2000,
    seed: int = 0,
    covers: str = "pattern sets",
) -> Estimate:
    r"""Return the rate of all trials together, with an interval that covers the sets.

    Trials of one set are not independent. Whole sets are drawn with replacement, and the interval
    runs between the quantiles :math:`\Phi(\mp \sqrt{n / (n - 1)}\, t_{n-1})` of the resampled
    rates, where :math:`t_{n-1}` is Student's quantile of n sets: an expanded percentile interval.
    It is widened to hold Wilson's interval of independent trials. At rates 0 and 1 sets cannot
    spread; there it is Wilson's interval of n trials, one a set. The interval of a single set at
    any other rate is ``[0, 1]``, and so is that of no trials, whose rate is NaN.

    Coverage in 1500 simulations a cell (nominal 0.95; 10 trials a set, rates .02, .1, .3 that
    spread over the sets as beta laws of correlation 0, .1, .3): 0.91 to 1.00 with 6 sets, 0.92 to
    1.00 with 20, 0.88 (rate .02, correlation .3) to 0.98 with 40. Wilson's alone covers 0.64 to
    0.97.

    Args:
        successes: How often it happened in each set, shape ``(num_sets,)``.
        trials: Trials of each set, same shape; sets without trials do not count.
        level: Nominal coverage, in (0, 1).
        num_resamples: Number of resamples, at least 1.
        seed: Seed of the resamples: the same counts, in any order, get the same interval.
        covers: What a set is, for the reader.

    Raises:
        ValueError: The shapes differ, successes are not in ``0..trials``, or ``level`` or
            ``num_resamples`` is out of range.

    References:
        Davison and Hinkley, "Bootstrap Methods and their Application" (1997), section 3.8, for
        drawing whole groups. Hesterberg, "What Teachers Should Know About the Bootstrap" (2015),
        section 5.3, for the expanded percentiles. Wilson, "Probable inference, the law of
        succession, and statistical inference" (1927).
    """
    counts = _checked(successes, trials)
    num_sets, (happened, asked) = len(counts), counts.sum(axis=0).tolist()
    method, note = "cluster bootstrap, at least Wilson", ""
    if happened in (0, asked):
        alike = rate(num_sets if happened else 0, num_sets, level=level)
        low, best, high = alike.low, happened / asked if asked else math.nan, alike.high
        method = "Wilson over sets"
        note = "" if asked else "there were no trials"
    elif num_sets == 1:
        low, best, high = 0.0, happened / asked, 1.0
        note = "a single set shows no spread"
    else:
        independent = rate(happened, asked, level=level)
        best = independent.best
        low, high = _expanded_percentiles(counts, level, num_resamples, seed)
        low, high = min(low, independent.low), max(high, independent.high)
    return Estimate(
        low=low, best=best, high=high, method=method, level=level, covers=covers, note=note
    )


@checked
def difference_over_sets(
    first: ArrayLike,
    second: ArrayLike,
    trials: ArrayLike,
    *,
    level: Level = 0.95,
    covers: str = "pattern sets",
) -> Estimate:
    r"""Return how much larger one rate is than another on the same trials, with its interval.

    The interval is Student's, of the weighted differences of the n sets:

    .. math:: \hat\delta \pm t_{n-1} \sqrt{\frac{n}{n - 1}}
              \frac{\sqrt{\sum_s (a_s - b_s - \hat\delta N_s)^2}}{\sum_s N_s}

    It is never narrower than independent trials allow, of which at least :math:`\sum_s |a_s - b_s|`
    came out differently: :math:`z \sqrt{\sum_s |a_s - b_s|} / \sum_s N_s`. Where no set shows a
    difference, it reaches as far as Wilson's interval of no success in n trials does, to either
    side. A single set leaves ``[-1, 1]``.

    Args:
        first: How often the one happened in each set, shape ``(num_sets,)``.
        second: How often the other happened in the same trials, same shape.
        trials: Trials of each set, same shape; sets without trials do not count.
        level: Nominal coverage, in (0, 1).
        covers: What a set is, for the reader.

    Raises:
        ValueError: As for :func:`rate_over_sets`, or there are no trials.
    """
    from scipy.special import stdtrit

    one, other = _checked(first, trials), _checked(second, trials)
    num_sets = len(one)
    if num_sets == 0:
        raise ValueError("trials should have a positive sum. Got none.")
    asked, apart = one[:, 1], one[:, 0] - other[:, 0]
    best = float(apart.sum() / asked.sum())
    if num_sets == 1:
        half = 2.0
    elif not apart.any():
        half = rate(0, num_sets, level=level).high
    else:
        spread = np.sqrt(((apart - best * asked) ** 2).sum() * num_sets / (num_sets - 1))
        student = float(stdtrit(num_sets - 1, (1 + level) / 2))
        normal = NormalDist().inv_cdf((1 + level) / 2)
        half = max(student * spread, normal * math.sqrt(np.abs(apart).sum())) / float(asked.sum())
    return Estimate(
        low=max(-1.0, best - half),
        best=best,
        high=min(1.0, best + half),
        method="paired t over sets",
        level=level,
        covers=covers,
        note="a single set shows no spread" if num_sets == 1 else "",
    )


def _expanded_percentiles(
    counts: NDArray[np.int64], level: float, num_resamples: int, seed: int
) -> tuple[float, float]:
    from scipy.special import stdtrit

    num_sets = len(counts)
    student = float(stdtrit(num_sets - 1, (1 + level) / 2))
    tail = NormalDist().cdf(-student * math.sqrt(num_sets / (num_sets - 1)))
    ordered = counts[np.lexsort(counts.T)]
    happened, asked = (_times_drawn(num_sets, num_resamples, seed) @ ordered).T
    low, high = np.quantile(happened / asked, [tail, 1 - tail], method="inverted_cdf")
    return float(low), float(high)


@lru_cache(maxsize=8)  # tables have hundreds of rates of equally many sets
def _times_drawn(num_sets: int, num_resamples: int, seed: int) -> NDArray[np.float64]:
    shares = np.full(num_sets, 1 / num_sets)
    drawn = np.random.default_rng(seed).multinomial(num_sets, shares, size=num_resamples)
    return drawn.astype(float)  # whose matrix products are fast, and exact


def _checked(successes: ArrayLike, trials: ArrayLike) -> NDArray[np.int64]:
    """Return (successes, trials) of the sets that have trials, shape ``(num_sets, 2)``."""
    for name, given in (("successes", successes), ("trials", trials)):
        check_numbers(name, given)
    happened, asked = np.asarray(successes), np.asarray(trials)
    if happened.ndim != 1 or happened.shape != asked.shape:
        raise ValueError(
            "successes and trials should have the same shape (num_sets,). "
            f"Got {happened.shape} and {asked.shape}."
        )
    if happened.size and not (happened.dtype.kind in "iu" and asked.dtype.kind in "iu"):
        raise ValueError(
            f"successes and trials should be whole numbers. Got {happened.dtype}, {asked.dtype}."
        )
    if not ((happened >= 0) & (happened <= asked)).all():
        raise ValueError(
            f"successes should be in 0..trials of each set. Got {happened.tolist()} "
            f"of {asked.tolist()}."
        )
    return np.stack([happened, asked], axis=1)[asked > 0].astype(np.int64)
