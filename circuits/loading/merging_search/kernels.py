"""Compiled parts of the merge search; imported on first use, for the sake of start-up time.

Rows are patterns as ``uint64`` words, bit i in word i // 64.
"""
# mypy: disable-error-code="assignment"
# numba's integers are machine words, which mypy takes for a change of type

from typing import NamedTuple

import numpy as np

from circuits.bit_order import Words
from circuits.loading.merging_search.steps import CX_BY_CONTROLS
from classical_ref.checks import Integers
from classical_ref.compiling import njit

Ints = Integers
Rows = Words

U1 = np.uint64(1)
U0 = np.uint64(0)
MUX_COST = np.array(CX_BY_CONTROLS, dtype=np.int64)

HELPER = njit(cache=True, no_cpython_wrapper=True, no_cfunc_wrapper=True, error_model="numpy")
"""Compiles what only compiled code calls, in less time."""


@HELPER
def put(source: Words | Ints, target: Words | Ints) -> None:
    """Copy a row of words or integers; slices would take long to compile."""
    for x in range(len(target)):
        target[x] = source[x]


@HELPER
def popcount(x: np.uint64) -> np.int64:
    """Return the number of ones in a word."""
    x = x - ((x >> np.uint64(1)) & np.uint64(0x5555555555555555))
    x = (x & np.uint64(0x3333333333333333)) + ((x >> np.uint64(2)) & np.uint64(0x3333333333333333))
    x = (x + (x >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
    return np.int64((x * np.uint64(0x0101010101010101)) >> np.uint64(56))


@HELPER
def bit_of(row: Words, b: int) -> np.uint64:
    """Return bit ``b`` of a row."""
    return (row[b >> 6] >> np.uint64(b & 63)) & U1


@HELPER
def mix(x: np.uint64) -> np.uint64:
    """Return a hash of a word (the finalizer of splitmix64)."""
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))


@HELPER
def hash_rows(rows: Rows, n: int) -> np.uint64:
    """Return a hash of a set of rows, whatever their order."""
    total = U0
    for i in range(n):
        h = np.uint64(0x9E3779B97F4A7C15)
        for w in range(rows.shape[1]):
            h = mix(h ^ rows[i, w])
        total += h
    return total


class Space(NamedTuple):
    """What is the same for a whole search, and room for one spanning tree."""

    num_bits: int
    mask: Words
    """Ones at all bits."""
    num_flags: int
    """1 if every rotation has a flag as an additional control, else 0."""
    parent: Ints
    distance: Ints


@HELPER
def spanning_tree(rows: Rows, n: int, mask: Words, space: Space) -> int:
    """Write Prim's tree of rows under the Hamming distance on ``mask``; return its length."""
    W, parent, distance = rows.shape[1], space.parent, space.distance
    if n <= 1:
        return 0
    for i in range(1, n):
        d = 0
        for w in range(W):
            d += popcount((rows[i, w] ^ rows[0, w]) & mask[w])
        distance[i] = d
        parent[i] = 0
    total = 0
    order = np.empty(n, np.int64)
    for i in range(n):
        order[i] = i
    left = n - 1
    # order[1 : left + 1] are the rows outside the tree
    while left > 0:
        at = 1
        for x in range(2, left + 1):
            if distance[order[x]] < distance[order[at]]:
                at = x
        v = order[at]
        total += distance[v]
        order[at] = order[left]
        order[left] = v
        left -= 1
        for x in range(1, left + 1):
            u = order[x]
            d = 0
            for w in range(W):
                d += popcount((rows[u, w] ^ rows[v, w]) & mask[w])
            if d < distance[u]:
                distance[u] = d
                parent[u] = v
    return total


