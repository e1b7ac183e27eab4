"""Resampling pattern sets: bootstrap intervals, ratios of means, and capacities."""

import math
from collections.abc import Callable, Hashable, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from classical_ref.checks import Rng, check_numbers, checked
from qdenseam.experiments.estimates.statistics import Estimate, Level, NumResamples


@checked
def bootstrap(
    values: ArrayLike,
    statistic: Callable[[NDArray[np.float64]], float],
    *,
    groups: Sequence[Hashable] | NDArray[np.generic] | None = None,
    num_resamples: NumResamples = 2000,
    level: Level = 0.95,
    rng: Rng = None,
    covers: str = "samples",
) -> Estimate:
    """Return a statistic with its percentile bootstrap interval over whole groups of samples.

    Samples that share a pattern set are not independent: give their pattern sets as ``groups``,
    and whole groups are drawn with replacement. The interval is widened to hold the statistic
    itself where it would not. A resample whose statistic is NaN counts as minus infinity for the
    lower end and as infinity for the upper one. From few groups (below about ten) percentile
    intervals come out too narrow; from a single one the interval is infinite.

    Args:
        values: Samples along the first axis, shape ``(num_samples, ...)``.
        statistic: Maps an array of samples of any number to one number.
        groups: One label per sample, shape ``(num_samples,)``; by default each sample is a group.
        num_resamples: Number of resamples, at least 1.
        level: Nominal coverage, in (0, 1).
        rng: Draws the resamples.
        covers: What a group is, for the reader: ``"pattern sets"``.

    Raises:
        ValueError: There are no samples, ``groups`` has another length, ``level`` is not in
            (0, 1), ``num_resamples`` is below 1, or the statistic of all samples is NaN.

    References:
        Efron and Tibshirani, "An Introduction to the Bootstrap" (1993), chapter 13. Davison and
        Hinkley, "Bootstrap Methods and their Application" (1997), section 3.8.
    """
    rng = np.random.default_rng(rng)
    samples = check_numbers("values", values)
    if samples.ndim == 0 or len(samples) == 0:
        raise ValueError(f"values should hold at least one sample. Got shape {samples.shape}.")
    members = _members(len(samples), groups)
    best = float(statistic(samples))
    if math.isnan(best):
        raise ValueError("statistic should be a number on all samples together. Got nan.")
    resampled = np.empty(num_resamples)
    for i in range(num_resamples):
        drawn = rng.integers(len(members), size=len(members))
        resampled[i] = statistic(samples[np.concatenate([members[group] for group in drawn])])
    return _around(best, resampled, level, len(members), covers)


@checked
def ratio_of_means(
    numerators: ArrayLike,
    denominators: ArrayLike,
    *,
    groups: Sequence[Hashable] | NDArray[np.generic] | None = None,
    num_resamples: NumResamples = 2000,
    level: Level = 0.95,
    rng: Rng = None,
    covers: str = "samples",
) -> Estimate:
    """Return ``mean(numerators) / mean(denominators)`` with a bootstrap interval.

    For costs per success and for rates among accepted shots, where the mean of the ratios would
    be another number. A resample without any denominator counts as NaN, see ``bootstrap``.

    Args:
        numerators: Shape ``(num_samples,)``.
        denominators: Shape ``(num_samples,)``, nonnegative; their sum is not 0.
        groups: As for ``bootstrap``.
        num_resamples: As for ``bootstrap``.
        level: As for ``bootstrap``.
        rng: As for ``bootstrap``.
        covers: As for ``bootstrap``.

    Raises:
        ValueError: The shapes differ, a denominator is negative, all are 0, or as for
            ``bootstrap``.
    """
    above = check_numbers("numerators", numerators)
    below = check_numbers("denominators", denominators)
    if above.ndim != 1 or above.shape != below.shape:
        raise ValueError(
            "numerators and denominators should have the same shape (num_samples,). "
            f"Got {above.shape} and {below.shape}."
        )
    if not (below >= 0).all() or not below.any():
        raise ValueError("denominators should be nonnegative with a positive sum.")
    rng = np.random.default_rng(rng)
    members = _members(len(above), groups)
    sums = np.array([[above[rows].sum(), below[rows].sum()] for rows in members])
    shares = np.full(len(sums), 1 / len(sums))
    totals = rng.multinomial(len(sums), shares, size=num_resamples) @ sums
    resampled = np.full(num_resamples, math.nan)
    np.divide(totals[:, 0], totals[:, 1], out=resampled, where=totals[:, 1] > 0)
    best = float(above.sum() / below.sum())
    return _around(best, resampled, level, len(sums), covers)


