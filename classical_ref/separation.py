r"""Separation functions: how strongly an energy tells similar states from dissimilar ones.

With the similarities :math:`H_\mu = \xi^\mu \cdot \sigma` and weights :math:`w_\mu` the energy is
:math:`E = -\sum_\mu w_\mu F(H_\mu)`, except for :class:`LogSumExp`, a logarithm of such a sum.
"""

import math
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal, final

import numpy as np
from numpy.typing import NDArray

from classical_ref.checks import Floats, Integers, Within, check_array, check_fields, checked

Rule = Literal["exact", "leading"]
"""``exact`` compares the energies of both values of a spin, ``leading`` their first derivative."""


class Separation(ABC):
    """A separation function F.

    A class of your own gives :meth:`value` alone and is hashable, such as a frozen dataclass, whose
    fields are checked by their annotations; the other methods are there to be quicker, or exact
    where float64 is not.
    """

    kind: ClassVar[str] = "separation"
    name: ClassVar[str]

    def __post_init__(self) -> None:
        check_fields(self)

    @abstractmethod
    def value(self, x: NDArray[np.number]) -> Floats:
        """Return F of similarities, of their shape."""

    def energy(self, similarities: NDArray[np.integer], weights: Floats) -> Floats:
        """Return the energies ``(...)`` of similarities ``(..., num_patterns)``.

        An energy that float64 cannot hold is returned as infinity or nan.
        """
        return np.asarray(-self.value(similarities) @ weights)

    def local_field(self, h: Integers, column: Integers, weights: Floats, rule: Rule) -> Floats:
        """Return the fields ``(...)`` of one neuron.

        Args:
            h: The similarities it feels, ``(..., num_patterns)``.
            column: Its spin in every pattern, ``(num_patterns,)``.
            weights: Pattern weights, ``(num_patterns,)``.
            rule: ``"exact"`` or ``"leading"``.

        A field that float64 cannot hold is returned as infinity or nan. Unless a class knows its
        derivative, it is half of ``F(x + 1) - F(x - 1)``.
        """
        gains = self.value(h + 1) - self.value(h - 1)
        return np.asarray((gains / 2 if rule == "leading" else gains) @ (weights * column))

    def increments(self, num_neurons: int, rule: Rule) -> tuple[int, ...] | None:
        """Return the integers ``g(x)`` for ``x = -num_neurons - 1 .. num_neurons + 1``.

        The local field of neuron i is ``sum_k w_k xi_k g(h_k)`` with ``h = H - xi_k s_i``, where
        ``g(x)`` is proportional to ``F(x + 1) - F(x - 1)`` for the exact rule and to ``F'`` for the
        leading one. None says that ``g`` is proportional to ``exp(beta * x)`` with the ``beta`` of
        the separation instead.

        Raises:
            ValueError: :meth:`value` is not finite at similarities up to ``num_neurons + 2``.
        """
        del rule  # the same differences serve both
        x = np.arange(-num_neurons - 2, num_neurons + 3)
        values = check_array(f"F of {self} at {x[0]} .. {x[-1]}", self.value(x), len(x))
        return differences(whole_ratios(values.tolist()))

    def slopes(self, similarities: NDArray[np.number]) -> Floats:
        """Return ``F'`` of similarities ``(..., num_patterns)`` over its largest size in the row.

        All zeros where every slope is zero.
        """
        alone = np.ones(1, dtype=np.int64)
        h: Integers = similarities[..., np.newaxis]  # type: ignore[assignment]  # whole or not
        slopes = self.local_field(h, alone, np.ones(1), "leading")
        largest = np.abs(slopes).max(axis=-1, keepdims=True)
        return np.asarray(slopes / np.where(largest > 0, largest, 1))


@dataclass(frozen=True, slots=True)
class _Power(Separation):
    order: Annotated[
        int, Within("[2, 1000]", "Take an Exponential, which is what high orders tend to.")
    ]
    """Interaction order n, from 2 to 1000."""

    @property
    @abstractmethod
    def _is_rectified(self) -> bool:
        """Whether negative similarities count as zero."""

    def value(self, x: NDArray[np.number]) -> Floats:
        """Return F of similarities, of their shape."""
        with np.errstate(over="ignore"):
            return self._raised(x, self.order)

    def energy(self, similarities: NDArray[np.integer], weights: Floats) -> Floats:
        """Return the energies ``(...)`` of similarities ``(..., num_patterns)``."""
        with np.errstate(over="ignore", invalid="ignore"):
            return np.asarray(-self._power(similarities, self.order) @ weights)

    def local_field(self, h: Integers, column: Integers, weights: Floats, rule: Rule) -> Floats:
        """Return the fields ``(...)`` of one neuron; see :class:`Separation`."""
        with np.errstate(over="ignore", invalid="ignore"):
            if rule == "leading":
                gains = self.order * self._power(h, self.order - 1)
            else:
                gains = self._power(h + 1, self.order) - self._power(h - 1, self.order)
            return np.asarray(gains @ (weights * column))

    @checked
    def increments(self, num_neurons: int, rule: Rule) -> tuple[int, ...]:
        """Return the integers ``g(x)``; see :class:`Separation`."""
        argument = range(-num_neurons - 2, num_neurons + 3)
        power = self.order if rule == "exact" else self.order - 1
        values = [(max(x, 0) if self._is_rectified else x) ** power for x in argument]
        if rule == "leading":
            return tuple(values[1:-1])
        return differences(values)

    def slopes(self, similarities: NDArray[np.number]) -> Floats:
        """Return the relative slopes; see :class:`Separation`."""
        x = similarities.astype(np.float64)
        base = np.maximum(x, 0) if self._is_rectified else x
        largest = np.abs(base).max(axis=-1, keepdims=True)
        return np.asarray((base / np.where(largest > 0, largest, 1)) ** (self.order - 1))

    def _power(self, x: NDArray[np.integer], order: int) -> Floats:
        low, high = int(x.min(initial=0)), int(x.max(initial=0))
        if high - low < x.size:  # a power of each integer that can occur, then a table
            return np.asarray(self._raised(np.arange(low, high + 1), order)[x - low])
        return self._raised(x, order)

    def _raised(self, x: NDArray[np.number], order: int) -> Floats:
        base = np.maximum(x, 0) if self._is_rectified else x
        return np.asarray(base.astype(np.float64) ** order)


