"""Objects that have a spelling as plain data, which JSON holds, and back."""

from typing import Any, ClassVar

from classical_ref.checks import Checked
from qdenseam.spelling.kinds import registered
from qdenseam.spelling.reading import kinds_expected, settings


class Named(Checked):
    """What is registered by name under a kind, has checked fields and travels as plain data."""

    __slots__ = ()
    kind: ClassVar[str]
    name: ClassVar[str]

    def to_dict(self) -> dict[str, Any]:
        """Return the registered name and the settings as plain data.

        Fields that do not count for equality, such as the record of a training, are left out.
        """
        data: Any = to_plain(self)
        return {**data}


def to_plain(value: object) -> object:
    """Return an object that has a spelling as its name and settings, anything else as it is."""
    own: type[Any] = type(value)
    if not hasattr(own, "kind"):
        return value
    return {"name": own.name} | {each: to_plain(getattr(value, each)) for each in settings(own)}


def from_plain(kind: str | tuple[str, ...], data: object) -> object:
    """Return what :func:`to_plain` described, also where JSON made lists of its tuples.

    Args:
        kind: What it should be, or one of several.
        data: A name with settings; anything else stands for itself.

    Raises:
        ValueError: Nothing of the kind has that name.
    """
    kinds = (kind,) if isinstance(kind, str) else kind
    if isinstance(data, list):
        return tuple(from_plain(kinds, each) for each in data)
    if not isinstance(data, dict):
        return data
    known = {name: cls for each in kinds for name, cls in registered(each).items()}
    name, given = data.get("name"), {key: each for key, each in data.items() if key != "name"}
    if name not in known:
        label = " or ".join(kinds)
        raise ValueError(f"{label} should be one of {', '.join(sorted(known))}. Got {name!r}.")
    expected = kinds_expected(known[name])
    return known[name](
        **{key: from_plain(expected.get(key, ()), each) for key, each in given.items()}
    )
