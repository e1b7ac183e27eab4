"""The doors of patterns, probes and bits: what may enter as spins and what as bits.

Neuron i is column i: the last axis of every array is the neuron axis. A spin is ``s = (-1)**b``:
bit 0 is spin +1 and bit 1 is spin -1. An unknown entry of a probe is 0 as a spin and ``?`` in text.

Bits and spins never pass for each other. What an argument holds is said

- by its type: int8 arrays are spins, as our own functions make them, also without any -1; unsigned
  and boolean arrays are bits; text of ``0``, ``1`` and ``?`` is what it reads;
- by its values: anything else (lists, int64, floats) that holds a -1 is spins;
- by ``bits=True`` or ``bits=False``, for what is left. It may not contradict the type.

Nothing is guessed: bits where spins are asked for, and what still holds a 1 and no -1, are refused
with both readings shown. Lists of arrays are judged by the types of the arrays, a batch as a whole.
"""

from collections.abc import Sequence
from math import nan
from typing import Literal, NoReturn

import numpy as np
from numpy.typing import NDArray

from classical_ref.checks.arrays import Bits, Spins, SpinsLike
from classical_ref.checks.fields import checked
from classical_ref.checks.values import check_integer

Kind = Literal["spins", "bits", "text", "open"]
"""What the type of an argument says; ``"open"`` where it says nothing."""

_SPIN_OF_CHARACTER = {"0": 1, "1": -1, "?": 0}
_SHOWN = 12  # entries of a refused row that a message quotes
_SAY_IT = (
    "Say which: bits=True or bits=False where a function takes it, kind='bits' or 'spins' of data, "
    "--kind where a command does, "
    "bits_to_spins(...) for bits, an int8 array for spins, or text."
)


def check_patterns(
    patterns: SpinsLike, *, bits: bool | None = None, distinct: bool = True
) -> Spins:
    """Return the patterns as a read-only int8 copy of shape ``(num_patterns, num_neurons)``.

    Args:
        patterns: Spins -1 and +1, or text of ``0`` and ``1``; each row is one pattern.
        bits: Whether the patterns are bits, where their type does not say it.
        distinct: Whether a repeated row is an error.

    Raises:
        ValueError: Not two-dimensional, empty, an entry other than -1 and +1, spins or bits in
            doubt, or (if ``distinct``) two equal rows.
        TypeError: ``bits`` is no bool, or what holds patterns is given for them.
    """
    array, kind = _read(patterns, "patterns")
    if array.ndim != 2:
        raise ValueError(
            f"patterns should have shape (num_patterns, num_neurons). Got shape {array.shape}."
        )
    if array.size == 0:
        raise ValueError(f"patterns should hold at least one entry. Got shape {array.shape}.")
    spins = _spins(array, kind, bits, "patterns", may_be_unknown=False)
    checked = np.array(spins, dtype=np.int8, order="C")
    if distinct:
        duplicate = _first_duplicate(checked)
        if duplicate is not None:
            raise ValueError(
                f"patterns should be distinct. Rows {duplicate[0]} and {duplicate[1]} are equal; "
                "keep one; where `weights` are taken, give it a larger entry."
            )
    checked.setflags(write=False)
    return checked


def check_probes(probes: SpinsLike, num_neurons: int, *, bits: bool | None = None) -> Spins:
    """Return probes as a new int8 array of shape ``(..., num_neurons)``, entries -1, 0 and +1.

    Args:
        probes: Spins with 0 where unknown, or text of ``0``, ``1`` and ``?`` (a string or a
            sequence of strings; character i is neuron i).
        num_neurons: The length that the last axis should have.
        bits: Whether the probes are bits, where their type does not say it. Bits know every
            neuron: text says which are unknown.

    Raises:
        ValueError: The last axis has another length, an entry is not in {-1, 0, +1}, or spins or
            bits in doubt.
        TypeError: ``bits`` is no bool.

    Examples:
        >>> check_probes([1, 0, 1, 1], 4, bits=True).tolist()
        [-1, 1, -1, -1]
        >>> check_probes("1?11", 4).tolist()
        [-1, 0, -1, -1]
    """
    array, kind = _read(probes, "probe")
    check_integer(0, num_neurons=num_neurons)
    if array.ndim == 0 or array.shape[-1] != num_neurons:
        raise ValueError(
            f"probe should have shape ({num_neurons},) or (..., {num_neurons}). "
            f"Got shape {array.shape}."
        )
    return np.array(_spins(array, kind, bits, "probe"), dtype=np.int8)


