"""The beam search for a few patterns without compiling, which takes longer than such a search.

It finds the same steps as :mod:`~circuits.loading.merging_search.beam`, which says what they are. A
row is one integer; what may follow the states is scored for all of them at once.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from circuits.bit_order import Words
from circuits.loading.merging_search.steps import (
    CONTROLS,
    CX_BY_CONTROLS,
    MAX_CONTROLS,
    STEP_WIDTH,
    Found,
    Search,
    network,
)
from classical_ref.checks import Booleans, Integers

_ALL = np.uint64(2**64 - 1)
_WORD = 2**64 - 1
_FAR = 1 << 30

Pairs = list[tuple[int, int]]


@dataclass(slots=True, kw_only=True, eq=False)
class Node:
    """A step, and the one before it."""

    parent: "Node | None"
    target: int = -1
    controls: tuple[int, ...] = ()
    flips: int = -1
    fan: int = 0
    extra: Pairs


class State(NamedTuple):
    """Patterns that remain, and what it took."""

    rows: list[int]
    patterns: frozenset[int]
    """The rows, whatever their order."""
    levels: list[int]
    cost: int
    score: float
    node: Node


class Candidate(NamedTuple):
    """A step that may follow a state."""

    state: State
    row: int
    other: int
    target: int
    fan: int
    distance: int


def beam_of_few(start: Words, busy: Integers, num_bits: int, search: Search) -> Found | None:
    """Return what ``beam`` does, for at most 64 bits, no flag and no weight of depth.

    Args:
        start: Patterns, ``(K, 1)`` words.
        busy: Depth at which each bit, and last the flag, becomes free, ``(D + 1,)``.
        num_bits: D.
        search: Settings.
    """
    K, D, width = len(start), num_bits, search.width
    kept: list[list[State]] = [[] for _ in range(K + 1)]
    for q in range(min(8, width)):
        rows, levels = [int(row) for row in start[:, 0]], [int(level) for level in busy]
        extra: Pairs = []
        if q > 0:
            jitter, seed = 0.0 if q <= 2 else 1.5, search.variant * 8 + q
            extra, _ = improve(rows, D, 1 + q % 2, jitter, seed, levels)
        node = Node(parent=None, extra=extra)
        kept[K].append(State(rows, frozenset(rows), levels, len(extra), 1e18, node))
    for n in range(K, 1, -1):
        candidates, controls, score = propose(kept[n], n, D, search)
        for p in np.argsort(score)[: width * search.refine].tolist():
            found = follow(candidates[p], controls[p], D, search)
            keep(kept[len(found.rows)], found, width)
    if not kept[1]:
        return None
    best = min(kept[1], key=lambda state: state.score)
    return _written(best)


def propose(
    states: list[State], n: int, D: int, search: Search
) -> tuple[list[Candidate], list[tuple[int, ...]], np.ndarray]:
    """Return the steps that may follow the states of ``n`` patterns, their controls and scores."""
    room = search.width * search.pairs * 24 + 64
    candidates: list[Candidate] = []
    pairs = [(i, j) for i in range(n) for j in range(i)]
    for q, state in enumerate(states):
        rows, salt = state.rows, n * (n * search.width + q) + (search.variant << 32)
        gaps = [
            (rows[i] ^ rows[j]).bit_count() * 4096 + (_mixed(x + salt) & 4095)
            for x, (i, j) in enumerate(pairs)
        ]
        order = sorted(range(len(pairs)), key=gaps.__getitem__)[: search.pairs]
        closest = gaps[order[0]] >> 12
        for x in order:
            h = gaps[x] >> 12
            if h > closest + 3:
                break
            i, j = pairs[x]
            diff = rows[i] ^ rows[j]
            candidates += [
                Candidate(state, i, j, t, diff ^ (1 << t), h) for t in range(D) if diff >> t & 1
            ]
    rows_after = np.array(
        [_spread(each.state.rows, each.target, each.fan, tree=search.tree) for each in candidates],
        np.uint64,
    ).reshape(len(candidates), n)
    at = np.arange(len(candidates))
    row, other, target, distance = (
        np.array([each[field] for each in candidates], np.int64) for field in (1, 2, 3, 5)
    )
    free = _ALL >> np.uint64(64 - D) & ~(np.uint64(1) << target.astype(np.uint64))
    apart = rows_after ^ rows_after[at, row][:, np.newaxis]
    inside = np.zeros(apart.shape, bool)  # not to be told from the row, or gone
    inside[at, row] = inside[at, other] = True
    controls = separating_controls(apart, inside, free, D)
    total = _tree_lengths(rows_after & free[:, np.newaxis], row, other)
    usable = [x for x, found in enumerate(controls) if found is not None][:room]
    chosen = [controls[x] or () for x in usable]
    spent = (
        distance[usable] - 1 + np.array([CX_BY_CONTROLS[len(found)] for found in chosen], np.int64)
    )
    cost = np.array([candidates[x].state.cost for x in usable], np.int64)
    score = cost + (spent + search.weight * total[usable])
    return [candidates[x] for x in usable], chosen, score


def separating_controls(
    apart: Words, inside: Booleans, free: Words, D: int
) -> list[tuple[int, ...] | None]:
    """Return for each candidate few bits on which its row differs from every other row.

    Args:
        apart: Differences of all rows from it, ``(C, n)``.
        inside: Which rows do not count, ``(C, n)``.
        free: The bits that may be controls, ``(C,)``.
        D: Number of bits.
    """
    num_others = apart.shape[1] - 2
    found: list[tuple[int, ...] | None] = [()] * len(apart)
    if num_others == 0:
        return found
    apart = np.where(inside, _ALL, apart)
    one = np.bitwise_and.reduce(apart, axis=1) & free
    left = np.full((len(apart), D), _FAR)
    second = np.zeros((len(apart), D), np.uint64)
    for b in range(D):
        same = (apart >> np.uint64(b) & np.uint64(1)) == 0
        left[:, b] = same.sum(axis=1)
        second[:, b] = np.bitwise_and.reduce(np.where(same, apart, _ALL), axis=1) & free
    is_free = free[:, np.newaxis] >> np.arange(D, dtype=np.uint64) & np.uint64(1) != 0
    left[~is_free] = _FAR
    two = is_free & (left < num_others) & (second != 0)
    first = two.argmax(axis=1)
    for x, single in enumerate(one.tolist()):
        if single:
            found[x] = (_lowest(single),)
        elif two[x, first[x]]:
            found[x] = (int(first[x]), _lowest(int(second[x, first[x]])))
        else:
            found[x] = _greedy(apart[x, ~inside[x]].tolist(), int(free[x]))
    return found


def follow(candidate: Candidate, controls: tuple[int, ...], D: int, search: Search) -> State:
    """Return the state after a step, its free flips and single CX that shorten the tree."""
    before, t = candidate.state, candidate.target
    bit, k = 1 << t, len(controls)
    rows = _spread(before.rows, t, candidate.fan, tree=search.tree)
    cells = [_cell(row, controls) for row in rows]
    cell = cells[candidate.row]
    after: list[int] = []
    for each in range(1 << k) if k <= 3 else sorted(set(cells)):
        members = [row for row, other in zip(rows, cells, strict=True) if other == each]
        if len(members) == 2 and members[0] ^ members[1] == bit and (k <= 3 or each == cell):
            members = [members[0] & ~bit]
        after += members
    flips = _best_flips(after, t, controls, D) if k <= 3 else cell
    if k <= 3 and flips:
        after = [row ^ bit if flips >> _cell(row, controls) & 1 else row for row in after]
    levels = before.levels.copy()
    for c, b in network(t, candidate.fan, tree=search.tree):
        levels[b] = levels[c] = max(levels[b], levels[c]) + 1
    deepest = max(levels[q] for q in (t, *controls)) + CX_BY_CONTROLS[k]
    for q in (t, *controls):
        levels[q] = deepest
    extra, remaining = improve(after, D, 1, 0.0, 0, levels)
    cost = before.cost + candidate.distance - 1 + CX_BY_CONTROLS[k] + len(extra)
    score = cost + search.weight * remaining
    node = Node(
        parent=before.node, target=t, controls=controls, flips=flips, fan=candidate.fan, extra=extra
    )
    return State(after, frozenset(after), levels, cost, score, node)


def keep(states: list[State], found: State, width: int) -> None:
    """Put a state in place of an equal one, at the end, or in place of the worst."""
    for q, state in enumerate(states):
        if state.patterns == found.patterns:
            if found.score < state.score:
                states[q] = found
            return
    if len(states) < width:
        states.append(found)
        return
    worst = max(range(width), key=lambda q: states[q].score)
    if found.score < states[worst].score:
        states[worst] = found


def improve(
    rows: list[int], D: int, least: int, jitter: float, seed: int, levels: list[int]
) -> tuple[Pairs, int]:
    """Apply single CX, each shortening the spanning tree by ``least`` or more.

    Returns:
        These CX, and the length of the tree after them.
    """
    extra: Pairs = []
    total, parent = spanning_tree(tuple(rows), (1 << D) - 1)
    while len(rows) > 2 and len(extra) < 16 * D:
        columns = [0] * D
        for i in range(1, len(rows)):
            d = rows[i] ^ rows[parent[i]]
            while d:
                low = d & -d
                columns[low.bit_length() - 1] |= 1 << i
                d ^= low
        crossed = [c for c in range(D) if columns[c]]
        best, best_c, best_t = 0.0, -1, -1
        for t in crossed:
            column = columns[t]
            own = column.bit_count()
            if own < least or own + jitter <= best - 1:
                continue
            for c in crossed:
                saved = own - (column ^ columns[c]).bit_count()
                if saved < least or c == t:
                    continue
                gain = saved - 1e-4 * max(levels[c], levels[t])
                if jitter > 0:
                    drawn = _mixed((len(extra) * D + t) * D + c + (seed << 40))
                    gain += jitter * float(drawn) / 2.0**64
                if best_c < 0 or gain > best:
                    best, best_c, best_t = gain, c, t
        if best_c < 0:
            break
        for i, row in enumerate(rows):
            if row >> best_c & 1:
                rows[i] = row ^ (1 << best_t)
        levels[best_c] = levels[best_t] = max(levels[best_c], levels[best_t]) + 1
        extra.append((best_c, best_t))
        total, parent = spanning_tree(tuple(rows), (1 << D) - 1)
    return extra, total


@lru_cache(maxsize=4096)
def spanning_tree(rows: tuple[int, ...], mask: int) -> tuple[int, tuple[int, ...]]:
    """Return the length of Prim's tree of rows on ``mask``, and the parent of each row."""
    distance = [((row ^ rows[0]) & mask).bit_count() for row in rows]
    parent, outside, total = [0] * len(rows), list(range(1, len(rows))), 0
    while outside:
        near = [distance[u] for u in outside]
        least = min(near)
        at = near.index(least)
        v, last = outside[at], outside.pop()
        if at < len(outside):
            outside[at] = last
        total += least
        row = rows[v]
        for u in outside:
            d = ((rows[u] ^ row) & mask).bit_count()
            if d < distance[u]:
                distance[u], parent[u] = d, v
    return total, tuple(parent)


