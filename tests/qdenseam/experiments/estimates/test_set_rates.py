import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qdenseam.experiments import difference_over_sets, rate, rate_over_sets

counts = st.lists(
    st.integers(0, 20).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))),
    min_size=1,
    max_size=30,
)


@given(counts, st.sampled_from([0.5, 0.95, 0.999]))
def test_never_narrower_than_wilson_over_trials(sets, level):
    happened, asked = zip(*sets, strict=True)
    ours = rate_over_sets(happened, asked, level=level, num_resamples=50)
    wilson = rate(sum(happened), sum(asked), level=level)
    assert ours.low <= wilson.low
    assert ours.high >= wilson.high
    assert ours.best == wilson.best or math.isnan(ours.best + wilson.best)
    assert 0 <= ours.low <= ours.high <= 1


def test_failures_mirror_successes():
    happened, asked = np.arange(20) % 8, np.full(20, 10)
    one, other = rate_over_sets(happened, asked), rate_over_sets(asked - happened, asked)
    # other resamples are drawn, so that the ends agree up to their error
    assert [one.low, one.high] == pytest.approx([1 - other.high, 1 - other.low], abs=0.02)


@given(st.permutations(range(8)))
def test_order_of_the_sets_does_not_matter(order):
    happened, asked = np.array([0, 3, 1, 7, 2, 2, 9, 0]), np.array([9, 9, 4, 9, 6, 9, 9, 1])
    assert rate_over_sets(happened, asked) == rate_over_sets(happened[order], asked[order])


@pytest.mark.parametrize("num_probes", [1, 10, 1000])
@pytest.mark.parametrize("num_sets", [1, 6, 20])
def test_at_zero_and_one_it_is_wilson_over_sets(num_sets, num_probes):
    probes = np.full(num_sets, num_probes)
    none, every = rate_over_sets(0 * probes, probes), rate_over_sets(probes, probes)
    over_sets = rate(0, num_sets)
    assert (none.low, none.best, none.high) == (0, 0, over_sets.high)
    assert (every.best, every.high) == (1, 1)
    assert every.low == pytest.approx(1 - over_sets.high, abs=1e-12)
    assert none.method == "Wilson over sets"


def test_sets_that_agree_inside_are_the_trials():
    """Sets that fail whole: ten times as many probes of them tell nothing new."""
    whole = np.repeat([0, 1], [14, 6])
    few, many = (rate_over_sets(n * whole, np.full(20, n)) for n in (10, 1000))
    assert [few.low, few.high] == pytest.approx([many.low, many.high])
    wilson, over_sets = rate(60, 200), rate(6, 20)
    assert few.high - few.low > 2.4 * (wilson.high - wilson.low)
    assert [few.low, few.high] == pytest.approx([over_sets.low, over_sets.high], abs=0.06)


def test_sets_that_do_not_differ_are_wilson_over_trials():
    estimate, wilson = rate_over_sets([2] * 20, [10] * 20), rate(40, 200)
    assert (estimate.low, estimate.high) == (wilson.low, wilson.high)


def test_sets_without_trials_do_not_count():
    assert rate_over_sets([0, 1, 3, 0], [0, 9, 9, 0]) == rate_over_sets([1, 3], [9, 9])
    nothing = rate_over_sets([0, 0], [0, 0])
    assert (nothing.low, nothing.high, nothing.note) == (0, 1, "there were no trials")
    assert math.isnan(nothing.best)


def test_a_single_set_shows_no_spread():
    estimate = rate_over_sets([3], [10])
    assert (estimate.low, estimate.best, estimate.high) == (0, 0.3, 1)
    assert estimate.note == "a single set shows no spread"


@pytest.mark.statistical
@pytest.mark.parametrize(
    ("num_sets", "share", "correlation", "least"),
    # coverage in 1500 simulations, see the docstring
    [(6, 0.1, 0.3, 0.91), (6, 0.3, 0.3, 0.944), (20, 0.1, 0.1, 0.941), (20, 0.3, 0.3, 0.955)],
)
def test_covers_rates_that_spread_over_sets(num_sets, share, correlation, least, rng):
    """Bounds 6.5 standard errors below what was measured: false alarms below 1e-9.

    The standard error joins that of these 400 simulations with that of the 1500 before.
    """
    scale = 1 / correlation - 1
    hits = wilson_hits = 0
    for _ in range(400):
        chances = rng.beta(share * scale, (1 - share) * scale, size=num_sets)
        happened = rng.binomial(10, chances)
        estimate = rate_over_sets(happened, np.full(num_sets, 10), num_resamples=500)
        wilson = rate(int(happened.sum()), 10 * num_sets)
        hits += estimate.low <= share <= estimate.high
        wilson_hits += wilson.low <= share <= wilson.high
    error = math.sqrt(least * (1 - least) * (1 / 400 + 1 / 1500))
    assert hits / 400 > least - 6.5 * error
    assert hits > wilson_hits