@HELPER
def separating_controls(
    rows: Rows, n: int, D: int, t: int, rep: Words, controls: Ints, limit: int, work: Rows
) -> int:
    """Find few bits on which row ``rep`` differs from every row other than itself.

    ``rows[:n]`` are the others; fills ``controls`` and returns their number, -1 if over ``limit``.
    Exact for one and two controls, greedy beyond.
    """
    W = rows.shape[1]
    if n == 0:
        return 0
    both = work[0]
    for w in range(W):
        both[w] = ~U0
    both[t >> 6] &= ~(U1 << np.uint64(t & 63))
    for i in range(n):
        for w in range(W):
            both[w] &= rows[i, w] ^ rep[w]
    for b in range(D):
        if bit_of(both, b):
            controls[0] = b
            return 1
    best_b, best_left = -1, n + 1
    for b in range(D):
        if b == t:
            continue
        for w in range(W):
            both[w] = ~U0
        both[t >> 6] &= ~(U1 << np.uint64(t & 63))
        value = bit_of(rep, b)
        left = 0
        for i in range(n):
            if bit_of(rows[i], b) == value:
                left += 1
                for w in range(W):
                    both[w] &= rows[i, w] ^ rep[w]
        if left < best_left:
            best_left, best_b = left, b
        if left < n:
            for c in range(D):
                if bit_of(both, c):
                    controls[0] = b
                    controls[1] = c
                    return 2
    # greedy from the bit that separates most rows
    count = 0
    keep = np.empty(n, np.int64)
    left = n
    for i in range(n):
        keep[i] = i
    while left > 0:
        if count >= limit:
            return -1
        if count > 0:
            best_b, best_left = -1, left + 1
            for b in range(D):
                if b == t:
                    continue
                value = bit_of(rep, b)
                s = 0
                for x in range(left):
                    if bit_of(rows[keep[x]], b) == value:
                        s += 1
                if s < best_left:
                    best_left, best_b = s, b
        if best_left >= left:
            return -1
        controls[count] = best_b
        count += 1
        value = bit_of(rep, best_b)
        m = 0
        for x in range(left):
            if bit_of(rows[keep[x]], best_b) == value:
                keep[m] = keep[x]
                m += 1
        left = m
    return count


class Move(NamedTuple):
    """CX along a fan that leave a difference in one bit, and a gate multiplexed on that bit."""

    target: int
    fan: Words
    """The bits cleared where ``target`` is 1."""
    network: Ints
    """The CX (control, target) of the fan."""
    tree: bool
    """Whether they form a tree; else ``target`` is every control."""
    controls: Ints
    num_controls: int


@njit(cache=True, error_model="numpy")
def fan_network(t: int, fan: Words, D: int, tree: bool, room: Ints) -> Ints:
    """Write CX that clear ``fan`` in a row whose ones are ``t`` and ``fan``; return those.

    A star has ``t`` as every control; a tree halves the ones layer by layer, in as many CX.
    """
    m = 0
    if not tree:
        for b in range(D):
            if bit_of(fan, b):
                room[m, 0], room[m, 1] = t, b
                m += 1
        return room[:m]
    ones = np.empty(D, np.int64)
    ones[0] = t
    left = 1
    for b in range(D):
        if bit_of(fan, b):
            ones[left] = b
            left += 1
    while left > 1:
        half = (left + 1) // 2
        for i in range(half, left):
            room[m, 0], room[m, 1] = ones[i - half], ones[i]
            m += 1
        left = half
    return room[:m]


@HELPER
def spread(row: Words, move: Move, out: Words) -> None:
    """Write a row after the CX of a fan to ``out``."""
    on = not move.tree and bit_of(row, move.target) != U0
    for w in range(len(row)):
        out[w] = row[w] ^ (move.fan[w] if on else U0)
    if move.tree:
        for x in range(len(move.network)):
            if bit_of(out, move.network[x, 0]):
                b = move.network[x, 1]
                out[b >> 6] ^= U1 << np.uint64(b & 63)


@HELPER
def cell_of(row: Words, controls: Ints, k: int) -> np.int64:
    """Return the integer that a row holds on ``k`` controls."""
    cell = np.int64(0)
    for x in range(k):
        cell |= np.int64(bit_of(row, controls[x])) << x
    return cell


@HELPER
def advance(level: Ints, move: Move, num_flags: int) -> None:
    """Add the depth of one step: the CX of a fan, then the multiplexer."""
    k, flag = move.num_controls, len(level) - 1
    for x in range(len(move.network)):
        c, b = move.network[x]
        level[b] = level[c] = max(level[b], level[c]) + 1
    after = level[move.target]
    for x in range(k):
        after = max(after, level[move.controls[x]])
    if num_flags:
        after = max(after, level[flag])
    after += MUX_COST[k + num_flags]
    level[move.target] = after
    for x in range(k):
        level[move.controls[x]] = after
    if num_flags:
        level[flag] = after


@HELPER
def closest_pair(gap: Ints) -> tuple[np.int64, int, int]:
    """Return the least gap and its pair i > j, which stands at i(i - 1)/2 + j, and cross it out."""
    o = 0
    for x in range(1, len(gap)):
        if gap[x] < gap[o]:
            o = x
    least, gap[o] = gap[o], 1 << 40
    i = 1
    while (i + 1) * i // 2 <= o:
        i += 1
    return least, i, o - i * (i - 1) // 2
