"""Estimates with intervals; those of rates hold at zero errors."""

import math
from dataclasses import dataclass
from statistics import NormalDist
from typing import Annotated, Literal, TypeAlias

from classical_ref.checks import Within, checked

Level: TypeAlias = Annotated[float, Within("(0, 1)")]
"""Nominal coverage of an interval."""
NumResamples: TypeAlias = Annotated[int, Within("[1, 10^7]", "More do not change the interval.")]
"""How often samples are drawn again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A number with the interval that belongs to it.

    ``best`` is NaN where the data give bounds but no number: the truth is then only known to lie
    in ``[low, high]``. ``low <= best <= high`` otherwise.
    """

    low: float
    """Lower end, possibly minus infinity."""
    best: float
    """The point estimate, or NaN."""
    high: float
    """Upper end, possibly infinity."""
    method: str
    """How the interval was made."""
    level: float
    """Nominal coverage of the interval, in (0, 1)."""
    covers: str
    """Which randomness the interval covers, such as ``"shots"`` or ``"pattern sets"``."""
    note: str = ""
    """What a reader must know besides, in one plain sentence; empty when there is nothing."""

    def __post_init__(self) -> None:
        inside = math.isnan(self.best) or self.low <= self.best <= self.high
        if not (inside and self.low <= self.high):
            raise ValueError(
                "low, best, high should be in ascending order. "
                f"Got {self.low}, {self.best}, {self.high}."
            )

    def __str__(self) -> str:
        """``0.12 [0.08, 0.17]``, or ``unknown [64, inf]`` where there is no point estimate."""
        width = self.high - self.low
        if 0 < width < math.inf:
            decimals = max(0, -math.floor(math.log10(width / 4)))
            low, best, high = (f"{x:.{decimals}f}" for x in (self.low, self.best, self.high))
        else:
            low, best, high = (f"{x:.4g}" for x in (self.low, self.best, self.high))
        return f"{'unknown' if math.isnan(self.best) else best} [{low}, {high}]"


@checked
def rate(
    successes: int,
    trials: int,
    *,
    level: Level = 0.95,
    method: Literal["wilson", "clopper-pearson"] = "wilson",
    covers: str = "trials",
) -> Estimate:
    r"""Return ``successes / trials`` with an interval that also holds at 0 and at all successes.

    Wilson's interval holds all :math:`p` with :math:`|\hat p - p| \le z \sqrt{p (1-p) / n}`; its
    coverage averages near ``level``. Clopper and Pearson's holds all :math:`p` at which neither
    tail of the binomial is below ``(1 - level) / 2``; its coverage is never below ``level``. No
    trials give ``unknown [0, 1]``.

    Args:
        successes: How often it happened, in ``0..trials``.
        trials: Number of independent trials.
        level: Nominal coverage, in (0, 1).
        method: Which interval.
        covers: What the trials are, for the reader: ``"shots"``, ``"probes"``.

    Raises:
        ValueError: ``successes`` is not in ``0..trials``, ``level`` not in (0, 1), or the method
            is unknown.

    References:
        Wilson, "Probable inference, the law of succession, and statistical inference" (1927).
        Clopper and Pearson, "The use of confidence or fiducial limits illustrated in the case of
        the binomial" (1934).

    Examples:
        >>> estimate = rate(3, 20)
        >>> round(estimate.low, 3), estimate.best, round(estimate.high, 3)
        (0.052, 0.15, 0.36)
    """
    if not 0 <= successes <= trials:
        raise ValueError(f"successes should be in 0..trials = {trials}. Got {successes}.")
    if trials == 0:
        low, best, high, note = 0.0, math.nan, 1.0, "there were no trials"
    else:
        interval = _wilson if method == "wilson" else _clopper_pearson
        low, high = interval(successes, trials, level)
        best, note = successes / trials, ""
    return Estimate(
        low=low, best=best, high=high, method=method, level=level, covers=covers, note=note
    )


def _wilson(successes: int, trials: int, level: float) -> tuple[float, float]:
    z = NormalDist().inv_cdf((1 + level) / 2)
    share = successes / trials
    center = share + z**2 / (2 * trials)
    half = z * math.sqrt(share * (1 - share) / trials + (z / (2 * trials)) ** 2)
    scale = 1 + z**2 / trials
    # The ends at 0 and at all successes are exact; the formula leaves a rounding error there.
    low = 0.0 if successes == 0 else (center - half) / scale
    high = 1.0 if successes == trials else (center + half) / scale
    return low, high


def _clopper_pearson(successes: int, trials: int, level: float) -> tuple[float, float]:
    from scipy.special import betaincinv

    tail, failures = (1 - level) / 2, trials - successes
    low = 0.0 if successes == 0 else float(betaincinv(successes, failures + 1, tail))
    high = 1.0 if failures == 0 else float(betaincinv(successes + 1, failures, 1 - tail))
    return low, high
