import numpy as np
import pytest

from classical_ref import (
    DenseMemory,
    Exponential,
    LogSumExp,
    Polynomial,
    RectifiedPolynomial,
    Separation,
    random_patterns,
)

ALL = [Polynomial(2), Polynomial(3), Polynomial(4), RectifiedPolynomial(2), RectifiedPolynomial(5)]


@pytest.mark.parametrize("separation", ALL)
def test_energy_is_the_sum_over_patterns(separation):
    patterns = random_patterns(5, 7, rng=0)
    states = random_patterns(9, 7, rng=1)
    h = states.astype(int) @ patterns.T
    base = np.maximum(h, 0) if isinstance(separation, RectifiedPolynomial) else h
    assert np.array_equal(
        DenseMemory(patterns, separation).energy(states), -(base**separation.order).sum(axis=1)
    )


def test_exponential_energies():
    patterns = random_patterns(5, 7, rng=0)
    states = random_patterns(9, 7, rng=1)
    h = states.astype(int) @ patterns.T
    total = np.exp(0.3 * h).sum(axis=1)
    assert np.allclose(DenseMemory(patterns, Exponential(0.3)).energy(states), -total)
    assert np.allclose(DenseMemory(patterns, LogSumExp(0.3)).energy(states), -np.log(total) / 0.3)


@pytest.mark.parametrize("separation", [*ALL, Exponential(0.7)])
def test_slopes_are_those_of_single_patterns_over_the_largest(separation):
    h = np.array([[3, -5, 1], [-1, -2, -4], [0, 0, 0]])
    alone = Separation.slopes(separation, h)  # what a separation of one's own gets
    assert separation.slopes(h) == pytest.approx(alone, rel=1e-14, abs=1e-300)
    assert np.abs(alone).max(axis=1).tolist() in ([1, 1, 1], [1, 1, 0], [1, 0, 0])


@pytest.mark.parametrize("separation", ALL)
@pytest.mark.parametrize("rule", ["exact", "leading"])
def test_increments_are_the_differences(separation, rule):
    gains = separation.increments(4, rule)

    def value(x, power):
        return (max(x, 0) if isinstance(separation, RectifiedPolynomial) else x) ** power

    n = separation.order
    for x, gain in zip(range(-5, 6), gains, strict=True):
        expected = value(x + 1, n) - value(x - 1, n) if rule == "exact" else value(x, n - 1)
        assert gain == expected


def test_positional_and_equal():
    assert Polynomial(3) == Polynomial(order=3)
    assert Polynomial(3) != RectifiedPolynomial(3)
    assert {Exponential(), Exponential(1.0)} == {Exponential(beta=1.0)}


@pytest.mark.parametrize("kind", [Polynomial, RectifiedPolynomial])
def test_order_errors(kind):
    with pytest.raises(ValueError, match=r"order should be in \[2, 1000\]\. Got 1\.$"):
        kind(1)
    with pytest.raises(TypeError, match=r"order should be an integer\. Got 2\.5"):
        kind(2.5)


@pytest.mark.parametrize("kind", [Exponential, LogSumExp])
@pytest.mark.parametrize("beta", [0.0, -1.0, np.inf, np.nan])
def test_beta_errors(kind, beta):
    with pytest.raises(ValueError, match=r"beta should be positive and finite\. Got"):
        kind(beta)
