import math
import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom, binomtest

from qdenseam.experiments import Estimate, bootstrap, capacity, rate, ratio_of_means

P = np.linspace(0.0005, 0.9995, 1999)


def coverage(trials, method, level):
    """Exact probability, for each of ``P``, that the interval holds the truth."""
    chance = binom.pmf(np.arange(trials + 1)[:, None], trials, P)
    intervals = [rate(k, trials, level=level, method=method) for k in range(trials + 1)]
    holds = [(interval.low <= P) & (interval.high >= P) for interval in intervals]
    return (chance * holds).sum(axis=0)


class TestEstimate:
    @pytest.mark.parametrize(
        ("low", "best", "high", "text"),
        [
            (0.083, 0.12, 0.171, "0.12 [0.08, 0.17]"),
            (0.49871, 0.5, 0.50129, "0.5000 [0.4987, 0.5013]"),
            (812.3, 1234.5, 1650, "1234 [812, 1650]"),
            (64, math.nan, math.inf, "unknown [64, inf]"),
            (-math.inf, 2.5, math.inf, "2.5 [-inf, inf]"),
            (0.5, 0.5, 0.5, "0.5 [0.5, 0.5]"),
        ],
    )
    def test_text(self, low, best, high, text):
        estimate = Estimate(low=low, best=best, high=high, method="m", level=0.95, covers="shots")
        assert str(estimate) == text

    @pytest.mark.parametrize(
        ("low", "best", "high"), [(0.2, 0.1, 0.3), (0.2, 0.4, 0.3), (0.3, math.nan, 0.2)]
    )
    def test_order_of_the_ends(self, low, best, high):
        with pytest.raises(ValueError, match=f"in ascending order. Got {low}, {best}, {high}"):
            Estimate(low=low, best=best, high=high, method="m", level=0.95, covers="shots")


class TestRate:
    @pytest.mark.parametrize("level", [0.68, 0.95])
    @pytest.mark.parametrize("trials", [20, 100])
    def test_wilson_covers_the_level_on_average(self, trials, level):
        assert coverage(trials, "wilson", level).mean() == pytest.approx(level, abs=0.01)

    @pytest.mark.parametrize("level", [0.68, 0.95, 0.999])
    @pytest.mark.parametrize("trials", [1, 5, 20, 100])
    def test_clopper_pearson_covers_the_level_everywhere(self, trials, level):
        assert (coverage(trials, "clopper-pearson", level) >= level).all()

    @pytest.mark.parametrize(
        ("method", "name"), [("wilson", "wilson"), ("clopper-pearson", "exact")]
    )
    @given(st.data(), st.integers(1, 10**6), st.sampled_from([0.5, 0.95, 0.9999]))
    def test_agrees_with_scipy(self, method, name, data, trials, level):
        successes = data.draw(st.integers(0, trials))
        ours = rate(successes, trials, level=level, method=method)
        theirs = binomtest(successes, trials).proportion_ci(level, method=name)
        assert [ours.low, ours.high] == pytest.approx([theirs.low, theirs.high], abs=1e-12)
        assert ours.best == successes / trials

    @pytest.mark.parametrize("method", ["wilson", "clopper-pearson"])
    def test_no_errors_and_only_errors(self, method):
        none, all_of_them = rate(0, 1000, method=method), rate(1000, 1000, method=method)
        assert none.low == none.best == 0
        assert 0.001 < none.high < 0.01
        assert all_of_them.high == all_of_them.best == 1
        assert all_of_them.low == pytest.approx(1 - none.high, abs=1e-12)

    @pytest.mark.parametrize("method", ["wilson", "clopper-pearson"])
    @given(st.integers(0, 30), st.integers(0, 30))
    def test_successes_and_failures_mirror_each_other(self, method, successes, failures):
        one = rate(successes, successes + failures, method=method)
        other = rate(failures, successes + failures, method=method)
        assert [one.low, one.high] == pytest.approx([1 - other.high, 1 - other.low], abs=1e-12)

    def test_no_trials_say_nothing(self):
        nothing = rate(0, 0)
        assert str(nothing) == "unknown [0.0, 1.0]"
        assert math.isnan(nothing.best)
        assert nothing.note == "there were no trials"

    def test_says_what_it_is(self):
        estimate = rate(3, 10, level=0.9, covers="shots")
        assert (estimate.method, estimate.level, estimate.covers) == ("wilson", 0.9, "shots")

    @pytest.mark.parametrize(
        ("arguments", "options", "message"),
        [
            ((11, 10), {}, r"successes should be in 0..trials = 10. Got 11"),
            ((-1, 10), {}, r"successes should be in 0..trials = 10. Got -1"),
            ((0, -1), {}, r"successes should be in 0..trials = -1. Got 0"),
            ((1, 2), {"level": 1.0}, r"level should be in \(0, 1\). Got 1.0"),
            ((1, 2), {"method": "wald"}, "method should be one of wilson, .*Got 'wald'"),
        ],
    )
    def test_refusals(self, arguments, options, message):
        with pytest.raises(ValueError, match=message):
            rate(*arguments, **options)


