"""Sequences of patterns, recalled one after the other from the first."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal, final

import numpy as np

from classical_ref.checks import (
    Floats,
    Integers,
    SpinsLike,
    Within,
    check_entries,
    check_fields,
    check_integer,
    checked,
    lock,
)
from classical_ref.discrete.centered import signs_of_sums
from classical_ref.patterns import Growing, PatternRows
from classical_ref.separation import Polynomial, Separation
from classical_ref.shown import Shown
from classical_ref.spins import Spins, check_patterns, check_probes, products
from classical_ref.tabulated import SeparationLike, as_separation

SequenceRule = Literal["plain", "projection"]
"""Similarities as they are, or decorrelated by the pseudo-inverse of the patterns' overlaps."""


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class SequenceResult(Shown):
    """The states that followed each start; leading axes are those of the starts."""

    states: Spins
    """The start, +1 where unknown, and what followed, ``(num_steps + 1, ..., num_neurons)``."""
    rows: Integers
    """The stored pattern that each state equals, or -1, ``(num_steps + 1, ...)``."""
    first_error: Integers
    """The first step that did not reach the pattern that follows, ``(...)``; ``num_steps + 1``
    where all did. Step t is compared with the t-th pattern after the one nearest to the start."""

    def __post_init__(self) -> None:
        lock(self, states=self.states, rows=self.rows, first_error=self.first_error)


@final
@dataclass(frozen=True, slots=True, eq=False, repr=False)
class SequenceMemory(Growing, PatternRows):
    r"""Patterns each of which recalls the next one.

    .. math:: s_i(t+1) = \operatorname{sign} \sum_\mu \xi_i^{\mu+1} F'(h_\mu(t)), \qquad
              h_\mu = \xi^\mu \cdot s \quad\text{or}\quad
              h_\mu = \sum_\nu (O^{-1})_{\mu\nu}\, \xi^\nu \cdot s

    with :math:`O = \Xi \Xi^T / D` for the rule ``"projection"`` (generalized pseudo-inverse), which
    decorrelates up to D patterns. All neurons move at once. ``Polynomial(2)`` is the asymmetric
    Hopfield network. There is no energy: the couplings are not symmetric.

    Examples:
        >>> memory = SequenceMemory(["0011", "0101", "0110"], closed=True)
        >>> memory.recall("0011", 4).rows.tolist()
        [0, 1, 2, 0, 1]

    References:
        Sompolinsky and Kanter, "Temporal association in asymmetric neural networks" (1986);
        Chaudhry, Zavatone-Veth, Krotov and Pehlevan, "Long sequence Hopfield memory" (2023).
    """

    _shown: ClassVar[tuple[str, ...]] = ("separation", "closed", "rule")
    patterns: Spins
    """The sequence in order, spins ``(num_patterns, num_neurons)``, at least two, all distinct: a
    repeated pattern would have two successors."""
    separation: Separation = field(default_factory=lambda: Polynomial(3))
    """The separation function F, whose slope weighs the patterns; a function or a table is taken
    too, as by :class:`DenseMemory`."""
    closed: bool = field(default=False, kw_only=True)
    """Whether the first pattern follows the last one."""
    rule: SequenceRule = field(default="plain", kw_only=True)
    """What similarities are: see above."""
    _decorrelation: Floats | None = field(init=False)

    if TYPE_CHECKING:  # more is taken than the fields hold

        def __init__(
            self,
            patterns: SpinsLike,
            separation: SeparationLike = ...,
            *,
            closed: bool = False,
            rule: SequenceRule = "plain",
        ) -> None: ...

    def __post_init__(self) -> None:
        patterns = check_patterns(self.patterns)
        check_integer(2, num_patterns=len(patterns))
        separation = as_separation(self.separation, patterns.shape[1])
        object.__setattr__(self, "separation", separation)
        check_fields(self)
        inverse = None
        if self.rule == "projection":
            if np.linalg.matrix_rank(patterns.astype(np.float64)) < len(patterns):
                raise ValueError(
                    'patterns should be linearly independent for rule="projection". Got '
                    f'{len(patterns)} of {patterns.shape[1]} neurons; take rule="plain".'
                )
            inverse = np.linalg.inv(products(patterns, patterns) / patterns.shape[1])
            inverse.setflags(write=False)
        object.__setattr__(self, "patterns", patterns)
        object.__setattr__(self, "_decorrelation", inverse)

    def step(self, states: SpinsLike, *, bits: bool | None = None) -> Spins:
        """Return what follows states ``(..., num_neurons)``; a field of zero keeps its spin.

        Raises:
            ValueError: The states have another shape, or are spins or bits in doubt.
        """
        return self._step(check_probes(states, self.num_neurons, bits=bits))

    @checked
    def recall(
        self,
        start: SpinsLike,
        num_steps: Annotated[int, Within("[0, 1000000]")],
        *,
        bits: bool | None = None,
    ) -> SequenceResult:
        """Return the states of ``num_steps`` steps from each start ``(..., num_neurons)``.

        Args:
            start: Spins with 0 where unknown, or text; unknown entries add nothing to the first
                step.
            num_steps: Steps to do; from the pattern nearest to a start an open sequence must have
                as many left.
            bits: Whether the starts are bits, where their type does not say it.

        Raises:
            ValueError: A shape is wrong, spins or bits in doubt, the sequence ends before, or
                ``num_steps`` is not from 0 to a million or gives more than 2**31 spins.
        """
        state = check_probes(start, self.num_neurons, bits=bits)
        check_entries(2**31, **{"(num_steps + 1)": num_steps + 1, "start.size": state.size})
        nearest = products(self.patterns, state).argmax(axis=-1)
        left = len(self.patterns) - 1 - int(nearest.max(initial=0))
        if not self.closed and num_steps > left:
            raise ValueError(
                f"num_steps should be at most {left}: the sequence ends there. Got {num_steps}; "
                "closed=True lets the first pattern follow the last."
            )
        states = [np.where(state == 0, 1, state).astype(np.int8)]
        for _ in range(num_steps):
            state = self._step(state)
            states.append(state)
        visited = np.array(states)
        rows = self._rows(visited)
        steps = np.arange(num_steps + 1).reshape(-1, *[1] * nearest.ndim)
        wrong = rows != (nearest + steps) % len(self.patterns)
        wrong[0] = False
        first = np.where(wrong.any(axis=0), wrong.argmax(axis=0), num_steps + 1)
        return SequenceResult(states=visited, rows=rows, first_error=first)

    def _step(self, states: Spins) -> Spins:
        similarities = products(self.patterns, states).astype(np.float64)
        if self._decorrelation is not None:
            # Overlaps of stored patterns are whole once decorrelated; rounding would break ties.
            similarities = np.round(similarities @ self._decorrelation.T, 9)
        following = np.roll(self.patterns, -1, axis=0)
        have_one = len(following) if self.closed else len(following) - 1
        slopes = self.separation.slopes(similarities[..., :have_one])
        signs = signs_of_sums(slopes, following[:have_one])
        kept = np.where(states == 0, 1, states)
        return np.where(signs == 0, kept, signs).astype(np.int8)

    def _rows(self, states: Spins) -> Integers:
        overlaps = products(self.patterns, states)
        rows = overlaps.argmax(axis=-1)
        return np.where(overlaps.max(axis=-1) == self.num_neurons, rows, -1)
