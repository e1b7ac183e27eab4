r"""Capacity of filters: the load at which recall from random patterns is 90 % correct, at any D.

A probe is a stored pattern with e flipped bits; the other K - 1 patterns are random, so the law of
a filter needs nothing but the histogram of their distances to the probe: K may be in the billions.
Patterns are independent and uniform ("i.i.d.", with replacement), and then the distances are
binomial, or ``distinct``, drawn from the other 2^D - 1 states without replacement. At loads far
below 2^D that differs little. Two capacities are told apart.

- *pooled*: the share of correct answers among all accepted shots of all probes,
  F(e)²/(F(e)² + (K - 1) E F²), which gives K = 1 + (1/9) F(e)²/E F² at 90 %.
- *mean*: the mean over probes of P(target given acceptance). It is larger, since crosstalk is
  unevenly spread over probes.
"""

from collections.abc import Sequence
from math import comb, log2

import numpy as np
import numpy.typing as npt

from classical_ref.checks import Rng
from qdenseam.experiments.estimates.resampling import bootstrap
from qdenseam.experiments.estimates.statistics import Estimate

Floats = npt.NDArray[np.float64]

MAX_DISTINCT_NEURONS = 29
"""Largest D at which distinct patterns are drawn: 2^29 states."""

_COVERS = "probes, each with its own pattern set"
_NUM_BLOCKS = 100


def distance_law(num_neurons: int) -> Floats:
    """Return P(d) of a random pattern, C(D, d)/2^D for d = 0..D, shape ``(D + 1,)``."""
    return np.array([comb(num_neurons, d) / 2**num_neurons for d in range(num_neurons + 1)])


def pooled_capacity(
    table: npt.ArrayLike, num_flips: int, *, threshold: float = 0.9, distinct: bool = False
) -> float:
    """Return the K at which the pooled share of correct answers is ``threshold``; exact.

    Args:
        table: F(d) for d = 0..D, shape ``(D + 1,)``.
        num_flips: e in 0..D.
        threshold: In (0, 1).
        distinct: Whether the others are drawn from the states that are not the target; the
            capacity may then exceed 2^D, which means that no load reaches the threshold.

    Returns:
        K, infinite where no other pattern ever passes.

    Raises:
        ValueError: An argument is out of range.
    """
    squares = _checked(table, num_flips, threshold)
    law = distance_law(len(squares) - 1)
    if distinct:
        num_states = 2.0 ** (len(squares) - 1)
        law[num_flips] -= 1 / num_states
        law *= num_states / (num_states - 1)
    odds, crosstalk = (1 - threshold) / threshold, float(law @ squares)
    return 1 + odds * float(squares[num_flips]) / crosstalk if crosstalk > 0 else float("inf")


def sphere_packing_load(num_neurons: int, num_flips: int) -> float:
    """Return 2^{D(1 - H2(e/D))}, the exponent of Shannon's limit for a fraction e/D of errors."""
    f = num_flips / num_neurons
    entropy = -sum(p * log2(p) for p in (f, 1 - f) if p > 0)
    return float(2 ** (num_neurons * (1 - entropy)))


def recall_curves(
    table: npt.ArrayLike | None,
    num_neurons: int,
    num_flips: int,
    loads: Sequence[int],
    *,
    num_probes: int,
    distinct: bool = False,
    rng: Rng = None,
) -> Floats:
    """Return P(target given acceptance) of random probes at growing loads, (num_probes, loads).

    The memory of a probe at one load is part of its memory at the next, so that every row falls.

    Args:
        table: F(d) for d = 0..D, or ``None`` for an exact scan for the nearest pattern,
            ties at random.
        num_neurons: D.
        num_flips: e.
        loads: Ascending K >= 1.
        num_probes: Number of independent probes, each with patterns of its own.
        distinct: Whether the patterns of a probe are distinct.
        rng: Seed or generator.

    Raises:
        ValueError: Loads do not ascend from 1 on, distinct patterns have more than
            :data:`MAX_DISTINCT_NEURONS` neurons or are more than 2^D, or another argument is out
            of range.
    """
    rng = np.random.default_rng(rng)
    steps = np.diff([1, *loads])
    if len(steps) == 0 or loads[0] < 1 or (steps[1:] <= 0).any():
        raise ValueError(f"loads should ascend from at least 1. Got {list(loads)}.")
    squares = None if table is None else _checked(table, num_flips, 0.9)
    if squares is not None and len(squares) != num_neurons + 1:
        raise ValueError(f"table should have shape ({num_neurons + 1},). Got {squares.shape}.")
    if distinct and (num_neurons > MAX_DISTINCT_NEURONS or loads[-1] > 2**num_neurons):
        raise ValueError(
            f"distinct patterns should have at most {MAX_DISTINCT_NEURONS} neurons and be at most "
            f"2**num_neurons. Got {num_neurons} neurons and a load of {loads[-1]}."
        )
    law = distance_law(num_neurons)
    if distinct:
        free = np.array([[comb(num_neurons, d) for d in range(num_neurons + 1)]] * num_probes)
        free[:, num_flips] -= 1  # the target itself
    histogram = np.zeros((num_probes, num_neurons + 1), dtype=np.int64)
    curves = np.empty((num_probes, len(loads)))
    for column, step in enumerate(steps.tolist()):
        if distinct:
            drawn = _without_replacement(free, step, rng)
            free -= drawn
        else:
            drawn = rng.multinomial(step, law, size=num_probes)
        histogram += drawn
        if squares is None:
            nearer, ties = histogram[:, :num_flips].sum(axis=1), histogram[:, num_flips]
            curves[:, column] = np.where(nearer == 0, 1 / (1 + ties), 0.0)
        else:
            kept = squares[num_flips]
            total = kept + histogram @ squares
            curves[:, column] = np.divide(kept, total, out=np.zeros(num_probes), where=total > 0)
    return curves


