"""How many random patterns a memory holds, each number named by its criterion.

One-step criteria look at one spin of a stored pattern presented without corruption, the
self-interaction excluded: the signal ``g(D - 1)`` of its own pattern against the noise of the
``K - 1`` others, a sum of independent terms ``+-g(h)`` with h the sum of ``D - 1`` random signs.
"""

import math
from typing import Annotated

import numpy as np

from classical_ref.checks import Floats, Within, checked
from classical_ref.discrete.tables import cached_gains
from classical_ref.separation import Rule
from classical_ref.tabulated import SeparationLike, as_separation

_POINTS = 1024  # of the characteristic function at a time
_SMOOTHING = 0.002
_SPACING = 0.05
_NEGLIGIBLE = 1e-12

Order = Annotated[int, Within("[2, 1000]", "Loads of higher orders are no floats.")]
"""Interaction order n."""
Neurons = Annotated[int, Within("[1, 1000000000]")]
"""Number D of neurons."""
FewNeurons = Annotated[int, Within("[2, 10000]", "The loads for large D hold there.")]
"""Number D of neurons over which sums run."""
Patterns = Annotated[float, Within("[1, 1e300]")]
"""Number K of patterns."""


@checked
def half_percent_capacity(order: Order, num_neurons: Neurons) -> float:
    r"""Return the load at which 0.5 % of the bits move in one step, for large D.

    .. math:: K = \frac{D^{n-1}}{a^2 (2n-3)!!}, \qquad a = 2.5758

    Gaussian noise with its leading moment. The same line is quoted as 1 % by authors who count
    both tails. At a few hundred neurons use :func:`one_step_capacity`.

    References:
        Krotov and Hopfield, "Dense associative memory for pattern recognition" (2016).
    """
    from scipy.special import ndtri

    return _load(order, num_neurons) / float(ndtri(0.995)) ** 2


@checked
def error_free_capacity(
    order: Order, num_neurons: Annotated[int, Within("[2, 1000000000]")]
) -> float:
    r"""Return the large-D load of the criterion usually called "error free".

    .. math:: K = \frac{D^{n-1}}{2 (2n-3)!! \ln D}

    At this load the expected number of wrong bits of a pattern is about
    :math:`(4 \pi \ln D)^{-1/2}`: 0.13 at D = 100, and it vanishes only like a logarithm.

    References:
        Krotov and Hopfield, "Dense associative memory for pattern recognition" (2016).
    """
    return _load(order, num_neurons) / (2 * math.log(num_neurons))


@checked
def sequence_capacity(
    order: Order, num_neurons: Annotated[int, Within("[2, 1000000000]")]
) -> float:
    r"""Return the length of random sequences that is recalled whole from its start, for large D.

    .. math:: L = \frac{D^{n-1}}{2 n (2n-3)!! \ln D}

    A single transition is free of errors up to n times that, the load of
    :func:`error_free_capacity`. The order n is that of the energy, one above the power of the
    overlaps in the fields.

    References:
        Chaudhry, Zavatone-Veth, Krotov and Pehlevan, "Long sequence Hopfield memory" (2023).
    """
    return error_free_capacity(order, num_neurons) / order


@checked
def hopfield_retrieval_capacity(num_neurons: Neurons) -> float:
    """Return ``0.138 * D``, where retrieval states of the Hebb rule vanish under full dynamics.

    References:
        Amit, Gutfreund and Sompolinsky, "Storing infinite numbers of patterns in a spin-glass model
        of neural networks" (1985).
    """
    return 0.138 * num_neurons


@checked
def exponential_guaranteed_capacity(
    num_neurons: Annotated[int, Within("[1, 2000]", "More patterns than a float can count.")],
    *,
    corruption: Annotated[float, Within("[0, 0.5)")] = 0.0,
) -> float:
    r"""Return the number of patterns that the exponential memory provably holds for large D.

    All patterns are recalled in one step, with probability tending to one, from probes with a
    fraction :math:`\rho` of wrong bits if :math:`K = e^{\alpha D} + 1` with

    .. math:: \alpha < I(1 - 2\rho) / 2, \qquad
              I(a) = \tfrac12 [(1 + a) \ln(1 + a) + (1 - a) \ln(1 - a)].

    Returned is the limit :math:`e^{D I / 2}`, which is :math:`2^{D/2}` without corruption. A given
    pattern at a stated bit error allows more; see :func:`one_step_capacity`.

    References:
        Demircigil et al., "On a model of associative memory with huge storage capacity" (2017).
    """
    a = 1 - 2 * corruption
    rate = (1 + a) * math.log1p(a) + ((1 - a) * math.log1p(-a) if a < 1 else 0.0)
    return math.exp(num_neurons * rate / 4)


@checked
def dynamical_load(order: Annotated[int, Within("[3, 1000]")]) -> float:
    r"""Return the load :math:`\alpha' = (2n-3)!!\, K / D^{n-1}` at which retrieval vanishes.

    For large D and with the memory of the synchronous dynamics for its own past left out, the
    overlap obeys :math:`m \leftarrow \operatorname{erf}(m^{n-1} / \sqrt{2 \alpha'})`, which has a
    retrieval state up to :math:`\max_x [\operatorname{erf}(x)^{n-1} / (\sqrt2\, x)]^2`: 0.2522 for
    n = 3, 0.1979 for n = 4.
    """
    from scipy.optimize import minimize_scalar
    from scipy.special import erf

    found = minimize_scalar(
        lambda x: -((erf(x) ** (order - 1) / (math.sqrt(2) * x)) ** 2),
        bounds=(0.1, 10),
        method="bounded",
        options={"xatol": 1e-12},
    )
    return float(-found.fun)


