"""Counts follow the multinomial law at any number of draws; false-alarm rate 1e-9 a check."""

import numpy as np
import pytest
from scipy.stats import binom, kstest, poisson

from qdenseam.simulation import multinomial as module
from qdenseam.simulation.multinomial import MOST_DRAWS, binomial, multinomial
from qdenseam.testing import FALSE_ALARM, assert_counts_follow

pytestmark = pytest.mark.statistical


def test_counts_follow_weights_that_need_no_normalization(rng) -> None:
    weights = 7.3 * rng.dirichlet(np.ones(11))
    weights[4] = 0.0
    places, counts = multinomial(200_000, weights, rng)
    assert (np.diff(places) > 0).all()
    assert 4 not in places
    whole = np.zeros(11, dtype=np.int64)
    whole[places] = counts
    assert_counts_follow(whole, weights / weights.sum())


@pytest.mark.parametrize("draws", [0, 1, 10**6, 10**15, MOST_DRAWS])
def test_every_draw_falls_somewhere(draws: int, rng) -> None:
    places, counts = multinomial(draws, [0.1] * 10, rng)  # a sum that rounds below 1
    assert sum(counts.tolist()) == draws
    assert (counts > 0).all()
    assert np.all(places < 10)


def test_a_table_is_visited_where_outcomes_occur(rng) -> None:
    places, counts = multinomial(1000, np.ones(2**20), rng)
    assert counts.sum() == 1000
    assert 980 < len(places) <= 1000  # P(more than 10 pairs coincide) is below 1e-9


@pytest.mark.parametrize("chance", [1e-18, 3e-17])
def test_small_probabilities_keep_their_rate_at_many_draws(chance: float, rng) -> None:
    """1 - p rounds to 1: NumPy's binomial never counts these."""
    rare = [int(binomial(np.array([MOST_DRAWS]), np.array([chance]), rng)[0]) for _ in range(400)]
    mean = 400 * MOST_DRAWS * chance
    low, high = poisson.ppf([FALSE_ALARM / 2, 1 - FALSE_ALARM / 2], mean)
    assert low <= sum(rare) <= high


@pytest.mark.parametrize(
    ("trials", "chance"), [(2**62, 0.5), (MOST_DRAWS, 0.3), (2**60, 1e-10), (2**41, 0.5)]
)
def test_many_trials_spread_as_they_should(trials: int, chance: float, rng) -> None:
    counts = binomial(np.full(50_000, trials), np.full(50_000, chance), rng)
    mean, spread = trials * chance, np.sqrt(trials * chance * (1 - chance))
    # nearer to the normal law than 50,000 draws can tell: steps and skewness are below 1e-4
    assert kstest((counts - mean) / spread, "norm").pvalue > FALSE_ALARM


@pytest.mark.parametrize(("trials", "chance"), [(1000, 0.5), (5000, 0.02), (200, 0.4), (40, 0.2)])
def test_the_steps_for_many_trials_are_exact_at_few(trials, chance, rng, monkeypatch) -> None:
    monkeypatch.setattr(module, "_FEW_TRIALS", 60)
    monkeypatch.setattr(module, "_SMALL_MEAN", 4)
    counts = binomial(np.full(200_000, trials), np.full(200_000, chance), rng)
    assert_counts_follow(
        np.bincount(counts, minlength=trials + 1), binom.pmf(np.arange(trials + 1), trials, chance)
    )


@pytest.mark.parametrize(
    ("draws", "weights", "message"),
    [
        (-1, [1.0], "draws should be at least 0"),
        (2**63, [1.0], "at most 2"),
        (1, [0.0, 0.0], "not all 0"),
        (1, [-1.0, 2.0], "at least 0"),
        (1, [np.nan, 1.0], "finite"),
        (1, [np.inf, 1.0], "finite"),
    ],
)
def test_bad_input_is_refused(draws, weights, message, rng) -> None:
    with pytest.raises(ValueError, match=message):
        multinomial(draws, weights, rng)
