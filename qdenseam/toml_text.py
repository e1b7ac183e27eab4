"""Plain content as a TOML file, and back."""

import json
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from classical_ref.files import read_whole, write_whole

MAX_BYTES = 2**20
"""Of a TOML file."""
_KEPT = "# Kept by qdenseam; the next run here writes it anew.\n"
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


def read_toml(path: Path) -> dict[str, Any]:
    """Return the content of a TOML file.

    Raises:
        ValueError: It is no TOML, too deep, or holds more than :data:`MAX_BYTES`.
        OSError: It is missing, no file, or cannot be read.
    """
    try:
        return tomllib.loads(read_whole(path, most=MAX_BYTES).decode())
    except RecursionError:
        raise ValueError(f"{path} should be a study. Got lists too deep.") from None


def keep_toml(path: Path, content: Mapping[str, Any]) -> None:
    """Write a TOML file, over one that was kept before only.

    Raises:
        ValueError: There is a file that somebody else wrote.
        OSError: The file cannot be written.
    """
    if path.exists() and not read_whole(path).startswith(_KEPT.encode()):
        raise ValueError(
            f"{path.parent} should be a folder for one study's results. It holds a "
            f"{path.name} of somebody's own; choose another folder."
        )
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, (_KEPT + toml_text(content)).encode())


def _pairs(table: Mapping[str, Any]) -> str:
    return "".join(f"{_key(name)} = {_value(value)}\n" for name, value in table.items())


def _key(name: str) -> str:
    return name if _BARE.fullmatch(name) else _value(name)


def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        inside = ", ".join(f"{_key(name)} = {_value(each)}" for name, each in value.items())
        return f"{{ {inside} }}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_value, value))}]"
    if isinstance(value, str):  # as JSON, but that TOML also wants DEL escaped
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    return repr(value).lower()  # False as false, 1E6 and inf as they are
