r"""Index first: amplitudes on about log2 K of the memory qubits, then a reversible map.

Read backwards: k index forms are found that tell the patterns apart; every other neuron is then a
Boolean function of the index and is cleared by CX, by a conjunction of two qubits (3 CX), or, where
neither fits, by a multiplexed flip. What remains is a dense state of k qubits. Nothing but a
permutation follows it, so a reflection about the memory touches those k qubits only.

References:
    Algebraic normal forms of the neurons in the index bits: the products of a monomial basis are
    the conjunctions used here. Wichert, "Quantum algorithm for binary vector encoding and retrieval
    utilizing the permutation trick" (2025, arXiv 2510.07354), permutes an index to patterns too.
"""

from dataclasses import dataclass
from functools import reduce
from itertools import combinations
from operator import xor
from typing import ClassVar

from circuits.bit_order import Bits, bits_to_integer
from circuits.gf2 import affine_sums, unpack
from circuits.loading.elimination import Elimination
from circuits.loading.preparation import Encoder, Preparation
from circuits.synthesis.multiplexer import fewest_controls
from classical_ref.checks import Complexes

SEARCH_BUDGET = 50_000


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexFirst(Encoder):
    """A dense state of few index qubits and a permutation; the smallest reflections."""

    name: ClassVar[str] = "index-first"

    def prepare(self, bits: Bits, amplitudes: Complexes) -> Preparation:
        """Return the preparation; see :class:`Encoder`."""
        elimination = Elimination(bits, amplitudes)
        elimination.compress()
        index = _separate(elimination)
        _clear(elimination, index)
        keys = bits_to_integer(unpack([elimination.columns[q] for q in index], len(bits)).T)
        return elimination.prepared_from(index, keys)


def _separate(elimination: Elimination) -> list[int]:
    """Apply CX until few qubits tell all patterns apart; return those qubits."""
    columns = elimination.columns
    varying = [q for q, column in enumerate(columns) if column not in (0, elimination.alive)]
    most = 3 if len(varying) <= 20 else 2
    forms = [form for weight in range(1, most + 1) for form in combinations(varying, weight)]
    values = [reduce(xor, (columns[q] for q in form)) for form in forms]
    for size in range((elimination.alive.bit_count() - 1).bit_length(), len(varying) + 1):
        chosen = _splitting_forms(values, elimination.alive, size)
        if chosen is not None:
            return _apply_forms(elimination, [set(forms[i]) for i in chosen])
    return varying


def _splitting_forms(values: list[int], everything: int, size: int) -> list[int] | None:
    """Return ``size`` forms, light ones first, that split the patterns into single ones."""
    budget = SEARCH_BUDGET

    def descend(cells: list[int], start: int, left: int) -> list[int] | None:
        nonlocal budget
        if left == 0:
            return []
        largest = 1 << (left - 1)  # more than that in a cell cannot be told apart any more
        for index in range(start, len(values)):
            budget -= 1
            if budget < 0:
                return None
            parts = [
                part for cell in cells for part in (cell & values[index], cell & ~values[index])
            ]
            if all(part.bit_count() <= largest for part in parts):
                rest = descend([part for part in parts if part], index + 1, left - 1)
                if rest is not None:
                    return [index, *rest]
        return None

    return descend([everything], 0, size)


def _apply_forms(elimination: Elimination, forms: list[set[int]]) -> list[int]:
    """Apply CX that put each form (a set of qubits to add up) on a qubit of its own."""
    index: list[int] = []
    for place, form in enumerate(forms):
        target = min(q for q in form if q not in index)
        for source in form - {target}:
            elimination.cx(source, target)
        for later in forms[place + 1 :]:
            if target in later:  # the old value of the target is the new one plus the others
                later ^= form - {target}
        index.append(target)
    return index


def _clear(elimination: Elimination, index: list[int]) -> None:
    """Bring every qubit outside ``index`` to 0 in all patterns, the cheapest one first."""
    pending = [q for q in range(elimination.num_neurons) if q not in index]
    while pending:
        pending = [q for q in pending if not _settle(elimination, q)]
        if not pending:
            return
        sums = _cheapest_sum(elimination, index, pending)
        product = _cheapest_product(elimination, index, pending)
        fallback = (2 ** len(index) - 1, pending[0])
        if sums is not None and (product is None or sums[0] <= product[0]):
            _, target, sources = sums
            for source in sources:
                elimination.cx(source, target)
        elif product is not None and product[0] <= fallback[0]:
            _, target, sources, factors = product
            for source in sources:
                elimination.cx(source, target)
            first, second = factors
            if elimination.columns[target] & elimination.alive != (
                elimination.columns[first] & elimination.columns[second]
            ):
                elimination.x(target)
            elimination.conjunction((first, 1), (second, 1), target)
        else:
            # flips multiplexed over the index qubits that decide it
            columns, target = elimination.columns, fallback[1]
            found = fewest_controls(
                columns[target], [(q, columns[q]) for q in index], elimination.alive
            )
            assert found is not None  # the index tells all patterns apart
            controls, table = found
            flips = sum(flip << cell for cell, flip in enumerate(table))
            elimination.multiplex(target, controls, flips, 0)


def _settle(elimination: Elimination, qubit: int) -> bool:
    """Return whether a qubit is constant, after an X if it is constantly 1."""
    if elimination.columns[qubit] == elimination.alive:
        elimination.x(qubit)
    return not elimination.columns[qubit]


def _cheapest_sum(
    elimination: Elimination, index: list[int], pending: list[int]
) -> tuple[int, int, list[int]] | None:
    """Return (CX, target, sources) for a pending qubit that is a sum of others."""
    best: tuple[int, int, list[int]] | None = None
    columns = elimination.columns
    for target in pending:
        others = [(q, columns[q]) for q in [*index, *pending] if q != target]
        (sources,) = affine_sums([columns[target]], others, elimination.alive)
        if sources is not None and (best is None or len(sources) < best[0]):
            best = (len(sources), target, sources)
    return best


def _cheapest_product(
    elimination: Elimination, index: list[int], pending: list[int]
) -> tuple[int, int, list[int], tuple[int, int]] | None:
    """Return (CX, target, sources, factors) for a sum of qubits that is a product of two others."""
    best: tuple[int, int, list[int], tuple[int, int]] | None = None
    pairs = list(combinations([*index, *pending], 2))
    columns = elimination.columns
    products = [columns[a] & columns[b] for a, b in pairs]
    for order in ([*index, *pending], [*pending, *index], [*pending[::-1], *index]):
        sums = affine_sums(products, [(q, columns[q]) for q in order], elimination.alive)
        for pair, used in zip(pairs, sums, strict=True):
            targets = [q for q in used or () if q in pending and q not in pair]
            if used is None or not targets:
                continue
            cost = len(used) - 1 + 3
            if best is None or cost < best[0]:
                best = (cost, targets[0], [q for q in used if q != targets[0]], pair)
    return best
