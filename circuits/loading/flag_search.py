"""Search kernels for merging inside a flagged block of patterns (compiled; imported on first use).

Rows hold the bits of a pattern in words, then one more word whose bit 0 says whether the pattern is
in the block. CX act on all patterns, so their effect on the spanning tree of all of them is priced;
where it is too bad, the CX is undone after the merge.
"""

import numpy as np
from numba import njit

from circuits.loading.merge_search import (
    MUX_COST,
    U0,
    U1,
    _apply_merge,
    _best_flips,
    _bit,
    _controls,
    _popcount,
    _spanning_tree,
)

MAX_STEP_CONTROLS = 6


@njit(cache=True)
def split_bit(rows, members, D, used, jitter):
    """Return the bit that halves ``members`` while near neighbors stay together, -1 if none."""
    n = len(members)
    W = rows.shape[1] - 1
    near = np.empty((n, n), np.int64)
    for a in range(n):
        for b in range(a):
            d = 0
            for w in range(W):
                d += _popcount(rows[members[a], w] ^ rows[members[b], w])
            near[a, b] = d
            near[b, a] = d
        near[a, a] = 1 << 30
    best, best_score = -1, 1e18
    for bit in range(D):
        if used[bit]:
            continue
        ones = 0
        for a in range(n):
            ones += np.int64(_bit(rows[members[a]], bit))
        if ones == 0 or ones == n:
            continue
        total = 0.0
        for a in range(n):
            value = _bit(rows[members[a]], bit)
            least = 1 << 30
            for b in range(n):
                if near[a, b] < least and _bit(rows[members[b]], bit) == value:
                    least = near[a, b]
            total += least if least < 1 << 30 else D / 2
        score = total / n + 1.5 * abs(2 * ones - n) / n + jitter * np.random.random()
        if score < best_score:
            best_score, best = score, bit
    return best


@njit(cache=True)
def merge_block(rows, n, D, keep, weight, drift, noise):
    """Merge the flagged rows until ``keep`` are left; rows are changed in place.

    Returns:
        The number of rows left and, per step, the target, the fan and restored words, the number
        of controls (the flag first, as bit ``64 * W``), the controls, flips, and CX spent.
    """
    W = rows.shape[1] - 1
    flag = 64 * W
    mask = np.zeros(W + 1, np.uint64)
    for b in range(D):
        mask[b >> 6] |= U1 << np.uint64(b & 63)
    inside = 0
    for i in range(n):
        inside += np.int64(_bit(rows[i], flag))
    limit = max(inside, 1)
    out_t = np.zeros(limit, np.int64)
    out_fan = np.zeros((limit, W), np.uint64)
    out_restored = np.zeros((limit, W), np.uint64)
    out_k = np.zeros(limit, np.int64)
    out_controls = np.zeros((limit, MAX_STEP_CONTROLS), np.int64)
    out_flips = np.zeros(limit, np.uint64)
    steps, spent = 0, 0
    size = rows.shape[0]
    parent = np.zeros(size + 1, np.int64)
    distance = np.zeros(size + 1, np.int64)
    work = np.zeros((2, W + 1), np.uint64)
    out = np.zeros_like(rows)
    others = np.zeros_like(rows)
    rep = np.zeros(W + 1, np.uint64)
    diff = np.zeros(W + 1, np.uint64)
    fan = np.zeros(W + 1, np.uint64)
    best_fan = np.zeros(W + 1, np.uint64)
    controls = np.zeros(MAX_STEP_CONTROLS, np.int64)
    best_controls = np.zeros(MAX_STEP_CONTROLS, np.int64)
    words = (size + 63) >> 6
    columns = np.zeros((D, words), np.uint64)
    own = np.zeros(D, np.int64)
    members = np.zeros(size, np.int64)
    while inside > keep:
        _spanning_tree(rows, n, mask, parent, distance)
        columns[:] = U0
        for i in range(1, n):
            for w in range(W):
                d = rows[i, w] ^ rows[parent[i], w]
                while d != U0:
                    low = d & (~d + U1)
                    columns[w * 64 + _popcount(low - U1), i >> 6] |= U1 << np.uint64(i & 63)
                    d ^= low
        for b in range(D):
            own[b] = 0
            for w in range(words):
                own[b] += _popcount(columns[b, w])
        m = 0
        for i in range(n):
            if _bit(rows[i], flag):
                members[m] = i
                m += 1
        best_score, best_t, best_k, best_i = 1e18, -1, 0, 0
        for x in range(m):
            i = members[x]
            for y in range(x):
                j = members[y]
                h = 0
                for w in range(W):
                    diff[w] = rows[i, w] ^ rows[j, w]
                    h += _popcount(diff[w])
                for t in range(D):
                    if not _bit(diff, t):
                        continue
                    price = -weight * h
                    for b in range(D):
                        if b != t and _bit(diff, b):
                            both = 0
                            for w in range(words):
                                both += _popcount(columns[b, w] ^ columns[t, w])
                            price += min(1 + drift * (both - own[b]), 2.0)
                    if price >= best_score:
                        continue
                    tw, tm = t >> 6, U1 << np.uint64(t & 63)
                    for w in range(W):
                        fan[w] = diff[w]
                    fan[tw] &= ~tm
                    c = 0
                    for z in range(m):
                        q = members[z]
                        on = (rows[q, tw] & tm) != U0
                        if q == i:
                            for w in range(W):
                                rep[w] = rows[q, w] ^ (fan[w] if on else U0)
                        elif q != j:
                            for w in range(W):
                                others[c, w] = rows[q, w] ^ (fan[w] if on else U0)
                            others[c, W] = U0
                            c += 1
                    rep[W] = U0
                    k = _controls(
                        others, c, D, t, rep, controls, MAX_STEP_CONTROLS - 1, work
                    )
                    if k < 0:
                        continue
                    price += MUX_COST[k + 1] + noise * np.random.random()
                    if price < best_score:
                        best_score, best_t, best_k, best_i = price, t, k + 1, i
                        best_fan[:] = fan
                        best_controls[0] = flag
                        best_controls[1:] = controls[:-1]
        if best_t < 0:
            break
        t = best_t
        for b in range(D):
            if _bit(best_fan, b):
                both = 0
                for w in range(words):
                    both += _popcount(columns[b, w] ^ columns[t, w])
                spent += 1
                if drift * (both - own[b]) > 1:
                    out_restored[steps, b >> 6] |= U1 << np.uint64(b & 63)
                    spent += 1
        best_fan[W] = U0
        flips = _best_flips(
            rows, n, t, best_fan, best_controls, best_k, mask, best_i, out, parent, distance
        )
        left = _apply_merge(rows, n, t, best_fan, best_controls, best_k, flips, best_i, out)
        spent += MUX_COST[best_k]
        n = left
        rows[:n] = out[:n]
        for w in range(W):
            restored = out_restored[steps, w]
            if restored != U0:
                for i in range(n):
                    if _bit(rows[i], t):
                        rows[i, w] ^= restored
        out_t[steps] = t
        out_fan[steps] = best_fan[:W]
        out_k[steps] = best_k
        out_controls[steps] = best_controls
        out_flips[steps] = flips
        steps += 1
        inside = 0
        for i in range(n):
            inside += np.int64(_bit(rows[i], flag))
    return (n, spent, out_t[:steps], out_fan[:steps], out_restored[:steps], out_k[:steps],
            out_controls[:steps], out_flips[:steps])