@checked
def gaussian_bit_error(
    separation: SeparationLike,
    num_neurons: FewNeurons,
    num_patterns: Patterns,
    *,
    rule: Rule = "exact",
) -> float:
    """Return the one-step bit error if the noise were Gaussian, with its exact variance.

    For the exponential separation the noise has heavy tails and the true error is far larger.

    Raises:
        ValueError: D is not from 2 to 10,000, or K not from 1 to 1e300.
    """
    ratios, probabilities = _noise(separation, num_neurons, rule)
    deviation = math.sqrt((num_patterns - 1) * float(probabilities @ ratios**2))
    return 0.0 if deviation == 0 else math.erfc(1 / deviation / math.sqrt(2)) / 2


@checked
def bit_error(
    separation: SeparationLike,
    num_neurons: FewNeurons,
    num_patterns: Patterns,
    *,
    rule: Rule = "exact",
) -> float:
    r"""Return the probability that a spin of a stored random pattern moves in one step.

    With :math:`\gamma = g(h) / g(D-1)` and its characteristic function
    :math:`\varphi(t) = E \cos t\gamma` the noise exceeds the signal with probability

    .. math:: \frac12 - \frac1\pi \int_0^\infty \frac{\sin t}{t} \varphi(t)^{K-1} dt.

    The noise is smoothed by a Gaussian of 0.2 % of the signal, so that the integral dies out even
    for few patterns with few values; ties count half.

    Raises:
        ValueError: D is not from 2 to 10,000, or K not from 1 to 1e300.

    References:
        Gil-Pelaez, "Note on the inversion theorem" (1951).
    """
    ratios, probabilities = _noise(separation, num_neurons, rule)
    total = _SPACING / 2  # the integrand is 1 at t = 0
    start = 1
    while True:
        t = _SPACING * np.arange(start, start + _POINTS)
        powers = (np.cos(np.outer(t, ratios)) @ probabilities) ** (num_patterns - 1)
        powers *= np.exp(-((_SMOOTHING * t) ** 2) / 2)
        total += _SPACING * float((np.sin(t) / t) @ powers)
        if np.abs(powers[-_POINTS // 8 :]).max() < _NEGLIGIBLE:
            return max(0.5 - total / math.pi, 0.0)
        start += _POINTS


@checked
def one_step_capacity(
    separation: SeparationLike,
    num_neurons: FewNeurons,
    *,
    max_bit_error: Annotated[float, Within("(0, 0.5)")] = 0.005,
    rule: Rule = "exact",
) -> int:
    """Return the largest number of patterns whose :func:`bit_error` is at most ``max_bit_error``.

    Raises:
        ValueError: ``max_bit_error`` is outside (0, 0.5), or it is already exceeded at 2 patterns.
    """
    separation = as_separation(separation, num_neurons)
    low = 2
    if bit_error(separation, num_neurons, low, rule=rule) > max_bit_error:
        raise ValueError(
            f"max_bit_error should be reached beyond {low} patterns. Got {max_bit_error} with "
            f"{separation} at {num_neurons} neurons; use more neurons or a larger error."
        )
    high = 2 * low
    while bit_error(separation, num_neurons, high, rule=rule) <= max_bit_error:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        if bit_error(separation, num_neurons, middle, rule=rule) <= max_bit_error:
            low = middle
        else:
            high = middle
    return low


def double_factorial(order: int) -> int:
    """Return ``(2 * order - 3)!!``, the variance of ``Z**(order - 1)`` for odd ``order - 1``."""
    return math.prod(range(1, 2 * order - 2, 2))


def _load(order: int, num_neurons: int) -> float:
    """Return ``D**(n - 1) / (2 n - 3)!!``."""
    try:
        return float(num_neurons ** (order - 1) / double_factorial(order))
    except OverflowError:
        raise ValueError(
            f"order and num_neurons should give a load below 1e308. Got {order} and {num_neurons}."
        ) from None


def _noise(separation: SeparationLike, num_neurons: int, rule: Rule) -> tuple[Floats, Floats]:
    """Return the values of ``g(h) / g(D - 1)`` and their probabilities."""
    from scipy.special import gammaln

    wrong = np.arange(num_neurons)
    logarithms = gammaln(num_neurons) - gammaln(wrong + 1) - gammaln(num_neurons - wrong)
    probabilities = np.exp(logarithms - (num_neurons - 1) * math.log(2))
    function = as_separation(separation, num_neurons)
    gains = cached_gains(function, num_neurons, rule)
    if gains is None:
        beta = float(getattr(function, "beta"))  # noqa: B009
        return np.exp(-2 * beta * wrong), probabilities
    h = num_neurons - 1 - 2 * wrong
    signal = gains[2 * num_neurons]
    return np.array([gains[x + num_neurons + 1] / signal for x in h.tolist()]), probabilities
