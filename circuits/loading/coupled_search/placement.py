"""Where the qubits of a memory stand on a coupling map: a compact patch, and a place for each.

Places are found by simulated annealing: exchanging two qubits changes the spanning tree of the
patterns, whose edges are as long as the CX trees on the map that join the differing bits.
"""

from collections import deque
from collections.abc import Sequence

import numpy as np

from circuits.bit_order import Bits, Words, to_words
from classical_ref.checks import Integers

Pairs = Sequence[tuple[int, int]]


def patch(coupling_map: Pairs, num_sites: int, variant: int = 0) -> list[int] | None:
    """Return a compact connected set of physical qubits, ``None`` if the map has none so large.

    It grows from a central qubit (which one depends on ``variant``) by the qubit that is nearest to
    all taken so far; of equally near ones, that with most couplings to them.
    """
    adjacent: dict[int, set[int]] = {}
    for a, b in coupling_map:
        adjacent.setdefault(a, set()).add(b)
        adjacent.setdefault(b, set()).add(a)
    distances = {site: _distances(adjacent, site) for site in sorted(adjacent)}
    starts = sorted(
        (site for site in distances if len(distances[site]) >= num_sites),
        key=lambda site: (sum(sorted(distances[site].values())[: 3 * num_sites]), site),
    )
    if not starts:
        return None
    taken = [starts[variant % len(starts)]]
    total = dict(distances[taken[0]])
    while len(taken) < num_sites:
        edge = {near for site in taken for near in adjacent[site]} - set(taken)
        chosen = min(edge, key=lambda s: (total[s], -len(adjacent[s] & set(taken)), s))
        taken.append(chosen)
        for site, steps in distances[chosen].items():
            total[site] += steps
    return taken


def neighbor_words(coupling_map: Pairs, sites: Sequence[int]) -> Words:
    """Return for each site the set of coupled sites, bit i for ``sites[i]``."""
    place = {site: i for i, site in enumerate(sites)}
    words = [0] * len(sites)
    for a, b in coupling_map:
        if a in place and b in place:
            words[place[a]] |= 1 << place[b]
            words[place[b]] |= 1 << place[a]
    return np.array(words, dtype=np.uint64)


def place_qubits(
    bits: Bits, neighbors: Words, *, variant: int, above: Integers | None = None
) -> list[int]:
    """Return the site of each qubit; with ``above`` the qubit at each site.

    Args:
        bits: Patterns, shape ``(K, D)``.
        neighbors: Coupled sites of each site.
        variant: Seed.
        above: The site whose qubit is added to that of each site, -1 for none.
    """
    from circuits.loading.coupled_search.annealing import anneal

    num_rows, num_qubits = bits.shape
    columns = to_words(np.ascontiguousarray(bits.T))[:, 0].copy()
    steps = min(max(20_000_000 // (num_rows**2 * num_qubits), 2000), 20_000)
    added = np.full(num_qubits, -1) if above is None else above
    by_site = above is not None
    return [*map(int, anneal(columns, num_rows, added, neighbors, steps, variant, by_site))]


def _distances(adjacent: dict[int, set[int]], start: int) -> dict[int, int]:
    found, queue = {start: 0}, deque([start])
    while queue:
        site = queue.popleft()
        for near in adjacent[site]:
            if near not in found:
                found[near] = found[site] + 1
                queue.append(near)
    return found
