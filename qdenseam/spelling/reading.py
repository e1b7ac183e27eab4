"""From text to objects: a name means what its place expects."""

from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, dataclass, fields
from functools import cache
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from classical_ref.checks import shown
from qdenseam.spelling.grammar import (
    Axes,
    Call,
    Listing,
    Node,
    Scalar,
    Value,
    fault,
    tree,
)
from qdenseam.spelling.kinds import BARE, WORDS, registered
from qdenseam.spelling.names import UnknownNameError, meant, near

_PLAIN = {int: "an integer", float: "a number", str: "a string", bool: "true or false"}
_CONSTANTS: dict[str, Scalar] = {"true": True, "false": False, "none": None}


def parse(kind: str | tuple[str, ...], text: str, axes: Axes | None = None) -> object:
    """Return the object that a text spells.

    Args:
        kind: What it should be, a key of :data:`qdenseam.spelling.kinds.TABLES`, or one of several.
        text: Such as ``"separation-filter(hamming-ball(2), amplified=1/8)"``.
        axes: Values of ``$names``.

    Raises:
        ValueError: The text is malformed, has a name or setting that there is not, or a class
            refuses its settings; the message names the place.

    Examples:
        >>> parse("filter", "hamming-ball(2)")
        HammingBall(radius=2)
    """
    kinds = (kind,) if isinstance(kind, str) else kind
    expected = _Expected(kinds=kinds)
    return _Resolution(text, axes).value(" or ".join(kinds), tree(text, axes), expected)


def resolved(kind: str, value: object) -> object:
    """Return an object of a kind as it is, or what a text or a bare value stands for.

    Raises:
        ValueError: The text spells nothing of the kind.
        TypeError: The object is of another kind.
    """
    if isinstance(value, str):
        return parse(kind, value)
    if getattr(type(value), "kind", None) == kind:
        return value
    bare, types = BARE.get(kind, ("", ()))
    if isinstance(value, types) and not isinstance(value, bool):
        return registered(kind)[bare](value)
    such = min(registered(kind).items())[1].__name__
    raise TypeError(
        f"{kind} should be an object of a class such as {such} or its spelling. Got {shown(value)}."
    )


def settings(cls: type) -> dict[str, Field[object]]:
    """Return the fields of a class that have a spelling."""
    return {each.name: each for each in fields(cls) if each.init and each.compare}


def kinds_expected(cls: type) -> dict[str, tuple[str, ...]]:
    """Return the kinds of objects that each field of a class takes."""
    return {name: expected.kinds for name, expected in _expected(cls).items()}


