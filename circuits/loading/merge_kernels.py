"""Compiled parts of the merge search; imported on first use, for the sake of start-up time.

Rows are patterns as ``uint64`` words, bit i in word i // 64.
"""
# mypy: disable-error-code="assignment"
# numba's integers are machine words, which mypy takes for a change of type

import numpy as np
import numpy.typing as npt
from numba import njit

Rows = npt.NDArray[np.uint64]
Words = npt.NDArray[np.uint64]
Ints = npt.NDArray[np.int64]

U1 = np.uint64(1)
U0 = np.uint64(0)
MAX_CONTROLS = 6
MUX_COST = np.array([0, 1, 3, 7, 13, 19, 25], dtype=np.int64)


@njit(cache=True)
def popcount(x: np.uint64) -> np.int64:
    """Return the number of ones in a word."""
    x = x - ((x >> np.uint64(1)) & np.uint64(0x5555555555555555))
    x = (x & np.uint64(0x3333333333333333)) + ((x >> np.uint64(2)) & np.uint64(0x3333333333333333))
    x = (x + (x >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
    return np.int64((x * np.uint64(0x0101010101010101)) >> np.uint64(56))


@njit(cache=True)
def bit_of(row: Words, b: int) -> np.uint64:
    """Return bit ``b`` of a row."""
    return (row[b >> 6] >> np.uint64(b & 63)) & U1


@njit(cache=True)
def mix(x: np.uint64) -> np.uint64:
    """Return a hash of a word (the finalizer of splitmix64)."""
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))


@njit(cache=True)
def hash_rows(rows: Rows, n: int) -> np.uint64:
    """Return a hash of a set of rows, whatever their order."""
    total = U0
    for i in range(n):
        h = np.uint64(0x9E3779B97F4A7C15)
        for w in range(rows.shape[1]):
            h = mix(h ^ rows[i, w])
        total += h
    return total


@njit(cache=True)
def spanning_tree(rows: Rows, n: int, mask: Words, parent: Ints, distance: Ints) -> int:
    """Prim's tree of rows under the Hamming distance on ``mask``; returns its length."""
    W = rows.shape[1]
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


@njit(cache=True)
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


@njit(cache=True)
def apply_merge(
    rows: Rows,
    n: int,
    t: int,
    fan: Words,
    controls: Ints,
    k: int,
    flips: np.uint64,
    allowed: np.uint64,
    out: Rows,
) -> int:
    """Write the patterns after one step to ``out``; return their number.

    A cell merges only if its bit is set in ``allowed``.
    """
    W = rows.shape[1]
    tw, tm = t >> 6, U1 << np.uint64(t & 63)
    cells = np.empty(n, np.int64)
    scratch = np.empty((n, W), np.uint64)
    for i in range(n):
        on = (rows[i, tw] & tm) != U0
        for w in range(W):
            scratch[i, w] = rows[i, w] ^ (fan[w] if on else U0)
        c = 0
        for x in range(k):
            c |= np.int64(bit_of(scratch[i], controls[x])) << x
        cells[i] = c
    num_cells = 1 << k
    m = 0
    for cell in range(num_cells):
        first = -1
        mergeable = True
        count = 0
        for i in range(n):
            if cells[i] != cell:
                continue
            count += 1
            if first < 0:
                first = i
            else:
                for w in range(W):
                    d = scratch[i, w] ^ scratch[first, w]
                    if w == tw:
                        d &= ~tm
                    if d != U0:
                        mergeable = False
        if count == 0:
            continue
        flip = tm if (flips >> np.uint64(cell)) & U1 else U0
        if count == 2 and mergeable and (allowed >> np.uint64(cell)) & U1:
            for w in range(W):
                out[m, w] = scratch[first, w]
            out[m, tw] = (out[m, tw] & ~tm) ^ flip
            m += 1
        else:
            for i in range(n):
                if cells[i] == cell:
                    for w in range(W):
                        out[m, w] = scratch[i, w]
                    out[m, tw] ^= flip
                    m += 1
    return m


