"""Options of commands: a parameter that is a dataclass stands for an option of each field."""

from collections.abc import Callable
from dataclasses import is_dataclass
from inspect import Parameter, Signature, signature
from typing import Any


def with_options(command: Callable[..., None]) -> Callable[..., None]:
    """Return a command whose dataclass parameters are spelled out, as typer reads it.

    A field is written like a parameter, ``shots: Annotated[int, Option(help=...)] = 1000``.
    """
    given = signature(command).parameters
    groups: dict[str, Any] = {
        name: p.annotation for name, p in given.items() if is_dataclass(p.annotation)
    }
    fields = {name: signature(group).parameters for name, group in groups.items()}
    shown = [
        each.replace(kind=Parameter.KEYWORD_ONLY)
        for name, parameter in given.items()
        for each in (fields[name].values() if name in groups else (parameter,))
    ]

    def run(**values: Any) -> None:
        for name, group in groups.items():
            values[name] = group(**{field: values.pop(field) for field in fields[name]})
        command(**values)

    run.__name__, run.__doc__ = command.__name__, command.__doc__
    run.__annotations__ = {each.name: each.annotation for each in shown}
    run.__signature__ = Signature(shown)  # type: ignore[attr-defined]
    return run
