r"""Synchronous recall of an infinitely large dense memory, by generating-functional analysis.

The memory has :math:`E = -\sum_\mu F(\xi^\mu \cdot s)`, :math:`F(x) = x^n`, n >= 3, K random
patterns at ``dense_load`` :math:`\alpha = K / N^{n-1}`, and leading-order updates. In the limit of
many neurons every spin follows one stochastic process, here with fields divided by n and the
retrieved pattern gauged to +1:

.. math:: s(t+1) = \operatorname{sign} u(t), \qquad
          u(t) = m(t)^{n-1} + \alpha \sum_{t'<t} \kappa'(C(t,t'))\, G(t,t')\, s(t') + v(t),

with Gaussian noise :math:`\langle v(t) v(t') \rangle = \alpha \kappa(C(t,t'))`, where
:math:`\kappa(c) = E[Z^{n-1} Z'^{n-1}]` for unit Gaussians of correlation c. Overlap m, correlation
C and response G are averages over the process itself; it is solved step by step with many sampled
paths.

References:
    Eissfeller and Opper, "New method for studying the dynamics of disordered spin systems without
    finite-size effects" (1992), for the method of solution.
"""

import math
from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np

from classical_ref.checks import (
    Floats,
    Rng,
    Within,
    check_array,
    check_entries,
    checked,
    lock,
)
from classical_ref.discrete.fields import SelfInteraction
from classical_ref.shown import Shown
from classical_ref.theory.capacity import double_factorial

Diagonal = Literal["kept", "free"]
"""Whether products of fields contain coinciding neurons."""
Order = Annotated[int, Within("[3, 100]", "Moments of higher orders are no floats.")]
"""Interaction order n; at order 2 patterns also feel themselves through their overlaps, which this
process leaves out."""
Load = Annotated[float, Within("(0, 1e100]")]
"""``K / N**(n-1)``."""
Steps = Annotated[int, Within("[1, 1000]")]
"""Synchronous updates."""
Paths = Annotated[int, Within("[1, 1000000000]")]
"""Sampled paths."""
Fraction = Annotated[float, Within("(0, 1)")]

_SMALLEST_NOISE = 3e-5  # of a fresh noise component, relative to the first
_LOST_NOISE = 1e-3  # a component below it is settled: no later time depends on it


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class GFASolution(Shown):
    """The process of one spin; times run from 0 to ``num_steps``."""

    order: int
    """Interaction order n."""
    dense_load: float
    """``K / N**(n-1)``."""
    overlap: Floats
    """Overlap m with the retrieved pattern, ``(num_steps + 1,)``."""
    correlation: Floats
    """C between times, ``(num_steps + 1, num_steps + 1)``."""
    response: Floats
    """G(t, t') to an earlier field, strictly lower triangular, of the same shape."""
    self_interaction: Floats
    """Weight of the spin at t' in the field at t, ``(num_steps, num_steps)``."""

    def __post_init__(self) -> None:
        names = ("overlap", "correlation", "response", "self_interaction")
        lock(self, **{name: getattr(self, name) for name in names})