def check_spins(
    spins: SpinsLike, *, bits: bool | None = None, name: str = "spins", may_be_unknown: bool = True
) -> Spins:
    """Return spins of any shape as int8, without a copy where they are.

    Args:
        spins: Spins, or text.
        bits: Whether they are bits, where their type does not say it.
        name: What a message calls them.
        may_be_unknown: Whether 0 is allowed.

    Raises:
        ValueError: There is another entry, or spins or bits in doubt.
        TypeError: ``bits`` is no bool.
    """
    array, kind = _read(spins, name)
    return _spins(array, kind, bits, name, may_be_unknown=may_be_unknown)


def check_bits(bits: SpinsLike, *, ndim: int | None = 2, name: str = "bits") -> Bits:
    """Return ``bits`` as a new ``uint8`` array of 0 and 1 with ``ndim`` axes.

    Where bits are asked for, lists and numbers of 0 and 1 are bits; int8 arrays are spins and
    refused.

    Args:
        bits: 0 and 1, or text.
        ndim: Number of axes; ``None`` takes any, also without entries.
        name: What a message calls them.

    Raises:
        ValueError: There are other axes, no entries, other values, or spins.
    """
    array, kind = _read(bits, name)
    if ndim is not None and (array.ndim != ndim or array.size == 0):
        raise ValueError(f"{name} should have {ndim} non-empty axes. Got shape {array.shape}.")
    if kind == "text":
        if not array.all():
            raise ValueError(f"{name} should be 0 or 1. Got '?'.")
        return (array.astype(np.int8) < 0).astype(np.uint8)
    if kind == "spins" and array.size:
        raise ValueError(
            f"{name} should be 0 or 1. Got int8, which holds spins; spins_to_bits turns them, and "
            ".astype(np.uint8) says that 0 and 1 are bits."
        )
    lowest, highest = _range(array)
    if not (lowest >= 0 and highest <= 1):
        raise ValueError(
            f"{name} should be 0 or 1. Got {_strange(array, (0, 1))}; spins_to_bits turns spins."
        )
    return array.astype(np.uint8)


@checked
def text_to_spins(text: str | Sequence[str]) -> Spins:
    """Return the spins of ``0``, ``1`` and ``?`` (unknown); character i is neuron i.

    Returns:
        Shape ``(num_neurons,)`` for a string, ``(num_rows, num_neurons)`` for a sequence of them.

    Raises:
        ValueError: A character is none of ``0``, ``1``, ``?``, or the lengths differ.

    Examples:
        >>> text_to_spins("01?").tolist()
        [1, -1, 0]
    """
    if isinstance(text, str):
        strange = sorted(set(text) - set(_SPIN_OF_CHARACTER))
        if strange:
            raise ValueError(f"text should hold only 0, 1 and ?. Got {strange[0]!r} in {text!r}.")
        return np.array([_SPIN_OF_CHARACTER[character] for character in text], dtype=np.int8)
    lengths = sorted({len(row) for row in text})
    if len(lengths) > 1:
        raise ValueError(f"all strings should have one length. Got lengths {lengths}.")
    return np.array([text_to_spins(row) for row in text], dtype=np.int8)


def _read(given: object, name: str) -> tuple[NDArray[np.generic], Kind]:
    """Return an argument as an array, text as spins, with what its type says."""
    try:
        array = np.asarray(given)
        if array.dtype == object:  # pandas keeps text and missing values so
            given = array.tolist()
            array = np.asarray(given)
    except ValueError:
        raise ValueError(
            f"{name} should be an array. Got {type(given).__name__} of rows of several lengths."
        ) from None
    if array.ndim == 0 and hasattr(given, "patterns"):
        raise TypeError(f"{name} should be an array or text. Got {given!r}; give its .patterns.")
    if array.dtype.kind in "UT":
        rows = text_to_spins(array.ravel().tolist())
        return rows.reshape(*array.shape, rows.shape[-1] if rows.size else 0), "text"
    kinds = _kinds(given) if isinstance(given, list | tuple) else {_kind(given, array.dtype)}
    if "masked" in kinds:
        raise ValueError(
            f"{name} should have no masked entries. Got some, whose values would count; "
            ".filled(0) makes them unknown."
        )
    if {"bits", "spins"} <= kinds:
        raise ValueError(f"{name} should be all spins or all bits. Got arrays of both types.")
    if "bits" in kinds:
        return array, "bits"
    return array, "spins" if kinds == {"spins"} else "open"


