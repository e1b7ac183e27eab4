r"""Index register: Σ_μ a_μ |μ⟩, patterns written under flags of the index, then the index erased.

Flags of single patterns come from unary iteration: a binary tree whose node flags are conjunctions
in clean qubits, 3 CX to make, 1 to move to the sibling and 3 to clear. One tree runs over the index
and writes the patterns; a second runs over the memory and erases the index, so that the memory
alone holds the superposition. Only permutations follow the dense state of the ⌈log2 K⌉ index
qubits, so a reflection about the memory touches no others.

References:
    Babbush, Gidney et al. (2018), "Encoding electronic spectra in quantum circuits with linear T
    complexity", figure 7, for unary iteration; Wichert, "Quantum algorithm for binary vector
    encoding and retrieval utilizing the permutation trick" (2025, arXiv 2510.07354), for patterns
    permuted from an index; Lu and Lin, "Optimizing sparse quantum state preparation with
    measurement and feedforward" (2025, arXiv 2508.21346), for depth O(D log K) without and O(D)
    with feed-forward from as many gates and O(K) ancillas. Here nothing is measured, since a
    reflection about the memory needs the inverse.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from circuits.bit_order import Bits
from circuits.gf2 import affine_sums
from circuits.loading.elimination import Elimination
from circuits.loading.merging_search.steps import Literal
from circuits.loading.preparation import AncillaEncoder, Preparation
from classical_ref.checks import Complexes


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexRegister(AncillaEncoder):
    """A dense state of ⌈log2 K⌉ index qubits and two unary iterations; any K and D."""

    name: ClassVar[str] = "index-register"

    def unlimited(self, bits: Bits, amplitudes: Complexes) -> Preparation:
        """Return the preparation, whatever number of ancillas it takes."""
        elimination = Elimination(bits, amplitudes)
        columns = elimination.columns
        elimination.compress()
        for neuron in range(bits.shape[1]):
            # a bit that most patterns hold is cheaper to write to all than to each
            if 2 * columns[neuron].bit_count() > len(bits):
                elimination.x(neuron)
        neurons = [q for q, column in enumerate(columns) if column]
        index: list[int] = []
        for _ in range((len(bits) - 1).bit_length()):
            index.append(elimination.borrow(index))
        order = _iterate(
            elimination,
            neurons,
            index,
            lambda _, place: [q for bit, q in enumerate(index) if place >> bit & 1],
        )
        for neuron in neurons:  # what is an XOR of index bits needs no flags
            _clear_affine(elimination, neuron, index)
        rest = {q: columns[q] for q in neurons if columns[q]}
        if rest:
            _iterate(
                elimination,
                index,
                list(rest),
                lambda pattern, _: [q for q, column in rest.items() if column >> pattern & 1],
            )
        return elimination.prepared_from(index, np.argsort(order))


Targets = Callable[[int, int], list[int]]
"""From a pattern and its place in the order of visits to the qubits that its flag flips."""


def _iterate(
    elimination: Elimination, address: list[int], reserved: list[int], targets: Targets
) -> list[int]:
    """Visit every pattern under a flag made from ``address`` qubits; return the order of visits."""
    order: list[int] = []

    def visit(members: int, flag: Literal | None, flags: list[int]) -> None:
        if members.bit_count() == 1:
            pattern = members.bit_length() - 1
            if flag is not None:
                for target in targets(pattern, len(order)):
                    _flip(elimination, flag, target)
            order.append(pattern)
            return
        bit = max(address, key=lambda q: _smaller_part(elimination.columns[q], members))
        ones = members & elimination.columns[bit]
        if flag is None:  # the bit itself serves as the flag of its two halves
            visit(members & ~ones, (bit, 0), flags)
            visit(ones, (bit, 1), flags)
            return
        clean = elimination.borrow([*address, *reserved, *flags])
        elimination.conjunction(flag, (bit, 0), clean)
        visit(members & ~ones, (clean, 1), [*flags, clean])
        _flip(elimination, flag, clean)
        visit(ones, (clean, 1), [*flags, clean])
        elimination.conjunction(flag, (bit, 1), clean)

    visit(elimination.alive, None, [])
    return order


def _smaller_part(column: int, members: int) -> int:
    ones = (column & members).bit_count()
    return min(ones, members.bit_count() - ones)


def _flip(elimination: Elimination, flag: Literal, target: int) -> None:
    """Flip ``target`` where a literal holds."""
    elimination.cx(flag[0], target)
    if not flag[1]:
        elimination.x(target)


def _clear_affine(elimination: Elimination, neuron: int, index: list[int]) -> None:
    """Clear a neuron that is a XOR of index bits, and a constant, by CX."""
    columns = elimination.columns
    held = [(qubit, columns[qubit]) for qubit in index]
    (sources,) = affine_sums([columns[neuron]], held, elimination.alive)
    if sources is None:
        return
    for qubit in sources:
        elimination.cx(qubit, neuron)
    if columns[neuron]:
        elimination.x(neuron)
