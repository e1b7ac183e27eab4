"""Elimination over GF(2) on rows of 64-bit words."""

from dataclasses import dataclass

import numpy as np

from classical_ref.checks import Bits, Integers
from classical_ref.discrete.stored import pack


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Eliminated:
    """Equations solved for some of the columns."""

    pivots: Integers
    """Columns that the others decide, ``(rank,)``."""
    free: Integers
    """Columns that may be chosen, ``(width - rank,)``."""
    dependence: Bits
    """Which free columns add up to each pivot, ``(rank, width - rank)``."""


def eliminate(rows: Bits) -> Eliminated:
    """Return the equations ``rows @ x = 0`` solved for as many columns as they decide.

    Args:
        rows: 0 and 1, shape ``(num_rows, width)``.
    """
    num_rows, width = rows.shape
    words = pack(rows.astype(bool)).copy()
    pivots: list[int] = []
    for column in range(width):
        done = len(pivots)
        if done == num_rows:
            break
        has = (words[:, column // 64] >> np.uint64(column % 64)) & np.uint64(1) > 0
        below = np.flatnonzero(has[done:])
        if below.size == 0:
            continue
        first = done + int(below[0])
        words[[done, first]] = words[[first, done]]
        has[[done, first]] = has[[first, done]]
        has[done] = False
        words[has] ^= words[done]
        pivots.append(column)
    free = np.setdiff1d(np.arange(width), pivots)
    solved = np.unpackbits(words.view(np.uint8), axis=1, count=width, bitorder="little")
    return Eliminated(
        pivots=np.array(pivots, dtype=np.int64),
        free=free,
        dependence=solved[: len(pivots)][:, free],
    )
