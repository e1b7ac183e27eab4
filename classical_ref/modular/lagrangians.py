r"""Convex Lagrangians of neuron layers.

A Lagrangian L of the inner states x gives the activations :math:`g = \partial L / \partial x`
and the layer energy :math:`\langle x, g \rangle - L(x)`; exponentials never overflow.

References:
    Krotov and Hopfield, "Large associative memory problem in neurobiology and machine learning"
    (2021); Hoover et al., "A universal abstraction for hierarchical Hopfield networks" (2022).
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Annotated, ClassVar, final

import numpy as np

from classical_ref.checks import Checked, Floats, Within
from classical_ref.log_sums import log_sum_exp, softmax

Positive = Annotated[float, Within("(0, inf)")]


class Lagrangian(Checked, ABC):
    """A convex function over the last axis; one of the final classes of this module."""

    is_elementwise: ClassVar[bool] = True
    """Whether every activation depends on its own neuron alone."""

    def value(self, x: Floats) -> Floats:
        """Return L of states ``(..., num_neurons)``, of shape ``(...)``."""
        return np.asarray(self._value(x))

    def activation(self, x: Floats) -> Floats:
        """Return the gradient of L, of the shape of ``x``."""
        return np.asarray(self._activation(x))

    def moved_activation(self, x: Floats, moves: Floats) -> Floats:
        """Return how fast activations change along ``moves``: the Hessian of L times them."""
        return np.asarray(self._moved(x, moves))

    @abstractmethod
    def _value(self, x: Floats) -> Floats: ...

    @abstractmethod
    def _activation(self, x: Floats) -> Floats: ...

    @abstractmethod
    def _moved(self, x: Floats, moves: Floats) -> Floats: ...


@final
@dataclass(frozen=True, slots=True)
class Identity(Lagrangian):
    """``L = |x|**2 / 2``, activation ``x``."""

    def _value(self, x: Floats) -> Floats:
        return np.asarray((x**2).sum(axis=-1) / 2)

    def _activation(self, x: Floats) -> Floats:
        return x

    def _moved(self, x: Floats, moves: Floats) -> Floats:  # noqa: ARG002
        return moves


@final
@dataclass(frozen=True, slots=True)
class RectifiedPower(Lagrangian):
    """``L = sum max(x, 0)**order / order``, activation ``max(x, 0)**(order - 1)``.

    As the hidden layer of a two-layer memory it gives a dense memory of that order.
    """

    order: Annotated[float, Within("[2, inf)")] = 2.0
    """Exponent of L, at least 2; 2 is the rectified linear unit."""

    def _value(self, x: Floats) -> Floats:
        return np.asarray((np.maximum(x, 0) ** self.order).sum(axis=-1) / self.order)

    def _activation(self, x: Floats) -> Floats:
        return np.asarray(np.maximum(x, 0) ** (self.order - 1))

    def _moved(self, x: Floats, moves: Floats) -> Floats:
        slopes = (self.order - 1) * np.maximum(x, 0) ** (self.order - 2)
        return np.where(x > 0, slopes * moves, 0.0)


@dataclass(frozen=True, slots=True)
class _Sharp(Lagrangian):
    beta: Positive = 1.0
    """Inverse temperature, positive."""


@final
@dataclass(frozen=True, slots=True)
class Tanh(_Sharp):
    """``L = sum log cosh(beta x) / beta``, activation ``tanh(beta x)``."""

    def _value(self, x: Floats) -> Floats:
        size = self.beta * np.abs(x)
        return np.asarray((size + np.log1p(np.exp(-2 * size)) - np.log(2)).sum(axis=-1) / self.beta)

    def _activation(self, x: Floats) -> Floats:
        return np.asarray(np.tanh(self.beta * x))

    def _moved(self, x: Floats, moves: Floats) -> Floats:
        return np.asarray(self.beta * (1 - np.tanh(self.beta * x) ** 2) * moves)


@final
@dataclass(frozen=True, slots=True)
class Sigmoid(_Sharp):
    """``L = sum log(1 + exp(beta x)) / beta``, activation ``1 / (1 + exp(-beta x))``."""

    def _value(self, x: Floats) -> Floats:
        return np.asarray(np.logaddexp(0, self.beta * x).sum(axis=-1) / self.beta)

    def _activation(self, x: Floats) -> Floats:
        return np.asarray((1 + np.tanh(self.beta * x / 2)) / 2)

    def _moved(self, x: Floats, moves: Floats) -> Floats:
        return np.asarray(self.beta / 4 * (1 - np.tanh(self.beta * x / 2) ** 2) * moves)


@final
@dataclass(frozen=True, slots=True)
class Softmax(_Sharp):
    """``L = log sum exp(beta x) / beta``, activation ``softmax(beta x)``."""

    is_elementwise: ClassVar[bool] = False

    def _value(self, x: Floats) -> Floats:
        return log_sum_exp(self.beta * x) / self.beta

    def _activation(self, x: Floats) -> Floats:
        return softmax(self.beta * x)

    def _moved(self, x: Floats, moves: Floats) -> Floats:
        shares = softmax(self.beta * x)
        return np.asarray(self.beta * shares * (moves - _dot(shares, moves)))


@dataclass(frozen=True, slots=True)
class _Normal(Lagrangian):
    gamma: Positive = 1.0
    """Scale of the activations, positive."""
    delta: float = 0.0
    """Shift of the activations."""
    epsilon: Positive = 1e-5
    """What is added under the root, positive."""


@final
@dataclass(frozen=True, slots=True)
class LayerNorm(_Normal):
    """``L = D gamma sqrt(var(x) + epsilon) + delta sum x``; activations are normalized."""

    is_elementwise: ClassVar[bool] = False

    def _value(self, x: Floats) -> Floats:
        width = np.sqrt(x.var(axis=-1) + self.epsilon)
        return np.asarray(x.shape[-1] * self.gamma * width + self.delta * x.sum(axis=-1))

    def _activation(self, x: Floats) -> Floats:
        width = np.sqrt(x.var(axis=-1, keepdims=True) + self.epsilon)
        return np.asarray(self.gamma * (x - x.mean(axis=-1, keepdims=True)) / width + self.delta)

    def _moved(self, x: Floats, moves: Floats) -> Floats:
        width = np.sqrt(x.var(axis=-1, keepdims=True) + self.epsilon)
        unit = (x - x.mean(axis=-1, keepdims=True)) / width
        moved = moves - moves.mean(axis=-1, keepdims=True)
        return np.asarray(self.gamma / width * (moved - unit * _dot(unit, moves) / x.shape[-1]))


@final
@dataclass(frozen=True, slots=True)
class Spherical(_Normal):
    """``L = gamma sqrt(|x|**2 + epsilon) + delta sum x``; activations lie on a sphere."""

    is_elementwise: ClassVar[bool] = False

    def _value(self, x: Floats) -> Floats:
        length = np.sqrt((x**2).sum(axis=-1) + self.epsilon)
        return np.asarray(self.gamma * length + self.delta * x.sum(axis=-1))

    def _activation(self, x: Floats) -> Floats:
        length = np.sqrt((x**2).sum(axis=-1, keepdims=True) + self.epsilon)
        return np.asarray(self.gamma * x / length + self.delta)

    def _moved(self, x: Floats, moves: Floats) -> Floats:
        length = np.sqrt((x**2).sum(axis=-1, keepdims=True) + self.epsilon)
        unit = x / length
        return np.asarray(self.gamma / length * (moves - unit * _dot(unit, moves)))


def _dot(first: Floats, second: Floats) -> Floats:
    return np.asarray((first * second).sum(axis=-1, keepdims=True))
