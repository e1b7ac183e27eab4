"""What an annotation allows: the kinds of values that fields and arguments may hold."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, NamedTuple, Union, get_args, get_origin

import numpy as np

from classical_ref.checks.values import Within, is_integer, is_number, shown


class Said(str):
    """What a message calls a kind, where the class alone would not say what to give.

    As in ``Annotated[Pairs, Said("pairs(patterns[:-1], patterns[1:])")]``.
    """


_FINITE = Within("(-inf, inf)")


class Kind(NamedTuple):
    """Values of one kind: what a message calls them, which fit, and what is kept of one."""

    said: str
    fits: Callable[[object], bool]
    kept: Callable[[str, object], object] = lambda _, value: value

    def check(self, name: str, value: object) -> object:
        """Return what is kept of a value: plain numbers, and tuples of them.

        Raises:
            TypeError: The value is of another kind.
            ValueError: It is of this kind, and still not allowed.
        """
        if not self.fits(value):
            raise TypeError(f"{name} should be {self.said}. Got {shown(value)}.")
        return self.kept(name, value)


def kind_of(hint: object) -> Kind | None:
    """Return what an annotation allows, None where it says nothing that can be checked here."""
    origin, arms = get_origin(hint), get_args(hint)
    if origin is Annotated:
        has_bound = any(isinstance(each, Within) for each in arms[1:])
        # A bound says itself whether a number may be infinite.
        kind = _NUMBER if arms[0] is float and has_bound else kind_of(arms[0])
        for each in arms[1:]:
            if isinstance(each, Within):
                kind = _bounded(kind, each)
            elif isinstance(each, Said) and kind:
                kind = kind._replace(said=each)
        return kind
    if origin in (Union, UnionType):
        return _union([kind_of(arm) for arm in arms])
    if origin is Literal:
        return _choice(arms)
    if origin is tuple:
        return _tuple(arms)
    if hint is float:
        return _bounded(_NUMBER, _FINITE)
    if origin in (Iterable, Sequence, list) and (each := kind_of(arms[0])):
        return _several(origin, each)
    return _PLAIN.get(hint) or _instance(origin or hint)


def _instance(owner: object) -> Kind | None:
    if owner is Callable:
        return Kind("a function", lambda value: callable(value) and not isinstance(value, type))
    is_open = owner in (Any, object, np.ndarray) or getattr(owner, "_is_protocol", False)
    if is_open or not isinstance(owner, type):
        return None
    return Kind(f"of class {owner.__name__}", lambda value: isinstance(value, owner))


def _bounded(kind: Kind | None, bound: Within) -> Kind | None:
    if kind is None:
        return None

    def kept(name: str, value: object) -> object:
        found = kind.kept(name, value)
        bound.check(name, found)
        return found

    return kind._replace(kept=kept)


def _union(arms: list[Kind | None]) -> Kind | None:
    kinds = [kind for kind in arms if kind]
    if len(kinds) < len(arms):
        return None

    def fits(value: object) -> bool:
        for kind in kinds:  # noqa: SIM110  any() takes three times as long
            if kind.fits(value):
                return True
        return False

    def kept(name: str, value: object) -> object:
        *others, last = [kind for kind in kinds if kind.fits(value)]
        for kind in others:  # such as a choice, where any text is taken too
            with suppress(ValueError):
                return kind.kept(name, value)
        return last.kept(name, value)

    said = " or ".join(kind.said for kind in kinds)
    return Kind(said, fits, kept)


def _choice(choices: tuple[object, ...]) -> Kind:
    said = f"one of {', '.join(map(str, choices))}"
    kinds = tuple({type(each) for each in choices})

    def kept(name: str, value: object) -> object:
        if value not in choices:
            raise ValueError(f"{name} should be {said}. Got {shown(value)}.")
        return value

    return Kind(said, lambda value: isinstance(value, kinds), kept)


def _tuple(arms: tuple[object, ...]) -> Kind | None:
    is_open = len(arms) == 2 and arms[1] is Ellipsis
    kinds = [kind for arm in arms if arm is not Ellipsis and (kind := kind_of(arm))]
    if len(kinds) < len(arms) - is_open or not kinds:
        return None

    def kinds_for(value: tuple[object, ...]) -> list[Kind]:
        return kinds * len(value) if is_open else kinds

    def fits(value: object) -> bool:
        if not isinstance(value, tuple | list | np.ndarray) or not getattr(value, "ndim", 1):
            return False
        each = kinds_for(items := tuple(value))
        return len(each) == len(items) and all(
            kind.fits(item) for kind, item in zip(each, items, strict=True)
        )

    def kept(name: str, value: object) -> object:
        items = tuple(value)  # type: ignore[arg-type, var-annotated]  # it fits
        return tuple(
            kind.kept(name, item) for kind, item in zip(kinds_for(items), items, strict=True)
        )

    are_alike = len({kind.said for kind in kinds}) == 1
    number = "several" if is_open else f"{len(kinds)} values"
    said = f"{number}, each {kinds[0].said}" if are_alike else number
    return Kind(said, fits, kept)


def _several(owner: type[Iterable[object]], each: Kind) -> Kind:
    def fits(value: object) -> bool:
        if not isinstance(value, owner) or not getattr(value, "ndim", 1):
            return False
        # What can be read once only is left to be read by whom it is for.
        return isinstance(value, Iterator) or all(each.fits(item) for item in value)

    return Kind(f"several, each {each.said}", fits)


def _plain(_: str, value: object) -> object:
    return value.item() if isinstance(value, np.generic | np.ndarray) else value


_NUMBER = Kind("a number", is_number, _plain)
_PLAIN: dict[object, Kind] = {
    bool: Kind("True or False", lambda value: isinstance(value, bool | np.bool_), _plain),
    int: Kind("an integer", is_integer, _plain),
    str: Kind("text", lambda value: isinstance(value, str)),
    NoneType: Kind("None", lambda value: value is None),
}
