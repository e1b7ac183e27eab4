"""Beam search for the order in which patterns are merged (compiled; imported on first use).

A state is a set of patterns; amplitudes play no part. One step makes two patterns differ in one bit
t, by CX along their other differing bits, and merges them by a rotation of t multiplexed over a few
controls; single CX that shorten the spanning tree of what remains follow. Steps are scored by the
CX spent plus the length of that tree, which estimates the CX still to come.
"""
# mypy: disable-error-code="assignment"

from typing import NamedTuple

import numpy as np
from numba import njit

from circuits.loading.merging_search.kernels import (
    MAX_CONTROLS,
    MUX_COST,
    U0,
    U1,
    Ints,
    Rows,
    Words,
    advance,
    bit_of,
    fan_network,
    hash_rows,
    mix,
    popcount,
    separating_controls,
    spanning_tree,
    spread,
)
from circuits.loading.merging_search.moves import apply_merge, best_flips, improve
from classical_ref.checks import Floats

# columns of a step
PARENT, TARGET, NUM_CONTROLS, FLIPS, EXTRA_START, EXTRA_COUNT, CONTROLS = range(7)
STEP_WIDTH = CONTROLS + MAX_CONTROLS
# columns of a candidate
STATE, BIT, COUNT, SPENT, ROW = range(5)


class States(NamedTuple):
    """The states kept; those of n patterns stand at ``n * width`` and after."""

    rows: Rows
    levels: Ints
    cost: Ints
    score: Floats
    hashes: Words
    node: Ints
    filled: Ints


class Nodes(NamedTuple):
    """The steps that led to the states, ``(N, STEP_WIDTH)``, and their fans, ``(N, W)``."""

    steps: Ints
    fans: Rows


class Candidates(NamedTuple):
    """Steps that may follow a state."""

    score: Floats
    data: Ints
    fans: Rows
    controls: Ints