@pytest.mark.parametrize(
    ("happened", "asked", "options", "message"),
    [
        ([1, 2], [3], {}, r"same shape \(num_sets,\). Got \(2,\) and \(1,\)"),
        (1, 2, {}, r"same shape \(num_sets,\). Got \(\) and \(\)"),
        ([4], [3], {}, r"in 0..trials of each set. Got \[4\] of \[3\]"),
        ([-1], [3], {}, r"in 0..trials of each set. Got \[-1\] of \[3\]"),
        ([0.5], [3], {}, "whole numbers. Got float64"),
        ([1], [3], {"level": 1}, r"level should be in \(0, 1\). Got 1"),
        ([1], [3], {"num_resamples": 0}, r"num_resamples should be in \[1, 10\^7\]\. Got 0\."),
    ],
)
def test_refusals(happened, asked, options, message):
    with pytest.raises(ValueError, match=message):
        rate_over_sets(happened, asked, **options)


class TestDifference:
    def test_is_students_interval_of_the_differences(self, rng):
        from scipy.stats import ttest_rel

        first, second = rng.binomial(10, 0.6, size=20), rng.binomial(10, 0.4, size=20)
        found = difference_over_sets(first, second, [10] * 20, level=0.9)
        theirs = ttest_rel(first / 10, second / 10).confidence_interval(0.9)
        assert (found.low, found.high) == pytest.approx((theirs.low, theirs.high))
        assert found.best == pytest.approx((first.sum() - second.sum()) / 200)

    def test_swapping_the_two_turns_it_around(self):
        first, second, trials = [3, 0, 5], [1, 2, 2], [9, 4, 6]
        one = difference_over_sets(first, second, trials)
        other = difference_over_sets(second, first, trials)
        assert (one.low, one.best, one.high) == (-other.high, -other.best, -other.low)

    def test_larger_sets_count_for_more(self):
        found = difference_over_sets([9, 0], [0, 0], [90, 10])
        assert found.best == pytest.approx(0.09)
        assert found.low < 0.09 < found.high

    def test_sets_that_never_differ_leave_what_as_many_trials_do(self):
        same = difference_over_sets([3] * 20, [3] * 20, [10] * 20)
        reach = rate(0, 20).high
        assert (same.low, same.best, same.high) == (-reach, 0, reach)

    def test_sets_that_all_differ_alike_are_independent_trials(self):
        found = difference_over_sets([3] * 20, [2] * 20, [10] * 20)
        assert found.best == pytest.approx(0.1)
        assert found.high - found.low == pytest.approx(2 * 1.96 * 20**0.5 / 200, rel=1e-3)

    def test_a_single_set_shows_no_spread(self):
        found = difference_over_sets([3, 0], [1, 0], [10, 0])
        assert (found.low, found.best, found.high) == (-1, 0.2, 1)
        assert found.note == "a single set shows no spread"

    @pytest.mark.statistical
    def test_covers_the_truth_about_as_often_as_it_says(self, rng):
        """Coverage 0.95 in 2000 simulations; bound 6.5 standard errors below: alarms < 1e-9."""
        hits = 0
        for _ in range(400):
            chances = rng.beta(2, 4, size=20)
            first = rng.binomial(10, np.minimum(1, chances + 0.1 * (1 - chances)))
            second = rng.binomial(10, chances)
            found = difference_over_sets(first, second, [10] * 20)
            hits += found.low <= 0.1 * 2 / 3 <= found.high
        assert hits / 400 > 0.95 - 6.5 * math.sqrt(0.95 * 0.05 * (1 / 400 + 1 / 2000))

    @pytest.mark.parametrize(
        ("first", "trials", "message"),
        [
            ([4, 1], [3, 3], r"in 0..trials of each set. Got \[4, 1\]"),
            ([0, 0], [0, 0], "positive sum. Got none"),
        ],
    )
    def test_refusals(self, first, trials, message):
        with pytest.raises(ValueError, match=message):
            difference_over_sets(first, [0, 0], trials)
