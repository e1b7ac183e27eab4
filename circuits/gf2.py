"""Linear algebra over GF(2) on sets of bit patterns: ranks, dependent columns, affine hulls.

A vector is one Python integer of any width, so nothing here stops at 64 bits. A column of a
pattern matrix is the integer Σ_μ x^μ_i 2^μ; "affine" means that the constant column 1…1 counts as
known, because an X gate costs nothing.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from circuits.bit_order import Bits, check_bits
from classical_ref.checks import Booleans, check_mask, lock


class Basis:
    """Independent vectors in echelon form, each remembering which inputs it is a sum of."""

    def __init__(self) -> None:
        self._rows: dict[int, tuple[int, int]] = {}  # leading bit -> (vector, combination)

    def __len__(self) -> int:
        return len(self._rows)

    def reduce(self, vector: int, combination: int = 0) -> tuple[int, int]:
        """Return ``vector`` minus a sum of basis vectors, zero iff it lies in their span.

        Args:
            vector: The vector, as an integer.
            combination: A label, as an integer of bits; the labels of the basis vectors used are
                added to it (XOR).
        """
        while vector:
            row = self._rows.get(vector.bit_length())
            if row is None:
                break
            vector ^= row[0]
            combination ^= row[1]
        return vector, combination

    def add(self, vector: int, combination: int = 0) -> tuple[bool, int]:
        """Add ``vector`` if it is independent; return whether it was, and its reduced label."""
        vector, combination = self.reduce(vector, combination)
        if vector:
            self._rows[vector.bit_length()] = (vector, combination)
        return bool(vector), combination


def affine_sums(
    vectors: Iterable[int], columns: Sequence[tuple[int, int]], everything: int
) -> list[list[int] | None]:
    """Return the labels of columns that add up to each vector or its complement, ``None`` for none.

    Args:
        vectors: Columns as integers, with a bit for each pattern.
        columns: Pairs of a label and a column, those that are preferred first.
        everything: The column 1…1.
    """
    basis = Basis()
    basis.add(everything)
    for place, (_, column) in enumerate(columns):
        basis.add(column, 1 << place)
    found: list[list[int] | None] = []
    for vector in vectors:
        rest, used = basis.reduce(vector)
        labels = [label for place, (label, _) in enumerate(columns) if used >> place & 1]
        found.append(None if rest else labels)
    return found


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AffineHull:
    """The affine hull of a pattern set, seen on some known columns only."""

    indices: npt.NDArray[np.intp]
    """A maximal set of known columns that are affinely independent, shape ``(r,)``.

    Two points of the hull that agree on these columns agree on every known column: an oracle that
    compares a probe on them marks what agrees on all, provided the hull contains the probe.
    """
    checks: Bits
    """Parity checks, one per dependent known column, shape ``(num_known - r, D)``.

    Each row is 0 outside the known columns.
    """
    parities: Bits
    """Value of each check on every point of the hull, shape ``(num_known - r,)``."""

    def __post_init__(self) -> None:
        lock(self, indices=self.indices, checks=self.checks, parities=self.parities)

    def contains(self, bits: npt.ArrayLike) -> Booleans:
        """Return whether the known columns of ``bits`` fit the hull, shape ``(...,)``.

        Args:
            bits: Shape ``(..., D)``; entries at unknown columns are ignored.

        Raises:
            ValueError: The last axis is not ``D``.
        """
        rows = check_bits(bits, ndim=None)
        num_bits = self.checks.shape[1]
        if rows.ndim == 0 or rows.shape[-1] != num_bits:
            raise ValueError(f"bits should have shape (..., {num_bits}). Got {rows.shape}.")
        values = (rows.astype(np.int64) @ self.checks.T.astype(np.int64)) & 1
        return np.asarray((values == self.parities).all(axis=-1))


def pack(rows: npt.ArrayLike) -> list[int]:
    """Return one integer Σ_i b_i 2^i per row of an ``(n, width)`` array of bits."""
    packed = np.packbits(check_bits(rows, ndim=None), axis=1, bitorder="little")
    return [int.from_bytes(row.tobytes(), "little") for row in packed]


def unpack(integers: Iterable[int], width: int) -> Bits:
    """Return the bits of each integer, shape ``(n, width)``: the inverse of :func:`pack`."""
    num_bytes = (width + 7) // 8
    rows = [np.frombuffer(value.to_bytes(num_bytes, "little"), np.uint8) for value in integers]
    stacked = np.array(rows, dtype=np.uint8).reshape(len(rows), num_bytes)
    return np.unpackbits(stacked, axis=1, count=width, bitorder="little")


def rank(bits: npt.ArrayLike) -> int:
    """Return the rank over GF(2) of an ``(n, width)`` array of bits."""
    return num_independent(pack(check_bits(bits)))


def num_independent(vectors: Iterable[int]) -> int:
    """Return the dimension of the span of vectors."""
    basis = Basis()
    for vector in vectors:
        basis.add(vector)
    return len(basis)


def affine_rank(patterns: npt.ArrayLike) -> int:
    """Return the dimension of the affine hull of ``(K, D)`` bits: at most min(K - 1, D).

    Raises:
        ValueError: ``patterns`` is not a non-empty two-dimensional array of bits.
    """
    bits = check_bits(patterns)
    return rank(bits ^ bits[0])


def affine_hull(patterns: npt.ArrayLike, known: npt.ArrayLike | None = None) -> AffineHull:
    """Return the affine hull of ``(K, D)`` bits, restricted to the ``known`` columns.

    Args:
        patterns: Bits, shape ``(K, D)``.
        known: Which columns to look at, ``bool``, shape ``(D,)``; all for ``None``. Columns are
            taken in order, so a column is dependent only on columns before it.

    Raises:
        ValueError: ``patterns`` is not an array of bits or ``known`` has another shape.
    """
    bits = check_bits(patterns)
    num_bits = bits.shape[1]
    mask = check_mask("known", np.ones(num_bits, bool) if known is None else known, (num_bits,))
    basis = Basis()
    basis.add((1 << len(bits)) - 1, 1 << num_bits)  # the constant column is label num_bits
    columns = pack(bits.T)
    independent, relations = [], []
    for index in np.flatnonzero(mask):
        is_new, relation = basis.add(columns[index], 1 << int(index))
        if is_new:
            independent.append(int(index))
        else:
            relations.append(relation)
    table = unpack(relations, num_bits + 1)
    return AffineHull(
        indices=np.array(independent, dtype=np.intp),
        checks=table[:, :num_bits],
        parities=table[:, num_bits],
    )
