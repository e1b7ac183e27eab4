"""The moves of the merge search: one step, its free flips, and single CX (compiled)."""
# mypy: disable-error-code="assignment"

import numpy as np

from circuits.loading.merging_search.kernels import (
    HELPER,
    U0,
    U1,
    Ints,
    Move,
    Rows,
    Space,
    bit_of,
    cell_of,
    mix,
    popcount,
    put,
    spanning_tree,
    spread,
)
from classical_ref.compiling import njit


@HELPER
def apply_merge(
    rows: Rows, n: int, move: Move, flips: np.uint64, allowed: np.uint64, out: Rows
) -> int:
    """Write the patterns after one step to ``out``; return their number.

    A cell flips the target, or merges, only if its bit is set in ``flips``, or in ``allowed``.
    """
    W = rows.shape[1]
    tw, tm = move.target >> 6, U1 << np.uint64(move.target & 63)
    cells = np.empty(n, np.int64)
    scratch = np.empty((n, W), np.uint64)
    for i in range(n):
        spread(rows[i], move, scratch[i])
        cells[i] = cell_of(scratch[i], move.controls, move.num_controls)
    m = 0
    for cell in range(1 << move.num_controls):
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
            put(scratch[first], out[m])
            out[m, tw] = (out[m, tw] & ~tm) ^ flip
            m += 1
        else:
            for i in range(n):
                if cells[i] == cell:
                    put(scratch[i], out[m])
                    out[m, tw] ^= flip
                    m += 1
    return m


@HELPER
def best_flips(out: Rows, m: int, move: Move, space: Space) -> np.uint64:
    """Choose which control cells flip t for free, so that few edges of the tree cross t.

    ``out[:m]`` are the patterns after the step without flips.
    """
    if m <= 1:
        return U0
    t, parent = move.target, space.parent
    masked = np.empty_like(space.mask)
    put(space.mask, masked)
    masked[t >> 6] &= ~(U1 << np.uint64(t & 63))
    spanning_tree(out, m, masked, space)
    # tree edges between cells a and b, even and odd in t
    num_cells = 1 << move.num_controls
    even = np.zeros((num_cells, num_cells), np.int64)
    odd = np.zeros((num_cells, num_cells), np.int64)
    for i in range(1, m):
        a = cell_of(out[i], move.controls, move.num_controls)
        b = cell_of(out[parent[i]], move.controls, move.num_controls)
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
                total += even[a, b] if ((f >> a) ^ (f >> b)) & 1 else odd[a, b]
        if total < best:
            best, best_flips = total, np.uint64(f)
    return best_flips


@njit(cache=True, error_model="numpy")
def improve(
    rows: Rows,
    n: int,
    space: Space,
    least: int,
    jitter: float,
    seed: int,
    levels: Ints,
    extra: Ints,
) -> int:
    """Apply single CX, each shortening the spanning tree by ``least`` or more; return how many.

    Of equal gains the one between the least busy qubits is taken; ``levels`` is brought up to date.
    """
    words = (n + 63) >> 6
    D, mask, parent = space.num_bits, space.mask, space.parent
    columns = np.zeros((D, words), np.uint64)
    used = 0
    while used < len(extra) and n > 2:
        spanning_tree(rows, n, mask, space)
        for b in range(D):
            for w in range(words):
                columns[b, w] = U0
        for i in range(1, n):
            for w in range(len(mask)):
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
                    drawn = mix(np.uint64((used * D + t) * D + c + (seed << 40)))
                    gain += jitter * np.float64(drawn) / 2.0**64
                if best_c < 0 or gain > best:
                    best, best_c, best_t = gain, c, t
        if best_c < 0:
            break
        for i in range(n):
            if bit_of(rows[i], best_c):
                rows[i, best_t >> 6] ^= U1 << np.uint64(best_t & 63)
        levels[best_c] = levels[best_t] = max(levels[best_c], levels[best_t]) + 1
        extra[used, 0], extra[used, 1] = best_c, best_t
        used += 1
    return used