@final
@dataclass(frozen=True, slots=True)
class Polynomial(_Power):
    """F(x) = x^n; order 2 is the Hopfield network.

    References:
        Krotov and Hopfield, "Dense associative memory for pattern recognition" (2016).
    """

    name: ClassVar[str] = "polynomial"

    @property
    def _is_rectified(self) -> bool:
        return False


@final
@dataclass(frozen=True, slots=True)
class RectifiedPolynomial(_Power):
    """F(x) = max(x, 0)^n, which ignores patterns opposite to the state.

    References:
        Krotov and Hopfield, "Dense associative memory for pattern recognition" (2016).
    """

    name: ClassVar[str] = "rectified-polynomial"

    @property
    def _is_rectified(self) -> bool:
        return True


@dataclass(frozen=True, slots=True)
class _Exponent(Separation):
    beta: Annotated[float, Within("(0, inf)")] = 1.0
    """Inverse temperature, positive."""

    def value(self, x: NDArray[np.number]) -> Floats:
        """Return ``exp(beta x)``, of the shape of the similarities."""
        with np.errstate(over="ignore"):
            return np.asarray(np.exp(self.beta * x))

    def increments(self, num_neurons: int, rule: Rule) -> None:
        """Return None: ``g(x)`` is proportional to ``exp(beta * x)`` for both rules."""

    def slopes(self, similarities: NDArray[np.number]) -> Floats:
        """Return the relative slopes; see :class:`Separation`."""
        largest = similarities.max(axis=-1, keepdims=True)
        return np.asarray(np.exp(self.beta * (similarities - largest)))

    def _log_sum(self, similarities: NDArray[np.integer], weights: Floats) -> Floats:
        largest = similarities.max(axis=-1, keepdims=True)
        total = np.exp(self.beta * (similarities - largest)) @ weights
        return np.asarray(self.beta * largest[..., 0] + np.log(total))


@final
@dataclass(frozen=True, slots=True)
class Exponential(_Exponent):
    """F(x) = e^{βx}, a sum over patterns with exponential capacity.

    Dynamics run in the log domain at any size; only the energy itself can leave float64.

    References:
        Demircigil et al., "On a model of associative memory with huge storage capacity" (2017).
    """

    name: ClassVar[str] = "exponential"

    def energy(self, similarities: NDArray[np.integer], weights: Floats) -> Floats:
        """Return the energies ``(...)`` of similarities ``(..., num_patterns)``."""
        with np.errstate(over="ignore"):
            return np.asarray(-np.exp(self._log_sum(similarities, weights)))

    def local_field(self, h: Integers, column: Integers, weights: Floats, rule: Rule) -> Floats:
        """Return the fields ``(...)`` of one neuron; see :class:`Separation`."""
        largest = h.max(axis=-1)
        total = np.exp(self.beta * (h - largest[..., np.newaxis])) @ (weights * column)
        with np.errstate(over="ignore", invalid="ignore"):
            factor = self.beta if rule == "leading" else 2 * np.sinh(self.beta)
            return np.asarray(total * factor * np.exp(self.beta * largest))


@final
@dataclass(frozen=True, slots=True)
class LogSumExp(_Exponent):
    """E = -(1/β) log Σ_μ w_μ e^{β H_μ}: not a sum over patterns.

    A monotone function of the energy of :class:`Exponential`, so both have the same dynamics.

    References:
        Ramsauer et al., "Hopfield networks is all you need" (2021).
    """

    name: ClassVar[str] = "log-sum-exp"

    def energy(self, similarities: NDArray[np.integer], weights: Floats) -> Floats:
        """Return the energies ``(...)`` of similarities ``(..., num_patterns)``."""
        return np.asarray(-self._log_sum(similarities, weights) / self.beta)

    def local_field(self, h: Integers, column: Integers, weights: Floats, rule: Rule) -> Floats:
        """Return the fields ``(...)`` of one neuron; see :class:`Separation`."""
        terms = np.exp(self.beta * (h - h.max(axis=-1, keepdims=True))) * weights
        plus, minus = terms @ (column > 0), terms @ (column < 0)
        if rule == "leading":
            return np.asarray((plus - minus) / (plus + minus))
        with np.errstate(divide="ignore"):  # a neuron may have one sign in every pattern
            above, below = np.log(plus), np.log(minus)
        up = np.logaddexp(above + self.beta, below - self.beta)
        down = np.logaddexp(above - self.beta, below + self.beta)
        return np.asarray((up - down) / self.beta)


def whole_ratios(values: Sequence[float]) -> list[int]:
    """Return integers of the same ratios: floats are fractions of powers of two."""
    ratios = [value.as_integer_ratio() for value in values]
    unit = math.lcm(*(below for _, below in ratios))
    return [above * (unit // below) for above, below in ratios]


def differences(values: Sequence[int]) -> tuple[int, ...]:
    """Return each value but the first two less the one two before it."""
    return tuple(above - below for above, below in zip(values[2:], values[:-2], strict=True))