@checked
def capacity(
    loads: ArrayLike,
    failures: ArrayLike,
    probes: ArrayLike,
    *,
    threshold: Level,
    num_resamples: NumResamples = 2000,
    level: Level = 0.95,
    rng: Rng = None,
) -> Estimate:
    r"""Return the largest load up to which the failure rate stays at or below a threshold.

    The failure rate of a load is that of all its probes together. The capacity lies where the
    rate first rises above ``threshold``, between the measured loads :math:`K_i < K_{i+1}`
    interpolated linearly in :math:`\log K`:

    .. math:: \log K = \log K_i + \frac{t - r_i}{r_{i+1} - r_i} \log\frac{K_{i+1}}{K_i}

    The interval is a percentile bootstrap over pattern sets, the columns, and widened to hold the
    capacity itself. A capacity that the measured loads do not enclose is not extrapolated: then
    ``best`` is NaN, the open end is 0 or infinity, and ``note`` says so. The same holds for an
    end of the interval alone, when that many resamples leave the measured range.

    Args:
        loads: Ascending positive numbers of patterns (or loads), shape ``(num_loads,)``.
        failures: Failed probes of each load and pattern set, shape ``(num_loads, num_sets)``.
        probes: Probes of each load and pattern set, broadcast to the shape of ``failures``; a
            single set may have none.
        threshold: Highest failure rate that still counts as working, in (0, 1).
        num_resamples: Number of resamples, at least 1.
        level: Nominal coverage, in (0, 1).
        rng: Draws the resamples.

    Raises:
        ValueError: The shapes do not fit, loads are not ascending and positive, failures are not
            in ``0..probes``, or ``threshold``, ``level`` or ``num_resamples`` is out of range.
    """
    rng = np.random.default_rng(rng)
    K, failed, asked = _checked_counts(loads, failures, probes)
    num_sets = failed.shape[1]

    best = float(_crossings(K, failed.sum(axis=1), asked.sum(axis=1), threshold))
    drawn = rng.integers(num_sets, size=(num_resamples, num_sets))
    times = np.zeros(
        (num_resamples, num_sets)
    )  # how often each set is drawn: no copy of its counts
    np.add.at(times, (np.arange(num_resamples)[:, np.newaxis], drawn), 1)
    resampled = _crossings(K, times @ failed.T, times @ asked.T, threshold)
    low, high, note = _percentile_interval(resampled, level, num_sets, lowest=0.0)

    if best == math.inf:
        low, best, high = min(low, float(K[-1])), math.nan, math.inf
        note = f"the capacity lies above the largest load {K[-1]:g}"
    elif best == 0:
        low, best, high = 0.0, math.nan, max(high, float(K[0]))
        note = f"the capacity lies below the smallest load {K[0]:g}"
    else:
        low, high = min(low, best), max(high, best)
    if threshold * asked.sum(axis=1).min() < 1:
        rarity = "one failed probe of a load already exceeds the threshold"
        note = f"{note}; {rarity}" if note else rarity
    return Estimate(
        low=low,
        best=best,
        high=high,
        method="percentile bootstrap",
        level=level,
        covers="pattern sets",
        note=note,
    )


