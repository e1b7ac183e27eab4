"""Steps of a merge search, and how an :class:`Elimination` carries them out."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from circuits.bit_order import Words
from circuits.loading.elimination import Elimination
from classical_ref.checks import Integers

MAX_CONTROLS = 6
"""Bits at most that tell a pair from all others, a flag included."""
CX_BY_CONTROLS = (0, 1, 3, 7, 13, 19, 25)
"""CX of a rotation multiplexed on so many controls."""
PARENT, TARGET, NUM_CONTROLS, FLIPS, EXTRA_START, EXTRA_COUNT, CONTROLS = range(7)
STEP_WIDTH = CONTROLS + MAX_CONTROLS
"""Columns of a step as the compiled search writes it."""

_SMALL = 2048
"""Largest K² D of a search that takes a tenth of a second without being compiled."""
_AT_FIRST = iter(range(16))
"""Small searches of a process until compiling, which takes seconds, is worth while."""

Literal = tuple[int, int]
"""A qubit and the value it should hold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """CX along a fan, one multiplexed gate on it, then single CX."""

    target: int | None
    """``None`` for a step of single CX only."""
    fan: tuple[tuple[int, int], ...]
    """CX (control, target)."""
    controls: tuple[int, ...]
    flips: int
    """Up to three controls (a flag counts): which cells flip the target. Beyond: one value per
    control, those of the pair to merge."""
    extra: tuple[tuple[int, int], ...]

    def run(
        self,
        elimination: Elimination,
        flag: Literal | None = None,
        reserved: Sequence[int] = (),
    ) -> None:
        """Carry the step out.

        Args:
            elimination: What to act on.
            flag: A further control of every multiplexed gate.
            reserved: Qubits that must not serve as ancillas.
        """
        if self.target is not None:
            for control, target in self.fan:
                elimination.cx(control, target)
            self._multiplex(elimination, self.target, flag, reserved)
        for control, target in self.extra:
            elimination.cx(control, target)

    def _multiplex(
        self,
        elimination: Elimination,
        target: int,
        flag: Literal | None,
        reserved: Sequence[int],
    ) -> None:
        controls, flips = list(self.controls), self.flips
        merges = -1
        if flag is not None:
            controls.insert(0, flag[0])
            if len(controls) <= 3:  # only the cells of the flag flip or merge
                cells = range(1 << len(self.controls))
                flips = sum((self.flips >> c & 1) << (2 * c + flag[1]) for c in cells)
                merges = sum(1 << (2 * c + flag[1]) for c in cells)
            else:
                flips = flag[1] | flips << 1
        if len(controls) <= 3:
            elimination.multiplex(target, controls, flips, merges)
            return
        # conjunctions in clean qubits replace two controls by one each, 6 CX
        literals = [(c, flips >> i & 1) for i, c in enumerate(controls)]
        taken, undo = [*controls, *reserved, target], []
        while len(literals) > 3:
            first, second, *rest = literals
            clean = elimination.borrow(taken)
            elimination.conjunction(first, second, clean)
            undo.append((first, second, clean))
            literals = [*rest, (clean, 1)]
            taken.append(clean)
        cell = sum(value << i for i, (_, value) in enumerate(literals))
        elimination.multiplex(target, [c for c, _ in literals], 0, 1 << cell)
        for step in reversed(undo):
            elimination.conjunction(*step)


class Action(ABC):
    """One entry of a plan."""

    @abstractmethod
    def run(self, elimination: Elimination, flags: dict[int, int]) -> None:
        """Act on ``elimination``; ``flags`` maps the depth of each flag to its ancilla."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSteps(Action):
    """Steps, under a flag or not."""

    steps: tuple[Step, ...]
    flag: Literal | int | None = None
    """A literal, or the depth of a flag."""

    def run(self, elimination: Elimination, flags: dict[int, int]) -> None:
        """See :class:`Action`."""
        flag = (flags[self.flag], 1) if isinstance(self.flag, int) else self.flag
        for step in self.steps:
            step.run(elimination, flag, tuple(flags.values()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What to do to an elimination, with its CX counted in advance."""

    two_qubit_gates: int
    actions: tuple[Action, ...]

    def run(self, elimination: Elimination) -> None:
        """Carry all actions out."""
        flags: dict[int, int] = {}
        for action in self.actions:
            action.run(elimination, flags)


class Found(NamedTuple):
    """The cheapest merge order that a beam search found."""

    cost: int
    """CX of all steps."""
    steps: Integers
    """One row per step, see :data:`STEP_WIDTH`."""
    fans: Words
    """The bits that are cleared in each step, shape ``(S, W)``."""
    extras: Integers
    """Single CX, shape ``(E, 2)``."""
    busy: Integers
    """Depth at which each bit, and last the flag, becomes free, shape ``(D + 1,)``."""


class Search(NamedTuple):
    """Settings of the beam search; a plain tuple, since compiled functions take it."""

    width: int
    """States kept for each number of remaining patterns."""
    depth_weight: float = 0.0
    """CX that a layer of depth counts."""
    tree: bool = False
    """Whether the CX along the differing bits form a tree rather than a star."""
    variant: int = 0
    """How ties are broken."""
    pairs: int = 40
    """Closest pairs tried in each state."""
    refine: int = 4
    """``width * refine`` candidates get their free flips chosen."""
    weight: float = 1.0
    """CX that a unit of spanning tree length counts."""

    def run(self, words: Words, num_bits: int, busy: Integers, *, flagged: bool = False) -> Found:
        """Return what the beam search finds; the first small searches are not compiled.

        Raises:
            RuntimeError: No order was found; a greater width may find one.
        """
        is_small = len(words) ** 2 * num_bits <= _SMALL and words.shape[1] == 1
        if is_small and not (flagged or self.depth_weight) and next(_AT_FIRST, None) is not None:
            from circuits.loading.merging_search.few import beam_of_few

            found = beam_of_few(words, busy, num_bits, self)
        else:
            from circuits.loading.merging_search.beam import beam

            found = beam(words, busy, num_bits, self, flagged=flagged)
        if found is None:
            raise RuntimeError("the merge search found no order. Use a greater width.")
        return found


def network(target: int, fan: int, *, tree: bool) -> list[tuple[int, int]]:
    """Return the CX (control, target) that clear the bits ``fan`` where ``target`` is 1, too.

    A star has ``target`` as every control; a tree halves the ones layer by layer, in as many CX.
    """
    bits = [b for b in range(fan.bit_length()) if fan >> b & 1]
    if not tree:
        return [(target, b) for b in bits]
    ones, found = [target, *bits], []
    while len(ones) > 1:
        half = (len(ones) + 1) // 2
        found += [(ones[i - half], ones[i]) for i in range(half, len(ones))]
        ones = ones[:half]
    return found


def decode(found: Found, *, tree: bool) -> tuple[Step, ...]:
    """Return the steps that a search found."""
    steps = []
    for row, fan in zip(found.steps.tolist(), found.fans.tolist(), strict=True):
        first = row[EXTRA_START]
        extra = found.extras[first : first + row[EXTRA_COUNT]]
        ones = sum(word << 64 * place for place, word in enumerate(fan))
        cx = network(max(row[TARGET], 0), ones, tree=tree)
        steps.append(
            Step(
                target=None if row[TARGET] < 0 else row[TARGET],
                fan=tuple(cx),
                controls=tuple(row[CONTROLS : CONTROLS + max(row[NUM_CONTROLS], 0)]),
                flips=row[FLIPS],
                extra=tuple((c, t) for c, t in extra.tolist()),
            )
        )
    return tuple(steps)
