"""Assertions that compare samples with an exact distribution, at a stated false-alarm rate."""

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import binom

FALSE_ALARM = 1e-9
"""Probability that a correct implementation fails one of these checks."""


def assert_binomial(
    hits: int, shots: int, probability: float, *, false_alarm: float = FALSE_ALARM
) -> None:
    """Fail if ``hits`` of ``shots`` is too rare for ``probability`` (exact two-sided binomial)."""
    probability = min(max(float(probability), 0.0), 1.0)
    low, high = binom.ppf([false_alarm / 2, 1 - false_alarm / 2], shots, probability)
    low, high = max(low, 0.0), min(high, shots)
    assert low <= hits <= high, (
        f"{hits}/{shots} hits; expected {low:.0f}..{high:.0f} for probability {probability}"
    )


def assert_counts_follow(
    counts: ArrayLike, probabilities: ArrayLike, *, false_alarm: float = FALSE_ALARM
) -> None:
    """Fail unless every outcome's count fits its own binomial; the rate is split over outcomes.

    A union bound over exact binomial tests: valid at any count, unlike a chi-square. Outcomes of
    probability below 1e-12 must not occur at all.
    """
    counts = np.asarray(counts, dtype=np.int64)
    probabilities = np.asarray(probabilities, dtype=float)
    assert counts.shape == probabilities.shape, (counts.shape, probabilities.shape)
    assert abs(probabilities.sum() - 1) < 1e-9, f"probabilities sum to {probabilities.sum()}"
    shots = int(counts.sum())
    for count, probability in zip(counts.tolist(), probabilities.tolist(), strict=True):
        if probability < 1e-12:
            assert count == 0, f"an outcome of probability {probability} came {count} times"
        else:
            assert_binomial(count, shots, probability, false_alarm=false_alarm / len(counts))