def _crossings(
    K: NDArray[np.float64],
    failed: NDArray[np.float64],
    asked: NDArray[np.float64],
    threshold: Level,
) -> NDArray[np.float64]:
    """Return where failure rates of probes ``(..., num_loads)`` first exceed the threshold.

    0 where they do so at the first load, infinity where nowhere, NaN where a load has no probes.
    """
    rates = np.divide(failed, asked, out=np.zeros_like(failed), where=asked > 0)
    exceeds = rates > threshold
    above = exceeds.argmax(axis=-1, keepdims=True)
    below = np.maximum(above - 1, 0)
    first, second = (np.take_along_axis(rates, place, axis=-1) for place in (below, above))
    share = np.divide(threshold - first, second - first, out=np.zeros_like(first), where=above > 0)
    found = np.where(above > 0, K[below] * (K[above] / K[below]) ** share, 0.0)[..., 0]
    found = np.where(exceeds.any(axis=-1), found, math.inf)
    return np.where(asked.all(axis=-1), found, math.nan)


def _around(
    best: float, resampled: NDArray[np.float64], level: float, num_groups: int, covers: str
) -> Estimate:
    """Return a number with its percentile interval, which it is never outside of."""
    low, high, note = _percentile_interval(resampled, level, num_groups)
    return Estimate(
        low=min(low, best),
        best=best,
        high=max(high, best),
        method="percentile bootstrap",
        level=level,
        covers=covers,
        note=note,
    )


def _percentile_interval(
    resampled: NDArray[np.float64], level: float, num_groups: int, *, lowest: float = -math.inf
) -> tuple[float, float, str]:
    """Return both ends and a note; NaN counts as the worst at either end."""
    if num_groups == 1:
        return lowest, math.inf, "a single group shows no spread"
    unknown = np.isnan(resampled)
    tails = (1 - level) / 2, (1 + level) / 2
    # Quantiles that are resampled values, never a mean of two: one may be infinite.
    low = np.quantile(np.where(unknown, lowest, resampled), tails[0], method="inverted_cdf")
    high = np.quantile(np.where(unknown, math.inf, resampled), tails[1], method="inverted_cdf")
    return float(low), float(high), ""


def _members(
    num_samples: int, groups: Sequence[Hashable] | NDArray[np.generic] | None
) -> list[NDArray[np.intp]]:
    """Return the sample indices of each group, in the order in which groups first appear."""
    if groups is None:
        return [np.array([i]) for i in range(num_samples)]
    if len(groups) != num_samples:
        raise ValueError(
            f"groups should have one label per sample: {num_samples}. Got {len(groups)}."
        )
    found: dict[Hashable, list[int]] = {}
    for i, label in enumerate(groups):
        found.setdefault(label, []).append(i)
    return [np.array(indices) for indices in found.values()]


def _checked_counts(
    loads: ArrayLike, failures: ArrayLike, probes: ArrayLike
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    K, failed = check_numbers("loads", loads), check_numbers("failures", failures)
    if K.ndim != 1 or len(K) == 0 or not (K > 0).all() or not (np.diff(K) > 0).all():
        raise ValueError(f"loads should be ascending and positive, shape (num_loads,). Got {K}.")
    if failed.ndim != 2 or len(failed) != len(K) or failed.shape[1] == 0:
        raise ValueError(
            f"failures should have shape (num_loads, num_sets) = ({len(K)}, at least 1). "
            f"Got {failed.shape}."
        )
    asked = np.broadcast_to(check_numbers("probes", probes), failed.shape)
    if not ((failed >= 0) & (failed <= asked)).all():
        raise ValueError(
            f"failures should be in 0..probes. Got failures in {failed.min():g}..{failed.max():g} "
            f"and probes in {asked.min():g}..{asked.max():g}."
        )
    if not asked.sum(axis=1).all():
        raise ValueError("probes should have a positive sum for each load. Got a load without any.")
    return K, failed, asked
