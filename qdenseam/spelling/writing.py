"""From objects to text, which :func:`parse` reads back to equal objects."""

import json
import math
from dataclasses import MISSING
from typing import Any

import numpy as np

from qdenseam.spelling.grammar import NAME
from qdenseam.spelling.kinds import BARE
from qdenseam.spelling.reading import settings


def spell(value: object, *, digits: int | None = None) -> str:
    """Return the text of an object, settings left out where they are the defaults.

    Args:
        value: An object that has a spelling, or a plain value.
        digits: Significant digits of numbers, for a label that need not be read back.

    Raises:
        TypeError: The object has no spelling.

    Examples:
        >>> from qdenseam.methods import HammingBall, SeparationFilter
        >>> spell(SeparationFilter(HammingBall(1), amplified=1 / 8))
        'separation-filter(hamming-ball(1), amplified=0.125)'
    """
    if value is None or isinstance(value, bool | np.bool_):
        return "none" if value is None else str(value).lower()
    if isinstance(value, int | np.integer):
        return str(int(value))
    if isinstance(value, float | np.floating) and math.isfinite(value):
        return repr(float(value)) if digits is None else f"{value:.{digits}g}"
    if isinstance(value, str):
        is_name = NAME.fullmatch(value) and value not in ("true", "false", "none")
        return value if is_name else json.dumps(value)
    if isinstance(value, tuple | list | np.ndarray):
        return f"[{', '.join(spell(each, digits=digits) for each in value)}]"
    if hasattr(type(value), "kind") and hasattr(type(value), "name"):
        return _spelled(value, digits)
    raise TypeError(f"what is spelled should be a method or one of its parts. Got {value!r}.")


def _spelled(value: Any, digits: int | None) -> str:
    parts = []
    first, changed = _changed(value)
    for name, given in changed.items():
        text = spell(given, digits=digits)
        if getattr(given, "name", None) == BARE.get(getattr(given, "kind", ""), ("", 0))[0]:
            bare, inner = _changed(given)
            text = spell(inner[bare], digits=digits) if [*inner] == [bare] else text
        is_clear = value.kind != "method" or hasattr(given, "kind")
        parts.append(text if name == first and is_clear else f"{name}={text}")
    return value.name + (f"({', '.join(parts)})" if parts else "")


def _changed(value: Any) -> tuple[str, dict[str, Any]]:
    """Return the setting that needs no name, and all that are not the defaults."""
    known, changed = settings(type(value)), {}
    for name, each in known.items():
        given = getattr(value, name)
        default = each.default if each.default_factory is MISSING else each.default_factory()
        if type(given) is not type(default) or given != default:
            changed[name] = given
    return next((name for name, each in known.items() if not each.kw_only), ""), changed