class TestBootstrap:
    def test_mean_of_independent_samples_has_the_standard_error(self, rng):
        values = rng.normal(size=400)
        estimate = bootstrap(values, np.mean, num_resamples=4000, rng=rng)
        half = 1.96 * values.std() / 20
        assert estimate.best == values.mean()
        assert (estimate.high - estimate.low) / 2 == pytest.approx(half, rel=0.1)

    def test_groups_are_drawn_whole(self, rng):
        centers = rng.normal(size=50)
        values = np.repeat(centers, 20)
        labels = np.repeat(np.arange(50), 20)
        grouped = bootstrap(values, np.mean, groups=labels, rng=3, covers="pattern sets")
        of_centers = bootstrap(centers, np.mean, rng=3)
        assert [grouped.low, grouped.high] == pytest.approx([of_centers.low, of_centers.high])
        alone = bootstrap(values, np.mean, rng=3)
        assert grouped.high - grouped.low > 3 * (alone.high - alone.low)
        assert grouped.covers == "pattern sets"

    def test_order_of_rows_within_groups_does_not_matter(self, rng):
        values, labels = rng.normal(size=12), list("aabbccddeeff")
        flipped = values.reshape(6, 2)[:, ::-1].ravel()
        one, other = (bootstrap(v, np.mean, groups=labels, rng=1) for v in (values, flipped))
        assert (one.low, one.best, one.high) == pytest.approx((other.low, other.best, other.high))

    @pytest.mark.statistical
    def test_interval_covers_at_about_its_level(self, rng):
        """Coverage 0.78 to 0.80, bounds 6.5 standard errors away: false alarms below 1e-9."""
        hits = 0
        for _ in range(400):
            values = rng.normal(size=40)
            estimate = bootstrap(values, np.mean, num_resamples=200, level=0.8, rng=rng)
            hits += estimate.low <= 0 <= estimate.high
        assert 0.78 - 6.5 * 0.021 < hits / 400 < 0.8 + 6.5 * 0.02

    def test_seeds_reproduce(self):
        one, other = (bootstrap([1.0, 4.0, 9.0], np.mean, rng=5) for _ in range(2))
        assert one == other

    def test_a_single_group_shows_no_spread(self):
        estimate = bootstrap([1.0, 2.0], np.mean, groups=["only", "only"], rng=0)
        assert (estimate.low, estimate.best, estimate.high) == (-math.inf, 1.5, math.inf)
        assert estimate.note == "a single group shows no spread"

    def test_interval_holds_the_statistic_itself(self):
        estimate = bootstrap(np.arange(9.0), lambda values: len(np.unique(values)), rng=0)
        assert estimate.high == estimate.best == 9

    @pytest.mark.parametrize(
        ("values", "options", "message"),
        [
            ([], {}, r"at least one sample. Got shape \(0,\)"),
            (1.0, {}, r"at least one sample. Got shape \(\)"),
            ([1.0], {"groups": ["a", "b"]}, "one label per sample: 1. Got 2"),
            ([1.0], {"level": 0}, r"level should be in \(0, 1\). Got 0"),
            ([1.0], {"num_resamples": 0}, r"num_resamples should be in \[1, 10\^7\]\. Got 0\."),
            ([math.nan], {}, "statistic should be a number.*Got nan"),
        ],
    )
    def test_refusals(self, values, options, message):
        with pytest.raises(ValueError, match=message):
            bootstrap(values, np.mean, **options)


