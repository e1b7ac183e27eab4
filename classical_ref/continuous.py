"""Memories of real-valued states: energy, gradient, one step, and recall to convergence."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from enum import IntEnum
from typing import final

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
    """Real patterns with an energy over real states; one of the final classes of this module."""

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


@final
@dataclass(frozen=True, slots=True, eq=False, repr=False)
class AttentionMemory(ContinuousMemory):
    r"""The modern Hopfield network, whose step is attention with equal keys and values.

    .. math:: E(x) = -\tfrac1\beta \log \sum_\mu e^{\beta \xi^\mu \cdot x} + \tfrac12 |x|^2
              + \tfrac1\beta \log K + \tfrac12 \max_\mu |\xi^\mu|^2,
              \qquad x \leftarrow \Xi^T \operatorname{softmax}(\beta\, \Xi x)

    References:
        Ramsauer et al., "Hopfield networks is all you need" (2021).
    """

    def _energy(self, states: Floats) -> Floats:
        products = self.beta * states @ self.patterns.T
        constant = np.log(self.num_patterns) / self.beta
        largest = (self.patterns**2).sum(axis=1).max()
        quadratic = ((states**2).sum(axis=-1) + largest) / 2
        return np.asarray(-log_sum_exp(products) / self.beta + quadratic + constant)

    def _gradient(self, states: Floats) -> Floats:
        return np.asarray(states - softmax(self.beta * states @ self.patterns.T) @ self.patterns)

    def _step(self, states: Floats, free: NDArray[np.bool_]) -> Floats:
        return np.where(free, states - self._gradient(states), states)


@final
@dataclass(frozen=True, slots=True, eq=False, repr=False)
class GaussianMemory(ContinuousMemory):
    r"""Log-sum-exp of squared distances; a step is one of Gaussian mean shift.

    .. math:: E(x) = -\tfrac1\beta \log \sum_\mu e^{-\frac\beta2 |x - \xi^\mu|^2}

    References:
        Saha et al., "End-to-end differentiable clustering with associative memories" (2023).
    """

    def _energy(self, states: Floats) -> Floats:
        return np.asarray(-log_sum_exp(self._exponents(states)) / self.beta)

    def _gradient(self, states: Floats) -> Floats:
        return np.asarray(states - softmax(self._exponents(states)) @ self.patterns)

    def _step(self, states: Floats, free: NDArray[np.bool_]) -> Floats:
        return np.where(free, states - self._gradient(states), states)

    def _exponents(self, states: Floats) -> Floats:
        return np.asarray(-self.beta / 2 * squared_distances(states, self.patterns))


@final
@dataclass(frozen=True, slots=True, eq=False, repr=False)
class EpanechnikovMemory(ContinuousMemory):
    r"""Log-sum-ReLU: patterns that act only within :math:`|x - \xi^\mu| < \sqrt{2 / \beta}`.

    .. math:: E(x) = -\tfrac1\beta \log \sum_\mu \max(0, 1 - \tfrac\beta2 |x - \xi^\mu|^2)

    A step moves to the mean of the patterns that reach the state; where balls do not overlap,
    recall is exact. Outside every ball the energy is infinite, the gradient is reported as zero,
    a step stays, and recall ends with :attr:`Convergence.OUTSIDE`.

    References:
        Hoover et al., "Dense associative memory with Epanechnikov energy" (2025).
    """

    def _energy(self, states: Floats) -> Floats:
        total = np.maximum(self._depths(states), 0).sum(axis=-1)
        with np.errstate(divide="ignore"):  # log 0 is the stated infinity
            return np.asarray(-np.log(total) / self.beta)

    def _gradient(self, states: Floats) -> Floats:
        depths = self._depths(states)
        total = np.maximum(depths, 0).sum(axis=-1, keepdims=True)
        pull = self._active_sum(states, depths)
        return np.divide(pull, total, out=np.zeros_like(pull), where=total > 0)

    def _step(self, states: Floats, free: NDArray[np.bool_]) -> Floats:
        depths = self._depths(states)
        num_active = np.count_nonzero(depths > 0, axis=-1, keepdims=True)
        moved = states - self._active_sum(states, depths) / np.maximum(num_active, 1)
        return np.where(free, moved, states)

    def _depths(self, states: Floats) -> Floats:
        return np.asarray(1 - self.beta / 2 * squared_distances(states, self.patterns))

    def _active_sum(self, states: Floats, depths: Floats) -> Floats:
        """Return the sum of ``x - xi`` over the patterns that reach the state."""
        active = (depths > 0).astype(np.float64)
        return np.asarray(active.sum(axis=-1, keepdims=True) * states - active @ self.patterns)


@final
@dataclass(frozen=True, slots=True, eq=False, repr=False)
class SphericalMemory(ContinuousMemory):
    r"""Log-sum-exp on the sphere :math:`|x|^2 = D`.

    .. math:: E(x) = -\tfrac1\beta \log \sum_\mu e^{\beta \xi^\mu \cdot x}

    A step puts the state on the sphere in the direction of the softmax average, which maximizes a
    lower bound of -E there. The gradient is that of E in the surrounding space. Clamped entries
    keep their values and the others share the rest of the radius.
    """

    def _energy(self, states: Floats) -> Floats:
        return np.asarray(-log_sum_exp(self.beta * states @ self.patterns.T) / self.beta)

    def _gradient(self, states: Floats) -> Floats:
        return np.asarray(-softmax(self.beta * states @ self.patterns.T) @ self.patterns)

    def _step(self, states: Floats, free: NDArray[np.bool_]) -> Floats:
        return self._scaled(-self._gradient(states), states, free)

    def _start(self, probes: Floats, free: NDArray[np.bool_]) -> Floats:
        return self._scaled(probes, probes, free)

    def _scaled(self, direction: Floats, states: Floats, free: NDArray[np.bool_]) -> Floats:
        """Return the states with their free part along ``direction``, on the sphere."""
        held = np.where(free, 0.0, states)
        room = self.num_neurons - (held**2).sum(axis=1, keepdims=True)
        if np.any(room < 0):
            raise ValueError(
                f"clamped entries should fit into the sphere of squared radius {self.num_neurons}. "
                f"Got {float(self.num_neurons - room.min())}."
            )
        along = np.where(free, direction, 0.0)
        length = np.linalg.norm(along, axis=1, keepdims=True)
        scale = np.divide(np.sqrt(room), length, out=np.zeros_like(length), where=length > 0)
        # A state without any direction stays where it is.
        return np.where(free & (length > 0), along * scale, states)


def log_sum_exp(exponents: Floats) -> Floats:
    """Return ``log sum exp`` over the last axis, which overflows nowhere."""
    largest = exponents.max(axis=-1, keepdims=True)
    return np.asarray(largest[..., 0] + np.log(np.exp(exponents - largest).sum(axis=-1)))


def softmax(exponents: Floats) -> Floats:
    """Return the softmax over the last axis."""
    terms = np.exp(exponents - exponents.max(axis=-1, keepdims=True))
    return np.asarray(terms / terms.sum(axis=-1, keepdims=True))


def squared_distances(states: Floats, patterns: Floats) -> Floats:
    """Return ``|x - xi|**2`` of shape ``(..., num_patterns)``, never negative."""
    products = states @ patterns.T
    lengths = (states**2).sum(axis=-1)[..., np.newaxis] + (patterns**2).sum(axis=-1)
    return np.asarray(np.maximum(lengths - 2 * products, 0))
