"""Kernels of the flag tree (compiled; imported on first use).

Rows hold the bits of a pattern in words, then one more word whose bit 0 says whether the pattern is
in the block at hand.
"""
# mypy: disable-error-code="assignment"

import numpy as np

from circuits.loading.merging_search.kernels import (
    U0,
    U1,
    Ints,
    Move,
    Rows,
    bit_of,
    fan_network,
    popcount,
    put,
)
from circuits.loading.merging_search.moves import apply_merge
from circuits.loading.merging_search.steps import (
    CONTROLS,
    EXTRA_COUNT,
    EXTRA_START,
    FLIPS,
    MAX_CONTROLS,
    NUM_CONTROLS,
    TARGET,
    Found,
)
from classical_ref.checks import Booleans
from classical_ref.compiling import njit


@njit(cache=True, error_model="numpy")
def split_bit(rows: Rows, members: Ints, D: int, fixed: Booleans) -> int:
    """Return the bit that halves ``members`` while near neighbors stay together, -1 if none.

    The score is the mean distance to the nearest neighbor on the same side plus 1.5 times the
    imbalance.
    """
    n = len(members)
    W = rows.shape[1] - 1
    near = np.empty((n, n), np.int64)
    for a in range(n):
        for b in range(a):
            d = 0
            for w in range(W):
                d += popcount(rows[members[a], w] ^ rows[members[b], w])
            near[a, b] = d
            near[b, a] = d
        near[a, a] = 1 << 30
    best, best_score = -1, 1e18
    for bit in range(D):
        if fixed[bit]:
            continue
        ones = 0
        for a in range(n):
            ones += np.int64(bit_of(rows[members[a]], bit))
        if ones == 0 or ones == n:
            continue
        total = 0.0
        for a in range(n):
            value = bit_of(rows[members[a]], bit)
            least = 1 << 30
            for b in range(n):
                if near[a, b] < least and bit_of(rows[members[b]], bit) == value:
                    least = near[a, b]
            total += least if least < 1 << 30 else D / 2
        score = total / n + 1.5 * abs(2 * ones - n) / n
        if score < best_score:
            best_score, best = score, bit
    return best


@njit(cache=True, error_model="numpy")
def apply_steps(rows: Rows, n: int, D: int, found: Found, tree: bool) -> int:
    """Apply steps found for the flagged rows to all rows; return how many rows are left."""
    W, steps, extras = rows.shape[1] - 1, found.steps, found.extras
    out = np.empty_like(rows)
    fan = np.zeros(W + 1, np.uint64)
    controls = np.zeros(MAX_CONTROLS + 1, np.int64)
    network = np.zeros((D, 2), np.int64)
    controls[0] = 64 * W
    for x in range(len(steps)):
        t, k = steps[x, TARGET], steps[x, NUM_CONTROLS]
        if t >= 0:
            put(found.fans[x], fan[:W])
            put(steps[x, CONTROLS:], controls[1:])
            cx = fan_network(t, fan, D, tree, network)
            flips, allowed = U0, U0
            for c in range(1 << k):
                cell = U1 << np.uint64(2 * c + 1)
                if k < 3:
                    allowed |= cell
                    if (steps[x, FLIPS] >> c) & 1:
                        flips |= cell
                elif steps[x, FLIPS] == c:
                    allowed |= cell
            move = Move(t, fan, cx, tree, controls, k + 1)
            n = apply_merge(rows, n, move, flips, allowed, out)
            for i in range(n):
                put(out[i], rows[i])
        for y in range(steps[x, EXTRA_START], steps[x, EXTRA_START] + steps[x, EXTRA_COUNT]):
            c, b = extras[y]
            for i in range(n):
                if bit_of(rows[i], c):
                    rows[i, b >> 6] ^= U1 << np.uint64(b & 63)
    return n
