"""How far a long call has come, told to whoever waits."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """``done`` of ``total`` parts: circuits of a run, batches of a collection."""

    done: int
    """Finished parts, in a collection those of earlier runs included."""
    total: int
    """All parts."""
    message: str
    """One line about the part that has just ended."""
