"""Filters F(d): the amplitude factor of a stored pattern at Hamming distance d from the probe.

A filter acts on amplitudes, a separation on energies. n is the number of known positions. Every
table in [0, 1] is realized without loss by n signals; filters of :mod:`.polynomial` need
fewer.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, ClassVar, TypeAlias

import numpy as np
import numpy.typing as npt

from circuits.distance.signal_processing import SignalAngles, table_angles
from circuits.distance.symmetric_signal_processing import table_series
from classical_ref.checks import Floats, Within, check_fields
from qdenseam.spelling import Named, resolved

NumKnown: TypeAlias = Annotated[int, Within("[0, 10^6]")]
"""How many positions of a probe are known."""
Radius: TypeAlias = Annotated[int, Within("[0, 10^6]", "No distance exceeds D.")]
"""A Hamming distance."""
_Chance: TypeAlias = Annotated[float, Within("(0, 0.5]")]
MAX_TABULATED = 128
"""Largest distance at which a function is tabulated."""


class Filter(Named, ABC):
    """A frozen value that tabulates F(d)."""

    kind: ClassVar[str] = "filter"

    @abstractmethod
    def table(self, num_known: NumKnown) -> Floats:
        """Return F(d) in [0, 1] for d = 0..n, shape ``(n + 1,)``."""

    def signal(self, num_known: NumKnown) -> tuple[SignalAngles, float]:
        """Return angles and signal angle ω whose response at e^{iωd} has the modulus F(d)."""
        return table_angles(self.table(num_known)), 2 * np.pi / (num_known + 1)

    def cosine_series(self, num_known: NumKnown) -> Floats:
        """Return Chebyshev coefficients of a real f, |f(cos(πd/2n))| = F(d), of one parity."""
        return table_series(self.table(num_known))


@dataclass(frozen=True, slots=True)
class HammingBall(Filter):
    """F(d) = 1 for d <= radius, else 0."""

    name: ClassVar[str] = "hamming-ball"
    radius: Radius = 0

    def table(self, num_known: NumKnown) -> Floats:
        """Return the indicator of the ball, shape ``(n + 1,)``."""
        return (np.arange(num_known + 1) <= self.radius).astype(float)


@dataclass(frozen=True, slots=True)
class Shell(Filter):
    """F(d) = 1 for d = radius, else 0: the patterns with exactly so many errors."""

    name: ClassVar[str] = "shell"
    radius: Radius = 1

    def table(self, num_known: NumKnown) -> Floats:
        """Return the indicator of the shell, shape ``(n + 1,)``; zeros for a radius above n."""
        return (np.arange(num_known + 1) == self.radius).astype(float)


@dataclass(frozen=True, slots=True)
class OverlapPower(Filter):
    """F(d) = m^order with the overlap m = 1 - 2d/n on the known bits.

    The separation function of a dense memory of that order, as a factor of amplitudes. Negative
    overlaps give 0 if ``rectified``, ``|m|^order`` otherwise; F = 1 when nothing is known.
    """

    name: ClassVar[str] = "overlap-power"
    order: Annotated[int, Within("[1, 10^4]", "All but F(0) vanish; use a ball.")] = 2
    rectified: bool = True

    def table(self, num_known: NumKnown) -> Floats:
        """Return the powers of the overlap, shape ``(n + 1,)``."""
        overlap = 1 - 2 * np.arange(num_known + 1) / max(1, num_known)
        overlap = np.maximum(overlap, 0) if self.rectified else np.abs(overlap)
        return np.asarray(overlap**self.order)


@dataclass(frozen=True, slots=True)
class Posterior(Filter):
    r"""F(d) = y^{d/2} with y = f/(1 - f): the law given acceptance is Bayes' posterior.

    For bits that flip independently with probability f the accepted law is
    π_μ y^{d_μ}/Σ_ν π_ν y^{d_ν}, the softmax of an exponential dense memory at inverse temperature
    ½ ln(1/y) per unit of overlap. Its acceptance is small; :class:`CappedPosterior` raises it.
    """

    name: ClassVar[str] = "posterior"
    flip_probability: _Chance = 0.2

    def table(self, num_known: NumKnown) -> Floats:
        """Return the roots of the likelihood ratio, shape ``(n + 1,)``."""
        ratio = self.flip_probability / (1 - self.flip_probability)
        return np.asarray(ratio ** (np.arange(num_known + 1) / 2))


@dataclass(frozen=True, slots=True)
class CappedPosterior(Filter):
    """F(d) = min(1, y^{(d - radius)/2}), y = f/(1 - f): the posterior beyond a ball, 1 inside."""

    name: ClassVar[str] = "capped-posterior"
    flip_probability: _Chance = 0.2
    radius: Radius = 1

    def table(self, num_known: NumKnown) -> Floats:
        """Return the capped roots, shape ``(n + 1,)``."""
        ratio = self.flip_probability / (1 - self.flip_probability)
        beyond = np.maximum(np.arange(num_known + 1) - self.radius, 0)
        return np.asarray(ratio ** (beyond / 2))


@dataclass(frozen=True, slots=True)
class Compact(Filter):
    r"""F(d) = [1 - d/radius]_+^{1/(2 (alpha - 1))}: what is farther is never measured.

    F² is the law of entmax weights whose threshold lies at the radius: the ball as alpha grows, an
    exponential as alpha falls to 1 and the radius grows with 1/(alpha - 1). Entmax itself finds its
    threshold from all distances, which a circuit may not know.

    Attributes:
        radius: > 0; distances from it on give 0.
        alpha: > 1.

    References:
        Peters, Niculae and Martins, "Sparse sequence-to-sequence models" (2019).
    """

    name: ClassVar[str] = "compact"
    radius: Annotated[float, Within("(0, inf)")] = 4.0
    alpha: Annotated[float, Within("(1, inf)")] = 1.5

    def table(self, num_known: NumKnown) -> Floats:
        """Return the powers, shape ``(n + 1,)``; F(0) = 1."""
        left = np.maximum(1 - np.arange(num_known + 1) / self.radius, 0)
        return np.asarray(left ** (1 / (2 * (self.alpha - 1))))


@dataclass(frozen=True, slots=True)
class Table(Filter):
    """F(d) = values[d].

    Attributes:
        values: Numbers in [0, 1] for d = 0, 1, ...; at least as many as a probe has known bits,
            and one.
    """

    name: ClassVar[str] = "table"
    values: tuple[Annotated[float, Within("[0, 1]", "Divide by the largest.")], ...] = (1.0, 0.5)

    def __post_init__(self) -> None:
        check_fields(self)
        if not self.values:
            raise ValueError("values should be a row of numbers F(d) in [0, 1]. Got none.")
        object.__setattr__(self, "values", tuple(map(float, self.values)))

    @classmethod
    def of(cls, function: Callable[[int], float]) -> "Table":
        """Return the table of a function of d, as far as its values lie in [0, 1].

        The table ends before the first d at which they do not, and at :data:`MAX_TABULATED`.

        Raises:
            ValueError: F(0) is not in [0, 1].
        """
        values: list[float] = []
        for d in range(MAX_TABULATED + 1):
            value = float(function(d))
            if not 0 <= value <= 1:
                break
            values.append(value)
        if not values:
            raise ValueError(f"F(0) should lie in [0, 1]. Got {float(function(0))}; scale it.")
        return cls(tuple(values))

    def table(self, num_known: NumKnown) -> Floats:
        """Return F(0)..F(n).

        Raises:
            ValueError: The table ends before n.
        """
        if len(self.values) <= num_known:
            raise ValueError(
                f"the filter's table should reach d = {num_known}, the number of known bits. Got "
                f"{len(self.values)} values in [0, 1]; extend it."
            )
        return np.array(self.values[: num_known + 1])


FilterLike: TypeAlias = Filter | npt.ArrayLike | Callable[[int], float]
"""A filter, its spelling, a row of values, or a function of the distance."""


def as_filter(given: FilterLike) -> Filter:
    """Return the filter itself, or the one that is meant.

    Args:
        given: A filter, a text such as ``"hamming-ball(2)"``, a row F(0), F(1), ... in [0, 1], or a
            function of d, which is tabulated.

    Raises:
        ValueError: The text spells no filter, or values are not in [0, 1].
        TypeError: It is something else, such as a class.
    """
    if callable(given) and not isinstance(given, Filter | type):
        return Table.of(given)
    row = tuple(given) if isinstance(given, list | np.ndarray) and np.ndim(given) else given
    found = resolved("filter", row)
    assert isinstance(found, Filter)  # by its kind
    return found
