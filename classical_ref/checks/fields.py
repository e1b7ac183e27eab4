"""Fields and arguments are checked by what their annotations say, in one form for all packages.

A field is declared once, by its type: ``bool``, ``int``, ``float`` (finite), ``str``, ``Literal``,
a class, a tuple of these, a union with ``None``; ``Annotated[int, Within("[1, 1000]")]`` adds
bounds. What no type says, such as the shape of an array, an object checks itself.
"""

import functools
import inspect
from collections.abc import Callable
from dataclasses import fields
from typing import Any, TypeVar, cast, get_type_hints

from classical_ref.checks.kinds import Kind, kind_of

_Function = TypeVar("_Function", bound=Callable[..., object])
"""Whole, since type checkers lose what arrays are where parameters and results are apart."""


def check_fields(holder: object) -> None:
    """Check the fields of a frozen dataclass, and keep plain numbers and tuples in them.

    The first line of ``__post_init__``. Numpy's numbers become Python's, lists become tuples.

    Raises:
        TypeError: A field is of another kind than its annotation says.
        ValueError: It is no choice, not finite, or outside its interval.
    """
    kinds = _kinds_of_fields(type(holder))  # type: ignore[arg-type]  # a class has a hash
    for name, kind in kinds.items():
        value = getattr(holder, name)
        kept = kind.check(name, value)
        if kept is not value:
            object.__setattr__(holder, name, kept)


def check_attributes(holder: object, maker: Callable[..., object]) -> None:
    """Check the attributes that are named like a function's arguments, by its annotations.

    For objects whose arguments are only checked when they are used, as scikit-learn's are.
    """
    for name, kind in _kinds_of_arguments(maker)[1].items():
        kind.check(name, getattr(holder, name))


def checked(function: _Function) -> _Function:
    """Check a function's arguments by their annotations, as :func:`check_fields` does fields.

    Arrays, and whatever else has no kind, are the function's own concern.
    """
    names: list[str] = []
    kinds: dict[str, Kind] | None = None  # found at the first call, when all names are there

    @functools.wraps(function)
    def check_first(*args: object, **kwargs: object) -> object:
        nonlocal names, kinds
        if kinds is None:
            names, kinds = _kinds_of_arguments(function)
        for name, value in zip(names, args):  # noqa: B905  there may be more of either
            if name in kinds:
                kinds[name].check(name, value)
        for name, value in kwargs.items():
            if name in kinds:
                kinds[name].check(name, value)
        return function(*args, **kwargs)

    return cast(_Function, check_first)


class Checked:
    """Base of what users make: its fields are checked, and the arguments of its public methods.

    Subclasses, those of other packages too, need nothing for it. One with rules of its own, such
    as fields that exclude each other, calls ``check_fields(self)`` first in its ``__post_init__``.
    """

    __slots__ = ()

    def __init_subclass__(cls, **kwargs: object) -> None:
        super().__init_subclass__(**kwargs)
        for name, member in list(vars(cls).items()):
            if name.startswith("_"):
                continue
            if inspect.isfunction(member) and not hasattr(member, "__wrapped__"):
                setattr(cls, name, checked(member))
            elif isinstance(member, classmethod) and not hasattr(member.__func__, "__wrapped__"):
                setattr(cls, name, classmethod(checked(member.__func__)))

    def __post_init__(self) -> None:
        check_fields(self)


@functools.cache
def _kinds_of_fields(holder: type[Any]) -> dict[str, Kind]:
    names = {each.name for each in fields(holder) if each.init}
    return _kinds({name: hint for name, hint in _hints(holder).items() if name in names})


def _kinds_of_arguments(function: Callable[..., object]) -> tuple[list[str], dict[str, Kind]]:
    parameters = inspect.signature(function).parameters.values()
    positional = {inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD}
    open_ended = {inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD}
    others = {each.name for each in parameters if each.kind in open_ended} | {"return"}
    kinds = _kinds({name: hint for name, hint in _hints(function).items() if name not in others})
    return [each.name for each in parameters if each.kind in positional], kinds


def _kinds(hints: dict[str, object]) -> dict[str, Kind]:
    return {name: kind for name, hint in hints.items() if (kind := kind_of(hint))}


def _hints(holder: Callable[..., object]) -> dict[str, object]:
    """Annotations by name, without those that name what only type checkers import."""
    try:
        return get_type_hints(holder, include_extras=True)
    except NameError:
        parts = reversed(holder.__mro__) if isinstance(holder, type) else [holder]
        raw = {name: hint for part in parts for name, hint in inspect.get_annotations(part).items()}
        return {name: hint for name, hint in raw.items() if not isinstance(hint, str)}
