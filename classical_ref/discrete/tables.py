"""Integer gains of a separation function as tables over the similarity."""

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from classical_ref.checks import Floats, is_integer, shown
from classical_ref.separation import Rule, Separation

_EXACT_INTEGERS = 2**53


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Tables:
    """Twice the field as tables over the similarity, indexed by ``H + num_neurons``.

    ``2 u_i = sum_k xi_k pull(H_k) + s_i sum_k push(H_k)``, up to one positive factor.
    """

    pull: Floats
    push: Floats
    are_integers: bool
    """Whether weighted sums of entries are exact in double precision."""
    quadratic: tuple[float, float, float, float, float] | None
    """``a, b, c, d, e`` if ``pull = a H**2 + b H + c`` and ``push = d H + e`` are integers.

    So it is up to order 3, where arithmetic is quicker than a table.
    """


@lru_cache(maxsize=32)
def cached_gains(separation: Separation, num_neurons: int, rule: Rule) -> tuple[int, ...] | None:
    """Return :meth:`Separation.increments`.

    Raises:
        TypeError: They are neither integers for every similarity nor those of a ``beta``.
    """
    gains = separation.increments(num_neurons, rule)
    wanted = 2 * num_neurons + 3
    if gains is None:
        fits = hasattr(separation, "beta")
    else:
        fits = len(gains) == wanted and all(map(is_integer, gains))
    if not fits:
        raise TypeError(
            f"{separation} should have integers as increments, {wanted} of them, or a beta. Got "
            f"{shown(gains)}; without the method they follow from its values."
        )
    return None if gains is None else tuple(map(int, gains))


@lru_cache(maxsize=32)
def gain_table(
    separation: Separation, num_neurons: int, rule: Rule, total_weight: int | None
) -> tuple[Floats, bool]:
    """Return the gains as floats up to a positive factor, and whether sums of them are exact.

    Args:
        separation: One with gains.
        num_neurons: Number D of neurons.
        rule: Which gains.
        total_weight: Sum of the pattern weights; None if these are no integers.
    """
    return _floats(cached_gains(separation, num_neurons, rule) or (0,), total_weight)


@lru_cache(maxsize=32)
def field_tables(
    separation: Separation,
    num_neurons: int,
    rule: Rule,
    total_weight: int | None,
    *,
    excluded: bool,
) -> Tables:
    """Return the tables of the neurons that leave their own spin out, or of the others."""
    gains = cached_gains(separation, num_neurons, rule) or ()
    size = 2 * num_neurons + 1
    if excluded:
        pairs = list(zip(gains[:-2], gains[2:], strict=True))
        both, is_exact = _floats(
            (*(low + high for low, high in pairs), *(low - high for low, high in pairs)),
            total_weight,
        )
        pull, push = both[:size], both[size:]
    else:
        pull, is_exact = _floats(gains[1:-1], total_weight)
        push = np.zeros(size)
        push.setflags(write=False)
    return Tables(
        pull=pull,
        push=push,
        are_integers=is_exact,
        quadratic=_quadratic(pull, push) if is_exact else None,
    )


def _floats(numerators: tuple[int, ...], total_weight: int | None) -> tuple[Floats, bool]:
    unit = math.gcd(*numerators) or 1
    largest = max(abs(numerator) for numerator in numerators) // unit or 1
    is_exact = total_weight is not None and 2 * largest * total_weight < _EXACT_INTEGERS
    if not is_exact:
        unit = unit * largest
    table = np.array([numerator / unit for numerator in numerators])
    table.setflags(write=False)
    return table, is_exact


def _quadratic(pull: Floats, push: Floats) -> tuple[float, float, float, float, float] | None:
    """Return the coefficients of :attr:`Tables.quadratic` if they reproduce the tables."""
    middle = len(pull) // 2
    below, here, above = pull[middle - 1 : middle + 2].tolist()
    a, b, c = (above + below) / 2 - here, (above - below) / 2, here
    d, e = float(push[middle + 1] - push[middle]), float(push[middle])
    h = np.arange(-middle, middle + 1.0)
    fits = np.array_equal(a * h * h + b * h + c, pull) and np.array_equal(d * h + e, push)
    whole = all(value == round(value) for value in (a, b, c, d, e))
    return (a, b, c, d, e) if fits and whole else None
