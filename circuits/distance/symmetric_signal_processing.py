r"""Phases of symmetric quantum signal processing: real polynomials of definite parity in a cosine.

.. math:: U(\theta) = e^{i\varphi_0 X} \prod_{k=1}^{n} e^{i\theta Z} e^{i\varphi_k X}, \qquad
          \langle 1|U(\theta)|0\rangle = i f(\cos\theta), \qquad \varphi_k = \varphi_{n-k}

Every gate is real up to a basis change, so there are half as many free angles as in
:mod:`circuits.distance.signal_processing`, and the signal is the same product of RZZ gates.
"""

from functools import lru_cache

import numpy as np
import numpy.typing as npt

from classical_ref.checks import Complexes, Floats, check_array

_MAX_STEPS = 60
_LARGEST = 0.999
"""Modulus up to which Newton's method converges from its start."""


def symmetric_phases(chebyshev: npt.ArrayLike) -> Floats:
    r"""Return the symmetric phases of f(a) = Σ_k c_k T_k(a), by Newton's method.

    The start φ = 0 converges for f of modulus at most 0.999 in about ten steps of O(n³).

    Args:
        chebyshev: Real c_0..c_n, shape ``(n + 1,)``, only even or only odd entries non-zero and
            the last one in the parity that counts; |f| < 1 on [-1, 1].

    Returns:
        φ_0..φ_n, shape ``(n + 1,)``; the first one is applied last.

    Raises:
        ValueError: The coefficients mix parities, |f| reaches 1, or Newton's method fails.

    References:
        Wang, Dong and Lin, "On the energy landscape of symmetric quantum signal processing"
        (2022); Dong, Lin, Ni and Wang, "Robust iterative method for symmetric quantum signal
        processing in all parameter regimes" (2024).
    """
    c = check_array("chebyshev", chebyshev, "degree + 1")
    degree = len(c) - 1
    if np.abs(c[degree - 1 :: -2]).any() and degree:
        raise ValueError(
            f"f should have the parity of its degree {degree}. Got coefficients of both parities."
        )
    largest = np.abs(_cosine_series(c, np.linspace(0, np.pi, 16 * degree + 17))).max()
    if not largest < 1:
        raise ValueError(f"f should stay below modulus 1. Got {largest}; scale it to 0.999.")
    num_free = degree // 2 + 1
    angles = np.pi * (2 * np.arange(num_free) + 1) / (4 * num_free)
    target = _cosine_series(c, angles)
    reduced = np.zeros(num_free)
    for _ in range(_MAX_STEPS):
        values, jacobian = _response(_mirrored(reduced, degree), angles, num_free)
        error = values - target
        if np.abs(error).max() < 1e-14:
            break
        reduced = reduced - np.linalg.solve(jacobian, error)
    if not np.abs(error).max() < 1e-11:
        raise ValueError(
            f"no phases found for this f (error {np.abs(error).max():.1e}); scale it down."
        )
    return _mirrored(reduced, degree)


def scaled_phases(chebyshev: npt.ArrayLike) -> tuple[Floats, float]:
    """Return the phases of s·f and s = min(1, 0.999/max|f|); see :func:`symmetric_phases`.

    Args:
        chebyshev: c_0..c_n of f, of definite parity, shape ``(n + 1,)``; its modulus is free.

    Raises:
        ValueError: The coefficients mix parities or are not a finite row.
    """
    c = check_array("chebyshev", chebyshev, "degree + 1")
    phases, scale = _scaled_phases(c.tobytes())
    return phases.copy(), scale


def table_series(table: npt.ArrayLike) -> Floats:
    r"""Return the even f of degree 2n with f(cos(πd/(2n))) = F(d) for d = 0..n.

    In cos(2θ) these are the n + 1 extrema of T_n, so f is interpolation at Chebyshev points. An odd
    f vanishes at d = n, and an even one of lower degree has too few coefficients, so that 2n is the
    least for an arbitrary table. Between the points f may exceed the table, by a factor that grows
    like log n.

    Args:
        table: F(0)..F(n), shape ``(n + 1,)``.

    Returns:
        Chebyshev coefficients c_0..c_2n, shape ``(2n + 1,)``.

    Raises:
        ValueError: The table is not a non-empty row.
    """
    values = check_array("table", table, "n + 1")
    n = len(values) - 1
    series = np.zeros(2 * n + 1)
    if n == 0:
        series[0] = values[0]
        return series
    spectrum = np.fft.rfft(np.concatenate([values, values[-2:0:-1]])).real / n
    spectrum[[0, n]] /= 2
    series[::2] = spectrum
    return series


@lru_cache(maxsize=256)
def _scaled_phases(data: bytes) -> tuple[Floats, float]:
    c = np.frombuffer(data, dtype=float)
    angles = np.linspace(0, np.pi, 64 * len(c) + 1)
    largest = float(np.abs(_cosine_series(c, angles)).max())
    scale = _LARGEST / largest if largest > _LARGEST else 1.0
    return symmetric_phases(scale * c), scale


def symmetric_response(phases: npt.ArrayLike, angles: npt.ArrayLike) -> Floats:
    """Return f(cos θ) that the phases realize at the angles θ, shape ``(num_angles,)``.

    Raises:
        ValueError: ``phases`` is not a non-empty row.
    """
    row = check_array("phases", phases, "degree + 1")
    return _response(row, np.atleast_1d(np.asarray(angles, dtype=float)), 0)[0]


def _mirrored(reduced: Floats, degree: int) -> Floats:
    return np.concatenate([reduced, reduced[: degree + 1 - len(reduced)][::-1]])


def _cosine_series(c: Floats, angles: Floats) -> Floats:
    return np.asarray(np.cos(np.multiply.outer(angles, np.arange(len(c)))) @ c)


def _response(phases: Floats, angles: Floats, num_free: int) -> tuple[Floats, Floats]:
    r"""Return f at the angles and its derivatives by the first ``num_free`` phases.

    In the basis where X is diagonal, U is a product of diag(e^{iφ}, e^{-iφ}) and of
    W = [[cos θ, i sin θ], [i sin θ, cos θ]], and f = Im⟨0|U|0⟩.
    """
    cos, sin = np.cos(angles), 1j * np.sin(angles)
    turns = np.exp(1j * phases)
    # rows[k] is ⟨0|e^{iφ_0 Z} W ... W before the k-th phase; columns are their mirror images
    # because every factor is symmetric.
    rows = _running(turns, cos, sin)
    columns = _running(turns[::-1], cos, sin)[::-1]
    last = rows[-1] * np.array([turns[-1], 1 / turns[-1]])
    value = last[:, 0].imag
    jacobian = np.zeros((len(angles), num_free))
    for k in range(num_free):
        derivative = 1j * (
            rows[k, :, 0] * columns[k, :, 0] * turns[k]
            - rows[k, :, 1] * columns[k, :, 1] / turns[k]
        )
        jacobian[:, k] = (1 if 2 * k == len(phases) - 1 else 2) * derivative.imag
    return np.asarray(value), jacobian


def _running(
    turns: Complexes,
    cos: Floats,
    sin: Complexes,
) -> Complexes:
    rows = np.zeros((len(turns), len(cos), 2), dtype=np.complex128)
    rows[0, :, 0] = 1
    for k in range(1, len(turns)):
        first, second = rows[k - 1, :, 0] * turns[k - 1], rows[k - 1, :, 1] / turns[k - 1]
        rows[k, :, 0] = first * cos + second * sin
        rows[k, :, 1] = first * sin + second * cos
    return rows
