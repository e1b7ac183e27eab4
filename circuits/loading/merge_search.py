"""Beam search for the order in which patterns are merged (compiled; imported on first use).

A state of the search is a set of patterns, one row of ``uint64`` words each; amplitudes play no
part. One step makes two patterns differ in one bit t, by CX from t onto their other differing bits,
and merges them by a rotation of t that is multiplexed over a few controls. Steps are scored by the
CX spent plus a multiple of the length of the minimum spanning tree of what remains.
"""

import numpy as np
from numba import njit

U1 = np.uint64(1)
U0 = np.uint64(0)
MAX_CONTROLS = 6
MAX_EXTRA = 512
MUX_COST = np.array([0, 1, 3, 7, 13, 19, 25], dtype=np.int64)


@njit(cache=True)
def _popcount(x):
    x = x - ((x >> np.uint64(1)) & np.uint64(0x5555555555555555))
    x = (x & np.uint64(0x3333333333333333)) + (
        (x >> np.uint64(2)) & np.uint64(0x3333333333333333)
    )
    x = (x + (x >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
    return np.int64((x * np.uint64(0x0101010101010101)) >> np.uint64(56))


@njit(cache=True)
def _bit(row, b):
    return (row[b >> 6] >> np.uint64(b & 63)) & U1


@njit(cache=True)
def _mix(x):
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))


@njit(cache=True)
def _hash(rows, n):
    total = U0
    for i in range(n):
        h = np.uint64(0x9E3779B97F4A7C15)
        for w in range(rows.shape[1]):
            h = _mix(h ^ rows[i, w])
        total += h
    return total


@njit(cache=True)
def _spanning_tree(rows, n, mask, parent, distance):
    """Prim's tree of rows under the Hamming distance on ``mask``; returns its length."""
    W = rows.shape[1]
    if n <= 1:
        return 0
    for i in range(1, n):
        d = 0
        for w in range(W):
            d += _popcount((rows[i, w] ^ rows[0, w]) & mask[w])
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
                d += _popcount((rows[u, w] ^ rows[v, w]) & mask[w])
            if d < distance[u]:
                distance[u] = d
                parent[u] = v
    return total


@njit(cache=True)
def _controls(rows, n, D, t, rep, controls, limit, work):
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
        if _bit(both, b):
            controls[0] = b
            return 1
    best_b, best_left = -1, n + 1
    for b in range(D):
        if b == t:
            continue
        for w in range(W):
            both[w] = ~U0
        both[t >> 6] &= ~(U1 << np.uint64(t & 63))
        value = _bit(rep, b)
        left = 0
        for i in range(n):
            if _bit(rows[i], b) == value:
                left += 1
                for w in range(W):
                    both[w] &= rows[i, w] ^ rep[w]
        if left < best_left:
            best_left, best_b = left, b
        if left < n:
            for c in range(D):
                if _bit(both, c):
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
                value = _bit(rep, b)
                s = 0
                for x in range(left):
                    if _bit(rows[keep[x]], b) == value:
                        s += 1
                if s < best_left:
                    best_left, best_b = s, b
        if best_left >= left:
            return -1
        controls[count] = best_b
        count += 1
        value = _bit(rep, best_b)
        m = 0
        for x in range(left):
            if _bit(rows[keep[x]], best_b) == value:
                keep[m] = keep[x]
                m += 1
        left = m
    return count


