"""Beam search for the order in which patterns are merged (compiled; imported on first use).

A state is a set of patterns; amplitudes play no part. One step makes two patterns differ in one bit
t, by CX along their other differing bits, and merges them by a rotation of t multiplexed over a few
controls; single CX that shorten the spanning tree of what remains follow. Steps are scored by the
CX spent plus the length of that tree, which estimates the CX still to come.
"""
# mypy: disable-error-code="assignment"

from typing import NamedTuple

import numpy as np

from circuits.bit_order import Words
from circuits.loading.merging_search.kernels import (
    HELPER,
    MUX_COST,
    U0,
    U1,
    Ints,
    Move,
    Rows,
    Space,
    advance,
    bit_of,
    cell_of,
    closest_pair,
    fan_network,
    hash_rows,
    mix,
    popcount,
    put,
    separating_controls,
    spanning_tree,
    spread,
)
from circuits.loading.merging_search.moves import apply_merge, best_flips, improve
from circuits.loading.merging_search.steps import (
    CONTROLS,
    EXTRA_COUNT,
    EXTRA_START,
    FLIPS,
    MAX_CONTROLS,
    NUM_CONTROLS,
    PARENT,
    STEP_WIDTH,
    TARGET,
    Found,
    Search,
)
from classical_ref.checks import Floats
from classical_ref.compiling import njit

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
    """The steps that led to the states, and how much room is taken."""

    steps: Ints
    """Shape ``(N, STEP_WIDTH)``."""
    fans: Rows
    """Shape ``(N, W)``."""
    extras: Ints
    """Single CX of all steps, shape ``(E, 2)``."""
    used: Ints
    """Number of steps, and of single CX."""


class Candidates(NamedTuple):
    """Steps that may follow a state."""

    score: Floats
    data: Ints
    fans: Rows
    controls: Ints


def beam(start: Rows, busy: Ints, num_bits: int, search: Search, *, flagged: bool) -> Found | None:
    """Return the steps of the cheapest merge order found, ``None`` if the search got stuck.

    Args:
        start: Patterns, ``(K, W)`` words.
        busy: Depth at which each bit, and last the flag, becomes free, ``(D + 1,)``.
        num_bits: D.
        search: Settings.
        flagged: Whether every rotation has a flag as an additional control.
    """
    (K, W), D, width = start.shape, num_bits, search.width
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
    most = 16 * D  # single CX in one step
    capacity = size * search.refine + width
    nodes = Nodes(
        steps=np.full((capacity, STEP_WIDTH), -1, np.int64),
        fans=np.zeros((capacity, W), np.uint64),
        extras=np.zeros((most * (width + 1), 2), np.int64),
        used=np.zeros(2, np.int64),
    )
    room = width * search.pairs * 24 + 64
    candidates = Candidates(
        score=np.zeros(room),
        data=np.zeros((room, 5), np.int64),
        fans=np.zeros((room, W), np.uint64),
        controls=np.zeros((room, MAX_CONTROLS), np.int64),
    )
    mask = np.zeros(W, np.uint64)
    for b in range(D):
        mask[b >> 6] |= U1 << np.uint64(b & 63)
    space = Space(
        num_bits=D,
        mask=mask,
        num_flags=int(flagged),
        parent=np.zeros(K + 1, np.int64),
        distance=np.zeros(K + 1, np.int64),
    )

    # the patterns as they are, and after CX chosen in several ways
    states.filled[K] = nodes.used[0] = min(8, width)
    for q in range(min(8, width)):
        place, first = K * width + q, int(nodes.used[1])
        states.rows[place], states.levels[place] = start, busy
        if q > 0:
            states.cost[place] = improve(
                states.rows[place], K, space, 1 + q % 2, 0.0 if q <= 2 else 1.5,
                search.variant * 8 + q, states.levels[place], nodes.extras[first : first + most],
            )  # fmt: skip
        nodes.steps[q, EXTRA_START], nodes.steps[q, EXTRA_COUNT] = first, states.cost[place]
        states.node[place] = q
        nodes.used[1] += states.cost[place]

    for n in range(K, 1, -1):
        num = propose(n, search, space, states, candidates)
        chosen = np.argsort(candidates.score[:num])[: width * search.refine]
        needed = int(nodes.used[1]) + most * len(chosen)
        if needed > len(nodes.extras):
            longer = np.concatenate((nodes.extras, np.zeros((needed, 2), np.int64)))
            nodes = nodes._replace(extras=longer)
        settle(n, search, space, chosen, candidates, states, nodes)

    if states.filled[1] == 0:
        return None
    best = width + int(np.argmin(states.score[width : width + states.filled[1]]))
    path: list[int] = []
    at = int(states.node[best])
    while at >= 0:
        path.insert(0, at)
        at = int(nodes.steps[at, PARENT])
    return Found(
        cost=int(states.cost[best]),
        steps=nodes.steps[path],
        fans=nodes.fans[path],
        extras=nodes.extras[: nodes.used[1]].copy(),
        busy=states.levels[best].copy(),
    )


