"""What stored JSON may hold, said by types, and the one door through which it is read.

A form is a type: a ``TypedDict`` or a frozen dataclass is an object of exactly these fields,
``list[X]`` and ``dict[str, X]`` hold X, ``X | None`` may be null, ``Annotated`` adds rules, and
plain types are as :mod:`classical_ref.checks` has them. The forms are in :mod:`qdenseam.formats`.
"""

import functools
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import MISSING, dataclass, fields, is_dataclass
from datetime import datetime
from types import NoneType, UnionType
from typing import Annotated, Any, NotRequired, Union, get_args, get_origin, get_type_hints

import numpy as np
from numpy.typing import NDArray

from classical_ref.checks import Within, shown
from classical_ref.checks.kinds import kind_of
from qdenseam.errors import ResultsFileError


@dataclass(frozen=True, slots=True)
class Matching:
    """Text of a pattern, and what a message calls it."""

    pattern: str
    said: str

    def check(self, name: str, value: str) -> None:
        """Raise ValueError unless the text matches from end to end."""
        if not re.fullmatch(self.pattern, value):
            raise ValueError(f"{name} should be {self.said}. Got {shown(value)}.")


class Moment:
    """A time in ISO 8601 that says its distance from UTC."""

    def check(self, name: str, value: str) -> None:
        """Raise ValueError unless the text is such a time."""
        try:
            is_whole = datetime.fromisoformat(value).tzinfo is not None
        except ValueError:
            is_whole = False
        if not is_whole:
            raise ValueError(
                f"{name} should be a time such as 2026-12-01T06:45:39+00:00. Got {shown(value)}."
            )


@dataclass(frozen=True, slots=True)
class Version:
    """The number of a format: what is of another is not guessed at."""

    known: tuple[int, ...]

    def check(self, name: str, value: int) -> None:
        """Raise ValueError unless the number is known."""
        if value not in self.known:
            known = " or ".join(map(str, self.known))
            raise ValueError(
                f"{name} should be {known}. Got {value}: read it with the version of qdenseam that "
                "wrote it."
            )


@dataclass(frozen=True, slots=True)
class Array:
    """Numbers in lists within each other, read as an array of so many axes, none of them empty."""

    dtype: type[np.generic]
    ndim: int
    within: Within = Within("(-inf, inf)")  # noqa: RUF009  it is frozen

    def read(self, name: str, value: object) -> NDArray[Any]:
        """Return the array.

        Raises:
            TypeError: The value is no list of numbers.
            ValueError: It has other axes, or a number is not allowed.
        """
        said = f"{name} should be {self.ndim}-dimensional numbers, {self.within}."
        try:
            found = np.array(value)
        except (ValueError, OverflowError):
            raise ValueError(f"{said} Got rows of several lengths.") from None
        wanted = "biu" if issubclass(self.dtype, np.integer | np.bool_) else "iuf"
        if not isinstance(value, list) or found.ndim != self.ndim or not found.size:
            raise ValueError(f"{said} Got {shown(value)}.")
        if found.dtype.kind not in wanted or (self.dtype is np.bool_) != (found.dtype.kind == "b"):
            raise TypeError(f"{said} Got {shown(value)}.")
        for extreme in (found.min(), found.max()):  # a NaN is both
            self.within.check(f"each of {name}", extreme)
        return found.astype(self.dtype)


def read_as(form: Any, value: object, name: str = "") -> Any:
    """Return plain JSON as what a form says: dataclasses made, arrays and tuples in place of lists.

    Args:
        form: See above.
        value: What ``json.loads`` returned.
        name: What a message calls it; fields are added with dots.

    Raises:
        TypeError: Something is of another kind.
        ValueError: It is of this kind and still not allowed, or a field is missing or unknown.
    """
    origin, arms = get_origin(form), get_args(form)
    if origin is Annotated:
        return _ruled(arms, value, name)
    if origin is NotRequired:
        return read_as(arms[0], value, name)
    if origin in (Union, UnionType) and NoneType in arms:
        wanted: Any = Union[tuple(arm for arm in arms if arm is not NoneType)]  # noqa: UP007
        return None if value is None else read_as(wanted, value, name)
    if origin in (list, dict):
        if not isinstance(value, origin):
            raise TypeError(f"{name} should be {_SAID[origin]}. Got {shown(value)}.")
        if origin is list:
            return [read_as(arms[0], each, f"{name}[{i}]") for i, each in enumerate(value)]
        return {key: read_as(arms[1], each, f"{name}.{key}") for key, each in value.items()}
    if _is_object(form):
        return _object(form, value, name)
    kind = kind_of(form)
    return value if kind is None else kind.check(name, value)


_SAID = {list: "a list", dict: "an object"}


def _ruled(arms: tuple[Any, ...], value: object, name: str) -> Any:
    for rule in arms[1:]:
        if isinstance(rule, Array):
            return rule.read(name, value)
    found = read_as(arms[0], value, name)
    for rule in arms[1:]:
        rule.check(name, found)
    return found


def _is_object(form: Any) -> bool:
    return is_dataclass(form) or hasattr(form, "__required_keys__")


def _object(form: Any, value: object, name: str) -> Any:
    what, at = (name, f"{name}.") if name else ("it", "")
    if not isinstance(value, dict):
        raise TypeError(f"{what} should be an object. Got {shown(value)}.")
    hints, needed = _fields_of(form)
    read = {}
    for key, hint in hints.items():
        if key in value:
            read[key] = read_as(hint, value[key], f"{at}{key}")
        elif key in needed:
            raise ValueError(f"{what} should have a field {key!r}. Got {shown(list(value))}.")
    if unknown := value.keys() - hints.keys():
        raise ValueError(
            f"{what} should have no fields but {', '.join(hints)}. Got also "
            f"{shown(min(unknown))}: another version may have written it."
        )
    return read if hasattr(form, "__required_keys__") else form(**read)


@functools.cache
def _fields_of(form: Any) -> tuple[dict[str, Any], frozenset[str]]:
    hints = get_type_hints(form, include_extras=True)
    if not is_dataclass(form):
        return hints, form.__required_keys__
    known = {each.name: each for each in fields(form)}
    plain = {n: each for n, each in known.items() if each.default is each.default_factory}
    assert all(each.default is MISSING for each in plain.values())
    return {name: hints[name] for name in known}, frozenset(plain)


@contextmanager
def door(place: object, remedy: str) -> Iterator[None]:
    """Say of an error where it is, such as a file and a line, and what to do.

    Raises:
        ResultsFileError: What is read there is not as its form says.
    """
    try:
        yield
    except ResultsFileError:
        raise
    except (LookupError, TypeError, ValueError) as error:
        raise ResultsFileError(f"{place}: {error} {remedy}") from error
