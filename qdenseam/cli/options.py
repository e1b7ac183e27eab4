"""Options of commands: a parameter that is a dataclass stands for an option of each field."""

import re
from collections.abc import Callable
from dataclasses import is_dataclass
from inspect import Parameter, Signature, signature
from typing import Annotated, Any, get_args

from typer import Option
from typer.core import TyperCommand
from typer.models import ArgumentInfo, OptionInfo

_NAMES, _NUMBERS, _PAIRS = tuple[str, ...], tuple[int, ...], tuple[tuple[int, int], ...]
_METAVARS = {_NUMBERS: "N,N,...", _PAIRS: "D:K,D:K,...", _NAMES: "NAME,NAME,..."}
"""Of fields that are lists."""
OPTIONAL_FILE = "[FILE]"
"""The metavar of options that may stand without a value, which then is ``-``."""


class Command(TyperCommand):
    """A command whose options may go without a value where their metavar says so."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read the arguments."""
        optional = {
            name
            for each in self.params
            if getattr(each, "metavar", None) == OPTIONAL_FILE
            for name in each.opts
        }
        for place in reversed([place for place, arg in enumerate(args) if arg in optional]):
            if place + 1 == len(args) or args[place + 1].startswith("--"):
                args = [*args[: place + 1], "-", *args[place + 1 :]]
        return super().parse_args(ctx, args)


def with_options(command: Callable[..., None]) -> Callable[..., None]:
    """Return a command whose dataclass parameters are spelled out, as typer reads it.

    A field is written like a parameter, ``shots: Annotated[int, Option(help=...)] = 1000``, or
    with what is said of it alone. Then lists are given as ``2,4,8``, but for names where what is
    said is a text: such an option is given several times.
    """
    given = signature(command).parameters
    groups: dict[str, Any] = {
        name: p.annotation for name, p in given.items() if is_dataclass(p.annotation)
    }
    fields = {name: signature(group).parameters for name, group in groups.items()}
    shown = [
        _shown(each)
        for name, parameter in given.items()
        for each in (fields[name].values() if name in groups else (parameter,))
    ]

    def run(**values: Any) -> None:
        for name, group in groups.items():
            values[name] = group(
                **{field: _read(each, values.pop(field)) for field, each in fields[name].items()}
            )
        command(**values)

    run.__name__, run.__doc__ = command.__name__, command.__doc__
    run.__annotations__ = {each.name: each.annotation for each in shown}
    run.__signature__ = Signature(shown)  # type: ignore[attr-defined]
    return run


def _shown(field: Parameter) -> Parameter:
    """Return a parameter as typer reads it."""
    kind, about, default = *_kind(field), field.default
    if about is not None:
        names = [f"--{field.name.replace('_', '-')}"]
        among = getattr(about, "among", ())
        text = getattr(about, "help", about) + (f" Of {', '.join(among)}." if among else "")
        show_default = default is not False and default not in (None, "", (), among)
        metavar = _METAVARS.get(kind)
        if kind == _NAMES and text is about:
            kind, metavar, default = list[str] | None, field.name.upper(), None
        elif metavar:
            kind = str | None
            default = None if default is None else ",".join(map(_item_text, default))
        else:
            kind = get_args(field.annotation)[0]
        option = Option(*names, help=text, metavar=metavar, show_default=show_default)
        field = field.replace(annotation=Annotated[kind, option])
    return field.replace(kind=Parameter.KEYWORD_ONLY, default=default)


def _kind(field: Parameter) -> tuple[Any, Any]:
    """Return the type of a field, without None, and what is said of it unless typer reads that."""
    parts: tuple[Any, ...] = (*get_args(field.annotation), None, None)
    kind, about = parts[:2]
    if type(None) in get_args(kind):
        kind = next(each for each in get_args(kind) if each is not type(None))
    return kind, None if isinstance(about, OptionInfo | ArgumentInfo) else about


def _item_text(item: object) -> str:
    return ":".join(map(str, item)) if isinstance(item, tuple) else str(item)


def _read(field: Parameter, value: Any) -> Any:
    """Return the value of a field from that of its option."""
    kind, about = _kind(field)
    if about is None or kind not in _METAVARS or value is None:
        return () if value is None and kind == _NAMES else value
    parts = _parts(value) if isinstance(value, str) else value
    if kind == _NAMES:
        return tuple(parts)
    found = [re.fullmatch(r"(\d+):(\d+)" if kind == _PAIRS else r"(-?\d+)", each) for each in parts]
    if not all(found):
        wanted = "pairs" if kind == _PAIRS else "integers"
        example = "8:4,12:8" if kind == _PAIRS else "2,4,8"
        raise ValueError(
            f"{field.name} should be {wanted} separated by commas, such as {example}. "
            f"Got {value!r}."
        )
    numbers = [tuple(map(int, each.groups())) for each in found if each]
    return tuple(numbers if kind == _PAIRS else (first for first, *_ in numbers))


def _parts(text: str) -> list[str]:
    """Return what stands between commas, but for those within parentheses."""
    depth, parts = 0, [""]
    for character in text:
        depth += (character in "([") - (character in ")]")
        if character == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += character
    return [part.strip() for part in parts if part.strip()]