@njit(cache=True)
def _apply_merge(rows, n, t, fan, controls, k, flips, pair, out):
    """Write the patterns after one step to ``out``; return their number.

    Beyond three controls only the cell of row ``pair`` is rotated.
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
            c |= np.int64(_bit(scratch[i], controls[x])) << x
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
        flip = tm if k <= 3 and (flips >> np.uint64(cell)) & U1 else U0
        if count == 2 and mergeable and (k <= 3 or cell == cells[pair]):
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
def _best_flips(rows, n, t, fan, controls, k, mask, pair, out, parent, distance):
    """Choose which control cells flip t for free, so that the tree crosses t as rarely as can be."""
    W = rows.shape[1]
    if k > 3:
        values = U0
        on = _bit(rows[pair], t)
        for x in range(k):
            value = _bit(rows[pair], controls[x])
            if on:
                value ^= _bit(fan, controls[x])
            values |= value << np.uint64(x)
        return values
    m = _apply_merge(rows, n, t, fan, controls, k, U0, pair, out)
    if m <= 1:
        return U0
    masked = mask.copy()
    masked[t >> 6] &= ~(U1 << np.uint64(t & 63))
    _spanning_tree(out, m, masked, parent, distance)
    cells = np.empty(m, np.int64)
    for i in range(m):
        c = 0
        for x in range(k):
            c |= np.int64(_bit(out[i], controls[x])) << x
        cells[i] = c
    num_cells = 1 << k
    # weight[a, b]: tree edges between cells a and b, even and odd in t
    even = np.zeros((num_cells, num_cells), np.int64)
    odd = np.zeros((num_cells, num_cells), np.int64)
    for i in range(1, m):
        a, b = cells[i], cells[parent[i]]
        if _bit(out[i], t) != _bit(out[parent[i]], t):
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
def _improve(rows, n, D, mask, least, jitter, parent, distance, extra, limit):
    """Apply single CX that shorten the spanning tree enough; returns how many were recorded."""
    W = rows.shape[1]
    used = 0
    words = (n + 63) >> 6
    columns = np.zeros((D, words), np.uint64)
    while used < limit and n > 2:
        _spanning_tree(rows, n, mask, parent, distance)
        columns[:] = U0
        for i in range(1, n):
            for b in range(D):
                if _bit(rows[i], b) != _bit(rows[parent[i]], b):
                    columns[b, i >> 6] |= U1 << np.uint64(i & 63)
        best_gain, best_c, best_t = 0.0, -1, -1
        for t in range(D):
            own = 0
            for w in range(words):
                own += _popcount(columns[t, w])
            if own + jitter <= best_gain:
                continue
            for c in range(D):
                if c == t:
                    continue
                both = 0
                for w in range(words):
                    both += _popcount(columns[t, w] ^ columns[c, w])
                if own - both < least:
                    continue
                gain = own - both + (jitter * np.random.random() if jitter > 0 else 0.0)
                if gain > best_gain:
                    best_gain, best_c, best_t = gain, c, t
        if best_c < 0:
            break
        for i in range(n):
            if _bit(rows[i], best_c):
                rows[i, best_t >> 6] ^= U1 << np.uint64(best_t & 63)
        extra[used, 0] = best_c
        extra[used, 1] = best_t
        used += 1
    return used


@njit(cache=True)
def beam(start, D, width, pairs, weight, least, noise, seed, refine, roots, jit):
    """Return the steps of the cheapest merge order found.

    Args:
        start: Patterns, ``(K, W)`` words.
        D: Number of bits that may serve as targets and controls.
        width: States kept for each number of remaining patterns.
        pairs: Closest pairs tried in each state.
        weight: CX that a unit of spanning tree length counts.
        cx_weight: The same where single CX are judged; 0 tries none.
        noise: Size of a random addition to the scores.
        seed: Seed of that noise.
        refine: How many times ``width`` candidates get their free flips chosen.

    Returns:
        Total CX (-1 if the search got stuck) and, per step, an array of the CX in front
        ``(S, MAX_EXTRA, 2)``, their number, target, fan words, number of controls, controls, flips.
    """
    K, W = start.shape
    np.random.seed(seed)
    slots = K + 1
    size = slots * width
    rows = np.zeros((size, K, W), np.uint64)
    cost = np.zeros(size, np.float64)
    score = np.full(size, 1e18)
    hashes = np.zeros(size, np.uint64)
    filled = np.zeros(slots, np.int64)
    # history: nodes in a growing pool
    pool = slots * width * refine + 16  # every refined candidate may enter
    node_parent = np.full(pool, -1, np.int64)
    node_t = np.zeros(pool, np.int64)
    node_fan = np.zeros((pool, W), np.uint64)
    node_k = np.zeros(pool, np.int64)
    node_controls = np.zeros((pool, MAX_CONTROLS), np.int64)
    node_flips = np.zeros(pool, np.uint64)
    node_extra = np.zeros((pool, MAX_EXTRA, 2), np.int64)
    node_used = np.zeros(pool, np.int64)
    node_of = np.full(size, -1, np.int64)
    num_nodes = 0
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
    max_candidates = width * pairs * 24 + 64
    c_score = np.zeros(max_candidates)
    c_state = np.zeros(max_candidates, np.int64)
    c_t = np.zeros(max_candidates, np.int64)
    c_fan = np.zeros((max_candidates, W), np.uint64)
    c_k = np.zeros(max_candidates, np.int64)
    c_controls = np.zeros((max_candidates, MAX_CONTROLS), np.int64)
    c_cost = np.zeros(max_candidates, np.int64)
    c_pair = np.zeros(max_candidates, np.int64)
    extra = np.zeros((MAX_EXTRA, 2), np.int64)

    base = K * width
    filled[K] = min(roots, width)
    for q in range(filled[K]):
        rows[base + q] = start
        used = 0
        if q > 0:
            jitter = 0.0 if q <= 2 else 1.5
            used = _improve(
                rows[base + q], K, D, mask, 1 + q % 2, jitter, parent, distance, extra, MAX_EXTRA
            )
        cost[base + q] = used
        node_t[q] = -1
        node_extra[q] = extra
        node_used[q] = used
        node_of[base + q] = q
    num_nodes = filled[K]
    for n in range(K, 1, -1):
        if filled[n] == 0:
            continue
        num = 0
        for s in range(n * width, n * width + filled[n]):
            # candidate pairs, closest first
            total_pairs = n * (n - 1) // 2
            dist = np.empty(total_pairs, np.int64)
            x = 0
            for i in range(n):
                for j in range(i):
                    d = 0
                    for w in range(W):
                        d += _popcount(rows[s, i, w] ^ rows[s, j, w])
                    dist[x] = d * 4096 + np.random.randint(0, 4096)
                    x += 1
            order = np.argsort(dist)[: min(pairs, total_pairs)]
            closest = dist[order[0]] >> 12
            for o in order:
                i = np.int64((1 + np.sqrt(1 + 8 * o)) // 2)
                while i * (i - 1) // 2 > o:
                    i -= 1
                while (i + 1) * i // 2 <= o:
                    i += 1
                j = o - i * (i - 1) // 2
                h = dist[o] >> 12
                if h > closest + 3:
                    break
                for w in range(W):
                    diff[w] = rows[s, i, w] ^ rows[s, j, w]
                for t in range(D):
                    if not _bit(diff, t) or num >= max_candidates:
                        continue
                    tw, tm = t >> 6, U1 << np.uint64(t & 63)
                    for w in range(W):
                        fan[w] = diff[w]
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
                    k = _controls(others, m, D, t, rep, controls, MAX_CONTROLS, work)
                    if k < 0:
                        continue
                    spent = h - 1 + MUX_COST[k]
                    for w in range(W):
                        others[m, w] = rep[w]
                    work[1, :] = mask
                    work[1, tw] &= ~tm
                    tree = _spanning_tree(others, m + 1, work[1], parent, distance)
                    c_score[num] = (
                        cost[s] + spent + weight * tree + noise * np.random.random()
                    )
                    c_state[num] = s
                    c_t[num] = t
                    c_fan[num] = fan
                    c_k[num] = k
                    c_controls[num] = controls
                    c_cost[num] = spent
                    c_pair[num] = i
                    num += 1
        if num == 0:
            continue
        picks = np.argsort(c_score[:num])[: width * refine]
        for p in picks:
            s = c_state[p]
            t, k = c_t[p], c_k[p]
            flips = _best_flips(
                rows[s], n, t, c_fan[p], c_controls[p], k, mask, c_pair[p], out, parent, distance
            )
            m = _apply_merge(rows[s], n, t, c_fan[p], c_controls[p], k, flips, c_pair[p], out)
            used = 0
            if least > 0:
                used = _improve(
                    out, m, D, mask, least, jit, parent, distance, extra, MAX_EXTRA
                )
            spent = c_cost[p] + used
            new_cost = cost[s] + spent
            tree = _spanning_tree(out, m, mask, parent, distance)
            new_score = new_cost + weight * tree + noise * np.random.random()
            code = _hash(out, m)
            # place: an equal state, a free place, or the worst of this number of patterns
            place, worst, worst_score = -1, -1, -1.0
            known = False
            for q in range(m * width, m * width + filled[m]):
                if hashes[q] == code:
                    known = True
                    place = q if new_cost < cost[q] else -1
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
            hashes[place] = code
            cost[place] = new_cost
            score[place] = new_score
            rows[place, :m] = out[:m]
            node_parent[num_nodes] = node_of[s]
            node_t[num_nodes] = t
            node_fan[num_nodes] = c_fan[p]
            node_k[num_nodes] = k
            node_controls[num_nodes] = c_controls[p]
            node_flips[num_nodes] = flips
            node_extra[num_nodes] = extra
            node_used[num_nodes] = used
            node_of[place] = num_nodes
            num_nodes += 1
    if filled[1] == 0:
        return (-1, node_extra[:0], node_used[:0], node_t[:0], node_fan[:0], node_k[:0],
                node_controls[:0], node_flips[:0])
    best = width
    for q in range(width, width + filled[1]):
        if cost[q] < cost[best]:
            best = q
    length = 0
    at = node_of[best]
    while at >= 0:
        length += 1
        at = node_parent[at]
    path = np.empty(length, np.int64)
    at = node_of[best]
    for x in range(length - 1, -1, -1):
        path[x] = at
        at = node_parent[at]
    return (np.int64(cost[best]), node_extra[path], node_used[path], node_t[path], node_fan[path],
            node_k[path], node_controls[path], node_flips[path])