def beam(
    start: Rows,
    busy: Ints,
    D: int,
    *,
    pre: int,
    width: int,
    pairs: int,
    refine: int,
    weight: float,
    depth_weight: float,
    tree: bool,
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
        tree: Whether the CX along the differing bits form a tree rather than a star.
        variant: How ties are broken.

    Returns:
        Total CX (-1 if the search got stuck), the steps ``(S, STEP_WIDTH)``, their fans ``(S, W)``,
        the single CX ``(E, 2)``, and ``busy`` afterwards.
    """
    K, W = start.shape
    size = (K + 1) * width
    states = States(
        rows=np.zeros((size, K, W), np.uint64),
        levels=np.zeros((size, D + 1), np.int64),
        cost=np.zeros(size, np.int64),
        score=np.full(size, 1e18),
        hashes=np.zeros(size, np.uint64),
        node=np.full(size, -1, np.int64),
        filled=np.zeros(K + 1, np.int64),
    )
    capacity = (K + 1) * width * refine + width
    nodes = Nodes(
        steps=np.full((capacity, STEP_WIDTH), -1, np.int64),
        fans=np.zeros((capacity, W), np.uint64),
    )
    room = width * pairs * 24 + 64
    candidates = Candidates(
        score=np.zeros(room),
        data=np.zeros((room, 5), np.int64),
        fans=np.zeros((room, W), np.uint64),
        controls=np.zeros((room, MAX_CONTROLS), np.int64),
    )
    mask = np.zeros(W, np.uint64)
    for b in range(D):
        mask[b >> 6] |= U1 << np.uint64(b & 63)
    parent, distance = np.zeros(K + 1, np.int64), np.zeros(K + 1, np.int64)
    most = 16 * D  # single CX in one step
    extras = np.zeros((most * (width + 1), 2), np.int64)
    num_extras = 0

    # the patterns as they are, and after CX chosen in several ways
    states.filled[K] = num_nodes = min(8, width)
    for q in range(num_nodes):
        place = K * width + q
        states.rows[place], states.levels[place] = start, busy
        if q > 0:
            states.cost[place] = improve(
                states.rows[place], K, D, mask, 1 + q % 2, 0.0 if q <= 2 else 1.5, variant * 8 + q,
                states.levels[place], parent, distance, extras[num_extras : num_extras + most],
            )  # fmt: skip
        nodes.steps[q, EXTRA_START] = num_extras
        nodes.steps[q, EXTRA_COUNT] = states.cost[place]
        states.node[place] = q
        num_extras += int(states.cost[place])

    for n in range(K, 1, -1):
        num = propose(
            n, width, pairs, pre, weight, depth_weight, tree, variant, D, mask, parent, distance,
            states, candidates,
        )  # fmt: skip
        chosen = np.argsort(candidates.score[:num])[: width * refine]
        needed = num_extras + most * len(chosen)
        if needed > len(extras):
            extras = np.concatenate((extras, np.zeros((needed, 2), np.int64)))
        num_nodes, num_extras = settle(
            n, width, pre, weight, depth_weight, tree, D, mask, parent, distance,
            chosen, candidates, states, nodes, num_nodes, extras, num_extras, most,
        )  # fmt: skip

    if states.filled[1] == 0:
        return -1, nodes.steps[:0], nodes.fans[:0], extras[:0], busy
    best = width + int(np.argmin(states.score[width : width + states.filled[1]]))
    path: list[int] = []
    at = int(states.node[best])
    while at >= 0:
        path.insert(0, at)
        at = int(nodes.steps[at, PARENT])
    return (
        int(states.cost[best]),
        nodes.steps[path],
        nodes.fans[path],
        extras[:num_extras].copy(),
        states.levels[best].copy(),
    )


@njit(cache=True, error_model="numpy")
def propose(
    n: int,
    width: int,
    pairs: int,
    pre: int,
    weight: float,
    depth_weight: float,
    tree: bool,
    variant: int,
    D: int,
    mask: Words,
    parent: Ints,
    distance: Ints,
    states: States,
    candidates: Candidates,
) -> int:
    """Write the steps that may follow the states of ``n`` patterns; return their number."""
    W = len(mask)
    others = np.zeros((n, W), np.uint64)
    work = np.zeros((2, W), np.uint64)
    rep, diff, fan = np.zeros(W, np.uint64), np.zeros(W, np.uint64), np.zeros(W, np.uint64)
    controls = np.zeros(MAX_CONTROLS, np.int64)
    network = np.zeros((D, 2), np.int64)
    level = np.zeros(D + 1, np.int64)
    gap = np.empty(n * (n - 1) // 2, np.int64)
    num = 0
    for s in range(n * width, n * width + states.filled[n]):
        rows = states.rows[s]
        x = 0
        for i in range(n):
            for j in range(i):
                d = 0
                for w in range(W):
                    d += popcount(rows[i, w] ^ rows[j, w])
                gap[x] = d * 4096 + np.int64(
                    mix(np.uint64(x + n * s + (variant << 32))) & np.uint64(4095)
                )
                x += 1
        closest = -1
        for _ in range(min(pairs, len(gap))):
            o = 0
            for x in range(1, len(gap)):
                if gap[x] < gap[o]:
                    o = x
            h = gap[o] >> 12
            gap[o] = 1 << 40
            if closest < 0:
                closest = h
            if h > closest + 3:
                break
            i = 1
            while (i + 1) * i // 2 <= o:
                i += 1
            j = o - i * (i - 1) // 2
            for w in range(W):
                diff[w] = rows[i, w] ^ rows[j, w]
            for t in range(D):
                if not bit_of(diff, t) or num >= len(candidates.score):
                    continue
                tw, tm = t >> 6, U1 << np.uint64(t & 63)
                for w in range(W):
                    fan[w] = diff[w]
                    work[1, w] = mask[w]
                fan[tw] &= ~tm
                work[1, tw] &= ~tm
                length = fan_network(t, fan, D, tree, network)
                m = 0
                for q in range(n):
                    if q == i:
                        spread(rows[q], t, fan, tree, network, length, rep)
                    elif q != j:
                        spread(rows[q], t, fan, tree, network, length, others[m])
                        m += 1
                k = separating_controls(
                    others, n - 2, D, t, rep, controls, MAX_CONTROLS - pre, work
                )
                if k < 0:
                    continue
                for w in range(W):
                    others[n - 2, w] = rep[w]
                spent = h - 1 + MUX_COST[k + pre]
                score = spent + weight * spanning_tree(others, n - 1, work[1], parent, distance)
                if depth_weight > 0:
                    deepest = 0
                    for b in range(D + 1):
                        level[b] = states.levels[s, b]
                    advance(level, network, length, t, controls, k, pre)
                    for b in range(D + 1):
                        deepest = max(deepest, level[b])
                    score += depth_weight * deepest
                candidates.score[num] = states.cost[s] + score
                data = candidates.data[num]
                data[STATE], data[BIT], data[COUNT], data[SPENT], data[ROW] = s, t, k, spent, i
                for w in range(W):
                    candidates.fans[num, w] = fan[w]
                for c in range(MAX_CONTROLS):
                    candidates.controls[num, c] = controls[c]
                num += 1
    return num


@njit(cache=True, error_model="numpy")
def settle(
    n: int,
    width: int,
    pre: int,
    weight: float,
    depth_weight: float,
    tree: bool,
    D: int,
    mask: Words,
    parent: Ints,
    distance: Ints,
    chosen: Ints,
    candidates: Candidates,
    states: States,
    nodes: Nodes,
    num_nodes: int,
    extras: Ints,
    num_extras: int,
    most: int,
) -> tuple[int, int]:
    """Carry out the chosen steps and keep the best states; return the nodes and single CX used."""
    W = len(mask)
    out = np.zeros((n, W), np.uint64)
    cell = np.zeros(W, np.uint64)
    network = np.zeros((D, 2), np.int64)
    level = np.zeros(D + 1, np.int64)
    least, seed = np.int64(1), np.int64(0)  # as literals they would be compiled for once more
    for p in chosen:
        data, fan, controls = candidates.data[p], candidates.fans[p], candidates.controls[p]
        s, t, k = data[STATE], data[BIT], data[COUNT]
        rows = states.rows[s]
        length = fan_network(t, fan, D, tree, network)
        if k + pre <= 3:
            m = apply_merge(
                rows, n, t, fan, tree, network, length, controls, k, U0, ~U0, out
            )  # fmt: skip
            flips = best_flips(out, m, t, controls, k, mask, parent, distance)
            for i in range(m):
                c = 0
                for x in range(k):
                    c |= np.int64(bit_of(out[i], controls[x])) << x
                if (flips >> np.uint64(c)) & U1:
                    out[i, t >> 6] ^= U1 << np.uint64(t & 63)
        else:
            spread(rows[data[ROW]], t, fan, tree, network, length, cell)
            flips = U0
            for x in range(k):
                flips |= bit_of(cell, controls[x]) << np.uint64(x)
            m = apply_merge(
                rows, n, t, fan, tree, network, length, controls, k, U0, U1 << flips, out
            )  # fmt: skip
        for b in range(D + 1):
            level[b] = states.levels[s, b]
        advance(level, network, length, t, controls, k, pre)
        extra = extras[num_extras : num_extras + most]
        used = improve(out, m, D, mask, least, 0.0, seed, level, parent, distance, extra)
        deepest = 0
        for b in range(D + 1):
            deepest = max(deepest, level[b])
        new_cost = states.cost[s] + data[SPENT] + used
        remaining = spanning_tree(out, m, mask, parent, distance)
        new_score = new_cost + weight * remaining + depth_weight * deepest
        code = hash_rows(out, m)
        # an equal state, else a free place, else the worst one of this number of patterns
        place, worst, worst_score, known = -1, -1, -1.0, False
        for q in range(m * width, m * width + states.filled[m]):
            if states.hashes[q] == code:
                known = True
                place = q if new_score < states.score[q] else -1
                break
            if states.score[q] > worst_score:
                worst, worst_score = q, states.score[q]
        if not known:
            if states.filled[m] < width:
                place = m * width + states.filled[m]
                states.filled[m] += 1
            elif new_score < worst_score:
                place = worst
        if place < 0:
            continue
        states.hashes[place], states.cost[place] = code, new_cost
        states.score[place], states.node[place] = new_score, num_nodes
        for i in range(m):
            for w in range(W):
                states.rows[place, i, w] = out[i, w]
        for b in range(D + 1):
            states.levels[place, b] = level[b]
        step = nodes.steps[num_nodes]
        step[PARENT], step[TARGET], step[NUM_CONTROLS] = states.node[s], t, k
        step[FLIPS], step[EXTRA_START], step[EXTRA_COUNT] = np.int64(flips), num_extras, used
        for x in range(MAX_CONTROLS):
            step[CONTROLS + x] = controls[x]
        for w in range(W):
            nodes.fans[num_nodes, w] = fan[w]
        num_extras += used
        num_nodes += 1
    return num_nodes, num_extras
