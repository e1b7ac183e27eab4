r"""Regularized argmax: the gradients of :math:`\Omega^*`, which weigh the patterns in a step.

.. math:: p(z) = \nabla\Omega^*(z) = \arg\max_{p \in \mathcal P}\; p \cdot z - \Omega(p)

over the simplex, or over the ways to take k of K in parts. Unlike softmax (:math:`\Omega = \sum p
\log p`) they are zero outside a support, and a single one where the largest score leads by a
margin.

References:
    Blondel, Martins and Niculae, "Learning with Fenchel-Young losses" (2020);
    Santos et al., "Hopfield-Fenchel-Young networks" (2024), arXiv 2411.08590.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Annotated, final

import numpy as np

from classical_ref.checks import Floats, Within, check_fields
from classical_ref.log_sums import log_sum_exp, softmax

_HALVINGS = 60  # of the bracket of a threshold: it is then known to rounding


class Transform(ABC):
    """A frozen value that turns scores ``(..., K)`` into weights."""

    def __post_init__(self) -> None:
        check_fields(self)

    @abstractmethod
    def weights(self, scores: Floats) -> Floats:
        """Return p(z) of scores z, both ``(..., K)``."""

    @abstractmethod
    def regularizer(self, weights: Floats) -> Floats:
        r"""Return :math:`\Omega(p)` of weights ``(..., K)``, shape ``(...)``."""

    @property
    @abstractmethod
    def margin(self) -> float:
        """The lead of the taken scores over all others at which the weights are 0 and 1 exactly."""

    @property
    def num_taken(self) -> int:
        """What the weights sum to."""
        return 1

    def conjugate(self, scores: Floats) -> Floats:
        r"""Return :math:`\Omega^*(z) = p(z) \cdot z - \Omega(p(z))`, shape ``(...)``."""
        weights = self.weights(scores)
        return np.asarray((weights * scores).sum(axis=-1) - self.regularizer(weights))


@final
@dataclass(frozen=True, slots=True)
class Entmax(Transform):
    r"""Tsallis entropies, :math:`\Omega(p) = \frac{\sum_\mu p_\mu^\alpha - 1}{\alpha(\alpha - 1)}`.

    .. math:: p_\mu = [(\alpha - 1) z_\mu - \tau]_+^{1/(\alpha - 1)}

    with τ such that they sum to 1. ``alpha = 1`` is softmax, ``alpha = 2`` sparsemax.

    References:
        Peters, Niculae and Martins, "Sparse sequence-to-sequence models" (2019).
    """

    alpha: Annotated[float, Within("[1, inf)")] = 1.5

    def weights(self, scores: Floats) -> Floats:
        """Return the weights, at least 0 and of sum 1."""
        if self.alpha == 1:
            return softmax(scores)
        power = 1 / (self.alpha - 1)
        scaled = (self.alpha - 1) * scores
        weights = _above_threshold(scaled, power=power, power_of_sum=power)
        return np.asarray(weights / weights.sum(axis=-1, keepdims=True))

    def regularizer(self, weights: Floats) -> Floats:
        """Return the negative Tsallis entropy, at most 0."""
        if self.alpha == 1:
            return np.asarray((weights * np.log(np.where(weights > 0, weights, 1))).sum(axis=-1))
        powers = (weights**self.alpha).sum(axis=-1)
        return np.asarray((powers - 1) / (self.alpha * (self.alpha - 1)))

    def conjugate(self, scores: Floats) -> Floats:
        """Return the conjugate; for ``alpha = 1`` the log-sum-exp."""
        return log_sum_exp(scores) if self.alpha == 1 else Transform.conjugate(self, scores)

    @property
    def margin(self) -> float:
        """1/(alpha - 1); softmax never gives a weight of exactly 1."""
        return np.inf if self.alpha == 1 else 1 / (self.alpha - 1)


@final
@dataclass(frozen=True, slots=True)
class Normmax(Transform):
    r"""Norms, :math:`\Omega(p) = |p|_\alpha - 1`: sparser and more even on the support.

    .. math:: p_\mu \propto [z_\mu - \tau]_+^{1/(\alpha - 1)}, \qquad
              \sum_\mu [z_\mu - \tau]_+^{\alpha/(\alpha - 1)} = 1

    References:
        Blondel, Martins and Niculae, "Learning with Fenchel-Young losses" (2020).
    """

    alpha: Annotated[float, Within("(1, inf)")] = 2.0

    def weights(self, scores: Floats) -> Floats:
        """Return the weights, at least 0 and of sum 1."""
        power = 1 / (self.alpha - 1)
        raised = _above_threshold(scores, power=power, power_of_sum=self.alpha * power)
        return np.asarray(raised / raised.sum(axis=-1, keepdims=True))

    def regularizer(self, weights: Floats) -> Floats:
        """Return the norm less 1, at most 0."""
        return np.asarray((weights**self.alpha).sum(axis=-1) ** (1 / self.alpha) - 1)

    @property
    def margin(self) -> float:
        """1, whatever alpha."""
        return 1.0


@final
@dataclass(frozen=True, slots=True)
class KSubset(Transform):
    r"""Half squared lengths over all p of entries in [0, 1] and sum k: several patterns at once.

    .. math:: \Omega(p) = \tfrac12 |p|^2, \qquad p_\mu = \min(1, [z_\mu - \tau]_+)

    A step moves to the sum of the k patterns that lead all others by the margin.
    """

    num_chosen: Annotated[int, Within("[1, 1000000000]")] = 2

    def weights(self, scores: Floats) -> Floats:
        """Return the weights, between 0 and 1 and of sum ``num_chosen``.

        Raises:
            ValueError: There are fewer scores than ``num_chosen``.
        """
        if scores.shape[-1] < self.num_chosen:
            raise ValueError(
                f"num_chosen should be at most the number of patterns, {scores.shape[-1]}. Got "
                f"{self.num_chosen}."
            )
        # The threshold lies within 1 below the last score that is taken: there k weights are 1, at
        # that score itself at most k - 1 are above 0.
        last = np.sort(scores, axis=-1)[..., -self.num_chosen, np.newaxis]
        relative = scores - last
        low = np.full(last.shape, -1.0)
        high = np.zeros_like(low)
        for _ in range(_HALVINGS):
            middle = (low + high) / 2
            enough = np.clip(relative - middle, 0, 1).sum(axis=-1, keepdims=True) >= self.num_chosen
            low, high = np.where(enough, middle, low), np.where(enough, high, middle)
        return np.asarray(np.clip(relative - low, 0, 1))

    def regularizer(self, weights: Floats) -> Floats:
        """Return half the squared length."""
        return np.asarray((weights**2).sum(axis=-1) / 2)

    @property
    def margin(self) -> float:
        """1."""
        return 1.0

    @property
    def num_taken(self) -> int:
        """``num_chosen``."""
        return self.num_chosen


def _above_threshold(scores: Floats, *, power: float, power_of_sum: float) -> Floats:
    r"""Return :math:`[z - \tau]_+^{power}`, τ such that the powers ``power_of_sum`` sum to 1.

    τ lies within 1 below the largest score: from there on this score alone gives at least 1.
    """
    relative = scores - scores.max(axis=-1, keepdims=True)
    low = np.full((*scores.shape[:-1], 1), -1.0)
    high = np.zeros_like(low)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        above = np.maximum(relative - middle, 0)
        enough = (above**power_of_sum).sum(axis=-1, keepdims=True) >= 1
        low, high = np.where(enough, middle, low), np.where(enough, high, middle)
    return np.asarray(np.maximum(relative - low, 0) ** power)