def quarter_octaves(low: int, high: int) -> list[int]:
    """Return the distinct loads 2^low..2^high, a factor 2^{1/4} apart and rounded."""
    steps = np.round(2.0 ** np.arange(low, high + 0.1, 0.25)).astype(np.int64)
    return sorted(set(steps.tolist()))


def capacity_of_curves(
    loads: npt.ArrayLike,
    curves: npt.ArrayLike,
    *,
    threshold: float = 0.9,
    rng: Rng = None,
) -> Estimate:
    """Return where the mean of the curves falls through the threshold, bootstrapped over rows.

    Args:
        loads: Ascending K, shape ``(num_loads,)``.
        curves: Falling P(correct) of each probe, shape ``(num_probes, num_loads)``.
        threshold: In (0, 1).
        rng: Draws the resamples.
    """
    rows = np.asarray(curves, dtype=float)
    steps = np.asarray(loads, dtype=float)
    if np.isnan(crossing(steps, rows.mean(axis=0), threshold)):
        above = bool(rows.mean(axis=0)[-1] >= threshold)
        return Estimate(
            low=float(steps[-1]) if above else 0.0,
            best=np.nan,
            high=np.inf if above else float(steps[0]),
            method="percentile bootstrap",
            level=0.95,
            covers=_COVERS,
            note="the simulated loads do not enclose the capacity",
        )
    if len(rows) >= 2 * _NUM_BLOCKS:  # means of blocks are as good and faster to resample
        rows = np.array([block.mean(axis=0) for block in np.array_split(rows, _NUM_BLOCKS)])
    return bootstrap(
        rows,
        lambda chosen: crossing(steps, chosen.mean(axis=0), threshold),
        rng=rng,
        covers=_COVERS,
    )


def crossing(loads: Floats, mean: Floats, threshold: float) -> float:
    """Return where a falling curve passes the threshold, linearly in log K; NaN if nowhere."""
    if mean[0] < threshold or mean[-1] >= threshold:
        return float("nan")
    i = int(np.argmax(mean < threshold)) - 1
    part = (mean[i] - threshold) / (mean[i] - mean[i + 1])
    return float(loads[i] * (loads[i + 1] / loads[i]) ** part)


def _without_replacement(
    free: npt.NDArray[np.int64], num_draws: int, rng: np.random.Generator
) -> npt.NDArray[np.int64]:
    """Return how many of ``num_draws`` states fall in each shell, row by row of the free ones."""
    drawn = np.zeros_like(free)
    left, others = np.full(len(free), num_draws), free.sum(axis=1)
    for shell in range(free.shape[1]):
        others = others - free[:, shell]
        drawn[:, shell] = rng.hypergeometric(free[:, shell], others, left)
        left = left - drawn[:, shell]
    return drawn


def _checked(table: npt.ArrayLike, num_flips: int, threshold: float) -> Floats:
    row = np.asarray(table, dtype=float)
    if row.ndim != 1 or not 0 <= num_flips < len(row):
        raise ValueError(
            f"num_flips should be in 0..D with a table of shape (D + 1,). Got {num_flips} and "
            f"{row.shape}."
        )
    if not 0 < threshold < 1:
        raise ValueError(f"threshold should be in (0, 1). Got {threshold}.")
    return np.asarray(row**2)
