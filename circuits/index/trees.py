"""Binary trees of parities that give every pattern an index, by known neurons as far as they go."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import reduce
from itertools import combinations, islice
from operator import xor
from types import MappingProxyType

import numpy as np

from circuits.bit_order import Bits
from circuits.gf2 import pack
from classical_ref.checks import Booleans

SEARCH_BUDGET = 20_000
"""Parities tried, most."""
CANDIDATES = 10
"""Trees returned, most."""

Form = tuple[int, ...]
"""Neurons whose parity is asked for."""
Prefix = tuple[int, ...]
"""The answers on the way from the root to a node."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class IndexTree:
    """A parity at every node; its answers on the way down are the index."""

    depth: int
    nodes: Mapping[Prefix, Form]
    """Where there is no node the answer is 0."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "nodes", MappingProxyType(dict(self.nodes)))

    def label_of(self, bits: Bits) -> Bits:
        """Return the index of one row of bits, shape ``(depth,)``."""
        label: Prefix = ()
        for _ in range(self.depth):
            label += (int(sum(int(bits[q]) for q in self.nodes.get(label, ())) % 2),)
        return np.array(label, dtype=np.uint8)


def index_trees(patterns: Bits, known: Booleans) -> list[IndexTree]:
    """Return trees under which all patterns have different indices; at least one, the least deep.

    Patterns of different known parts are told apart by parities of known neurons. Trees that ask
    the same parity everywhere on a level come first: they are the cheapest to write from.

    Args:
        patterns: Distinct bits, shape ``(K, D)``.
        known: ``bool``, shape ``(D,)``.
    """
    search = _Search(patterns, known)
    for depth in range((len(patterns) - 1).bit_length(), len(patterns)):
        search.budget = SEARCH_BUDGET
        found = list(islice(search.by_levels(depth), CANDIDATES))
        if not found:
            search.budget = SEARCH_BUDGET
            nodes = search.grow(search.everything, (), depth)
            found = [] if nodes is None else [IndexTree(depth=depth, nodes=nodes)]
        if found:
            return found
    return [IndexTree(depth=0, nodes={})]  # a single pattern


def coordinate_tree(patterns: Bits, known: Booleans) -> IndexTree:
    """Return the tree that asks for the neurons one by one, known ones first: deep and plain."""
    varying = [q for q in np.argsort(~known, kind="stable").tolist() if np.ptp(patterns[:, q])]
    nodes: dict[Prefix, Form] = {}
    cells: dict[Prefix, Bits] = {(): patterns}
    for neuron in varying:
        below: dict[Prefix, Bits] = {}
        for prefix, rows in cells.items():
            parts = [rows[rows[:, neuron] == answer] for answer in (0, 1)]
            if known[neuron] or (len(parts[0]) and len(parts[1])):
                nodes[prefix] = (neuron,)
                below |= {(*prefix, a): part for a, part in enumerate(parts) if len(part)}
            else:
                below[*prefix, 0] = rows
        cells = below
    return IndexTree(depth=len(varying), nodes=nodes)


class _Search:
    def __init__(self, patterns: Bits, known: Booleans) -> None:
        self.everything = (1 << len(patterns)) - 1
        self.budget = SEARCH_BUDGET
        self._known = self._forms(patterns, np.flatnonzero(known).tolist())
        self._all = self._forms(patterns, list(range(patterns.shape[1])))
        self._columns = pack(patterns[:, known].T) if known.any() else []

    def by_levels(self, depth: int) -> Iterator[IndexTree]:
        """Yield trees with one parity per level but the last, where pairs are told apart."""
        for forms in self._levels([self.everything], 0, depth - 1):
            tops = {prefix: forms[level][1]
                    for level in range(depth - 1) for prefix in _prefixes(level)}  # fmt: skip
            cells: dict[Prefix, int] = {(): self.everything}
            for value, _ in forms:
                cells = {
                    (*prefix, answer): cell & (value if answer else ~value)
                    for prefix, cell in cells.items()
                    for answer in (0, 1)
                }
            if any(cell.bit_count() > 2 for cell in cells.values()):
                continue
            seen = set()
            for favorite in self._known[:40]:
                last = {p: self._split(cell, favorite) for p, cell in cells.items()}
                key = tuple(sorted((p, form) for p, form in last.items() if form is not None))
                whole = all(last[p] is not None or cells[p].bit_count() < 2 for p in cells)
                if whole and key not in seen:
                    seen.add(key)
                    chosen = {p: form for p, form in last.items() if form is not None}
                    yield IndexTree(depth=depth, nodes=tops | chosen)
                    if len(seen) == 3:
                        break

    def grow(self, cell: int, prefix: Prefix, left: int) -> dict[Prefix, Form] | None:
        """Return nodes below a prefix that tell a cell's patterns apart, ``None`` if too deep."""
        if cell.bit_count() <= 1:
            return {}
        if left == 0:
            return None
        for value, form in self._all if self._same_known(cell) else self._known:
            self.budget -= 1
            if self.budget < 0:
                return None
            ones, zeros = cell & value, cell & ~value
            if not ones or not zeros or max(ones.bit_count(), zeros.bit_count()) > 1 << (left - 1):
                continue
            low = self.grow(zeros, (*prefix, 0), left - 1)
            high = None if low is None else self.grow(ones, (*prefix, 1), left - 1)
            if low is not None and high is not None:
                return {prefix: form} | low | high
        return None

    def _levels(self, cells: list[int], start: int, left: int) -> Iterator[list[tuple[int, Form]]]:
        if left <= 0:
            yield []
            return
        largest = 1 << left  # more than that in a cell cannot be told apart any more
        for place in range(start, len(self._known)):
            self.budget -= 1
            if self.budget < 0:
                return
            value, form = self._known[place]
            parts = [part for cell in cells for part in (cell & value, cell & ~value)]
            if all(part.bit_count() <= largest for part in parts):
                for rest in self._levels(parts, place + 1, left - 1):
                    yield [(value, form), *rest]

    def _split(self, cell: int, favorite: tuple[int, Form]) -> Form | None:
        """Return a parity that tells a pair apart, the favorite one if it does."""
        if cell.bit_count() < 2:
            return None
        for value, form in (favorite, *(self._all if self._same_known(cell) else self._known)):
            if cell & value and cell & ~value:
                return form
        return None

    def _same_known(self, cell: int) -> bool:
        return all(cell & column in (0, cell) for column in self._columns)

    def _forms(self, patterns: Bits, neurons: list[int]) -> list[tuple[int, Form]]:
        columns = pack(patterns.T)
        varying = [q for q in neurons if columns[q] not in (0, self.everything)]
        most = 3 if len(varying) <= 16 else 2
        values: dict[int, Form] = {}
        for weight in range(1, min(most, len(varying)) + 1):
            for form in combinations(varying, weight):
                value = reduce(xor, (columns[q] for q in form))
                if value not in (0, self.everything):
                    # a parity and its complement tell the same patterns apart
                    values.setdefault(min(value, value ^ self.everything), form)
        return [(reduce(xor, (columns[q] for q in form)), form) for form in values.values()]


def _prefixes(level: int) -> list[Prefix]:
    return [tuple(place >> i & 1 for i in range(level)) for place in range(1 << level)]