@njit(cache=True, error_model="numpy")
def propose(n: int, search: Search, space: Space, states: States, candidates: Candidates) -> int:
    """Write the steps that may follow the states of ``n`` patterns; return their number."""
    W, D, first = len(space.mask), space.num_bits, n * search.width
    others = np.zeros((n, W), np.uint64)
    work = np.zeros((2, W), np.uint64)
    rep, diff, fan = np.zeros(W, np.uint64), np.zeros(W, np.uint64), np.zeros(W, np.uint64)
    controls = np.zeros(MAX_CONTROLS, np.int64)
    network = np.zeros((D, 2), np.int64)
    level = np.zeros(D + 1, np.int64)
    gap = np.empty(n * (n - 1) // 2, np.int64)
    num = 0
    no_controls: int = np.int64(0)
    for s in range(first, first + states.filled[n]):
        rows = states.rows[s]
        x = 0
        for i in range(n):
            for j in range(i):
                d = 0
                for w in range(W):
                    d += popcount(rows[i, w] ^ rows[j, w])
                tie = mix(np.uint64(x + n * s + (search.variant << 32))) & np.uint64(4095)
                gap[x] = d * 4096 + np.int64(tie)
                x += 1
        closest = -1
        for _ in range(min(search.pairs, len(gap))):
            least, i, j = closest_pair(gap)
            h = least >> 12
            if closest < 0:
                closest = h
            if h > closest + 3:
                break
            for w in range(W):
                diff[w] = rows[i, w] ^ rows[j, w]
            for t in range(D):
                if not bit_of(diff, t) or num >= len(candidates.score):
                    continue
                tw, tm = t >> 6, U1 << np.uint64(t & 63)
                put(diff, fan)
                put(space.mask, work[1])
                fan[tw] &= ~tm
                work[1, tw] &= ~tm
                cx = fan_network(t, fan, D, search.tree, network)
                move = Move(t, fan, cx, search.tree, controls, no_controls)
                m = 0
                for q in range(n):
                    if q == i:
                        spread(rows[q], move, rep)
                    elif q != j:
                        spread(rows[q], move, others[m])
                        m += 1
                k = separating_controls(
                    others, n - 2, D, t, rep, controls, MAX_CONTROLS - space.num_flags, work
                )
                if k < 0:
                    continue
                put(rep, others[n - 2])
                spent = h - 1 + MUX_COST[k + space.num_flags]
                score = spent + search.weight * spanning_tree(others, n - 1, work[1], space)
                if search.depth_weight > 0:
                    put(states.levels[s], level)
                    advance(level, Move(t, fan, cx, search.tree, controls, k), space.num_flags)
                    score += search.depth_weight * deepest(level)
                candidates.score[num] = states.cost[s] + score
                data = candidates.data[num]
                data[STATE], data[BIT], data[COUNT], data[SPENT], data[ROW] = s, t, k, spent, i
                put(fan, candidates.fans[num])
                put(controls, candidates.controls[num])
                num += 1
    return num


@njit(cache=True, error_model="numpy")
def settle(
    n: int,
    search: Search,
    space: Space,
    chosen: Ints,
    candidates: Candidates,
    states: States,
    nodes: Nodes,
) -> None:
    """Carry out the chosen steps and keep the best states."""
    W, D = len(space.mask), space.num_bits
    out = np.zeros((n, W), np.uint64)
    cell = np.zeros(W, np.uint64)
    network = np.zeros((D, 2), np.int64)
    level = np.zeros(D + 1, np.int64)
    least, seed = np.int64(1), np.int64(0)  # as literals they would be compiled for once more
    for p in chosen:
        data, fan, controls = candidates.data[p], candidates.fans[p], candidates.controls[p]
        s, t, k = data[STATE], data[BIT], data[COUNT]
        rows = states.rows[s]
        cx = fan_network(t, fan, D, search.tree, network)
        move = Move(t, fan, cx, search.tree, controls, k)
        if k + space.num_flags <= 3:
            m = apply_merge(rows, n, move, U0, ~U0, out)
            flips = best_flips(out, m, move, space)
            for i in range(m):
                if (flips >> np.uint64(cell_of(out[i], controls, k))) & U1:
                    out[i, t >> 6] ^= U1 << np.uint64(t & 63)
        else:
            spread(rows[data[ROW]], move, cell)
            flips = np.uint64(cell_of(cell, controls, k))
            m = apply_merge(rows, n, move, U0, U1 << flips, out)
        put(states.levels[s], level)
        advance(level, move, space.num_flags)
        num_nodes, num_extras = nodes.used[0], nodes.used[1]
        extra = nodes.extras[num_extras : num_extras + 16 * D]
        used = improve(out, m, space, least, 0.0, seed, level, extra)
        cost = states.cost[s] + data[SPENT] + used
        remaining = spanning_tree(out, m, space.mask, space)
        score = cost + search.weight * remaining + search.depth_weight * deepest(level)
        code = hash_rows(out, m)
        place = place_for(states, m, search.width, code, score)
        if place < 0:
            continue
        states.hashes[place], states.cost[place] = code, cost
        states.score[place], states.node[place] = score, num_nodes
        put(level, states.levels[place])
        for i in range(m):
            put(out[i], states.rows[place, i])
        step = nodes.steps[num_nodes]
        step[PARENT], step[TARGET], step[NUM_CONTROLS] = states.node[s], t, k
        step[FLIPS], step[EXTRA_START], step[EXTRA_COUNT] = np.int64(flips), num_extras, used
        put(controls, step[CONTROLS:])
        put(fan, nodes.fans[num_nodes])
        nodes.used[0] += 1
        nodes.used[1] += used


@HELPER
def deepest(level: Ints) -> np.int64:
    """Return the largest entry."""
    most = level[0]
    for b in range(1, len(level)):
        most = max(most, level[b])
    return most


@HELPER
def place_for(states: States, m: int, width: int, code: np.uint64, score: float) -> int:
    """Return where a state of ``m`` patterns belongs, -1 if it is not worth keeping.

    That is the place of an equal state, else a free one, else that of the worst.
    """
    first, filled = m * width, states.filled[m]
    worst, worst_score = -1, -1.0
    for q in range(first, first + filled):
        if states.hashes[q] == code:
            return q if score < states.score[q] else -1
        if states.score[q] > worst_score:
            worst, worst_score = q, states.score[q]
    if filled < width:
        states.filled[m] += 1
        return first + filled
    return worst if score < worst_score else -1
