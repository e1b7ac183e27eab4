"""Separation functions given by their values: tables, and functions of one similarity."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar, Self, final

import numpy as np
from numpy.typing import NDArray

from classical_ref.checks import Floats, Within, check_fields, checked, shown
from classical_ref.separation import (
    Exponential,
    LogSumExp,
    Polynomial,
    RectifiedPolynomial,
    Rule,
    Separation,
    differences,
    whole_ratios,
)


@final
@dataclass(frozen=True, slots=True, repr=False)
class TabulatedSeparation(Separation):
    """Any F, by its values at whole similarities.

    Signs of local fields are exact for it too, up to what the values themselves are rounded by;
    integers are kept as such. Both rules take differences, as a table has no derivative. Beyond its
    ends a table goes on as a straight line: a spin felt by its own neuron, or by none, is compared
    at similarities D + 1 and D + 2.

    Examples:
        >>> TabulatedSeparation.of(lambda x: x**3, 20).values[-1]
        10648
    """

    name: ClassVar[str] = "tabulated"
    values: tuple[float, ...]
    """F(-M), ..., F(M), finite, with M at least the number of neurons."""

    def __post_init__(self) -> None:
        check_fields(self)
        if len(self.values) < 3 or len(self.values) % 2 == 0:
            raise ValueError(
                "values should be those of F at -M, ..., M with M of at least 1. Got "
                f"{len(self.values)}."
            )

    def __repr__(self) -> str:
        return f"TabulatedSeparation(<F at -{self.reach} .. {self.reach}>)"

    @classmethod
    @checked
    def of(
        cls,
        function: Callable[[int], float],
        num_neurons: Annotated[int, Within("[1, 1000000]")],
    ) -> Self:
        """Return the table of a function of one whole similarity, for so many neurons.

        Raises:
            TypeError: The function does not return one real number.
            ValueError: It fails or is not finite at a similarity from ``-num_neurons - 2`` to
                ``num_neurons + 2``.
        """
        values = []
        for x in range(-num_neurons - 2, num_neurons + 3):
            try:
                values.append(function(x))
            except Exception as error:  # whatever a user's function meets
                raise ValueError(
                    "separation should be a function of one similarity, from "
                    f"{-num_neurons - 2} to {num_neurons + 2}. Got {error!r} at {x}; a table needs "
                    f"only the values at -{num_neurons}, ..., {num_neurons}."
                ) from error
        return cls(tuple(values))

    @property
    def reach(self) -> int:
        """M."""
        return len(self.values) // 2

    def value(self, x: NDArray[np.number]) -> Floats:
        """Return F of similarities, of their shape; between whole ones on a straight line."""
        return _line(x, np.array(self.values, dtype=np.float64))

    def increments(self, num_neurons: int, rule: Rule) -> tuple[int, ...]:
        """Return the integers ``g(x)``; see :class:`Separation`."""
        del rule
        whole = whole_ratios(self.values)
        below, above = whole[0] - whole[1], whole[-1] - whole[-2]
        missing = range(1, max(num_neurons + 2 - self.reach, 0) + 1)
        whole = [
            *(whole[0] + below * away for away in reversed(missing)),
            *whole,
            *(whole[-1] + above * away for away in missing),
        ]
        surplus = len(whole) // 2 - num_neurons - 2
        return differences(whole[surplus : len(whole) - surplus])


SeparationLike = Separation | Callable[[int], float] | Sequence[float] | NDArray[np.number]
"""A separation, a function of one whole similarity, or the values of one at -D, ..., D."""


def as_separation(given: SeparationLike, num_neurons: int) -> Separation:
    """Return a separation for so many neurons D: itself, or a table of a function or of values.

    Raises:
        TypeError: It is none, a class, or has no hash.
        ValueError: A table is shorter than -D, ..., D, or a value is not finite.
    """
    if isinstance(given, Separation):
        if type(given).__hash__ is None:
            raise TypeError(
                f"separation should have a hash. Got {shown(given)}; make its class a dataclass "
                "with frozen=True."
            )
        made = given
    elif callable(given) and not isinstance(given, type):
        return TabulatedSeparation.of(given, num_neurons)
    elif isinstance(given, tuple | list | np.ndarray):
        made = TabulatedSeparation(given)  # type: ignore[arg-type]  # checked there
    else:
        raise TypeError(
            "separation should be a Separation such as Polynomial(3), a function of one similarity "
            f"or a table of 2 D + 1 values. Got {shown(given)}."
        )
    if isinstance(made, TabulatedSeparation) and made.reach < num_neurons:
        raise ValueError(
            f"separation should have values at -{num_neurons} .. {num_neurons}, one for each "
            f"similarity. Got {len(made.values)}, at -{made.reach} .. {made.reach}."
        )
    return made


def _line(x: NDArray[np.number], values: Floats) -> Floats:
    """Return the piecewise linear function of values at -M .. M, straight on beyond them."""
    reach = len(values) // 2
    left = np.clip(np.floor(x).astype(np.int64), -reach, reach - 1)
    low, high = values[left + reach], values[left + reach + 1]
    return np.asarray(low + (x - left) * (high - low))


SEPARATIONS: dict[str, type[Separation]] = {
    each.name: each
    for each in (Polynomial, RectifiedPolynomial, Exponential, LogSumExp, TabulatedSeparation)
}
"""Every separation by name."""