class TestRatioOfMeans:
    def test_is_not_the_mean_of_ratios(self):
        estimate = ratio_of_means([10, 30, 50], [1, 3, 1], rng=0)
        assert estimate.best == 90 / 5
        assert estimate.low < 18 < estimate.high

    def test_scales_with_the_numerators(self, rng):
        above, below = rng.random(20), rng.random(20)
        one, ten = ratio_of_means(above, below, rng=1), ratio_of_means(10 * above, below, rng=1)
        assert (ten.low, ten.best, ten.high) == pytest.approx(
            (10 * one.low, 10 * one.best, 10 * one.high)
        )

    def test_resamples_without_any_success_leave_the_ends_open(self):
        estimate = ratio_of_means([5, 5, 5], [0, 0, 1], rng=0)
        assert (estimate.low, estimate.best, estimate.high) == (-math.inf, 15, math.inf)

    @pytest.mark.parametrize(
        ("above", "below", "message"),
        [
            ([1, 2], [1], r"same shape \(num_samples,\). Got \(2,\) and \(1,\)"),
            ([1, 2], [0, 0], "nonnegative with a positive sum"),
            ([1, 2], [-1, 3], "nonnegative with a positive sum"),
        ],
    )
    def test_refusals(self, above, below, message):
        with pytest.raises(ValueError, match=message):
            ratio_of_means(above, below)


