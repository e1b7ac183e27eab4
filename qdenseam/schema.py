"""What stored JSON may hold, said by types, and the one door through which it is read.

A form is a type: a ``TypedDict`` or a frozen dataclass is an object of exactly these fields,
``list[X]`` and ``dict[str, X]`` hold X, ``X | None`` may be null, ``Annotated`` adds rules, and
plain types are as :mod:`classical_ref.checks` has them. The forms are in :mod:`qdenseam.formats`.
"""

import functools
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import MISSING, dataclass, fields, is_dataclass
from datetime import datetime
from types import NoneType, UnionType
from typing import (
    Annotated,
    Any,
    NotRequired,
    TypeVar,
    Union,
    cast,
    get_args,
    get_origin,
    get_type_hints,
)

import numpy as np
from numpy.typing import NDArray

from classical_ref.checks import Within, shown
from classical_ref.checks.kinds import kind_of
from qdenseam.errors import ResultsFileError

Form = TypeVar("Form")
_Reader = Callable[[object, str], Any]


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


class OtherVersionError(ValueError):
    """What is read is whole, and of a version that this one does not know."""


@dataclass(frozen=True, slots=True)
class Version:
    """The number of a format: what is of another is not guessed at."""

    known: tuple[int, ...]

    def check(self, name: str, value: int) -> None:
        """Raise OtherVersionError unless the number is known."""
        if value not in self.known:
            known = " or ".join(map(str, self.known))
            raise OtherVersionError(
                f"{name} should be {known}. Got {value}: read it with the version of qdenseam that "
                "wrote it."
            )


@dataclass(frozen=True, slots=True)
class Array:
    """Numbers in lists within each other, read as an array of so many axes, none of them empty."""

    dtype: type[np.generic]
    ndim: int
    within: Within = Within("(-inf, inf)")  # noqa: RUF009  it is frozen

    def read(self, value: object, name: str) -> NDArray[np.generic]:
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


def read_as(form: type[Form], value: object, name: str = "") -> Form:
    """Return plain JSON as what a form says: dataclasses made, arrays and tuples in place of lists.

    Args:
        form: See above.
        value: What ``json.loads`` returned.
        name: What a message calls it; fields are added with dots.

    Raises:
        TypeError: Something is of another kind.
        ValueError: It is of this kind and still not allowed, or a field is missing or unknown.
    """
    reader = _reader(form)  # type: ignore[arg-type]  # a class has a hash
    return cast(Form, reader(value, name))


@functools.cache
def _reader(form: Any) -> _Reader:
    """Return what reads a form, which is looked into once."""
    origin, arms = get_origin(form), get_args(form)
    if origin is NotRequired:
        return _reader(arms[0])
    if origin is Annotated:
        array = next((rule for rule in arms[1:] if isinstance(rule, Array)), None)
        return array.read if array else _ruled(_reader(arms[0]), arms[1:])
    if origin in (Union, UnionType) and NoneType in arms:
        some = _reader(Union[tuple(arm for arm in arms if arm is not NoneType)])  # noqa: UP007
        return lambda value, name: None if value is None else some(value, name)
    if origin in (list, dict):
        return _holder(origin, _reader(arms[-1]))
    if is_dataclass(form) or hasattr(form, "__required_keys__"):
        return _object(form)
    kind = kind_of(form)
    return (lambda value, _: value) if kind is None else (lambda v, name: kind.check(name, v))


def _ruled(read: _Reader, rules: tuple[Any, ...]) -> _Reader:
    def read_ruled(value: object, name: str) -> Any:
        found = read(value, name)
        for rule in rules:
            rule.check(name, found)
        return found

    return read_ruled


def _holder(holder: type, read: _Reader) -> _Reader:
    def read_each(value: object, name: str) -> Any:
        if not isinstance(value, holder):
            said = "a list" if holder is list else "an object"
            raise TypeError(f"{name} should be {said}. Got {shown(value)}.")
        if isinstance(value, dict):
            return {key: read(each, f"{name}.{key}") for key, each in value.items()}
        return [read(each, f"{name}[{i}]") for i, each in enumerate(value)]  # type: ignore[arg-type, var-annotated]

    return read_each


def _object(form: Any) -> _Reader:
    hints = get_type_hints(form, include_extras=True)
    needed: frozenset[str] = getattr(form, "__required_keys__", frozenset())
    made: Any = dict
    if is_dataclass(form):
        needed = frozenset(
            f.name for f in fields(form) if f.default is f.default_factory is MISSING
        )
        hints, made = {f.name: hints[f.name] for f in fields(form)}, form
    readers = {key: _reader(hint) for key, hint in hints.items()}

    def read_object(value: object, name: str) -> Any:
        what, at = (name, f"{name}.") if name else ("it", "")
        if not isinstance(value, dict):
            raise TypeError(f"{what} should be an object. Got {shown(value)}.")
        found = {}
        for key, read in readers.items():
            if key in value:
                found[key] = read(value[key], f"{at}{key}")
            elif key in needed:
                raise ValueError(f"{what} should have a field {key!r}. Got {shown(list(value))}.")
        if unknown := value.keys() - readers.keys():
            raise ValueError(
                f"{what} should have no fields but {', '.join(readers)}. Got also "
                f"{shown(min(unknown))}: another version may have written it."
            )
        return made(**found)

    return read_object


@contextmanager
def door(place: object, remedy: str) -> Iterator[None]:
    """Say of an error where it is, such as a file and a line, and what to do with what is damaged.

    Raises:
        ResultsFileError: What is read there is not as its form says.
    """
    try:
        yield
    except ResultsFileError:
        raise
    except OtherVersionError as error:  # its remedy is its own: there is nothing to repair
        raise ResultsFileError(f"{place}: {error}") from error
    except (LookupError, TypeError, ValueError) as error:
        raise ResultsFileError(f"{place}: {error} {remedy}") from error