def _tree_lengths(rows: Words, root: Integers, gone: Integers) -> Integers:
    """Return the lengths of the spanning trees of all rows but one, for each candidate."""
    at, n = np.arange(len(rows)), rows.shape[1]
    total = np.zeros(len(rows), np.int64)
    done = np.zeros(rows.shape, bool)
    done[at, root] = done[at, gone] = True
    distance = np.bitwise_count(rows ^ rows[at, root][:, np.newaxis]).astype(np.int64)
    for _ in range(n - 2):
        distance[done] = _FAR
        nearest = distance.argmin(axis=1)
        total += distance[at, nearest]
        done[at, nearest] = True
        new = np.bitwise_count(rows ^ rows[at, nearest][:, np.newaxis])
        distance = np.minimum(distance, new)
    return total


def _best_flips(rows: list[int], t: int, controls: tuple[int, ...], D: int) -> int:
    """Return which control cells flip t for free, so that few edges of the tree cross t."""
    if len(rows) <= 1 or not controls:
        return 0
    parent = spanning_tree(tuple(rows), ((1 << D) - 1) ^ (1 << t))[1]
    cells = [_cell(row, controls) for row in rows]
    edges = [(cells[i], cells[parent[i]], rows[i] ^ rows[parent[i]]) for i in range(1, len(rows))]
    crossing = [(a, b, odd >> t & 1) for a, b, odd in edges if a != b]
    best, best_flips = _FAR, 0
    for flips in range(0, 1 << (1 << len(controls)), 2):
        total = sum((flips >> a ^ flips >> b ^ odd) & 1 for a, b, odd in crossing)
        if total < best:
            best, best_flips = total, flips
            if total == 0:
                break
    return best_flips