@checked
def solve(
    *,
    order: Order,
    dense_load: Load,
    initial_overlap: Annotated[float, Within("[-1, 1]")],
    num_steps: Steps,
    num_paths: Paths = 400_000,
    self_interaction: SelfInteraction = "excluded",
    diagonal: Diagonal = "kept",
    rng: Rng = None,
) -> GFASolution:
    r"""Return overlap, correlation and response of the effective process.

    The statistical error is about :math:`1.3 / \sqrt{P}` for P paths: 0.002 at 400,000.

    Args:
        order: Interaction order n, at least 3.
        dense_load: ``K / N**(n-1)``; the load with :math:`(2n-3)!!` in front, which compares
            orders, is :func:`scaled_load`.
        initial_overlap: Overlap of the probe with its pattern, in ``[-1, 1]``.
        num_steps: Synchronous updates.
        num_paths: Sampled paths.
        self_interaction: Whether fields leave out the neuron's own present spin. Keeping it adds
            :math:`\alpha (n-1)(n-2) \sum_{t'<t} G(t,t') E[Z_t^{n-3} Z_{t'}^{n-1}]\, s(t)`, for odd
            orders; for even ones its weight grows with N and freezes every spin.
        diagonal: ``"free"`` for couplings over distinct neurons only, with
            :math:`\kappa(c) = (n-1)!\, c^{n-1}`.
        rng: Source of randomness.

    Raises:
        ValueError: An argument is out of range, ``num_steps * num_paths`` above 2**29, or a kept
            self-interaction meets an even order or ``diagonal="free"``.
    """
    rng = np.random.default_rng(rng)
    check_entries(2**29, num_steps=num_steps, num_paths=num_paths)
    keeps_self = self_interaction == "kept"
    if keeps_self and (order % 2 == 0 or diagonal == "free"):
        raise ValueError(
            "self_interaction='kept' should go with an odd order and diagonal='kept'. "
            f"Got order {order} and diagonal={diagonal!r}."
        )
    from scipy.special import erf

    size = num_steps + 1
    overlap, correlation, response = np.zeros(size), np.eye(size), np.zeros((size, size))
    memory = np.zeros((num_steps, num_steps))
    factor = np.zeros((num_steps, num_steps))  # of the noise covariance
    noise = np.empty((num_steps, num_paths))
    spins = np.empty((size, num_paths))
    num_up = round(num_paths * (1 + initial_overlap) / 2)
    spins[0] = np.where(np.arange(num_paths) < num_up, 1.0, -1.0)
    overlap[0] = 2 * num_up / num_paths - 1
    first = math.sqrt(dense_load * noise_kernel(order, 1.0, diagonal=diagonal))
    for t in range(num_steps):
        past = correlation[t, :t]
        covariance = dense_load * noise_kernel(order, past, diagonal=diagonal)
        factor[t, :t] = _factor_row(factor[:t, :t], covariance, _LOST_NOISE * first)
        rest = first**2 - float(factor[t, :t] @ factor[t, :t])
        factor[t, t] = max(math.sqrt(max(rest, 0.0)), _SMALLEST_NOISE * first)
        gains = dense_load * response_kernel(order, past, diagonal=diagonal)
        memory[t, :t] = gains * response[t, :t]
        if keeps_self:
            moments = np.array([_moment(order - 3, order - 1, c) for c in past])
            memory[t, t] = dense_load * (order - 1) * (order - 2) * float(response[t, :t] @ moments)
        noise[t] = rng.standard_normal(num_paths)
        # The fresh noise of this step is averaged analytically: P(s = +1) = (1 + erf) / 2.
        drift = overlap[t] ** (order - 1) + memory[t, : t + 1] @ spins[: t + 1]
        drift += factor[t, :t] @ noise[:t]
        ratio = drift / factor[t, t]
        mean_spin = erf(ratio / math.sqrt(2))
        overlap[t + 1] = mean_spin.mean()
        correlation[t + 1, : t + 1] = spins[: t + 1] @ mean_spin / num_paths
        correlation[: t + 1, t + 1] = correlation[t + 1, : t + 1]
        slopes = np.append(
            noise[:t] @ mean_spin / num_paths,
            math.sqrt(2 / math.pi) * np.exp(-(ratio**2) / 2).mean(),
        )
        response[t + 1, : t + 1] = _response(factor[: t + 1, : t + 1], slopes, _LOST_NOISE * first)
        spins[t + 1] = np.where(ratio + noise[t] >= 0, 1.0, -1.0)
    return GFASolution(
        order=order,
        dense_load=dense_load,
        overlap=overlap,
        correlation=correlation,
        response=response,
        self_interaction=memory,
    )


@checked
def overlap_map(
    overlap: Annotated[float, Within("[-1, 1]")], *, order: Order, dense_load: Load
) -> float:
    r"""Return :math:`\operatorname{erf}(m^{n-1} / \sqrt{2 (2n-3)!! \alpha})`.

    It is the exact overlap after the first step, and after every step if the memory of the dynamics
    for its own past is left out.
    """
    from scipy.special import erf

    return float(erf(overlap ** (order - 1) / math.sqrt(2 * scaled_load(order, dense_load))))


@checked
def scaled_load(order: Order, dense_load: Load) -> float:
    r"""Return :math:`\alpha' = (2n-3)!!\, \alpha`, the noise variance of the first step."""
    return double_factorial(order) * dense_load


