"""Quantum memories in files, as the classical ones are: arrays and a description, no code."""

import os
from typing import overload

from classical_ref import saving
from classical_ref.checks import checked
from qdenseam.memories.amplitude import AmplitudeMemory
from qdenseam.memories.energy import EnergyMemory
from qdenseam.spelling.kinds import registered


@checked
def save(memory: object, path: str | os.PathLike[str]) -> None:
    """Write a memory, quantum or classical, to a file that :func:`load` reads.

    Encoders and separations that are registered, also those of other packages, are written by
    name and settings; circuits are built anew. See :func:`classical_ref.save`.

    Raises:
        TypeError: The memory, or a part of it, is of neither.
        OSError: The file cannot be written.
    """
    saving.write(memory, path, _type)


@overload
def load(path: str | os.PathLike[str]) -> object: ...
@overload
def load(path: str | os.PathLike[str], kind: type[saving.Kind]) -> saving.Kind: ...
@checked
def load(path: str | os.PathLike[str], kind: type[saving.Kind] | None = None) -> object:
    """Return the memory that :func:`save` wrote, here or in :mod:`classical_ref`.

    Args:
        path: The file.
        kind: What it should hold, such as ``AmplitudeMemory``; None takes any memory.

    Raises:
        ValueError: The file is none of ours, damaged, of a newer version, or holds another kind.
        OSError: It cannot be read.
    """
    return saving.of_kind(saving.read(path, _type), kind, path)


def _type(name: str) -> type | None:
    named = [*registered("encoder").values(), *registered("separation").values()]
    ours = {each.__name__: each for each in (AmplitudeMemory, EnergyMemory, *named)}
    return ours.get(name) or saving.public_type(name)
