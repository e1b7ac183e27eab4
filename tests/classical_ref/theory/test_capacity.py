import math

import numpy as np
import pytest

from classical_ref import (
    DenseMemory,
    Exponential,
    LogSumExp,
    Polynomial,
    RectifiedPolynomial,
    random_patterns,
)
from classical_ref.theory import capacity
from qdenseam.testing import assert_binomial


@pytest.mark.parametrize(
    ("order", "half_percent", "error_free"),
    [(2, 77.2, 41.0), (3, 13_170, 7_004), (4, 1.349e6, 7.172e5), (5, 9.86e7, 5.25e7)],
)
def test_large_memories(order, half_percent, error_free):
    assert capacity.half_percent_capacity(order, 512) == pytest.approx(half_percent, rel=1e-3)
    assert capacity.error_free_capacity(order, 512) == pytest.approx(error_free, rel=2e-3)


def test_error_free_still_errs():
    """The expected number of wrong bits on that line is about (4 pi ln D)**(-1/2)."""
    load = round(capacity.error_free_capacity(2, 2000))
    expected = 2000 * capacity.gaussian_bit_error(Polynomial(2), 2000, load)
    assert expected == pytest.approx((4 * math.pi * math.log(2000)) ** -0.5, rel=0.1)


def test_named_constants():
    assert capacity.hopfield_retrieval_capacity(1000) == 138
    assert capacity.exponential_guaranteed_capacity(20) == pytest.approx(2**10)
    assert capacity.exponential_guaranteed_capacity(20, corruption=0.1) < 2**10 / 10
    loads = [round(capacity.dynamical_load(order), 4) for order in (3, 4, 5, 6)]
    assert loads == [0.2522, 0.1979, 0.1728, 0.1577]


@pytest.mark.parametrize(("order", "num_neurons"), [(2, 400), (3, 200), (4, 150)])
def test_one_step_capacity_approaches_the_half_percent_line(order, num_neurons):
    line = capacity.half_percent_capacity(order, num_neurons)
    exact = capacity.one_step_capacity(Polynomial(order), num_neurons)
    assert exact == pytest.approx(line, rel=0.05)


def test_rectified_memories_hold_twice_as_much():
    plain = capacity.gaussian_bit_error(Polynomial(3), 200, 2001)
    rectified = capacity.gaussian_bit_error(RectifiedPolynomial(3), 200, 4001)
    assert rectified == pytest.approx(plain, rel=0.02)


def test_exponential_capacity_grows_by_two_per_neuron():
    held = [capacity.one_step_capacity(LogSumExp(1.0), size) for size in (12, 14, 16)]
    assert held[1] / held[0] == pytest.approx(4, rel=0.05)
    assert held[2] / held[1] == pytest.approx(4, rel=0.05)
    assert held[1] > capacity.exponential_guaranteed_capacity(14)
    gaussian = capacity.gaussian_bit_error(LogSumExp(1.0), 14, held[1])
    assert gaussian < capacity.bit_error(LogSumExp(1.0), 14, held[1]) / 1000


@pytest.mark.parametrize("separation", [Exponential(0.7), LogSumExp(0.7)])
def test_exponential_noise_is_the_sampled_noise(separation, rng):
    num_neurons, num_patterns, samples = 12, 60, 100_000
    wrong = np.arange(num_neurons)
    probabilities = np.array([math.comb(num_neurons - 1, w) for w in wrong]) / 2**11
    counts = rng.multinomial(num_patterns - 1, probabilities, size=samples)
    signed = 2 * rng.binomial(counts, 0.5) - counts
    hits = int((signed @ np.exp(-1.4 * wrong) > 1).sum())
    error = capacity.bit_error(separation, num_neurons, num_patterns)
    assert_binomial(hits, samples, error * 1.03 if hits > samples * error else error * 0.97)


@pytest.mark.statistical
@pytest.mark.parametrize("rule", ["exact", "leading"])
def test_bit_error_is_that_of_a_memory(rule, rng):
    """One bit per memory, so that hits are independent; false-alarm rate 1e-9."""
    num_neurons, num_patterns, samples = 20, 40, 4000
    hits = 0
    for _ in range(samples):
        patterns = random_patterns(num_patterns, num_neurons, distinct=False, rng=rng)
        h = patterns[:, 1:].astype(int) @ patterns[0, 1:]
        gains = (h + 1) ** 3 - (h - 1) ** 3 if rule == "exact" else h**2
        field = patterns[0, 0] * (patterns[:, 0] * gains).sum()
        hits += int(field < 0)
    error = capacity.bit_error(Polynomial(3), num_neurons, num_patterns, rule=rule)
    assert 0.01 < error < 0.1
    assert_binomial(hits, samples, error)


def test_a_single_pattern_never_errs():
    assert capacity.bit_error(Polynomial(3), 10, 1) < 1e-12
    assert capacity.gaussian_bit_error(Polynomial(3), 10, 1) == 0


@pytest.mark.slow
@pytest.mark.parametrize(("order", "num_neurons"), [(2, 256), (3, 128), (4, 48)])
def test_half_percent_line_in_simulation(order, num_neurons, rng):
    num_patterns = round(capacity.half_percent_capacity(order, num_neurons))
    wrong = total = 0
    for _ in range(max(3, 1500 // num_patterns)):
        memory = DenseMemory(random_patterns(num_patterns, num_neurons, rng=rng), Polynomial(order))
        states = memory.recall(memory.patterns, update="synchronous", max_sweeps=1).states
        wrong += int((states != memory.patterns).sum())
        total += states.size
    assert wrong / total == pytest.approx(
        capacity.bit_error(Polynomial(order), num_neurons, num_patterns), rel=0.15
    )


@pytest.mark.parametrize(
    ("call", "match"),
    [
        (lambda: capacity.half_percent_capacity(1, 10), r"order should be in \[2, 1000\]\. Got 1"),
        (
            lambda: capacity.half_percent_capacity(2, 0),
            r"num_neurons should be in \[1, 1000000000\]\. Got 0",
        ),
        (
            lambda: capacity.error_free_capacity(2, 1),
            r"num_neurons should be in \[2, 1000000000\]\. Got 1",
        ),
        (
            lambda: capacity.exponential_guaranteed_capacity(9, corruption=0.5),
            r"corruption should be in \[0, 0\.5\)\. Got 0\.5",
        ),
        (lambda: capacity.dynamical_load(2), r"order should be in \[3, 1000\]\. Got 2"),
        (
            lambda: capacity.bit_error(Polynomial(2), 1, 5),
            r"num_neurons should be in \[2, 10000\]\.",
        ),
        (
            lambda: capacity.bit_error(Polynomial(2), 9, 0),
            r"num_patterns should be in \[1, 1e300\]\.",
        ),
        (
            lambda: capacity.one_step_capacity(Polynomial(2), 9, max_bit_error=0.5),
            r"max_bit_error should be in \(0, 0\.5\)\. Got 0\.5",
        ),
        (
            lambda: capacity.one_step_capacity(Polynomial(2), 2, max_bit_error=1e-3),
            r"max_bit_error should be reached beyond 2 patterns\. Got 0\.001",
        ),
    ],
)
def test_errors(call, match):
    with pytest.raises(ValueError, match=match):
        call()
