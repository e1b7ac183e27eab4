"""Memories of real-valued states: energy, gradient, one step, and recall to convergence."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


class Convergence(IntEnum):
    """How the recall of one continuous probe ended."""

    CONVERGED = 0
    """The last step moved no entry by more than the tolerance."""
    STEP_LIMIT = 1
    """``max_steps`` steps were not enough."""
    OUTSIDE = 2
    """No pattern reaches the probe; it is returned unchanged."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ContinuousResult:
    """Where the recall of each probe ended; leading axes are those of the probes."""

    states: Floats
    """Final states ``(..., num_neurons)``."""
    energies: Floats
    """Their energies, ``(...)``; infinite outside every basin."""
    steps: NDArray[np.int64]
    """Steps done, ``(...)``."""
    outcome: NDArray[np.int8]
    """A :class:`Convergence` per probe, ``(...)``."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ContinuousMemory(ABC):
    """Real patterns with an energy over real states."""

    patterns: Floats
    """Stored patterns ``(num_patterns, num_neurons)``, read-only."""
    beta: float = 1.0
    """Inverse temperature: sharper for larger values."""

    def __post_init__(self) -> None:
        patterns = np.array(self.patterns, dtype=np.float64)
        if patterns.ndim != 2 or patterns.size == 0:
            raise ValueError(
                f"patterns should have shape (num_patterns, num_neurons). Got {patterns.shape}."
            )
        if not np.isfinite(patterns).all():
            raise ValueError("patterns should be finite. Got nan or infinity.")
        if not (np.isfinite(self.beta) and self.beta > 0):
            raise ValueError(f"beta should be positive and finite. Got {self.beta}.")
        patterns.setflags(write=False)
        object.__setattr__(self, "patterns", patterns)

    def __repr__(self) -> str:
        return (
            f"{type(self).__name__}(num_patterns={self.num_patterns}, "
            f"num_neurons={self.num_neurons}, beta={self.beta})"
        )

    @property
    def num_patterns(self) -> int:
        """Number of stored patterns."""
        return int(self.patterns.shape[0])

    @property
    def num_neurons(self) -> int:
        """Number of neurons."""
        return int(self.patterns.shape[1])

    def energy(self, states: ArrayLike) -> Floats:
        """Return the energies ``(...)`` of states ``(..., num_neurons)``."""
        return self._energy(self._checked(states))

    def gradient(self, states: ArrayLike) -> Floats:
        """Return the gradients of the energy, ``(..., num_neurons)``."""
        return self._gradient(self._checked(states))

    def step(self, states: ArrayLike) -> Floats:
        """Return the states after one step, ``(..., num_neurons)``; it never raises the energy."""
        states = self._checked(states)
        flat = states.reshape(-1, self.num_neurons)
        return self._step(flat, np.ones(flat.shape, dtype=bool)).reshape(states.shape)

    def recall(
        self,
        probes: ArrayLike,
        *,
        max_steps: int = 1000,
        tolerance: float = 1e-9,
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
            ValueError: A shape is wrong, or ``max_steps`` or ``tolerance`` is out of range.
        """
        probes = self._checked(probes)
        if max_steps < 1:
            raise ValueError(f"max_steps should be at least 1. Got {max_steps}.")
        if not tolerance >= 0:
            raise ValueError(f"tolerance should not be negative. Got {tolerance}.")
        mask = np.zeros(self.num_neurons, dtype=bool) if clamped is None else np.asarray(clamped)
        if mask.dtype != bool or mask.shape not in (probes.shape, (self.num_neurons,)):
            raise ValueError(
                f"clamped should be booleans of shape ({self.num_neurons},) or {probes.shape}. "
                f"Got {mask.dtype} of shape {mask.shape}."
            )
        shape = probes.shape[:-1]
        free = ~np.broadcast_to(mask, probes.shape).reshape(-1, self.num_neurons)
        states = self._start(probes.reshape(-1, self.num_neurons), free)
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
        return ContinuousResult(
            states=states.reshape(probes.shape),
            energies=self._energy(states).reshape(shape),
            steps=steps.reshape(shape),
            outcome=outcome.reshape(shape),
        )

    @abstractmethod
    def _energy(self, states: Floats) -> Floats: ...

    @abstractmethod
    def _gradient(self, states: Floats) -> Floats: ...

    @abstractmethod
    def _step(self, states: Floats, free: NDArray[np.bool_]) -> Floats:
        """Return states ``(num_states, num_neurons)`` after a step of their free entries."""

    def _start(self, probes: Floats, free: NDArray[np.bool_]) -> Floats:
        """Return the states from which recall starts."""
        del free
        return probes.copy()

    def _checked(self, states: ArrayLike) -> Floats:
        array = np.asarray(states, dtype=np.float64)
        if array.ndim == 0 or array.shape[-1] != self.num_neurons:
            raise ValueError(
                f"probe should have shape ({self.num_neurons},) or (..., {self.num_neurons}). "
                f"Got shape {array.shape}."
            )
        if not np.isfinite(array).all():
            raise ValueError("probe should be finite. Got nan or infinity.")
        return array
