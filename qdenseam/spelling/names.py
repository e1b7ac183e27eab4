"""What is said of a name that nobody knows, with those that may have been meant."""

import difflib
from collections.abc import Collection, Iterable


class UnknownNameError(ValueError):
    """Nothing has this name: it is misspelled, or what registers it was not imported."""


def unknown_name(
    what: str, name: str, known: Collection[str], *, wanted: str = "be one of", more: str = ""
) -> UnknownNameError:
    """Return the error of a name that is not among the known ones.

    Args:
        what: What should have been named.
        name: What was named.
        known: The names that there are.
        wanted: What it should do, before the list of them.
        more: What else it may be, behind the list.
    """
    return UnknownNameError(
        f"{what} should {wanted} {', '.join(known) or 'none'}{more}. Got {name!r}."
        f"{near(name, known)}"
    )


def near(name: str, known: Iterable[str]) -> str:
    """Return the question whether similar names are meant, empty if there are none."""
    known = list(known)
    close = difflib.get_close_matches(name.lower(), known, n=3) if name else []
    return meant(close or [each for each in known if len(name) > 2 and name in each][:3])


def meant(names: Iterable[str]) -> str:
    """Return the question whether one of these names is meant, empty if there is none."""
    listed = " or ".join(map(repr, names))
    return f" Did you mean {listed}?" if listed else ""
