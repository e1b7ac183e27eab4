"""The best filter of a given degree, by linear programming on its squared modulus."""

from dataclasses import dataclass
from functools import lru_cache
from math import comb, pi
from typing import Annotated, ClassVar

import numpy as np

from circuits.distance.signal_processing import SignalAngles, modulus_angles
from classical_ref.checks import Complexes, Floats, Within
from qdenseam.filters.polynomial import cached_angles
from qdenseam.filters.tables import Filter, NumKnown, Radius

_ANGLES = np.linspace(1.5, 2.4, 10) * pi
"""Candidates for (n + 1)ω: beyond 2π distances near n alias, which random patterns never have."""
_NUM_EXCHANGES = 20


@dataclass(frozen=True, slots=True)
class OptimalFilter(Filter):
    r"""The filter of m signals that lets the fewest random patterns through.

    Among all sequences of m signals it minimizes Σ_d C(n, d) 2^-n F(d)², the acceptance of a
    random pattern, subject to F(d)² >= ``acceptance`` for all d <= radius. Since F² = \|P\|² for
    some polynomial P of degree m exactly if it is a trigonometric polynomial of degree m in
    [0, 1], this is a linear program; it is solved for ten signal angles ω around 2π/(n + 1), and
    the best is taken. Without the bound \|P\| <= 1 the optimum at a single d is the Christoffel
    kernel, whose acceptance may be vanishingly small. Extremal polynomials and filters designed by
    their squared modulus are a known problem; here it stands in a new setting.

    Attributes:
        degree: m from 1 to 16, beyond which the search takes minutes; more than n are cut to n.
        radius: e >= 0.
        acceptance: In (0, 1], how surely a pattern within the radius must be kept.

    References:
        Wu, Boyd and Vandenberghe, "FIR filter design via spectral factorization and convex
        optimization" (1999).
    """

    name: ClassVar[str] = "optimal"
    degree: Annotated[int, Within("[1, 16]", "A table takes any shape, with n signals.")] = 4
    radius: Radius = 1
    acceptance: Annotated[float, Within("(0, 1]")] = 0.5

    def table(self, num_known: NumKnown) -> Floats:
        """Return F(d), shape ``(n + 1,)``; F = 1 when nothing is known."""
        if num_known == 0:
            return np.ones(1)
        fourier, omega = self._solution(num_known)
        squares = _values(fourier, omega * np.arange(num_known + 1.0))
        return np.sqrt(np.clip(squares, 0, 1))  # rounding only: R lies in [0, 1]

    def signal(self, num_known: NumKnown) -> tuple[SignalAngles, float]:
        """Return the angles and ω."""
        if num_known == 0:
            return modulus_angles([1.0]), pi
        fourier, omega = self._solution(num_known)
        return cached_angles(modulus_angles, fourier.tobytes()), omega

    def _solution(self, num_known: NumKnown) -> tuple[Complexes, float]:
        degree, radius = min(self.degree, num_known), min(self.radius, num_known)
        return _solve(num_known, degree, radius, self.acceptance)


@lru_cache(maxsize=256)
def _solve(num_known: int, degree: int, radius: int, acceptance: float) -> tuple[Complexes, float]:
    """Return r_0..r_m of the best R and its signal angle."""
    solutions = [
        (*_solve_at(num_known, degree, radius, acceptance, omega), omega)
        for omega in _ANGLES / (num_known + 1)
    ]
    least, fourier, omega = min(solutions, key=lambda solution: solution[0])
    if not np.isfinite(least):
        raise ValueError(
            f"no filter of {degree} signals found that keeps distances 0..{radius} of {num_known} "
            f"with acceptance {acceptance}; lower the acceptance or raise the degree."
        )
    fourier.setflags(write=False)
    return fourier, float(omega)


def _solve_at(
    num_known: int, degree: int, radius: int, acceptance: float, omega: float
) -> tuple[float, Complexes]:
    """Return the acceptance of random patterns and r_0..r_m of the best R for one ω."""
    distances = np.arange(num_known + 1.0)
    random = np.array([comb(num_known, d) / 2**num_known for d in range(num_known + 1)])
    at_distances = _modes(omega * distances, degree)
    cost = random @ at_distances
    points = 2 * pi * np.arange(16.0 * degree) / (16 * degree)
    fine = 2 * pi * np.arange(512.0 * degree) / (512 * degree)
    on_fine = _modes(fine, degree)
    for _ in range(_NUM_EXCHANGES):
        on_points = _modes(points, degree)
        inside = at_distances[: radius + 1]
        above = np.concatenate(
            [np.zeros(len(points)), np.ones(len(points)), np.full(radius + 1, -acceptance)]
        )
        found = _minimum(cost / cost.max(), np.vstack([-on_points, on_points, -inside]), above)
        if found is None:
            return np.inf, np.zeros(degree + 1, dtype=complex)
        solution = found
        # between the points R may leave [0, 1]: bind it where it does, and solve again
        places, excess = _worst_places(solution, fine, on_fine, degree)
        if not (excess > 1e-9).any():
            break
        points = np.concatenate([points, places[excess > 1e-9]])
    slack = max(float(excess.max(initial=0.0)), 0.0) + 1e-10  # what is left is lifted away
    fourier = np.zeros(degree + 1, dtype=complex)
    fourier[0] = (solution[0] + slack) / (1 + 2 * slack)
    fourier[1:] = (solution[1 : degree + 1] - 1j * solution[degree + 1 :]) / (2 * (1 + 2 * slack))
    return float(random @ _values(fourier, omega * distances)), fourier


def _minimum(cost: Floats, matrix: Floats, bounds: Floats) -> Floats | None:
    """Return the x that minimizes cost·x under matrix·x <= bounds; ``None`` if none is found."""
    from scipy.optimize import linprog

    for tolerance in (1e-10, 1e-8):  # the tight one fails on some degenerate programs
        options = {
            "primal_feasibility_tolerance": tolerance,
            "dual_feasibility_tolerance": tolerance,
        }
        solved = linprog(
            cost, A_ub=matrix, b_ub=bounds, bounds=(None, None), method="highs", options=options
        )
        if solved.x is not None:
            return np.asarray(solved.x, dtype=float)
    return None


def _worst_places(
    solution: Floats, fine: Floats, on_fine: Floats, degree: int
) -> tuple[Floats, Floats]:
    """Return the angles at which R comes nearest to leaving [0, 1], and by how much it does."""
    values = on_fine @ solution
    places = []
    for excess in (-values, values - 1):
        before, after = np.roll(excess, 1), np.roll(excess, -1)
        peaks = (excess >= before) & (excess >= after) & (excess > -1e-3)
        bend = (before - 2 * excess + after)[peaks]
        bend = np.where(bend < 0, bend, -np.inf)
        places.append(fine[peaks] + (before - after)[peaks] / (2 * bend) * (fine[1] - fine[0]))
    angles = np.concatenate(places)
    reached = _modes(angles, degree) @ solution
    return angles, np.maximum(-reached, reached - 1)


def _modes(angles: Floats, degree: int) -> Floats:
    """Return 1, cos kθ, sin kθ for k = 1..m, shape ``(num_angles, 2m + 1)``."""
    phases = np.multiply.outer(angles, np.arange(1, degree + 1))
    return np.hstack([np.ones((len(angles), 1)), np.cos(phases), np.sin(phases)])


def _values(fourier: Complexes, angles: Floats) -> Floats:
    """Return R at the angles."""
    phases = np.multiply.outer(angles, np.arange(1, len(fourier)))
    return np.asarray(fourier[0].real + 2 * (np.exp(1j * phases) @ fourier[1:]).real)
