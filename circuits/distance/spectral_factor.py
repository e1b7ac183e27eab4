r"""Polynomials of a given squared modulus on the unit circle.

A nonnegative trigonometric polynomial R(θ) = Σ_k r_k e^{ikθ}, r_{-k} = conj(r_k), of degree n is
|P(e^{iθ})|² of a polynomial P of the same degree (Fejér and Riesz); of all such P the outer one,
without zeros inside the unit circle, is returned. R is held as its coefficients r_0..r_n.
"""

import numpy as np
import numpy.typing as npt

from classical_ref.checks import Complexes

_MAX_STEPS = 100


def fejer_interpolation(values: npt.ArrayLike) -> Complexes:
    r"""Return the trigonometric polynomial of degree n through n + 1 values, between their bounds.

    .. math:: R(\theta) = \sum_{d=0}^{n} v_d\, K(\theta - \theta_d), \quad
              K(\theta) = \Big(\frac{\sin((n+1)\theta/2)}{(n+1)\sin(\theta/2)}\Big)^2, \quad
              \theta_d = \frac{2\pi d}{n+1}

    Fejér's kernel is nonnegative, 1 at its own node and 0 at the others, and its n + 1 shifts sum
    to 1; so R(θ_d) = v_d and min v <= R <= max v everywhere.

    Args:
        values: Real v_d at the nodes θ_d, shape ``(n + 1,)``.

    Returns:
        r_0..r_n, shape ``(n + 1,)``.

    References:
        Fejér, "Über Interpolation" (1916).
    """
    nodes = np.asarray(values, dtype=float)
    return np.asarray(np.fft.fft(nodes) / len(nodes) * (1 - np.arange(len(nodes)) / len(nodes)))


def autocorrelation(coefficients: npt.ArrayLike) -> Complexes:
    """Return r_0..r_n of |P|² for the coefficients c_0..c_n of P, shape ``(n + 1,)``."""
    c = np.asarray(coefficients, dtype=np.complex128)
    return np.correlate(c, c, mode="full")[len(c) - 1 :]


def spectral_factor(fourier: npt.ArrayLike) -> Complexes:
    r"""Return the outer P with |P|² = R, by Newton's method on the coefficients.

    R may touch zero: then P has a zero on the circle, Newton's method halves the error per step
    instead of squaring it, and |P|² still comes out to rounding although P itself is known to half
    the digits only. Costs O(n³) per step, about 25 steps at the most.

    Args:
        fourier: r_0..r_n of a nonnegative R, shape ``(n + 1,)``.

    Returns:
        The coefficients c_0..c_n of P, shape ``(n + 1,)``.

    Raises:
        ValueError: R is negative somewhere, so that there is no factor.

    References:
        Wilson, "Factorization of the covariance generating function of a pure moving average
        process" (1969).
    """
    target = np.asarray(fourier, dtype=np.complex128)
    degree = len(target) - 1
    scale = float(target[0].real)
    lowest = float(2 * np.fft.fft(target, 8 * degree + 8).real.min()) - scale
    if lowest < -1e-9 * max(1.0, scale):
        raise ValueError(f"R should be nonnegative. Got {lowest}.")
    factor = np.zeros(degree + 1, dtype=np.complex128)
    if scale <= 0:
        return factor
    factor[0] = np.sqrt(scale)
    best, smallest = factor, np.inf
    for _ in range(_MAX_STEPS):
        reached = autocorrelation(factor)
        error = float(np.abs(reached - target).max()) / scale
        stuck = error > 0.9 * smallest and smallest < 1e-10
        if error < smallest:
            best, smallest = factor, error
        if error < 2e-16 or stuck:
            break
        factor = _newton_step(factor, target + reached)
    if not smallest < 1e-9:
        raise ValueError(
            f"R should be nonnegative. Got one without a factor (error {smallest:.1e})."
        )
    return best


def outer_factor(values: npt.ArrayLike, degree: int) -> Complexes:
    r"""Return the outer P with |P|² = R for a strictly positive R, by two Fourier transforms.

    .. math:: P = \exp\Big(\tfrac{1}{2}\,\Pi_{+} \ln R\Big)

    with Π₊ keeping twice the positive frequencies and once the constant. Fast at any degree, but
    the grid must resolve ln R: it should stay above about 10^-3.

    Args:
        values: R at N equispaced angles from 0, shape ``(N,)``, N a power of two.
        degree: The degree n of R.

    Returns:
        The coefficients c_0..c_n of P, shape ``(n + 1,)``.

    References:
        Berntson and Sünderhauf, "Complementary polynomials in quantum signal processing" (2024),
        algorithm 1.
    """
    samples = np.asarray(values, dtype=float)
    half = len(samples) // 2
    spectrum = np.fft.fft(np.log(samples)) / 2
    spectrum[1:half] *= 2
    spectrum[half + 1 :] = 0
    return np.asarray(np.fft.fft(np.exp(np.fft.ifft(spectrum)))[: degree + 1] / len(samples))


def _newton_step(factor: Complexes, right: Complexes) -> Complexes:
    """Return X with conj(P) X + P conj(X) = |P|² + R, its constant coefficient real."""
    size = len(factor)
    index = np.arange(size)
    lag, total = index[None, :] - index[:, None], index[None, :] + index[:, None]
    direct = np.where(lag >= 0, factor.conj()[np.clip(lag, 0, None)], 0)
    mirrored = np.where(total < size, factor[np.clip(total, None, size - 1)], 0)
    plus, minus = direct + mirrored, direct - mirrored
    matrix = np.block([[plus.real, -minus.imag], [plus.imag, minus.real]])
    free = np.arange(2 * size) != size  # the constant is real, and so is the zeroth equation
    solution = np.zeros(2 * size)
    stacked = np.concatenate([right.real, right.imag])
    solution[free] = np.linalg.solve(matrix[np.ix_(free, free)], stacked[free])
    return solution[:size] + 1j * solution[size:]