def _greedy(rows: list[int], free: int) -> tuple[int, ...] | None:
    """Return controls that each separate most of the rows left, or None if they are too many."""
    controls: list[int] = []
    while rows and len(controls) < MAX_CONTROLS:
        separating = [free] + [0] * len(rows)  # the bits that separate so many rows or more
        for row in rows:
            for many in range(len(rows), 0, -1):
                separating[many] |= separating[many - 1] & row
        most = max(many for many, bits in enumerate(separating) if bits)
        if most == 0:
            return None
        b = _lowest(separating[most])
        controls.append(b)
        rows = [row for row in rows if not row >> b & 1]
    return None if rows else tuple(controls)


def _spread(rows: list[int], t: int, fan: int, *, tree: bool) -> list[int]:
    if not tree:
        return [row ^ fan if row >> t & 1 else row for row in rows]
    after, steps = [], network(t, fan, tree=True)
    for row in rows:
        for c, b in steps:
            row ^= (row >> c & 1) << b
        after.append(row)
    return after


def _cell(row: int, controls: tuple[int, ...]) -> int:
    cell = 0
    for x, c in enumerate(controls):
        cell |= (row >> c & 1) << x
    return cell


def _lowest(bits: int) -> int:
    return (bits & -bits).bit_length() - 1


def _mixed(x: int) -> int:
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9 & _WORD
    x = (x ^ (x >> 27)) * 0x94D049BB133111EB & _WORD
    return x ^ (x >> 31)


def _written(best: State) -> Found:
    nodes: list[Node] = []
    at: Node | None = best.node
    while at is not None:
        nodes.insert(0, at)
        at = at.parent
    steps, extras = np.full((len(nodes), STEP_WIDTH), -1, np.int64), Pairs()
    for x, node in enumerate(nodes):
        num = len(node.controls)
        head = (-1, node.target, num if node.target >= 0 else -1, node.flips)
        steps[x, :CONTROLS] = (*head, len(extras), len(node.extra))
        steps[x, CONTROLS : CONTROLS + num] = node.controls
        extras += node.extra
    return Found(
        cost=best.cost,
        steps=steps,
        fans=np.array([[node.fan] for node in nodes], np.uint64),
        extras=np.array(extras, np.int64).reshape(-1, 2),
        busy=np.array(best.levels, np.int64),
    )
