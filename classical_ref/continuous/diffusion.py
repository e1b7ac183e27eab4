r"""Diffusion models of a finite training set, as associative memories.

Patterns blurred by Gaussian noise of a variance have the density
:math:`p(x) = K^{-1} \sum_\mu N(x; \xi^\mu, v)`. Its score is the force of
:class:`~classical_ref.GaussianMemory` at :math:`\beta = 1/v`, so that denoising is one step of the
memory. Authors who write :math:`e^{-\beta |x - \xi|^2}` have half of this beta.

References:
    Ambrogioni, "In search of dispersed memories: generative diffusion models are associative memory
    networks" (2024).
"""

from typing import Annotated

import numpy as np
from numpy.typing import ArrayLike

from classical_ref.checks import Floats, Within, checked
from classical_ref.continuous.energies import GaussianMemory
from classical_ref.log_sums import log_sum_exp

_SMALL = 0.01  # ratio of Bessel functions below which eight terms are exact


Variance = Annotated[float, Within("[1e-12, 1e12]", "Give the states in other units.")]
"""Variance of the noise."""


@checked
def score(states: ArrayLike, patterns: ArrayLike, *, variance: Variance) -> Floats:
    r"""Return :math:`\nabla \log p(x)`, of the shape of ``states``.

    Args:
        states: ``(..., num_neurons)``.
        patterns: ``(num_patterns, num_neurons)``.
        variance: Variance v of the noise.

    Raises:
        ValueError: A shape is wrong, or ``variance`` is not from 1e-12 to 1e12.
    """
    return np.asarray(-_memory(patterns, variance).gradient(states) / variance)


@checked
def denoise(states: ArrayLike, patterns: ArrayLike, *, variance: Variance) -> Floats:
    r"""Return the mean of the pattern given its noisy version, :math:`x + v \nabla \log p(x)`.

    It is the average of the patterns by their posterior weights: attention with
    :math:`\beta = 1/v`, if all patterns have the same length.

    Raises:
        ValueError: A shape is wrong, or ``variance`` is not from 1e-12 to 1e12.
    """
    return _memory(patterns, variance).step(states)


@checked
def critical_variance(distance: Annotated[float, Within("[1e-150, 1e150]")]) -> float:
    r"""Return the variance at which two patterns ``2 * distance`` apart become two minima.

    With patterns :math:`\pm a` the curvature at 0 is :math:`1 - a^2/v`: a pitchfork at
    :math:`v = a^2`, which is :math:`\beta_c = 1/(2a^2)` for energies of
    :math:`e^{-\beta |x - \xi|^2}`.

    Raises:
        ValueError: ``distance`` is not from 1e-150 to 1e150, so that its square is no float.
    """
    return distance**2


@checked
def ring_barrier(
    num_patterns: Annotated[int, Within("[2, 1000000]")], *, variance: Variance
) -> float:
    r"""Return the energy barrier between neighbors on the unit circle, equally spaced.

    The highest minus the lowest energy of :class:`~classical_ref.GaussianMemory` on the circle
    through the patterns, by the Jacobi-Anger expansion with :math:`\beta = 1/v`,

    .. math:: \Delta E = \tfrac1\beta \log \frac{1 + 2 \sum_{m \ge 1} r_m}
              {1 + 2 \sum_{m \ge 1} (-1)^m r_m}, \qquad r_m = I_{mK}(\beta) / I_0(\beta).

    Where it is far below the noise the patterns have merged into a continuous ring: samples are no
    longer memorized but interpolated.

    Raises:
        ValueError: ``num_patterns`` is not from two to a million, or ``variance`` is not from 1e-12
            to 1e12.
    """
    from scipy.special import ive

    beta = 1 / variance
    orders = num_patterns * np.arange(1, 9)
    ratios = ive(orders, beta) / ive(0, beta)
    if ratios[0] < _SMALL:  # the series keeps the digits that the energies share
        odd, even = ratios[::2].sum(), ratios[1::2].sum()
        return float(np.log1p(4 * odd / (1 + 2 * (even - odd))) / beta)
    angles = 2 * np.pi * np.arange(num_patterns) / num_patterns
    top = log_sum_exp(beta * np.cos(angles))
    return float(top - log_sum_exp(beta * np.cos(angles - np.pi / num_patterns))) / beta


@checked
def ring_radius(*, variance: Variance) -> float:
    r"""Return the radius of the minima for a continuous ring of patterns of radius 1.

    It solves :math:`r = I_1(\beta r) / I_0(\beta r)` with :math:`\beta = 1/v`; at and above
    :math:`v = 1/2` only the center is left, and the radius is 0.

    Raises:
        ValueError: ``variance`` is not from 1e-12 to 1e12.
    """
    if variance >= 0.5:
        return 0.0
    from scipy.optimize import brentq
    from scipy.special import ive

    beta = 1 / variance
    low = np.sqrt(1 - 2 * variance) / 2  # below the root, which is near 2 sqrt(1/2 - v) at v = 1/2
    return float(brentq(lambda r: ive(1, beta * r) / ive(0, beta * r) - r, low, 1.0, xtol=1e-14))


def _memory(patterns: ArrayLike, variance: float) -> GaussianMemory:
    return GaussianMemory(patterns, 1 / variance)  # type: ignore[arg-type]  # checked there
