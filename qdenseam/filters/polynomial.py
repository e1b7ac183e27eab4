r"""Filters that are polynomials of low degree m in the signal z = e^{iωd}: m signals, not n.

The filter is \|P(e^{iωd})\| for P(z) = Σ_k c_k z^k with \|P\| <= 1 on the unit circle.
"""

from abc import abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from math import comb, pi
from typing import Annotated, ClassVar

import numpy as np
import numpy.typing as npt

from circuits.distance.signal_processing import SignalAngles, polynomial_angles
from classical_ref.checks import Complexes, Floats, Within
from qdenseam.filters.tables import Filter, NumKnown


class PolynomialFilter(Filter):
    """A filter given by its polynomial."""

    @abstractmethod
    def polynomial(self, num_known: NumKnown) -> tuple[Complexes, float]:
        """Return c_0..c_m and the signal angle ω for n >= 1 known bits."""

    def table(self, num_known: NumKnown) -> Floats:
        """Return the moduli at d = 0..n, shape ``(n + 1,)``; F = 1 when nothing is known."""
        if num_known == 0:
            return np.ones(1)
        coefficients, omega = self.polynomial(num_known)
        points = np.exp(1j * omega * np.arange(num_known + 1))
        return np.abs(np.polynomial.polynomial.polyval(points, coefficients))

    def signal(self, num_known: NumKnown) -> tuple[SignalAngles, float]:
        """Return the angles of the polynomial and ω."""
        if num_known == 0:
            return polynomial_angles([1.0]), pi
        coefficients, omega = self.polynomial(num_known)
        row = np.asarray(coefficients, dtype=np.complex128)
        return cached_angles(polynomial_angles, row.tobytes()), omega


@dataclass(frozen=True, slots=True)
class CosinePower(PolynomialFilter):
    """F(d) = cos^b(πd/(2n)): what Trugenberger's b controls do (2001, equation 15)."""

    name: ClassVar[str] = "cosine-power"
    num_controls: Annotated[int, Within("[1, 500]", "A hamming-ball is sharper.")] = 2

    def polynomial(self, num_known: NumKnown) -> tuple[Complexes, float]:
        """Return ((1 + z)/2)^b and ω = π/n."""
        b = self.num_controls
        return np.array([comb(b, k) / 2**b for k in range(b + 1)], dtype=complex), pi / num_known

    def cosine_series(self, num_known: NumKnown) -> Floats:
        """Return a^b, of degree b."""
        if num_known == 0:
            return np.ones(1)
        return np.asarray(np.polynomial.chebyshev.poly2cheb([0.0] * self.num_controls + [1.0]))

    def table(self, num_known: NumKnown) -> Floats:
        """Return the powers of the cosine, shape ``(n + 1,)``; F(0) = 1 when nothing is known."""
        angles = np.pi * np.arange(num_known + 1) / (2 * max(1, num_known))
        return np.asarray(np.cos(angles) ** self.num_controls)


@dataclass(frozen=True, slots=True)
class DolphChebyshev(PolynomialFilter):
    r"""F(d) = \|T_m(cos(πd/2n)/x)\|/T_m(1/x): the sharpest main lobe at a given ripple beyond x.

    Attributes:
        degree: m >= 1.
        edge: x in (0, 1), the cosine at which the side lobes begin.

    References:
        Dolph, "A current distribution for broadside arrays which optimizes the relationship
        between beam width and side-lobe level" (1946).
    """

    name: ClassVar[str] = "dolph-chebyshev"
    degree: Annotated[int, Within("[1, 500]", "No more than n signals are needed.")] = 4
    edge: Annotated[float, Within("(0, 1)")] = 0.85

    def polynomial(self, num_known: NumKnown) -> tuple[Complexes, float]:
        """Return w^m f(cos θ) as a polynomial in z = w², w = e^{iθ}, and ω = π/n."""
        m, series = self.degree, self.cosine_series(num_known)
        coefficients = np.zeros(m + 1, dtype=complex)
        for k in range(m % 2, m + 1, 2):  # cos kθ = (w^k + w^-k)/2
            coefficients[(m + k) // 2] += series[k] / 2
            coefficients[(m - k) // 2] += series[k] / 2
        return coefficients, pi / num_known

    def cosine_series(self, num_known: NumKnown) -> Floats:
        """Return f, of degree m.

        Raises:
            ValueError: T_m(1/x) does not fit into float64.
        """
        if num_known == 0:
            return np.ones(1)
        m = self.degree
        top = np.polynomial.Chebyshev.basis(m)
        nodes = np.cos(pi * (np.arange(m + 1) + 0.5) / (m + 1))
        with np.errstate(all="ignore"):  # what is not finite is refused
            values = top(nodes / self.edge) / top(1 / self.edge)
        if not np.isfinite(values).all():
            raise ValueError(
                f"edge should be larger for degree {m}, so that T_m(1/edge) fits into float64. "
                f"Got {self.edge}; CosinePower({m}) is the limit of a small edge."
            )
        series = np.polynomial.chebyshev.chebfit(nodes, values, m)
        series[m - 1 :: -2] = 0  # rounding of the other parity
        return np.asarray(series)


@lru_cache(maxsize=256)
def cached_angles(find: Callable[[npt.ArrayLike], SignalAngles], data: bytes) -> SignalAngles:
    """Return the angles that ``find`` gives for a row of complex numbers, passed as its bytes."""
    return find(np.frombuffer(data, dtype=np.complex128))
