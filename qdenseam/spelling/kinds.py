"""What has a spelling: kind, name, class. The rooms are found by name, when they are asked for."""

import warnings
from collections.abc import Callable
from importlib import import_module
from typing import Final, TypeVar

from qdenseam.plugins import plugged_in

_Thing = TypeVar("_Thing", bound=type)

TABLES: Final = {
    "method": ("methods", "qdenseam.methods:METHODS"),
    "filter": ("filters", "qdenseam.methods:FILTERS"),
    "schedule": ("schedules", "qdenseam.methods:SCHEDULES"),
    "amplified": ("amplified", "qdenseam.methods:AMPLIFIED"),
    "encoder": ("encoders", "circuits.loading:ENCODERS"),
    "separation": ("separations", "classical_ref.tabulated:SEPARATIONS"),
    "classical memory": ("memories", "classical_ref.recipes:RECIPES"),
    "memory": ("quantum_memories", "qdenseam.memories.recipes:MEMORIES"),
    "mitigation": ("mitigations", "qdenseam.execution.mitigation:MITIGATIONS"),
}
"""Of each kind the entry points (``qdenseam.methods``) by which packages add to it, and where its
classes stand by name.

Each class has a ``name`` and the ``kind``, and is a frozen dataclass of plain fields and of objects
that have a spelling."""
WORDS: Final[dict[str, dict[str, str | None]]] = {
    "method": {"auto": "auto"},
    "mitigation": {"none": None},
}
"""Names of a kind that stand for no class."""
BARE: Final = {"amplified": ("amplified", int | float), "filter": ("table", tuple)}
"""Classes that a bare value of a type stands for, where one of the kind is expected."""


def registered(kind: str) -> dict[str, type]:
    """Return the classes of a kind by name.

    Raises:
        ValueError: There is no such kind.
    """
    added = plugged_in(TABLES[kind][0]) if kind in TABLES else {}  # what it imports may register
    found = dict(_table(kind))
    for entry, thing in added.items():
        name = getattr(thing, "name", entry)
        if not isinstance(thing, type) or getattr(thing, "kind", None) != kind:
            said = f"the entry point {entry!r} should be a class of a {kind}. Got {thing!r}."
            warnings.warn(said, stacklevel=2)
        elif found.setdefault(name, thing) is not thing:
            said = f"a {kind} named {name!r} is already registered, so {thing} is not used."
            warnings.warn(said, stacklevel=2)
    return found


def register(kind: str) -> Callable[[_Thing], _Thing]:
    """Return a decorator that gives a class of your own its place among a kind.

    Raises:
        ValueError: There is no such kind, or (when it decorates) the name is taken.
    """
    table = _table(kind)

    def enter(thing: _Thing) -> _Thing:
        name = getattr(thing, "name", "")
        if name in table:
            raise ValueError(f"a {kind} named {name!r} is already registered.")
        table[name] = thing
        return thing

    return enter


def _table(kind: str) -> dict[str, type]:
    if kind not in TABLES:
        raise ValueError(f"kind should be one of {', '.join(TABLES)}. Got {kind!r}.")
    room, _, table = TABLES[kind][1].partition(":")
    found: dict[str, type] = getattr(import_module(room), table)
    return found