class TestCapacity:
    LOADS = (4, 8, 16, 32)

    def test_interpolates_in_the_logarithm(self):
        failures = np.array([[0, 0], [2, 2], [6, 6], [50, 50]])
        estimate = capacity(self.LOADS, failures, 100, threshold=0.04, rng=0)
        assert estimate.best == pytest.approx(8 * 2**0.5)
        assert estimate.low == estimate.best == estimate.high  # the two sets do not differ
        assert (estimate.covers, estimate.note) == ("pattern sets", "")

    def test_a_rate_at_the_threshold_still_works(self):
        failures = np.array([[0, 0], [5, 5], [6, 6], [50, 50]])
        assert capacity(self.LOADS, failures, 100, threshold=0.05, rng=0).best == 8

    def test_the_first_crossing_counts(self):
        failures = np.array([[0, 0], [10, 10], [0, 0], [10, 10]])
        assert capacity(self.LOADS, failures, 100, threshold=0.05, rng=0).best == pytest.approx(
            4 * 2**0.5
        )

    def test_resamples_are_loads_of_the_sets_drawn(self, rng):
        loads, asked = [4, 8, 16], rng.integers(1, 9, size=(3, 7))
        failures = rng.binomial(asked, [[0.1], [0.3], [0.8]])
        drawn = np.random.default_rng(5).integers(7, size=(200, 7))
        ends = [
            capacity(loads, failures[:, d], asked[:, d], threshold=0.3, num_resamples=1, rng=0).best
            for d in drawn
        ]
        estimate = capacity(loads, failures, asked, threshold=0.3, num_resamples=200, rng=5)
        inside = [end for end in ends if estimate.low <= end <= estimate.high]
        assert len(inside) / 200 == pytest.approx(0.95, abs=0.02)
        assert {estimate.low, estimate.high} <= {*ends, estimate.best, 0.0, math.inf}

    def test_memory_does_not_grow_with_the_loads(self):
        def peak(num_loads):
            loads, failures = range(1, num_loads + 1), np.zeros((num_loads, 1000), dtype=int)
            tracemalloc.start()
            capacity(loads, failures, 1, threshold=0.1, num_resamples=300, rng=0)
            most = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
            return most

        assert peak(20) < 1.5 * peak(2)

    @given(st.permutations(range(6)))
    def test_order_of_pattern_sets_does_not_matter(self, order):
        failures = np.array([[0, 1, 0, 0, 2, 0], [3, 1, 4, 1, 5, 9], [60, 50, 40, 30, 20, 70]])
        one, other = (
            capacity([5, 10, 20], counts, 100, threshold=0.1, num_resamples=1, rng=0)
            for counts in (failures, failures[:, order])
        )
        assert one.best == pytest.approx(other.best)

    @pytest.mark.statistical
    def test_interval_holds_the_truth_about_as_often_as_it_says(self, rng):
        """Coverage at least 0.87, bound 6.5 standard errors below: false alarms below 1e-9."""
        loads = np.array([10, 20, 40, 80])
        means = np.array([0.01, 0.03, 0.09, 0.27])
        truth = 20 * 2 ** ((0.05 - 0.03) / (0.09 - 0.03))
        hits = 0
        for _ in range(200):
            chances = rng.beta(means * 20, (1 - means) * 20, size=(30, 4)).T
            failures = rng.binomial(50, chances)
            estimate = capacity(
                loads, failures, 50, threshold=0.05, num_resamples=200, level=0.9, rng=rng
            )
            hits += estimate.low <= truth <= estimate.high
        assert hits / 200 > 0.87 - 6.5 * 0.024

    def test_above_the_measured_loads(self):
        estimate = capacity(self.LOADS, np.zeros((4, 5)), 100, threshold=0.05, rng=0)
        assert str(estimate) == "unknown [32, inf]"
        assert estimate.note == "the capacity lies above the largest load 32"

    def test_below_the_measured_loads(self):
        estimate = capacity(self.LOADS, np.full((4, 5), 50), 100, threshold=0.05, rng=0)
        assert (estimate.low, estimate.high) == (0, 4)
        assert math.isnan(estimate.best)
        assert estimate.note == "the capacity lies below the smallest load 4"

    def test_one_end_may_leave_the_measured_loads(self):
        failures = np.array([[0] * 6, [0] * 6, [0] * 6, [0, 0, 0, 0, 0, 60]])
        estimate = capacity(self.LOADS, failures, 100, threshold=0.05, rng=0)
        assert 16 < estimate.low < estimate.best < 32
        assert estimate.high == math.inf

    def test_few_probes_are_told(self):
        failures = np.array([[0, 0], [1, 0]])
        estimate = capacity([4, 8], failures, 10, threshold=0.01, rng=0)
        assert estimate.note == "one failed probe of a load already exceeds the threshold"

    def test_one_pattern_set_shows_no_spread(self):
        estimate = capacity([4, 8], [[0], [50]], 100, threshold=0.25, rng=0)
        assert (estimate.low, estimate.high) == (0, math.inf)
        assert estimate.best == pytest.approx(4 * 2**0.5)

    def test_probes_may_differ_and_be_missing_in_a_set(self):
        failures, probes = [[0, 0, 0], [5, 10, 0]], [[50, 100, 10], [50, 100, 0]]
        estimate = capacity([4, 8], failures, probes, threshold=0.05, rng=0)
        assert estimate.best == pytest.approx(4 * 2**0.5)

    @pytest.mark.parametrize(
        ("loads", "failures", "probes", "threshold", "message"),
        [
            ([8, 4], [[0], [0]], 9, 0.1, "loads should be ascending and positive"),
            ([0, 4], [[0], [0]], 9, 0.1, "loads should be ascending and positive"),
            ([4, 8], [[0]], 9, 0.1, r"\(num_loads, num_sets\) = \(2, at least 1\). Got \(1, 1\)"),
            ([4], [0], 9, 0.1, r"Got \(1,\)"),
            ([4], [[10]], 9, 0.1, r"failures should be in 0..probes. Got failures in 10..10"),
            ([4], [[-1]], 9, 0.1, r"failures should be in 0..probes. Got failures in -1..-1"),
            ([4], [[0]], 0, 0.1, "positive sum for each load"),
            ([4], [[0]], 9, 0, r"threshold should be in \(0, 1\). Got 0"),
        ],
    )
    def test_refusals(self, loads, failures, probes, threshold, message):
        with pytest.raises(ValueError, match=message):
            capacity(loads, failures, probes, threshold=threshold)