@checked
def noise_kernel(order: Order, c: Floats | float, *, diagonal: Diagonal = "kept") -> Floats:
    r"""Return :math:`\kappa(c) = E[Z^{n-1} Z'^{n-1}]` (``1 + 2 c**2`` for n = 3)."""
    if diagonal == "free":
        given = check_array("c", c, "...")
        return np.asarray(float(math.factorial(order - 1)) * given ** (order - 1))
    return np.asarray(_moment(order - 1, order - 1, c))


@checked
def response_kernel(order: Order, c: Floats | float, *, diagonal: Diagonal = "kept") -> Floats:
    r"""Return :math:`\kappa'(c) = (n-1)^2 E[Z^{n-2} Z'^{n-2}]` (``4 c`` for n = 3)."""
    if diagonal == "free":
        given = check_array("c", c, "...")
        return np.asarray(float(math.factorial(order - 1)) * (order - 1) * given ** (order - 2))
    return np.asarray((order - 1) ** 2 * _moment(order - 2, order - 2, c))


@checked
def basin_boundary(
    *,
    order: Order,
    dense_load: Load,
    num_steps: Steps = 20,
    num_paths: Paths = 50_000,
    threshold: Fraction = 0.5,
    tolerance: Annotated[float, Within("[1e-9, 1)")] = 0.005,
    rng: Rng = None,
) -> float | None:
    """Return the initial overlap that separates retrieval from failure, or None without retrieval.

    Found by bisection to ``tolerance``: a probe counts as retrieved if its overlap after
    ``num_steps`` exceeds ``threshold``. All probes see the same random numbers.

    Raises:
        ValueError: An argument is out of range.
    """
    seed = int(np.random.default_rng(rng).integers(2**63))

    def is_retrieved(initial_overlap: float) -> bool:
        solution = solve(
            order=order,
            dense_load=dense_load,
            initial_overlap=initial_overlap,
            num_steps=num_steps,
            num_paths=num_paths,
            rng=seed,
        )
        return bool(solution.overlap[-1] > threshold)

    if not is_retrieved(1.0):
        return None
    low, high = 0.0, 1.0
    while high - low > tolerance:
        middle = (low + high) / 2
        if is_retrieved(middle):
            high = middle
        else:
            low = middle
    return (low + high) / 2


@checked
def convergence_time(
    overlap: Floats, *, tolerance: Annotated[float, Within("(0, inf)")] = 0.01
) -> int:
    """Return the first step from which the overlap stays within ``tolerance`` of its last value.

    Raises:
        ValueError: ``overlap`` is not a vector, or ``tolerance`` is not positive.
    """
    overlap = check_array("overlap", overlap, "num_steps + 1")
    away = np.flatnonzero(np.abs(overlap - overlap[-1]) > tolerance)
    return int(away[-1] + 1) if away.size else 0


def _factor_row(factor: Floats, covariance: Floats, smallest: float) -> Floats:
    """Solve ``factor @ row = covariance`` forwards, zero where the noise is lost."""
    row = np.zeros(len(covariance))
    for j in range(len(covariance)):
        if factor[j, j] >= smallest:
            row[j] = (covariance[j] - factor[j, :j] @ row[:j]) / factor[j, j]
    return row


def _response(factor: Floats, slopes: Floats, smallest: float) -> Floats:
    """Solve ``response @ factor = slopes`` backwards, zero where the noise is lost."""
    response = np.zeros(len(slopes))
    for j in range(len(slopes) - 1, -1, -1):
        if factor[j, j] >= smallest:
            response[j] = (slopes[j] - response[j + 1 :] @ factor[j + 1 :, j]) / factor[j, j]
    return response


def _moment(a: int, b: int, c: Floats | float) -> Floats:
    r"""Return :math:`E[Z^a Z'^b]` of unit Gaussians with correlation c."""
    c = check_array("c", c, "...")
    total = np.zeros_like(c)
    for k in range(min(a, b) + 1):
        ways = math.comb(a, k) * math.comb(b, k) * math.factorial(k)
        total = total + float(ways * _pairings(a - k) * _pairings(b - k)) * c**k
    return total


def _pairings(number: int) -> int:
    return 0 if number % 2 else math.prod(range(1, number, 2))
