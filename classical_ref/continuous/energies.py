"""Energies of continuous memories, each with the step that descends it."""

from dataclasses import dataclass
from typing import ClassVar, final

import numpy as np

from classical_ref.checks import Booleans, Floats
from classical_ref.continuous.memory import ContinuousMemory
from classical_ref.log_sums import log_sum_exp, softmax, squared_distances


@final
@dataclass(frozen=True, slots=True, eq=False, repr=False)
class AttentionMemory(ContinuousMemory):
    r"""The modern Hopfield network, whose step is attention with equal keys and values.

    .. math:: E(x) = -\tfrac1\beta \log \sum_\mu e^{\beta \xi^\mu \cdot x} + \tfrac12 |x|^2
              + \tfrac1\beta \log K + \tfrac12 \max_\mu |\xi^\mu|^2,
              \qquad x \leftarrow \Xi^T \operatorname{softmax}(\beta\, \Xi x)

    It is not invariant under shifts: far from the origin the longest pattern wins. Subtract the
    mean of the patterns first, or take a :class:`GaussianMemory`.

    References:
        Ramsauer et al., "Hopfield networks is all you need" (2021).
    """

    shift_invariant: ClassVar[bool] = False

    def _energy(self, states: Floats) -> Floats:
        products = self.beta * states @ self._centered.T
        constant = np.log(self.num_patterns) / self.beta
        largest = (self._centered**2).sum(axis=1).max()
        quadratic = ((states**2).sum(axis=-1) + largest) / 2
        return np.asarray(-log_sum_exp(products) / self.beta + quadratic + constant)

    def _gradient(self, states: Floats) -> Floats:
        return np.asarray(states - softmax(self.beta * states @ self._centered.T) @ self._centered)


@final
@dataclass(frozen=True, slots=True, eq=False, repr=False)
class GaussianMemory(ContinuousMemory):
    r"""Log-sum-exp of squared distances; a step is one of Gaussian mean shift.

    .. math:: E(x) = -\tfrac1\beta \log \sum_\mu e^{-\frac\beta2 |x - \xi^\mu|^2}

    References:
        Saha et al., "End-to-end differentiable clustering with associative memories" (2023).
    """

    shift_invariant: ClassVar[bool] = True

    def _energy(self, states: Floats) -> Floats:
        return np.asarray(-log_sum_exp(self._exponents(states)) / self.beta)

    def _gradient(self, states: Floats) -> Floats:
        return np.asarray(states - softmax(self._exponents(states)) @ self._centered)

    def _exponents(self, states: Floats) -> Floats:
        return np.asarray(-self.beta / 2 * squared_distances(states, self._centered))


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

    shift_invariant: ClassVar[bool] = True

    def _energy(self, states: Floats) -> Floats:
        total = np.maximum(self._depths(states), 0).sum(axis=-1)
        with np.errstate(divide="ignore"):  # log 0 is the stated infinity
            return np.asarray(-np.log(total) / self.beta)

    def _gradient(self, states: Floats) -> Floats:
        depths = self._depths(states)
        total = np.maximum(depths, 0).sum(axis=-1, keepdims=True)
        pull = self._active_sum(states, depths)
        return np.asarray(np.divide(pull, total, out=np.zeros_like(pull), where=total > 0))

    def _step(self, states: Floats, free: Booleans) -> Floats:
        depths = self._depths(states)
        num_active = np.count_nonzero(depths > 0, axis=-1, keepdims=True)
        moved = states - self._active_sum(states, depths) / np.maximum(num_active, 1)
        return np.where(free, moved, states)

    def _depths(self, states: Floats) -> Floats:
        return np.asarray(1 - self.beta / 2 * squared_distances(states, self._centered))

    def _active_sum(self, states: Floats, depths: Floats) -> Floats:
        """Return the sum of ``x - xi`` over the patterns that reach the state."""
        active = (depths > 0).astype(np.float64)
        return np.asarray(active.sum(axis=-1, keepdims=True) * states - active @ self._centered)


@final
@dataclass(frozen=True, slots=True, eq=False, repr=False)
class SphericalMemory(ContinuousMemory):
    r"""Log-sum-exp on the sphere :math:`|x|^2 = D`.

    .. math:: E(x) = -\tfrac1\beta \log \sum_\mu e^{\beta \xi^\mu \cdot x}

    Recall starts from the probe put on the sphere. A step turns the state in the direction of the
    softmax average, which maximizes a lower bound of -E at equal length: a state off the sphere
    keeps its own. The gradient is that of E in the surrounding space. Clamped entries keep their
    values and the others share the rest of the radius.
    """

    shift_invariant: ClassVar[bool] = False

    def _energy(self, states: Floats) -> Floats:
        return np.asarray(-log_sum_exp(self.beta * states @ self._centered.T) / self.beta)

    def _gradient(self, states: Floats) -> Floats:
        return np.asarray(-softmax(self.beta * states @ self._centered.T) @ self._centered)

    def _step(self, states: Floats, free: Booleans) -> Floats:
        moving = np.where(free, states, 0.0)
        return _along(-self._gradient(states), states, free, (moving**2).sum(axis=1))

    def _start(self, probes: Floats, free: Booleans) -> Floats:
        room = self.num_neurons - (np.where(free, 0.0, probes) ** 2).sum(axis=1)
        if np.any(room < 0):
            raise ValueError(
                f"clamped entries should fit into the sphere of squared radius {self.num_neurons}. "
                f"Got {float(self.num_neurons - room.min())}."
            )
        return _along(probes, probes, free, room)


def _along(direction: Floats, states: Floats, free: Booleans, squared: Floats) -> Floats:
    """Return the states with their free part along ``direction``, of the given squared length."""
    along = np.where(free, direction, 0.0)
    length = np.linalg.norm(along, axis=1, keepdims=True)
    wanted = np.sqrt(squared)[:, np.newaxis]
    scale = np.divide(wanted, length, out=np.zeros_like(length), where=length > 0)
    # A state without any direction stays where it is.
    return np.where(free & (length > 0), along * scale, states)
