"""What installed packages add, by the entry points that they declare."""

import warnings
from collections.abc import Mapping
from functools import cache
from importlib.metadata import entry_points
from types import MappingProxyType


@cache
def plugged_in(group: str) -> Mapping[str, object]:
    """Return what installed packages declare in a group, loaded, by name.

    What fails to load is warned of, once, and left out: a broken package must not stop what does
    not use it.

    Args:
        group: What stands after ``qdenseam.`` in the declarations: ``methods``, ``encoders``,
            ``engines``, ``studies``, ...
    """
    found: dict[str, object] = {}
    for entry in entry_points(group=f"qdenseam.{group}"):
        try:
            found[entry.name] = entry.load()
        except Exception as error:
            said = f"{entry.value}, which a package adds to {group}, cannot be loaded: {error!r}"
            warnings.warn(said, stacklevel=2)
    return MappingProxyType(found)
