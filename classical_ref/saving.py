"""Memories in files: arrays and a description in one ``.npz``, which runs no code when read."""

import json
import math
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from importlib import import_module
from io import BytesIO
from typing import Any, TypeVar, overload

import numpy as np
from numpy.typing import NDArray

from classical_ref.archives import read_arrays
from classical_ref.checks import checked
from classical_ref.files import write_whole

Kind = TypeVar("Kind")
Find = Callable[[str], type | None]
"""Returns the type of a name, None where it knows none."""

_SCHEMA = 1
_DESCRIPTION = "memory"  # the array that holds the description, as bytes of JSON
_DAMAGED = ArithmeticError, AttributeError, LookupError, RuntimeError, TypeError, ValueError
_ROOMS = tuple(
    f"classical_ref{room}" for room in ("", ".sequences", ".learning", ".sparse_recovery")
)


@checked
def save(memory: object, path: str | os.PathLike[str]) -> None:
    """Write a memory of this package to a file that :func:`load` reads.

    Patterns take a bit a spin; what a memory derives from them is not written. The file is there
    whole or not at all.

    Args:
        memory: A memory, such as a ``DenseMemory``.
        path: The file, by custom ``.npz``; an existing one is replaced.

    Raises:
        TypeError: The memory, or a part of it such as a separation, is not of this package.
        OSError: The file cannot be written.
    """
    write(memory, path, public_type)


@overload
def load(path: str | os.PathLike[str]) -> object: ...
@overload
def load(path: str | os.PathLike[str], kind: type[Kind]) -> Kind: ...
@checked
def load(path: str | os.PathLike[str], kind: type[Kind] | None = None) -> object:
    """Return the memory that :func:`save` wrote.

    Args:
        path: The file.
        kind: What it should hold, such as ``DenseMemory``; None takes any memory.

    Raises:
        ValueError: The file is none of ours, damaged, of a newer version, or holds another kind.
        OSError: It cannot be read.
    """
    return of_kind(read(path, public_type), kind, path)


def of_kind(memory: object, kind: type | None, path: str | os.PathLike[str]) -> object:
    """Return a memory that is of a kind.

    Raises:
        ValueError: It is of another.
    """
    if kind is not None and not isinstance(memory, kind):
        raise ValueError(f"{path} should hold {kind.__name__}. Got {type(memory).__name__}.")
    return memory


def public_type(name: str) -> type | None:
    """Return the public dataclass of a name, importing no other; None if there is none."""
    for module in map(import_module, _ROOMS):
        found = getattr(module, name, None) if name in dir(module) else None
        if isinstance(found, type) and is_dataclass(found):
            return found
    return None


def write(memory: object, path: str | os.PathLike[str], find: Find) -> None:
    """Write an object made of dataclasses that ``find`` finds by name; see :func:`save`."""
    if find(type(memory).__name__) is not type(memory):
        raise TypeError(
            f"memory should be an object of these packages to be saved. Got {memory!r}."
        )
    arrays: dict[str, NDArray[Any]] = {}
    content = {"schema": _SCHEMA, "object": _described(memory, "memory.", arrays, find)}
    description = json.dumps(content, allow_nan=False).encode()
    arrays[_DESCRIPTION] = np.frombuffer(description, dtype=np.uint8)
    packed = BytesIO()
    np.savez_compressed(packed, **arrays)  # type: ignore[arg-type]  # none named allow_pickle
    write_whole(path, packed.getvalue())


def read(path: str | os.PathLike[str], find: Find) -> object:
    """Return what :func:`write` wrote; see :func:`load`."""
    what = "a memory that save() wrote"
    arrays = read_arrays(path, what)
    try:
        content = json.loads(arrays.pop(_DESCRIPTION).tobytes())
        schema, described = content["schema"], content["object"]
    except _DAMAGED as error:
        raise ValueError(f"{path} should be {what}. Got {error!r}.") from None
    if type(schema) is not int or schema != _SCHEMA:
        raise ValueError(
            f"{path} should have schema {_SCHEMA}. Got {schema!r}; another version wrote it."
        )
    try:
        memory = _made(described, arrays, find)
        if find(type(memory).__name__) is not type(memory):
            raise ValueError(f"no object, but {described!r}")
        return memory
    except _DAMAGED as error:
        raise ValueError(f"{path} should describe a memory. Got {error!r}.") from error


def _described(value: object, name: str, arrays: dict[str, NDArray[Any]], find: Find) -> Any:
    """Return JSON of a value, its arrays put into ``arrays``."""
    if isinstance(value, np.ndarray):
        return _stored(value, name.rstrip("."), arrays)
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float) and math.isfinite(value):
        return value
    if isinstance(value, tuple):
        return [_described(e, f"{name}{i}.", arrays, find) for i, e in enumerate(value)]
    if isinstance(value, Mapping):
        each = {key: _described(e, f"{name}{key}.", arrays, find) for key, e in value.items()}
        return {"entries": each}
    if find(type(value).__name__) is type(value):
        parts = {each: getattr(value, each) for each in _init_fields(type(value))}
        return {
            "type": type(value).__name__,
            "fields": {
                each: _described(part, f"{name}{each}.", arrays, find)
                for each, part in parts.items()
            },
        }
    raise TypeError(
        f"{name.rstrip('.')} should be a number, text, an array or an object of these packages to "
        f"be saved. Got {value!r}."
    )


def _stored(array: NDArray[Any], name: str, arrays: dict[str, NDArray[Any]]) -> dict[str, Any]:
    if array.dtype == np.int8 and np.isin(array, (-1, 1)).all():
        arrays[name] = np.packbits(array < 0)
        return {"spins": name, "shape": list(array.shape)}
    if array.dtype.hasobject:
        raise TypeError(f"{name} should hold numbers to be saved. Got dtype {array.dtype}.")
    arrays[name] = array
    return {"array": name}


def _made(data: Any, arrays: Mapping[str, NDArray[Any]], find: Find) -> object:
    """Return what :func:`_described` described."""
    if isinstance(data, list):
        return tuple(_made(each, arrays, find) for each in data)
    if not isinstance(data, dict):
        return data
    if "spins" in data:
        packed, shape = arrays[data["spins"]], tuple(data["shape"])
        size = math.prod(shape)
        if packed.dtype != np.uint8 or packed.size != -(-size // 8):
            raise ValueError(f"{data['spins']} should hold {size} bits in bytes")
        return (1 - 2 * np.unpackbits(packed, count=size).astype(np.int8)).reshape(shape)
    if "array" in data:
        return arrays[data["array"]]
    if "entries" in data:
        return {key: _made(each, arrays, find) for key, each in data["entries"].items()}
    kind = find(data["type"])
    if kind is None:
        raise ValueError(f"type should be a public one of these packages. Got {data['type']!r}")
    given = {name: _made(each, arrays, find) for name, each in data["fields"].items()}
    return kind(**given)


def _init_fields(kind: type) -> Iterator[str]:
    assert is_dataclass(kind)
    return (each.name for each in fields(kind) if each.init)
