"""Plain content as the text of a TOML file; ``tomllib`` reads it back."""

import json
import re
from collections.abc import Mapping
from typing import Any

_BARE = re.compile(r"[A-Za-z0-9_-]+")


def toml_text(content: Mapping[str, Any]) -> str:
    """Return the TOML of strings, numbers, booleans, lists and mappings of such.

    Mappings at the top become tables, lists of mappings there arrays of tables; further inside
    both are written inline.
    """
    lines, parts = [], []
    for name, value in content.items():
        if isinstance(value, Mapping):
            parts.append(f"\n[{_key(name)}]\n{_pairs(value)}")
        elif isinstance(value, list) and value and all(isinstance(v, Mapping) for v in value):
            parts += [f"\n[[{_key(name)}]]\n{_pairs(each)}" for each in value]
        else:
            lines.append(f"{_key(name)} = {_value(value)}\n")
    return "".join((*lines, *parts))


def _pairs(table: Mapping[str, Any]) -> str:
    return "".join(f"{_key(name)} = {_value(value)}\n" for name, value in table.items())


def _key(name: str) -> str:
    return name if _BARE.fullmatch(name) else _value(name)


def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        inside = ", ".join(f"{_key(name)} = {_value(each)}" for name, each in value.items())
        return f"{{ {inside} }}"
    if isinstance(value, list):
        return f"[{', '.join(map(_value, value))}]"
    if isinstance(value, str):  # as JSON, but that TOML also wants DEL escaped
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    return repr(value).lower()  # False as false, 1E6 and inf as they are