def _kinds(rows: Sequence[object]) -> set[str]:
    """Return what the types of the entries of a list say, down to single numbers."""
    kinds: set[str] = set()
    for each in set(map(type, rows)):
        if issubclass(each, list | tuple):
            kinds.update(*(_kinds(row) for row in rows if isinstance(row, list | tuple)))
        elif issubclass(each, np.ndarray):
            kinds.update(_kind(row, row.dtype) for row in rows if isinstance(row, np.ndarray))
        else:
            is_number = issubclass(each, bool | np.generic)
            kinds.add(_kind(None, np.dtype(each)) if is_number else "open")
    return kinds


def _kind(given: object, dtype: np.dtype[np.generic]) -> str:
    if type(given) is not np.ndarray and given is not None and np.ma.is_masked(given):
        return "masked"
    if dtype.kind in "bu":
        return "bits"
    return "spins" if dtype == np.int8 else "open"


def _spins(
    array: NDArray[np.generic],
    kind: Kind,
    bits: bool | None,
    name: str,
    *,
    may_be_unknown: bool = True,
) -> Spins:
    if not (bits is None or isinstance(bits, bool | np.bool_)):
        raise TypeError(f"bits should be True, False or None: what {name} holds. Got {bits!r}.")
    bits = None if bits is None else bool(bits)
    if (bits and kind == "spins") or (bits is False and kind == "bits"):
        raise ValueError(
            f"{name} should be what bits={bits} says. Got {array.dtype}, which holds {kind}; "
            "leave out bits=, or convert to int8 for spins and uint8 for bits."
        )
    lowest, highest = _range(array)
    if (bits or kind == "bits") and kind != "text":
        if not (lowest >= 0 and highest <= 1):
            raise ValueError(
                f"{name} should be bits 0 and 1. Got {_strange(array, (0, 1))}; spins are int8, "
                "and text says '?' for unknown."
            )
        if not bits and array.size:
            _refuse_doubt(array, name, may_be_unknown)
        return (1 - 2 * array.astype(np.int8)).astype(np.int8)
    if not (lowest >= -1 and highest <= 1):
        allowed = "-1, +1 and 0 where unknown" if may_be_unknown else "-1 and +1"
        raise ValueError(
            f"{name} should hold {allowed}. Got {_strange(array, (-1, 0, 1))}. "
            "Use bits_to_spins for bits."
        )
    if kind == "open" and bits is None and highest == 1 and lowest == 0:
        _refuse_doubt(array, name, may_be_unknown)
    if not (may_be_unknown or array.all()):
        raise ValueError(f"{name} should hold -1 and +1. Got 0. Use bits_to_spins for bits.")
    return array.astype(np.int8, copy=False)


def _refuse_doubt(array: NDArray[np.generic], name: str, may_be_unknown: bool) -> NoReturn:
    """Raise with both readings of the first row of 0 and 1 that holds a 1."""
    rows = (array != 0).reshape(-1, array.shape[-1] if array.ndim else 1)
    row = rows[rows.any(axis=1).argmax()]
    shown, more = row[:_SHOWN].tolist(), "..." if len(row) > _SHOWN else ""
    numbers = ", ".join("1" if one else "0" for one in shown)
    as_spins = "".join("0" if one else "?" for one in shown)
    as_bits = "".join("1" if one else "0" for one in shown)
    spins = (
        f"as spins '{as_spins}{more}' (+1 is bit 0, 0 is unknown)"
        if may_be_unknown or row.all()
        else "no spins, since a pattern knows every neuron"
    )
    raise ValueError(
        f"{name} should say whether spins or bits are meant. Got [{numbers}{more}] "
        f"({array.dtype}): {spins}, as bits '{as_bits}{more}'. {_SAY_IT}"
    )


def _range(array: NDArray[np.generic]) -> tuple[float, float]:
    """Return the least and the largest of all entries and 0, NaN unless all are integers."""
    if array.dtype.kind not in "biuf":
        return nan, nan
    lowest, highest = float(array.min(initial=0)), float(array.max(initial=0))
    if array.dtype.kind == "f" and not (array == np.rint(array)).all():
        return nan, nan
    return lowest, highest


def _strange(array: NDArray[np.generic], allowed: tuple[int, ...]) -> object:
    if array.dtype.kind not in "biuf":
        return f"type {array.dtype}"
    return array[~np.isin(array, allowed)].flat[0]


def _first_duplicate(patterns: Spins) -> tuple[int, int] | None:
    rows = np.packbits(patterns < 0, axis=1)
    keys = rows.view(np.dtype((np.void, rows.shape[1]))).ravel()
    _, first, inverse = np.unique(keys, return_index=True, return_inverse=True)
    later = np.flatnonzero(first[inverse] != np.arange(len(patterns)))
    return None if later.size == 0 else (int(first[inverse][later[0]]), int(later[0]))