def words_expected(cls: type) -> dict[str, tuple[str, ...]]:
    """Return the words that each field of a class may be, where it is a choice among some."""
    return {name: tuple(map(str, each.choices)) for name, each in _expected(cls).items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Expected:
    """What may stand at a place."""

    kinds: tuple[str, ...] = ()
    choices: tuple[Scalar, ...] = ()
    plain: tuple[type, ...] = ()
    items: "_Expected | None" = None
    """What may stand in a list; None where there should be no list."""

    def names(self) -> dict[str, Callable[..., object] | Scalar]:
        """Return the classes and words that may stand here, by name."""
        found: dict[str, Callable[..., object] | Scalar] = {}
        for kind in self.kinds:
            found |= {**WORDS.get(kind, {}), **registered(kind)}
        return found


@cache
def _expected(cls: type) -> dict[str, _Expected]:
    return {name: _of_hint(hint) for name, hint in get_type_hints(cls).items()}


def _of_hint(hint: object) -> _Expected:
    kinds: list[str] = []
    choices: list[Scalar] = []
    plain: list[type] = []
    items: list[object] = []
    alternatives = [hint]
    for each in alternatives:
        origin = get_origin(each)
        if origin in (Union, UnionType):
            alternatives += get_args(each)
        elif origin is Literal:
            choices += get_args(each)
        elif origin is tuple:
            items += [part for part in get_args(each) if part is not ...]
        elif each in _PLAIN or each is NoneType:
            plain.append(each)
        elif hasattr(each, "kind"):
            kinds.append(each.kind)
    if kinds:  # a string or a number would be a spelling of it, which stands here by itself
        plain = [each for each in plain if each is NoneType]
    return _Expected(
        kinds=tuple(kinds),
        choices=tuple(choices),
        plain=tuple(plain),
        items=_of_hint(Union[tuple(items)]) if items else None,  # noqa: UP007
    )


class _Resolution:
    def __init__(self, text: str, axes: Axes | None) -> None:
        self.text, self.axes = text, axes

    def value(self, label: str, node: Node, expected: _Expected) -> object:
        """Return what a node means where something is expected."""
        names = expected.names()
        for kind in expected.kinds:
            name, bare = BARE.get(kind, ("", ()))
            content = getattr(node, "value", () if isinstance(node, Listing) else None)
            if name and isinstance(content, bare):
                call = Call(node.column, name, ((node.column, None, node),))
                return self.built(names[name], call)
        match node:
            case Listing(_, items) if expected.items is not None:
                return tuple(self.value(f"{label}'s items", each, expected.items) for each in items)
            case Value(_, str(text)) if expected.kinds and text not in expected.choices:
                return _Resolution(text, self.axes).value(label, tree(text, self.axes), expected)
            case Value(_, content):
                fits = type(content) in expected.plain or content in expected.choices
                if fits or (type(content) is int and float in expected.plain):
                    return content
            case Call(_, name) if callable(names.get(name)):
                return self.built(names[name], node)
            case Call(_, name, ()):
                if name in names:
                    return names[name]
                if name in _CONSTANTS and type(_CONSTANTS[name]) in expected.plain:
                    return _CONSTANTS[name]
                if name in expected.choices or (str in expected.plain):
                    return name
        words = sorted({*names, *map(str, expected.choices)})
        classes = {each: names[each] for each in words if callable(names.get(each))}
        listed = words
        if len(classes) == 1:  # with what it is made of, as it has no sisters to choose from
            (only, cls), *_ = classes.items()
            whole = f"{only}({', '.join(settings(cls))})"  # type: ignore[arg-type]
            listed = [whole if each == only else each for each in words]
        wanted = [f"one of {', '.join(listed)}"] if listed else []
        wanted += [_PLAIN[each] for each in expected.plain if each in _PLAIN]
        wanted += ["a list"] if expected.items else []
        wanted += ["none"] if NoneType in expected.plain else []
        got = {Call: "name", Value: "value"}.get(type(node))
        shown = repr(getattr(node, got)) if got else "a list"
        said = f"{label} should be {' or '.join(wanted) or 'set in Python'}. Got {shown}."
        name = getattr(node, "name", "")
        said += near(name, words) or _inside(name, classes)
        raise fault(self.text, node.column, said, UnknownNameError if name else ValueError)

    def built(self, cls: Any, call: Call) -> object:
        """Return an object of a class with the settings of a call."""
        known, expected = settings(cls), _expected(cls)
        by_place = [name for name, each in known.items() if not each.kw_only]
        given: dict[str, object] = {}
        for number, (column, name, node) in enumerate(call.arguments):
            follows_a_name = any(each is not None for _, each, _ in call.arguments[:number])
            if name is None and (follows_a_name or number >= len(by_place)):
                said = f"{call.name} should get {', '.join(known) or 'no settings'}, by name."
                raise fault(self.text, column, said)
            setting = by_place[number] if name is None else name
            if setting not in known or setting in given:
                said = f"{call.name} should get {', '.join(known) or 'nothing'}, each once at most."
                raise fault(self.text, column, f"{said} Got {setting!r}.{near(setting, known)}")
            given[setting] = self.value(setting, node, expected[setting])
        for name, each in known.items():
            if each.default is MISSING and each.default_factory is MISSING and name not in given:
                raise fault(self.text, call.column, f"{call.name} should get {name}.")
        try:
            return cls(**given)
        except (TypeError, ValueError, ArithmeticError) as error:
            raise fault(self.text, call.column, str(error)) from error


def _inside(name: str, classes: Mapping[str, Any]) -> str:
    """Return the question whether a name is meant as a setting of a class, or as a value of one."""
    for word, cls in classes.items():
        for setting in settings(cls) if name else ():
            expected = _expected(cls)[setting]
            if name == setting:
                given = "true" if bool in expected.plain else "..."
                return meant([f"{word}({name}={given})"])
            if name in expected.choices:
                return meant([f"{word}({setting}={name})"])
    return ""