@njit(cache=True)
def cell_of(row: Words, t: int, fan: Words, controls: Ints, k: int) -> int:
    """Return the control values of one row once CX from ``t`` have been applied to ``fan``."""
    on = bit_of(row, t)
    cell = 0
    for x in range(k):
        value = bit_of(row, controls[x])
        if on:
            value ^= bit_of(fan, controls[x])
        cell |= np.int64(value) << x
    return cell


@njit(cache=True)
def best_flips(
    rows: Rows,
    n: int,
    t: int,
    fan: Words,
    controls: Ints,
    k: int,
    mask: Words,
    out: Rows,
    parent: Ints,
    distance: Ints,
) -> np.uint64:
    """Choose which control cells flip t for free, so that few edges of the tree cross t."""
    m = apply_merge(rows, n, t, fan, controls, k, U0, ~U0, out)
    if m <= 1:
        return U0
    masked = mask.copy()
    masked[t >> 6] &= ~(U1 << np.uint64(t & 63))
    spanning_tree(out, m, masked, parent, distance)
    cells = np.empty(m, np.int64)
    for i in range(m):
        c = 0
        for x in range(k):
            c |= np.int64(bit_of(out[i], controls[x])) << x
        cells[i] = c
    num_cells = 1 << k
    # weight[a, b]: tree edges between cells a and b, even and odd in t
    even = np.zeros((num_cells, num_cells), np.int64)
    odd = np.zeros((num_cells, num_cells), np.int64)
    for i in range(1, m):
        a, b = cells[i], cells[parent[i]]
        if bit_of(out[i], t) != bit_of(out[parent[i]], t):
            odd[a, b] += 1
        else:
            even[a, b] += 1
    best, best_flips = 1 << 60, U0
    for choice in range(1 << (num_cells - 1)):
        f = choice << 1
        total = 0
        for a in range(num_cells):
            for b in range(num_cells):
                if ((f >> a) ^ (f >> b)) & 1:
                    total += even[a, b]
                else:
                    total += odd[a, b]
        if total < best:
            best, best_flips = total, np.uint64(f)
    return best_flips


@njit(cache=True)
def improve(
    rows: Rows,
    n: int,
    D: int,
    mask: Words,
    least: int,
    jitter: float,
    seed: int,
    levels: Ints,
    parent: Ints,
    distance: Ints,
    extra: Ints,
) -> int:
    """Apply single CX, each shortening the spanning tree by ``least`` or more; return how many.

    Of equal gains the one between the least busy qubits is taken; ``levels`` is brought up to date.
    """
    words = (n + 63) >> 6
    W = rows.shape[1]
    columns = np.zeros((D, words), np.uint64)
    used = 0
    while used < len(extra) and n > 2:
        spanning_tree(rows, n, mask, parent, distance)
        columns[:] = U0
        for i in range(1, n):
            for w in range(W):
                d = (rows[i, w] ^ rows[parent[i], w]) & mask[w]
                while d != U0:
                    low = d & (~d + U1)
                    columns[w * 64 + popcount(low - U1), i >> 6] |= U1 << np.uint64(i & 63)
                    d ^= low
        best, best_c, best_t = 0.0, -1, -1
        for t in range(D):
            own = 0
            for w in range(words):
                own += popcount(columns[t, w])
            if own < least or own + jitter <= best - 1:
                continue
            for c in range(D):
                if c == t:
                    continue
                both = 0
                for w in range(words):
                    both += popcount(columns[t, w] ^ columns[c, w])
                if own - both < least:
                    continue
                gain = own - both - 1e-4 * max(levels[c], levels[t])
                if jitter > 0:
                    gain += (
                        jitter
                        * np.float64(mix(np.uint64((used * D + t) * D + c + (seed << 40))))
                        / 2.0**64
                    )
                if best_c < 0 or gain > best:
                    best, best_c, best_t = gain, c, t
        if best_c < 0:
            break
        for i in range(n):
            if bit_of(rows[i], best_c):
                rows[i, best_t >> 6] ^= U1 << np.uint64(best_t & 63)
        level = max(levels[best_c], levels[best_t]) + 1
        levels[best_c] = level
        levels[best_t] = level
        extra[used, 0] = best_c
        extra[used, 1] = best_t
        used += 1
    return used
