"""Angles reproduce their polynomial; every table of moduli is reached exactly at its own degree."""

import numpy as np
import pytest
from cases import case
from hypothesis import given
from hypothesis import strategies as st
from numpy.polynomial import Chebyshev

from circuits.distance.signal_processing import (
    SignalAngles,
    complementary_polynomial,
    polynomial_angles,
    table_angles,
)
from circuits.distance.spectral_factor import autocorrelation, fejer_interpolation, spectral_factor
from circuits.distance.symmetric_signal_processing import (
    scaled_phases,
    symmetric_phases,
    symmetric_response,
    table_series,
)


def roots_of_unity(number: int) -> np.ndarray:
    return np.exp(2j * np.pi * np.arange(number) / number)


def tables(degree: int, rng: np.random.Generator) -> dict[str, np.ndarray]:
    size = degree + 1
    return {
        "random": rng.random(size),
        "alternating": np.arange(size) % 2 * 1.0,
        "delta": (np.arange(size) == 0) * 1.0,
        "zero-one": np.append(1.0, rng.random(degree) < 0.5),
        "ball": (np.arange(size) <= degree // 8) * 1.0,
        "bayes": 0.25 ** (np.arange(size) / 2),
        "linear": np.linspace(1, 0, size),
    }


@pytest.mark.parametrize("degree", [1, 2, 17, 64, 256, 1024])
def test_polynomial_angles_reproduce_the_polynomial(degree: int, rng: np.random.Generator) -> None:
    for name, table in tables(degree, rng).items():
        coefficients = np.fft.fft(table) / len(table)
        largest = np.abs(np.fft.fft(coefficients, 2**16)).max()
        coefficients *= 0.999 / largest
        angles = polynomial_angles(coefficients)
        points = np.exp(2j * np.pi * rng.random(200))
        expected = np.polyval(coefficients[::-1], points)
        assert np.abs(angles.response(points) - expected).max() < 1e-12, name
        assert angles.degree == degree


@pytest.mark.parametrize("degree", [1, 2, 3, 16, 64, pytest.param(256, marks=pytest.mark.slow)])
def test_every_table_is_reached_without_loss(degree: int, rng: np.random.Generator) -> None:
    for name, table in tables(degree, rng).items():
        angles = table_angles(table)
        moduli = np.abs(angles.response(roots_of_unity(degree + 1)))
        assert np.abs(moduli**2 - table**2).max() < 1e-12, name
        assert angles.degree == (degree if np.ptp(table) else 0)
        everywhere = np.abs(angles.response(roots_of_unity(8 * degree + 7)))
        assert everywhere.max() < 1 + 1e-12


@given(st.lists(st.floats(0, 1), min_size=1, max_size=12))
def test_any_small_table_is_reached(values: list[float]) -> None:
    moduli = np.abs(table_angles(values).response(roots_of_unity(len(values))))
    np.testing.assert_allclose(moduli**2, np.square(values), atol=1e-12)


def test_a_constant_table_needs_no_signal() -> None:
    for value in (0.0, 0.3, 1.0):
        angles = table_angles([value] * 6)
        assert angles.degree == 0
        assert abs(angles.response([1.0])[0]) == pytest.approx(value)


def test_fejer_interpolation_passes_the_nodes_between_their_bounds(
    rng: np.random.Generator,
) -> None:
    values = rng.uniform(0.2, 0.9, 11)
    r = fejer_interpolation(values)
    angles = np.linspace(0, 2 * np.pi, 1001)
    modes = np.exp(1j * np.multiply.outer(angles, np.arange(1, 11)))
    curve = r[0].real + 2 * (modes @ r[1:]).real
    assert curve.min() > values.min() - 1e-12
    assert curve.max() < values.max() + 1e-12
    at_nodes = np.exp(1j * np.multiply.outer(2 * np.pi * np.arange(11) / 11, np.arange(1, 11)))
    np.testing.assert_allclose(r[0].real + 2 * (at_nodes @ r[1:]).real, values, atol=1e-12)


def test_the_spectral_factor_is_outer(rng: np.random.Generator) -> None:
    coefficients = rng.normal(size=9) + 1j * rng.normal(size=9)
    factor = spectral_factor(autocorrelation(coefficients))
    np.testing.assert_allclose(autocorrelation(factor), autocorrelation(coefficients), atol=1e-12)
    assert np.abs(np.roots(factor[::-1])).min() > 1 - 1e-9


@pytest.mark.parametrize("largest", [0.5, 0.9995, 1.0])
def test_the_complement_closes_the_circle(largest: float, rng: np.random.Generator) -> None:
    coefficients = np.array([0.5, 0, 0, 0.5]) * largest  # touches its largest modulus thrice
    other = complementary_polynomial(coefficients)
    points = np.exp(2j * np.pi * rng.random(50))
    total = sum(np.abs(np.polyval(c[::-1], points)) ** 2 for c in (coefficients, other))
    np.testing.assert_allclose(total, 1, atol=1e-12)


@pytest.mark.parametrize("degree", [1, 2, 3, 12, 65, 256])
def test_symmetric_phases_reproduce_the_polynomial(degree: int, rng: np.random.Generator) -> None:
    coefficients = np.zeros(degree + 1)
    coefficients[degree % 2 :: 2] = rng.normal(size=degree // 2 + 1)
    for f in (Chebyshev(coefficients), Chebyshev([0] * degree + [1])):
        grid = np.linspace(0, np.pi, 2001)
        f = f * (0.99 / np.abs(f(np.cos(grid))).max())
        phases = symmetric_phases(f.coef)
        np.testing.assert_allclose(phases, phases[::-1])
        np.testing.assert_allclose(symmetric_response(phases, grid), f(np.cos(grid)), atol=1e-12)


@pytest.mark.parametrize("num_known", [0, 1, 2, 7, 24])
def test_symmetric_phases_reach_any_table(num_known: int, rng: np.random.Generator) -> None:
    angles = np.pi * np.arange(num_known + 1) / (2 * max(1, num_known))
    random, ball = rng.random(num_known + 1), (np.arange(num_known + 1) <= 3).astype(float)
    for table in (random, ball, 0 * ball, np.arange(num_known + 1) % 2):
        series = table_series(table)
        assert len(series) == 2 * num_known + 1
        assert not series[1::2].any()
        phases, scale = scaled_phases(series)
        np.testing.assert_allclose(symmetric_response(phases, angles), scale * table, atol=1e-13)
        assert 0.5 < scale <= 1
    assert scaled_phases([0.0, 0.5])[1] == 1


def test_bad_input_is_refused() -> None:
    for call, message in [
        (lambda: polynomial_angles([0.8, 0.8]), "modulus at most 1"),
        (lambda: polynomial_angles([]), "finite row"),
        (lambda: polynomial_angles([np.nan]), "finite row"),
        (lambda: table_angles([0.5, 1.5]), "should lie in"),
        (lambda: table_angles([0.5, np.nan]), "should be finite"),
        (lambda: table_angles([[1.0]]), "should have shape"),
        (lambda: table_angles([]), "should have shape"),
        (lambda: spectral_factor([1, 1]), "R should be nonnegative"),
        (lambda: spectral_factor([-1, 0]), "R should be nonnegative"),
        (lambda: symmetric_phases([0.1, 0.2]), "parity of its degree"),
        (lambda: symmetric_phases([0, 1.5]), "below modulus 1"),
        (lambda: symmetric_phases([]), "chebyshev should have shape"),
        (lambda: symmetric_response([], [0.1]), "phases should have shape"),
        (lambda: table_series([]), r"table should have shape \(n \+ 1,\)"),
        (lambda: scaled_phases([[1.0]]), "chebyshev should have shape"),
        (lambda: SignalAngles(rotations=[0.1], phases=[0.1, 0.2]), "phases should have shape"),
    ]:
        with case(message), pytest.raises(ValueError, match=message):
            call()
