"""Where a hub and the qubits that it meets stand on a device: a tree with many leaves.

A signal over a parity tree costs two gates for each inner qubit and one for each leaf
(:mod:`circuits.routing.parity_tree`), so that trees with few inner qubits are looked for, by a
beam search over connected sets of sites. It knows couplings and numbers of qubits, and nothing of a
probe.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from circuits.routing.parity_tree import ParityTree

BEAM = 64
"""Connected sets of sites kept while they grow."""

Graph = Mapping[int, frozenset[int]]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class HubSites:
    """A tree of sites, and what signals on it cost."""

    tree: ParityTree
    cost: int
    """Two-qubit gates of all signals, and of the end."""
    depth: int
    """Inner qubits one below the other."""
    beside: tuple[int, ...]
    """Sites for the qubits that no hub meets."""

    @property
    def num_branches(self) -> int:
        """Inner qubits next to the port that have others below them."""
        tree = self.tree
        return sum(q in tree.inner or q in tree.leaves for q in tree.inner[tree.port])


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """What is to stand on a device."""

    members: int
    """Qubits that hubs meet."""
    hubs: int = 1
    """Hubs; several are taken to have their signals one after the other."""
    beside: int = 0
    """Other qubits that need a site close by."""
    signals: int = 1
    """Signals of all hubs."""
    fractional: bool = False
    """Whether RZZ is one gate."""


def hub_sites(graph: Graph, need: Need, *, count: int = 4) -> list[HubSites]:
    """Return the cheapest trees found, of different shapes.

    Args:
        graph: The sites coupled to each site.
        need: What stands on them.
        count: How many trees are returned at most.
    """
    for sets in _inner_sets(graph, need.members + 1):
        found: list[HubSites] = []
        for inside in sets:
            ways = [way for port in inside if (way := _around(graph, inside, port, need))]
            if ways:
                found.append(min(ways, key=_rank))
                found.append(min(ways, key=lambda way: (way.num_branches, *_rank(way))))
        if found:
            shapes: dict[object, HubSites] = {}
            for each in sorted(found, key=_rank):
                shapes.setdefault(_shape(each.tree, each.tree.port), each)
            return list(shapes.values())[:count]
    return []


def _rank(sites: HubSites) -> tuple[int, int]:
    return sites.cost, sites.depth


def _shape(tree: ParityTree, site: int) -> tuple[object, ...]:
    """Return what the tree below a site has in common with others that differ in places alone."""
    below = sorted(_shape(tree, each) for each in tree.inner.get(site, ()))
    return (len(tree.leaves.get(site, ())), *below)


def _inner_sets(graph: Graph, size: int) -> Iterator[list[tuple[int, ...]]]:
    """Yield connected sets that, with all their neighbors, have ``size``, one more site at a time.

    Of those with equally many sites, the ones with most neighbors are found.
    """
    near = {site: sum(1 << each for each in graph[site]) for site in graph}
    sets = {1 << site: near[site] for site in sorted(graph)}
    while sets:
        large = [s for s, rim in sets.items() if s.bit_count() + rim.bit_count() >= size]
        if large:
            yield [tuple(_members(each)) for each in large]
        if min(s.bit_count() for s in sets) >= size:
            return
        grown: dict[int, int] = {}
        for inside, rim in sets.items():
            for site in _members(rim):
                grown.setdefault(inside | 1 << site, (rim | near[site]) & ~(inside | 1 << site))
        widest = sorted(grown, key=lambda s: (-grown[s].bit_count(), s))
        sets = {each: grown[each] for each in widest[:BEAM]}


def _members(sites: int) -> Iterator[int]:
    while sites:
        yield (sites & -sites).bit_length() - 1
        sites &= sites - 1


def _around(graph: Graph, inside: tuple[int, ...], port: int, need: Need) -> HubSites | None:
    """Return the tree on given inner sites and with a given port, ``None`` if there is no room."""
    hubs, toward_port = [port], {}
    for hub in hubs:
        for site in sorted(graph[hub] - {*inside, *hubs})[: need.hubs - len(hubs)]:
            hubs.append(site)
            toward_port[site] = hub
    below: dict[int, list[int]] = {}
    level, reached = {port: 0}, [port]
    for site in reached:
        below[site] = sorted(graph[site] & set(inside) - level.keys())
        level |= dict.fromkeys(below[site], level[site] + 1)
        reached += below[site]
    leaves = _leaves(graph, below, hubs, need)
    taken = {*hubs, *inside}.union(*leaves.values())
    beside = _nearest(graph, taken, need.beside)
    found = len(hubs), len(taken) - len(hubs), len(beside)
    if found != (need.hubs, need.members, need.beside):
        return None
    below[port] += leaves.pop(port)
    tree = ParityTree(
        num_qubits=max(graph) + 1,
        hubs=tuple(hubs),
        toward_port=toward_port,
        inner={above: tuple(each) for above, each in below.items() if each},
        leaves={above: tuple(each) for above, each in leaves.items() if each},
    )
    cost = tree.cost(need.signals, fractional=need.fractional)
    return HubSites(tree=tree, cost=cost, depth=max(level.values()), beside=beside)


def _leaves(
    graph: Graph, below: Mapping[int, list[int]], hubs: list[int], need: Need
) -> dict[int, list[int]]:
    """Return leaves for each inner site, as many as members are left over, the cheapest first."""
    port, inside = hubs[0], set(below)
    leaves: dict[int, list[int]] = {site: [] for site in sorted(inside)}
    rim = sorted(set().union(*(graph[site] for site in inside)) - {*inside, *hubs})

    def price(above: int) -> int:
        if above != port:
            return need.signals + (1 if need.fractional or not leaves[above] else 2)
        # RZZ of a hub count two; those of the first two merge from signal to signal
        return need.signals * (1 if need.fractional or len(leaves[port]) < 2 else 2)

    for _ in range(need.members - len(inside) + 1):
        choices = [(price(a), site, a) for site in rim for a in graph[site] & inside]
        if not choices:
            break
        _, site, above = min(choices)
        rim.remove(site)
        leaves[above].append(site)
    return leaves


def _nearest(graph: Graph, taken: set[int], number: int) -> tuple[int, ...]:
    """Return sites around those taken, the nearest first, each next to others."""
    queue, found = sorted(taken), dict.fromkeys(taken)
    for site in queue:
        new = sorted(graph[site] - found.keys())
        found |= dict.fromkeys(new)
        queue += new
    return tuple(found)[len(taken) : len(taken) + number]
