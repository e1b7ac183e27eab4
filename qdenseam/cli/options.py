"""Options of commands: a parameter that is a dataclass stands for an option of each field."""

from collections.abc import Callable
from dataclasses import is_dataclass
from inspect import Parameter, Signature, signature
from typing import Annotated, Any, get_args

from typer import Option


def with_options(command: Callable[..., None]) -> Callable[..., None]:
    """Return a command whose dataclass parameters are spelled out, as typer reads it.

    A field is written like a parameter, ``shots: Annotated[int, Option(help=...)] = 1000``, or
    with a text alone, ``shots: Annotated[int, "Shots per probe."] = 1000``. Then integers are given
    as ``2,4,8``, and texts by giving the option several times.
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
    kind, about = (*get_args(field.annotation), None, None)[:2]
    default = field.default
    if isinstance(about, str):
        names = [f"--{field.name.replace('_', '-')}"] if kind is bool else []
        metavar = None
        if kind == tuple[int, ...] | None:
            kind, metavar = str | None, "N,N,..."
        elif kind == tuple[str, ...]:
            kind, metavar, default = list[str] | None, field.name.upper(), None
        option = Option(*names, help=about, metavar=metavar, show_default=bool(default))
        field = field.replace(annotation=Annotated[kind, option])
    return field.replace(kind=Parameter.KEYWORD_ONLY, default=default)


def _read(field: Parameter, value: Any) -> Any:
    """Return the value of a field from that of its option."""
    kind = (*get_args(field.annotation), None)[0]
    if kind == tuple[str, ...]:
        return tuple(value or ())
    if kind != tuple[int, ...] | None or value is None:
        return value
    try:
        return tuple(int(part) for part in value.split(",") if part.strip())
    except ValueError:
        raise ValueError(
            f"{field.name} should be integers separated by commas, such as 2,4,8. Got {value!r}."
        ) from None
