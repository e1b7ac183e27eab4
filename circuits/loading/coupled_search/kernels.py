"""Compiled parts of the search on a coupling map: trees that join sites, and their CX.

A row is a pattern as one ``uint64``, bit s for site s. A set of sites is such a word, too, and
``neighbors[s]`` is the set of sites coupled to s; the sites as a whole are connected.
"""
# mypy: disable-error-code="assignment"

import numpy as np

from circuits.bit_order import Words
from circuits.loading.merging_search.kernels import HELPER, U0, U1, Ints, popcount
from classical_ref.compiling import njit


@HELPER
def lowest(sites: np.uint64) -> np.uint64:
    """Return the set of the first site."""
    return sites & (~sites + U1)


@HELPER
def place(single: np.uint64) -> np.int64:
    """Return the number of the only site of a set."""
    return popcount(single - U1)


@HELPER
def around(sites: np.uint64, neighbors: Words) -> np.uint64:
    """Return the sites coupled to any site of a set."""
    found = U0
    while sites != U0:
        single = lowest(sites)
        found |= neighbors[place(single)]
        sites ^= single
    return found


@HELPER
def join(sites: np.uint64, neighbors: Words, layers: Words) -> np.uint64:
    """Return a connected set that contains ``sites``: the nearest site is joined until all are.

    Of equally short paths one is taken whose last step touches most of the sites still apart.
    ``layers`` is room for one word per site.
    """
    joined = lowest(sites)
    left = sites ^ joined
    while left != U0:
        seen, front, depth = joined, joined, 0
        hit = U0
        while True:
            front = around(front, neighbors) & ~seen
            hit = front & left
            if hit != U0:
                break
            layers[depth] = front
            depth += 1
            seen |= front
        if depth == 0:
            joined |= hit
            left &= ~hit
            continue
        ends = layers[depth - 1] & around(hit, neighbors)
        path, most = U0, -1
        while ends != U0:
            single = lowest(ends)
            ends ^= single
            touched = popcount(neighbors[place(single)] & left)
            if touched > most:
                path, most = single, touched
        joined |= path
        for layer in range(depth - 2, -1, -1):
            path = lowest(layers[layer] & neighbors[place(path)])
            joined |= path
    return joined


@njit(cache=True, error_model="numpy")
def join_cost(sites: np.uint64, neighbors: Words, layers: Words) -> np.int64:
    """Return one more than the CX that clear all but one of ``sites`` where all of them are 1.

    A site between them costs two: it is set and cleared again.
    """
    if sites == U0:
        return np.int64(0)
    return 2 * popcount(join(sites, neighbors, layers)) - popcount(sites)


@HELPER
def spanning_length(
    rows: Words,
    n: int,
    mask: np.uint64,
    neighbors: Words,
    layers: Words,
    distance: Ints,
    coupled: bool,
) -> np.int64:
    """Return the length of Prim's tree of rows, by :func:`join_cost` or by Hamming distance."""
    total = np.int64(0)
    if n <= 1:
        return total
    left = U0
    for i in range(1, n):
        left |= U1 << np.uint64(i)
        gap = (rows[i] ^ rows[0]) & mask
        distance[i] = join_cost(gap, neighbors, layers) if coupled else popcount(gap)
    while left != U0:
        nearest = -1
        for i in range(1, n):
            if (left >> np.uint64(i)) & U1 and (nearest < 0 or distance[i] < distance[nearest]):
                nearest = i
        total += distance[nearest]
        left ^= U1 << np.uint64(nearest)
        for i in range(1, n):
            gap = (rows[i] ^ rows[nearest]) & mask
            if (left >> np.uint64(i)) & U1 and popcount(gap) < distance[i]:
                length = join_cost(gap, neighbors, layers) if coupled else popcount(gap)
                distance[i] = min(distance[i], length)
    return total


@njit(cache=True, error_model="numpy")
def gather(sites: np.uint64, root: int, neighbors: Words, layers: Words, network: Ints) -> np.int64:
    """Write CX after which, of ``sites``, all 1, only ``root`` is 1; return how many.

    They run along a tree: sites between that are 0 are set from a child, the deepest first, then
    every site is cleared from its parent.
    """
    tree = join(sites | (U1 << np.uint64(root)), neighbors, layers)
    order = np.empty(64, np.int64)
    parent = np.full(64, -1, np.int64)
    child = np.full(64, -1, np.int64)
    order[0] = root
    seen = U1 << np.uint64(root)
    size, at = 1, 0
    while at < size:
        rest = neighbors[order[at]] & tree & ~seen
        seen |= rest
        while rest != U0:
            single = lowest(rest)
            rest ^= single
            parent[place(single)] = order[at]
            order[size] = place(single)
            size += 1
        at += 1
    kept = U0
    num = np.int64(0)
    for x in range(size - 1, -1, -1):
        site = order[x]
        is_one = (sites >> np.uint64(site)) & U1
        if not is_one and child[site] < 0:
            continue  # a leaf that nothing hangs on
        if not is_one:
            network[num, 0], network[num, 1] = child[site], site
            num += 1
        kept |= U1 << np.uint64(site)
        if x > 0:
            child[parent[site]] = site
    for x in range(size - 1, 0, -1):
        site = order[x]
        if (kept >> np.uint64(site)) & U1:
            network[num, 0], network[num, 1] = parent[site], site
            num += 1
    return num


@HELPER
def apply_cx(rows: Words, n: int, control: int, target: int) -> None:
    """Apply CX to every row."""
    for i in range(n):
        rows[i] ^= ((rows[i] >> np.uint64(control)) & U1) << np.uint64(target)


@HELPER
def column(rows: Words, n: int, site: int) -> np.uint64:
    """Return the values of one site, bit i for row i."""
    found = U0
    for i in range(n):
        found |= ((rows[i] >> np.uint64(site)) & U1) << np.uint64(i)
    return found
