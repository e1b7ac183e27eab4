r"""Pair merging: patterns are merged two by two until one is left, read backwards.

Two patterns at Hamming distance h are made to differ in one bit by h - 1 CX and merged by a
rotation multiplexed over the k bits that tell them from all others, 2^k - 1 CX for k <= 3. A beam
search with a look-ahead (the spanning tree of what remains) picks pairs, targets and controls, and
puts in any CX that shorten the tree. Two freedoms cost nothing and are used to the full: every cell
of the multiplexer may flip the target, and every cell that holds a mergeable pair merges it, too.

References:
    Gleinig and Hoefler (2021), "An efficient algorithm for sparse quantum state preparation", for
    the merging of pairs; Bergholm et al. (2005) for the multiplexers.
"""

from abc import abstractmethod
from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np

from circuits.bit_order import Bits, to_words
from circuits.loading.elimination import Elimination
from circuits.loading.merging_search.steps import Plan, RunSteps, Search, decode
from circuits.loading.preparation import AncillaEncoder, Preparation
from classical_ref.checks import Complexes, Within

Width = Annotated[int, Within("[1, 10000]", "More states hardly save gates.")]
"""States kept by a beam search."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MergingEncoder(AncillaEncoder):
    """An encoder that merges pairs in an order found by beam search."""

    width: Width = 16
    """States kept per number of remaining patterns."""
    depth_weight: Annotated[float, Within("[0, 1000000]")] = 0.0
    """CX that one layer of depth is worth, at least 0."""
    tree: bool = False
    """Whether the CX that make two patterns neighbors form a tree, of logarithmic depth."""
    variant: Annotated[int, Within("[0, 1000000000]")] = 0
    """How ties are broken; another number gives another circuit."""

    @property
    def search(self) -> Search:
        """The beam search with these settings."""
        return Search(self.width, self.depth_weight, self.tree, self.variant)

    @abstractmethod
    def plan(self, bits: Bits) -> Plan:
        """Return what to do and its CX count; amplitudes play no part."""

    def unlimited(self, bits: Bits, amplitudes: Complexes) -> Preparation:
        """Return the preparation, whatever number of ancillas it takes."""
        return carry_out(self.plan(bits), bits, amplitudes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Merging(MergingEncoder):
    """Beam search over merges of pairs, for up to about 64 patterns."""

    name: ClassVar[str] = "merging"

    def plan(self, bits: Bits) -> Plan:
        """See :class:`MergingEncoder`."""
        if len(bits) == 1:
            return Plan(two_qubit_gates=0, actions=())
        num_bits = bits.shape[1]
        found = self.search.run(to_words(bits), num_bits, np.zeros(num_bits + 1, np.int64))
        steps = decode(found, tree=self.tree)
        return Plan(two_qubit_gates=found.cost, actions=(RunSteps(steps=steps),))


def carry_out(plan: Plan, bits: Bits, amplitudes: Complexes) -> Preparation:
    """Return the preparation that a plan yields for these amplitudes."""
    elimination = Elimination(bits, amplitudes)
    plan.run(elimination)
    varying = np.flatnonzero((bits != bits[0]).any(axis=0))
    return Preparation(
        circuit=elimination.preparation_circuit(),
        reflection_qubits=tuple(int(i) for i in varying),
    )
