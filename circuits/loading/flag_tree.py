"""Merging for many patterns: a tree of flags cuts the set into blocks that are merged apart.

A block is given by the values of a few bits; their conjunction stands in a clean ancilla, 3 CX per
level, and one more CX moves it to the sibling block. Within a block the patterns agree on those
bits, so merging never touches them and the flag can be taken away exactly. The CX of a block act
on all patterns, which leaves the rest as random as it was. One pattern per block remains, and those
are merged without flags.
"""

from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np
import numpy.typing as npt

from circuits.bit_order import Bits, to_words
from circuits.loading.elimination import Elimination
from circuits.loading.merging import MergingEncoder, Width
from circuits.loading.merging_search.steps import Action, Literal, Plan, RunSteps, decode
from classical_ref.checks import Within


@dataclass(frozen=True, slots=True, kw_only=True)
class FlagTree(MergingEncoder):
    """Blocks merged under flags, then a beam search over what is left."""

    name: ClassVar[str] = "flag-tree"
    block: Annotated[int, Within("[1, 1000000000]")] = 24
    """Largest block that is not split further."""
    width: Width = 8
    """States kept by each beam search."""

    def plan(self, bits: Bits) -> Plan:
        """See :class:`MergingEncoder`."""
        return _Planner(bits, self).plan()


@dataclass(frozen=True, slots=True, kw_only=True)
class ToggleFlag(Action):
    """Make or clear the flag of one depth: the conjunction of its parent and one more bit."""

    depth: int
    parent: Literal | int
    literal: Literal
    make: bool

    def run(self, elimination: Elimination, flags: dict[int, int]) -> None:
        """See :class:`Action`."""
        parent = (flags[self.parent], 1) if isinstance(self.parent, int) else self.parent
        if self.make:
            flags[self.depth] = elimination.borrow(tuple(flags.values()))
        elimination.conjunction(parent, self.literal, flags[self.depth])
        if not self.make:
            del flags[self.depth]


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveFlag(Action):
    """Turn the flag of one depth from a block to its sibling: 1 CX from the parent."""

    depth: int
    parent: Literal | int

    def run(self, elimination: Elimination, flags: dict[int, int]) -> None:
        """See :class:`Action`."""
        qubit, value = (flags[self.parent], 1) if isinstance(self.parent, int) else self.parent
        elimination.cx(qubit, flags[self.depth])
        if not value:
            elimination.x(flags[self.depth])


class _Planner:
    def __init__(self, bits: Bits, settings: FlagTree) -> None:
        self.num_bits = bits.shape[1]
        self.num_rows = len(bits)
        words = to_words(bits)
        self.rows = np.concatenate([words, np.zeros((len(bits), 1), np.uint64)], axis=1)
        self.fixed = np.zeros(self.num_bits, dtype=np.bool_)
        self.busy = np.zeros(self.num_bits + 1, dtype=np.int64)
        self.cost = 0
        self.actions: list[Action] = []
        self.block, self.search = settings.block, settings.search

    def plan(self) -> Plan:
        self._visit([])
        if self.num_rows > 1:
            rest = np.ascontiguousarray(self.rows[: self.num_rows, :-1])
            found = self.search.run(rest, self.num_bits, self.busy)
            self.actions.append(RunSteps(steps=decode(found, tree=self.search.tree)))
            self.cost += found.cost
        return Plan(two_qubit_gates=self.cost, actions=tuple(self.actions))

    def _visit(self, literals: list[Literal]) -> None:
        """Merge the patterns on which all ``literals`` hold into one."""
        members = self._members(literals)
        if len(members) <= 1 or not (literals or len(members) > self.block):
            return
        flag = _flag(literals)
        if len(members) <= self.block:
            self._merge_block(members, flag)
            return
        from circuits.loading.merging_search.flag_search import split_bit

        bit = int(split_bit(self.rows, members, self.num_bits, self.fixed))
        self.fixed[bit] = True
        depth = len(literals) + 1
        if flag is None:  # the bit itself serves as the flag of its two blocks
            self._visit([(bit, 1)])
            self._visit([(bit, 0)])
        else:
            self._toggle(depth, flag, (bit, 1), make=True)
            self._visit([*literals, (bit, 1)])
            self.actions.append(MoveFlag(depth=depth, parent=flag))
            self.cost += 1
            self._visit([*literals, (bit, 0)])
            self._toggle(depth, flag, (bit, 0), make=False)
        self.fixed[bit] = False

    def _toggle(self, depth: int, parent: Literal | int, literal: Literal, *, make: bool) -> None:
        self.actions.append(ToggleFlag(depth=depth, parent=parent, literal=literal, make=make))
        self.cost += 3

    def _merge_block(self, members: npt.NDArray[np.intp], flag: Literal | int | None) -> None:
        from circuits.loading.merging_search.flag_search import apply_steps

        block = np.ascontiguousarray(self.rows[members, :-1])
        found = self.search.run(block, self.num_bits, self.busy, flagged=True)
        self.busy = found.busy
        self.rows[:, -1] = 0
        self.rows[members, -1] = 1
        tree = self.search.tree
        self.num_rows = int(apply_steps(self.rows, self.num_rows, self.num_bits, found, tree))
        self.actions.append(RunSteps(steps=decode(found, tree=tree), flag=flag))
        self.cost += found.cost

    def _members(self, literals: list[Literal]) -> npt.NDArray[np.intp]:
        rows = self.rows[: self.num_rows]
        holds = np.ones(self.num_rows, dtype=np.bool_)
        for bit, value in literals:
            holds &= (rows[:, bit // 64] >> np.uint64(bit % 64)) & np.uint64(1) == value
        return np.flatnonzero(holds)


def _flag(literals: list[Literal]) -> Literal | int | None:
    """Return what stands for the conjunction: nothing, one literal, or an ancilla by its depth."""
    if not literals:
        return None
    return literals[0] if len(literals) == 1 else len(literals)
