"""Memories of real-valued states: energy, gradient, one step, and recall to convergence."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Annotated, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from classical_ref.checks import (
    Booleans,
    Floats,
    Integers,
    Within,
    check_array,
    check_fields,
    check_mask,
    checked,
    lock,
)
from classical_ref.patterns import Growing, PatternRows
from classical_ref.shown import Shown, said_outcomes, value_range


class Convergence(IntEnum):
    """How the recall of one continuous probe ended."""

    CONVERGED = 0
    """The last step moved no entry by more than the tolerance."""
    STEP_LIMIT = 1
    """``max_steps`` steps were not enough."""
    OUTSIDE = 2
    """No pattern reaches the probe; it is returned unchanged."""


ENDS = {
    Convergence.CONVERGED: "converged",
    Convergence.STEP_LIMIT: "had not converged",
    Convergence.OUTSIDE: "lay outside of every basin",
}
"""What each way to end is called."""
MaxSteps = Annotated[int, Within("[1, 1000000]", "Recall goes on from the states that it reached.")]
"""Steps after which a state is given up."""
_BLOCK_ENTRIES = 2**21  # of the products of states and patterns, 16 MiB


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class ContinuousResult(Shown):
    """Where the recall of each probe ended; leading axes are those of the probes."""

    states: Floats
    """Final states ``(..., num_neurons)``."""
    energies: Floats
    """Their energies, ``(...)``; infinite outside every basin."""
    steps: Integers
    """Steps done, ``(...)``."""
    outcome: NDArray[np.int8]
    """A :class:`Convergence` per probe, ``(...)``."""

    @property
    def summary(self) -> str:
        """How the recalls ended, in a sentence for each way that they did."""
        return said_outcomes(self.outcome, self.steps, ENDS, "step")

    def _facts(self) -> Mapping[str, object]:
        energies = value_range(self.energies)
        return {"summary": self.summary, "states": self.states, "energies": energies}


class ContinuousDynamics(Shown, ABC):
    """What descends an energy over real states."""

    __slots__ = ()

    shift_invariant: ClassVar[bool]
    """Whether moving patterns and states together changes nothing."""

    @property
    @abstractmethod
    def num_neurons(self) -> int:
        """Number of neurons."""

    @property
    @abstractmethod
    def beta(self) -> float:
        """Inverse temperature, positive: sharper for larger values."""

    @property
    @abstractmethod
    def _origin(self) -> Floats:
        """What states are taken relative to inside, ``(num_neurons,)``."""

    @property
    @abstractmethod
    def _num_terms(self) -> int:
        """Number of terms that the energy of one state sums."""

    def energy(self, states: ArrayLike) -> Floats:
        """Return the energies ``(...)`` of states ``(..., num_neurons)``."""
        return self._by_blocks(self._energy, states).reshape(np.shape(states)[:-1])[()]

    def gradient(self, states: ArrayLike) -> Floats:
        """Return the gradients of the energy, ``(..., num_neurons)``."""
        return self._by_blocks(self._gradient, states).reshape(np.shape(states))

    def step(self, states: ArrayLike) -> Floats:
        """Return the states after one step, ``(..., num_neurons)``; it never raises the energy."""
        given = self._checked(states)
        flat = given.reshape(-1, self.num_neurons) - self._origin
        moved = self._by_blocks(
            lambda rows: self._step(rows, np.ones(rows.shape, dtype=bool)), given
        )
        return self._moved_back(moved, flat, given)

    @checked
    def recall(
        self,
        probes: ArrayLike,
        *,
        max_steps: MaxSteps = 1000,
        tolerance: Annotated[float, Within("[0, inf]")] = 1e-9,
        clamped: ArrayLike | None = None,
    ) -> ContinuousResult:
        """Return where repeated steps take each probe; the energy never rises.

        Args:
            probes: Real states ``(..., num_neurons)``.
            max_steps: Steps after which a probe is given up.
            tolerance: A step that moves no entry by more than this is the last.
            clamped: Booleans ``(num_neurons,)`` or of the shape of the probes; True is never
                changed.

        Raises:
            ValueError: A shape is wrong, ``max_steps`` is not from one to a million, or
                ``tolerance`` is below 0.
        """
        probes = self._checked(probes)
        shape = probes.shape[:-1]
        free = ~check_mask("clamped", clamped, probes.shape).reshape(-1, self.num_neurons)
        start = probes.reshape(-1, self.num_neurons) - self._origin
        blocks = [
            self._settled(start[rows], free[rows], max_steps, tolerance)
            for rows in self._blocks(len(start))
        ]
        states, energies, steps, outcome = map(np.concatenate, zip(*blocks, strict=True))
        return ContinuousResult(
            states=self._moved_back(states, start, probes),
            energies=energies.reshape(shape),
            steps=steps.reshape(shape),
            outcome=outcome.reshape(shape),
        )

    def _settled(
        self, start: Floats, free: Booleans, max_steps: int, tolerance: float
    ) -> tuple[Floats, Floats, Integers, NDArray[np.int8]]:
        """Return final states, their energies, steps and outcomes."""
        states = self._start(start, free)
        steps = np.zeros(len(states), dtype=np.int64)
        outcome = np.full(len(states), Convergence.STEP_LIMIT, dtype=np.int8)
        outcome[np.isinf(self._energy(states))] = Convergence.OUTSIDE
        active = np.flatnonzero(outcome != Convergence.OUTSIDE)
        for _ in range(max_steps):
            if active.size == 0:
                break
            new = self._step(states[active], free[active])
            settled = np.abs(new - states[active]).max(axis=1) <= tolerance
            states[active] = new
            steps[active] += 1
            outcome[active[settled]] = Convergence.CONVERGED
            active = active[~settled]
        return states, self._energy(states), steps, outcome

    def _by_blocks(self, function: Callable[[Floats], Floats], states: ArrayLike) -> Floats:
        flat = self._checked(states).reshape(-1, self.num_neurons) - self._origin
        return np.concatenate([function(flat[rows]) for rows in self._blocks(len(flat))])

    def _blocks(self, num_states: int) -> list[slice]:
        """Return slices of states whose products with all terms take little memory."""
        size = max(1, _BLOCK_ENTRIES // self._num_terms)
        return [slice(first, first + size) for first in range(0, max(num_states, 1), size)]

    def _moved_back(self, states: Floats, start: Floats, given: Floats) -> Floats:
        """Return the states where they were given, entries that did not move to the last digit."""
        back = np.where(states == start, given.reshape(start.shape), states + self._origin)
        return back.reshape(given.shape)

    # All below take states relative to the origin.

    @abstractmethod
    def _energy(self, states: Floats) -> Floats: ...

    @abstractmethod
    def _gradient(self, states: Floats) -> Floats: ...

    def _step(self, states: Floats, free: Booleans) -> Floats:
        """Return states ``(num_states, num_neurons)`` after a step of their free entries."""
        return np.where(free, states - self._gradient(states), states)

    def _start(self, probes: Floats, free: Booleans) -> Floats:
        """Return the states from which recall starts."""
        del free
        return probes.copy()

    def _checked(self, states: ArrayLike) -> Floats:
        probes = check_array("probe", states, "...", self.num_neurons)
        self._check_size("probe", probes, beta=self.beta)
        return probes

    @staticmethod
    def _check_size(name: str, values: Floats, *, beta: float) -> None:
        """Refuse what squares, summed and in units of 1/beta, cannot hold."""
        most = (np.finfo(float).max / (8 * max(1.0, beta))) ** 0.5 / values.shape[-1]
        if (largest := float(np.abs(values).max(initial=0))) > most:
            raise ValueError(
                f"{name} should have entries of at most {most:.2g}, whose energies are finite. Got "
                f"{largest:.2g}; give all in other units."
            )


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ContinuousMemory(Growing, PatternRows, ContinuousDynamics):
    """Real patterns with an energy over real states.

    Where the energy depends on differences alone it is computed around the mean of the patterns, so
    that data far from the origin lose no digits.
    """

    _shown: ClassVar[tuple[str, ...]] = ("beta",)
    patterns: Floats
    """Stored patterns ``(num_patterns, num_neurons)``, read-only."""
    beta: Annotated[float, Within("(0, inf)")] = 1.0
    """Inverse temperature, positive: sharper for larger values."""
    _origin: Floats = field(init=False)
    _centered: Floats = field(init=False)
    """The patterns relative to it."""

    def __post_init__(self) -> None:
        check_fields(self)
        patterns = check_array("patterns", self.patterns, "num_patterns", "num_neurons")
        self._check_size("patterns", patterns, beta=self.beta)
        origin = np.zeros(patterns.shape[1])
        if self.shift_invariant:
            origin = (patterns / len(patterns)).sum(axis=0)  # divided first: sums may overflow
        lock(self, patterns=patterns, _origin=origin, _centered=patterns - origin)

    @property
    def _num_terms(self) -> int:
        return self.num_patterns
