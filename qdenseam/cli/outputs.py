"""Options that name a file to write: it is proven before any work."""

from collections.abc import Callable
from pathlib import Path

import typer

from classical_ref.files import check_output

DASH = Path("-")
"""No file, where an option takes it."""
PICTURES = (".png", ".svg", ".pdf")

Callback = Callable[[typer.Context, typer.CallbackParam, Path | None], Path | None]


def output_file(*endings: str, dash: str = "") -> Callback:
    """Return the callback of such an option; no two of a command may name the same file.

    Args:
        endings: Those that the file may have, by default any.
        dash: What ``-`` stands for, if anything.

    Raises:
        ValueError: The file has another ending, or is another option's.
        OSError: It cannot be written.
    """

    def proven(ctx: typer.Context, param: typer.CallbackParam, value: Path | None) -> Path | None:
        if value is None:
            return None
        option, place = param.opts[0], str(value.absolute())
        if dash and value == DASH:
            place = dash
        elif endings and value.suffix.lower() not in endings:
            instead = f", or be - for {dash}" if dash else ""
            raise ValueError(
                f"{option} should end in {', '.join(endings)}{instead}. Got {str(value)!r}."
            )
        else:
            check_output(value, option)
        first = ctx.meta.setdefault("qdenseam.outputs", {}).setdefault(place, option)
        if first != option:
            raise ValueError(
                f"{first} and {option} should go to two places. Got {str(value)!r} twice."
            )
        return value

    return proven
