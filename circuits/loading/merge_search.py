"""Beam search for the order in which patterns are merged (compiled; imported on first use).

A state is a set of patterns; amplitudes play no part. One step makes two patterns differ in one bit
t, by CX from t onto their other differing bits, and merges them by a rotation of t multiplexed
over a few controls; single CX that shorten the spanning tree of what remains follow. Steps are
scored by the CX spent plus the length of that tree, which estimates the CX still to come.
"""
# mypy: disable-error-code="assignment"

import numpy as np
from numba import njit

from circuits.loading.merge_kernels import (
    MAX_CONTROLS,
    MUX_COST,
    U0,
    U1,
    Ints,
    Rows,
    Words,
    apply_merge,
    best_flips,
    bit_of,
    cell_of,
    hash_rows,
    improve,
    mix,
    popcount,
    separating_controls,
    spanning_tree,
)

# columns of a step
PARENT, TARGET, NUM_CONTROLS, FLIPS, EXTRA_START, EXTRA_COUNT, CONTROLS = range(7)
STEP_WIDTH = CONTROLS + MAX_CONTROLS


@njit(cache=True)
def beam(
    start: Rows,
    busy: Ints,
    D: int,
    pre: int,
    width: int,
    pairs: int,
    refine: int,
    weight: float,
    depth_weight: float,
    variant: int,
) -> tuple[int, Ints, Rows, Ints, Ints]:
    """Return the steps of the cheapest merge order found.

    Args:
        start: Patterns, ``(K, W)`` words.
        busy: Depth at which each bit, and last the flag, becomes free, ``(D + 1,)``.
        D: Number of bits.
        pre: 1 if every rotation has a flag as an additional control, else 0.
        width: States kept for each number of remaining patterns.
        pairs: Closest pairs tried in each state.
        refine: ``width * refine`` candidates get their free flips chosen.
        weight: CX that a unit of spanning tree length counts.
        depth_weight: CX that a layer of depth counts.
        variant: How ties are broken.

    Returns:
        Total CX (-1 if the search got stuck), the steps ``(S, STEP_WIDTH)``, their fans ``(S, W)``,
        the single CX ``(E, 2)``, and ``busy`` afterwards.
    """
    K, W = start.shape
    size = (K + 1) * width
    rows = np.zeros((size, K, W), np.uint64)
    levels = np.zeros((size, D + 1), np.int64)
    cost = np.zeros(size, np.int64)
    score = np.full(size, 1e18)
    hashes = np.zeros(size, np.uint64)
    node_of = np.full(size, -1, np.int64)
    filled = np.zeros(K + 1, np.int64)
    pool = (K + 1) * width * refine + width
    nodes = np.full((pool, STEP_WIDTH), -1, np.int64)
    node_fans = np.zeros((pool, W), np.uint64)
    extras = np.zeros((1024, 2), np.int64)
    num_nodes, num_extras = 0, 0

    mask = np.zeros(W, np.uint64)
    for b in range(D):
        mask[b >> 6] |= U1 << np.uint64(b & 63)
    parent = np.zeros(K + 1, np.int64)
    distance = np.zeros(K + 1, np.int64)
    work = np.zeros((2, W), np.uint64)
    out = np.zeros((K, W), np.uint64)
    others = np.zeros((K, W), np.uint64)
    rep = np.zeros(W, np.uint64)
    diff = np.zeros(W, np.uint64)
    fan = np.zeros(W, np.uint64)
    controls = np.zeros(MAX_CONTROLS, np.int64)
    extra = np.zeros((16 * D, 2), np.int64)
    level = np.zeros(D + 1, np.int64)

    room = width * pairs * 24 + 64
    c_score = np.zeros(room)
    c_data = np.zeros((room, 5), np.int64)  # state, target, number of controls, CX, row of the pair
    c_fan = np.zeros((room, W), np.uint64)
    c_controls = np.zeros((room, MAX_CONTROLS), np.int64)

    base = K * width
    filled[K] = min(8, width)
    for q in range(filled[K]):  # the patterns as they are, and after CX chosen in several ways
        rows[base + q] = start
        levels[base + q] = busy
        used = 0
        if q > 0:
            used = improve(
                rows[base + q], K, D, mask, 1 + q % 2, 0.0 if q <= 2 else 1.5, variant * 8 + q,
                levels[base + q], parent, distance, extra,
            )  # fmt: skip
        while num_extras + used > len(extras):
            extras = np.concatenate((extras, np.zeros_like(extras)))
        extras[num_extras : num_extras + used] = extra[:used]
        cost[base + q] = used
        nodes[q, EXTRA_START] = num_extras
        nodes[q, EXTRA_COUNT] = used
        node_of[base + q] = q
        num_extras += used
    num_nodes = filled[K]

    for n in range(K, 1, -1):
        num = 0
        for s in range(n * width, n * width + filled[n]):
            num_pairs = n * (n - 1) // 2
            dist = np.empty(num_pairs, np.int64)
            x = 0
            for i in range(n):
                for j in range(i):
                    d = 0
                    for w in range(W):
                        d += popcount(rows[s, i, w] ^ rows[s, j, w])
                    dist[x] = d * 4096 + np.int64(
                        mix(np.uint64(x + n * s + (variant << 32))) & np.uint64(4095)
                    )
                    x += 1
            order = np.argsort(dist)[: min(pairs, num_pairs)]
            closest = dist[order[0]] >> 12
            for o in order:
                h = dist[o] >> 12
                if h > closest + 3:
                    break
                i = np.int64((1 + np.sqrt(1 + 8 * o)) // 2)
                while i * (i - 1) // 2 > o:
                    i -= 1
                while (i + 1) * i // 2 <= o:
                    i += 1
                j = o - i * (i - 1) // 2
                for w in range(W):
                    diff[w] = rows[s, i, w] ^ rows[s, j, w]
                for t in range(D):
                    if not bit_of(diff, t) or num >= room:
                        continue
                    tw, tm = t >> 6, U1 << np.uint64(t & 63)
                    fan[:] = diff
                    fan[tw] &= ~tm
                    m = 0
                    for q in range(n):
                        on = (rows[s, q, tw] & tm) != U0
                        if q == i:
                            for w in range(W):
                                rep[w] = rows[s, q, w] ^ (fan[w] if on else U0)
                        elif q != j:
                            for w in range(W):
                                others[m, w] = rows[s, q, w] ^ (fan[w] if on else U0)
                            m += 1
                    k = separating_controls(
                        others, m, D, t, rep, controls, MAX_CONTROLS - pre, work
                    )
                    if k < 0:
                        continue
                    others[m] = rep
                    work[1, :] = mask
                    work[1, tw] &= ~tm
                    tree = spanning_tree(others, m + 1, work[1], parent, distance)
                    spent = h - 1 + MUX_COST[k + pre]
                    c_score[num] = cost[s] + spent + weight * tree
                    if depth_weight > 0:
                        level[:] = levels[s]
                        advance(level, t, fan, controls, k, pre, D)
                        c_score[num] += depth_weight * level.max()
                    c_data[num, 0], c_data[num, 1], c_data[num, 2] = s, t, k
                    c_data[num, 3], c_data[num, 4] = spent, i
                    c_fan[num] = fan
                    c_controls[num] = controls
                    num += 1
        for p in np.argsort(c_score[:num])[: width * refine]:
            s, t, k = c_data[p, 0], c_data[p, 1], c_data[p, 2]
            pair = np.uint64(cell_of(rows[s, c_data[p, 4]], t, c_fan[p], c_controls[p], k))
            if k + pre <= 3:
                flips = best_flips(
                    rows[s], n, t, c_fan[p], c_controls[p], k, mask, out, parent, distance
                )
                m = apply_merge(rows[s], n, t, c_fan[p], c_controls[p], k, flips, ~U0, out)
            else:
                flips = pair
                m = apply_merge(rows[s], n, t, c_fan[p], c_controls[p], k, U0, U1 << pair, out)
            level[:] = levels[s]
            advance(level, t, c_fan[p], c_controls[p], k, pre, D)
            used = improve(out, m, D, mask, 1, 0.0, 0, level, parent, distance, extra)
            new_cost = cost[s] + c_data[p, 3] + used
            tree = spanning_tree(out, m, mask, parent, distance)
            new_score = new_cost + weight * tree + depth_weight * level.max()
            code = hash_rows(out, m)
            # an equal state, else a free place, else the worst one of this number of patterns
            place, worst, worst_score, known = -1, -1, -1.0, False
            for q in range(m * width, m * width + filled[m]):
                if hashes[q] == code:
                    known = True
                    place = q if new_score < score[q] else -1
                    break
                if score[q] > worst_score:
                    worst, worst_score = q, score[q]
            if not known:
                if filled[m] < width:
                    place = m * width + filled[m]
                    filled[m] += 1
                elif new_score < worst_score:
                    place = worst
            if place < 0:
                continue
            hashes[place], cost[place], score[place] = code, new_cost, new_score
            rows[place, :m] = out[:m]
            levels[place] = level
            while num_extras + used > len(extras):
                extras = np.concatenate((extras, np.zeros_like(extras)))
            extras[num_extras : num_extras + used] = extra[:used]
            nodes[num_nodes, PARENT] = node_of[s]
            nodes[num_nodes, TARGET] = t
            nodes[num_nodes, NUM_CONTROLS] = k
            nodes[num_nodes, FLIPS] = np.int64(flips)
            nodes[num_nodes, EXTRA_START] = num_extras
            nodes[num_nodes, EXTRA_COUNT] = used
            nodes[num_nodes, CONTROLS:] = c_controls[p]
            node_fans[num_nodes] = c_fan[p]
            num_extras += used
            node_of[place] = num_nodes
            num_nodes += 1

    best = width
    for q in range(width, width + filled[1]):
        if score[q] < score[best]:
            best = q
    if filled[1] == 0:
        return -1, nodes[:0], node_fans[:0], extras[:0], busy
    length = 0
    at = node_of[best]
    while at >= 0:
        length += 1
        at = nodes[at, PARENT]
    path = np.empty(length, np.int64)
    at = node_of[best]
    for x in range(length - 1, -1, -1):
        path[x] = at
        at = nodes[at, PARENT]
    return cost[best], nodes[path], node_fans[path], extras[:num_extras], levels[best]


@njit(cache=True)
def advance(level: Ints, t: int, fan: Words, controls: Ints, k: int, pre: int, D: int) -> None:
    """Add the depth of one step: CX from ``t`` along ``fan``, then the multiplexer."""
    for b in range(D):
        if bit_of(fan, b):
            after = max(level[b], level[t]) + 1
            level[b] = after
            level[t] = after
    after = level[t]
    for x in range(k):
        after = max(after, level[controls[x]])
    if pre:
        after = max(after, level[D])
    after += MUX_COST[k + pre]
    level[t] = after
    for x in range(k):
        level[controls[x]] = after
    if pre:
        level[D] = after
