"""The moves of the search on a coupling map (compiled): merges of pairs, and single CX.

A merge gathers the difference of two rows in one site along a tree, then needs controls coupled to
that site. A control is a neighbor c, or the sum c + x or c + x + y along a path of coupled sites,
which takes one or two CX and is not undone.
"""
# mypy: disable-error-code="assignment"

import numpy as np
import numpy.typing as npt

from circuits.bit_order import Words
from circuits.loading.coupled_search.kernels import (
    apply_cx,
    column,
    gather,
    join,
    join_cost,
    lowest,
    place,
    spanning_length,
)
from circuits.loading.merging_search.kernels import (
    HELPER,
    MUX_COST,
    U0,
    U1,
    Ints,
    closest_pair,
    mix,
)
from classical_ref.checks import Floats
from classical_ref.compiling import njit

# columns of a candidate; from PATHS on the codes of up to three controls
STATE, FIRST, SECOND, TARGET, COUNT, SPENT, PATHS = range(7)
CANDIDATE_WIDTH = PATHS + 3
# a path c, x, y is the number c + 256 (x + 1) + 65536 (y + 1), with 0 in place of what is not there
X, Y = 8, 16


@njit(cache=True, error_model="numpy")
def propose(
    states: npt.NDArray[np.uint64],
    costs: Ints,
    neighbors: Words,
    pairs: int,
    weight: float,
    variant: int,
    data: Ints,
    score: Floats,
) -> int:
    """Write the merges that may follow states of n rows, ``(S, n)``; return their number.

    Scores count the CX spent and ``weight`` times the spanning tree by Hamming distance. Pairs are
    tried in order of their distance on the map, up to 6 more than the closest unless ``pairs`` is
    as large as their number.
    """
    n, num_sites = states.shape[1], len(neighbors)
    layers, distance = np.zeros(num_sites, np.uint64), np.zeros(n, np.int64)
    network = np.zeros((4 * num_sites + 6, 2), np.int64)
    gap = np.empty(n * (n - 1) // 2, np.int64)
    rows, paths = np.empty(n, np.uint64), np.zeros(3, np.int64)
    num = 0
    for s in range(len(states)):
        o = 0
        for i in range(n):
            for j in range(i):
                length = join_cost(states[s, i] ^ states[s, j], neighbors, layers)
                tie = mix(np.uint64(o + (variant << 32))) & np.uint64(63)
                gap[o] = 64 * length + np.int64(tie)
                o += 1
        closest = -1
        for _ in range(min(pairs, len(gap))):
            least, i, j = closest_pair(gap)
            if closest < 0:
                closest = least // 64
            if least // 64 > closest + 6 and pairs < len(gap):
                break
            sites = states[s, i] ^ states[s, j]
            targets = join(sites, neighbors, layers)
            while targets != U0:
                single = lowest(targets)
                targets ^= single
                t = place(single)
                length = gather(sites, t, neighbors, layers, network)
                for q in range(n):
                    rows[q] = states[s, q]
                for x in range(length):
                    apply_cx(rows, n, network[x, 0], network[x, 1])
                k, control_cost = find_controls(rows, n, i, j, t, neighbors, paths)
                if k < 0 or num >= len(score):
                    continue
                end = length
                for x in range(k):
                    end = write_path(paths[x], network, end)
                for x in range(length, end):
                    apply_cx(rows, n, network[x, 0], network[x, 1])
                rows[j] = rows[n - 1]
                remaining = spanning_length(
                    rows, n - 1, ~single, neighbors, layers, distance, False
                )
                found = data[num]
                found[STATE], found[FIRST], found[SECOND], found[TARGET] = s, i, j, t
                found[COUNT], found[SPENT] = k, length + control_cost
                for x in range(3):
                    found[PATHS + x] = paths[x]
                score[num] = costs[s] + length + control_cost + weight * remaining
                num += 1
    return num


@HELPER
def find_controls(
    rows: Words, n: int, i: int, j: int, t: int, neighbors: Words, paths: Ints
) -> tuple[int, np.int64]:
    """Find the cheapest controls next to ``t`` that tell rows ``i`` and ``j`` from all others.

    Fills ``paths`` with codes; returns the number of controls, -1 if there are none, and their CX.
    """
    if n == 2:
        return 0, np.int64(0)
    others = U0
    for q in range(n):
        if q not in (i, j):
            others |= U1 << np.uint64(q)
    # differs[a, f]: the other rows that path f of neighbor a tells apart
    differs = np.zeros((4, 64), np.uint64)
    path = np.zeros((4, 64), np.int64)
    sizes = np.zeros(4, np.int64)
    target = U1 << np.uint64(t)
    near, num = neighbors[t], 0
    while near != U0 and num < 4:
        first = lowest(near)
        near ^= first
        c, f = place(first), 1
        path[num, 0], differs[num, 0] = c, column(rows, n, c)
        seconds = neighbors[c] & ~target
        while seconds != U0 and f < 64:
            second = lowest(seconds)
            seconds ^= second
            x = place(second)
            both = differs[num, 0] ^ column(rows, n, x)
            path[num, f], differs[num, f] = c + ((x + 1) << X), both
            f += 1
            thirds = neighbors[x] & ~target & ~first
            while thirds != U0 and f < 64:
                third = lowest(thirds)
                thirds ^= third
                y = place(third)
                path[num, f] = c + ((x + 1) << X) + ((y + 1) << Y)
                differs[num, f] = both ^ column(rows, n, y)
                f += 1
        for x in range(f):
            if (differs[num, x] >> np.uint64(i)) & U1:
                differs[num, x] = ~differs[num, x]
            differs[num, x] &= others
        sizes[num] = f
        num += 1
    best, best_k = np.int64(1 << 30), -1
    for a in range(num):
        for f in range(sizes[a]):
            cost = length_of(path[a, f]) + MUX_COST[1]
            if differs[a, f] == others and cost < best:
                best, best_k = cost, 1
                paths[0] = path[a, f]
    for a in range(num):
        for b in range(a):
            for f in range(sizes[a]):
                for g in range(sizes[b]):
                    cost = length_of(path[a, f]) + length_of(path[b, g]) + MUX_COST[2]
                    if (
                        cost < best
                        and differs[a, f] | differs[b, g] == others
                        and not changes(path[a, f], path[b, g])
                        and not changes(path[b, g], path[a, f])
                    ):
                        best, best_k = cost, 2
                        paths[0], paths[1] = path[a, f], path[b, g]
    for a in range(num):
        for b in range(a):
            for c in range(b):
                cost = MUX_COST[3]
                if cost < best and differs[a, 0] | differs[b, 0] | differs[c, 0] == others:
                    best, best_k = cost, 3
                    paths[0], paths[1], paths[2] = path[a, 0], path[b, 0], path[c, 0]
    return best_k, best


@HELPER
def site_of(path: int, part: int) -> int:
    """Return c, x or y of a path (``part`` 0, ``X`` or ``Y``), -1 if it is not there."""
    return ((path >> part) & 255) - (1 if part else 0)


@HELPER
def length_of(path: int) -> np.int64:
    """Return the CX that a path takes."""
    return np.int64(site_of(path, X) >= 0) + np.int64(site_of(path, Y) >= 0)


@HELPER
def changes(first: int, second: int) -> bool:
    """Return whether the CX of the first path change what the second one reads."""
    c, x, y = site_of(second, 0), site_of(second, X), site_of(second, Y)
    own_c, own_x, own_y = site_of(first, 0), site_of(first, X), site_of(first, Y)
    if own_x >= 0 and (own_c in (x, y) or own_x == c):  # x -> c changes c
        return True
    return own_y >= 0 and (own_x in (x, y) or own_y in (c, x))


@HELPER
def write_path(path: int, network: Ints, length: int) -> int:
    """Append the CX of a path, the far one first; return the new length of the network."""
    c, x, y = site_of(path, 0), site_of(path, X), site_of(path, Y)
    if y >= 0:
        network[length, 0], network[length, 1] = y, x
        length += 1
    if x >= 0:
        network[length, 0], network[length, 1] = x, c
        length += 1
    return length


@HELPER
def merge(rows: Words, n: int, t: int, k: int, paths: Ints, flips: int, out: Words) -> np.int64:
    """Write the rows after the multiplexed gate to ``out``; return their number."""
    target = U1 << np.uint64(t)
    m = np.int64(0)
    for cell in range(1 << k):
        first, second, count = -1, -1, 0
        for i in range(n):
            value = 0
            for x in range(k):
                value |= np.int64((rows[i] >> np.uint64(paths[x] & 255)) & U1) << x
            if value == cell:
                first, second = (i, second) if count == 0 else (first, i)
                count += 1
                out[m] = rows[i] ^ (target if (flips >> cell) & 1 else U0)
                m += 1
        if count == 2 and rows[first] ^ rows[second] == target:
            m -= 1
            out[m - 1] &= ~target
            if (flips >> cell) & 1:
                out[m - 1] |= target
    return m


@njit(cache=True, error_model="numpy")
def carry_out_candidate(
    start: Words, candidate: Ints, neighbors: Words, network: Ints, out: Words
) -> tuple[int, int, int, np.int64]:
    """Write the rows after a merge, with the flips that leave the shortest spanning tree.

    ``network`` receives the CX before the multiplexed gate. Returns their number, the number of
    rows, the flips and the length of the tree. Of eight cells the first five are tried.
    """
    n, t, k = len(start), candidate[TARGET], candidate[COUNT]
    layers, distance = np.zeros(len(neighbors), np.uint64), np.zeros(n, np.int64)
    paths = candidate[PATHS:]
    rows = start.copy()
    sites = rows[candidate[FIRST]] ^ rows[candidate[SECOND]]
    length = gather(sites, t, neighbors, layers, network)
    for x in range(k):
        length = write_path(paths[x], network, length)
    for x in range(length):
        apply_cx(rows, n, network[x, 0], network[x, 1])
    best, best_flips = np.int64(1 << 30), 0
    for choice in range(1 << min((1 << k) - 1, 4)):
        m = merge(rows, n, t, k, paths, 2 * choice, out)
        remaining = spanning_length(out, m, ~U0, neighbors, layers, distance, True)
        if remaining < best:
            best, best_flips = remaining, 2 * choice
    m = merge(rows, n, t, k, paths, best_flips, out)
    return length, m, best_flips, best


@njit(cache=True, error_model="numpy")
def shorten(rows: Words, neighbors: Words, weight: float, extra: Ints) -> tuple[int, int]:
    """Apply single CX that each shorten the spanning tree by more than they cost.

    Writes them to ``extra``; returns their number and the length of the tree afterwards.
    """
    n = len(rows)
    layers, distance = np.zeros(len(neighbors), np.uint64), np.zeros(n, np.int64)
    length = spanning_length(rows, n, ~U0, neighbors, layers, distance, True)
    used = 0
    while n > 2 and used < len(extra):
        least, control, target = length, -1, -1
        for c in range(len(neighbors)):
            if column(rows, n, c) == U0:
                continue
            near = neighbors[c]
            while near != U0:
                single = lowest(near)
                near ^= single
                t = place(single)
                apply_cx(rows, n, c, t)
                shorter = spanning_length(rows, n, ~U0, neighbors, layers, distance, True)
                apply_cx(rows, n, c, t)
                if shorter < least:
                    least, control, target = shorter, c, t
        if control < 0 or weight * (length - least) <= 1:
            break
        apply_cx(rows, n, control, target)
        extra[used, 0], extra[used, 1] = control, target
        length = least
        used += 1
    return used, length
