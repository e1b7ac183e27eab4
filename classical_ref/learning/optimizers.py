r"""Optimizers of matrices: :math:`W \leftarrow (1 - \eta\lambda) W - \eta\, d` for a gradient G.

They differ in d, a function of G or, with momentum :math:`\mu`, of
:math:`V \leftarrow \mu V + G` (Nesterov's look-ahead: of :math:`G + \mu V`). Muon takes the polar
factor: all singular values become 1. Directions compare fairly only at equal size: on data without
noise every normalized method is exponential, and the one with the larger step wins. ``unit_norm``
therefore scales a direction to operator norm 1, which Muon's has by itself.

References:
    Wang, Li, Zhong, Lu and Wang, "Muon in associative memory learning: training dynamics and
    scaling laws" (2026), arXiv 2602.05725; Muon there has no momentum, as here by default.
    Kingma and Ba, "Adam: a method for stochastic optimization" (2015), arXiv 1412.6980.
    Loshchilov and Hutter, "Decoupled weight decay regularization" (2019), arXiv 1711.05101.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import Annotated, ClassVar, Literal, NamedTuple, final

import numpy as np
from numpy.typing import ArrayLike

from classical_ref.checks import Checked, Floats, Within, check_array, check_fields, lock
from classical_ref.learning.polar_factors import Relative, newton_schulz, polar_factor

Polar = Literal["svd", "cubic", "quintic"]
"""How a polar factor is computed: exactly, or by an iteration."""
Share = Annotated[float, Within("[0, 1)")]


class OptimizerState(NamedTuple):
    """What an optimizer remembers between steps."""

    num_steps: int
    """Steps done."""
    moments: Floats
    """Running sums or means of gradients, ``(num_moments, num_rows, num_columns)``."""


@dataclass(frozen=True, slots=True)
class MatrixOptimizer(Checked, ABC):
    """A rule that turns gradients into steps; one of the final classes of this module."""

    num_moments: ClassVar[int] = 1

    step_size: Annotated[float, Within("(0, inf)")]
    """Step size eta, positive; ``dataclasses.replace`` changes it on the way."""
    momentum: Share = field(default=0.0, kw_only=True)
    """mu, from 0 to below 1."""
    weight_decay: Annotated[float, Within("[0, inf)")] = field(default=0.0, kw_only=True)
    """lambda, which draws weights to 0 beside the gradient."""

    def step(
        self, weights: ArrayLike, gradient: ArrayLike, state: OptimizerState | None = None
    ) -> tuple[Floats, OptimizerState]:
        """Return the weights after a step, and the state for the next one.

        Args:
            weights: W of any shape; it is a matrix by its first axis.
            gradient: G of the loss at W, of its shape.
            state: What the step before returned; None begins.

        Raises:
            ValueError: An array is empty or not finite, or the shapes do not fit.

        Examples:
            >>> optimizer, weights, state = Muon(0.1, momentum=0.9), np.zeros((2, 2)), None
            >>> for _ in range(20):
            ...     gradient = weights - [[1, 0], [0, 1]]
            ...     weights, state = optimizer.step(weights, gradient, state)
            >>> state.num_steps
            20
        """
        w = check_array("weights", weights, "...")
        if w.size == 0:
            raise ValueError(f"weights should not be empty. Got shape {w.shape}.")
        g = check_array("gradient", gradient, *w.shape).reshape(w.shape[0] if w.ndim else 1, -1)
        shape = self.num_moments, *g.shape
        before = state or OptimizerState(0, np.zeros(shape))
        if before.moments.shape != shape:
            raise ValueError(
                f"state should hold moments of shape {shape}, of such an optimizer and such "
                f"weights. Got shape {before.moments.shape}."
            )
        direction, moments = self._directed(g, before)
        kept = (1 - self.step_size * self.weight_decay) * w
        moved = kept - self.step_size * direction.reshape(w.shape)
        return np.asarray(moved), OptimizerState(before.num_steps + 1, moments)

    @abstractmethod
    def _directed(self, gradient: Floats, before: OptimizerState) -> tuple[Floats, Floats]:
        """Return what is multiplied by the step size and subtracted, and the new moments."""


@dataclass(frozen=True, slots=True)
class _OneMomentum(MatrixOptimizer):
    nesterov: bool = field(default=False, kw_only=True)
    """Whether the direction is that of G + mu V rather than V."""

    def _directed(self, gradient: Floats, before: OptimizerState) -> tuple[Floats, Floats]:
        moments = self.momentum * before.moments + gradient
        (ahead,) = gradient + self.momentum * moments if self.nesterov else moments
        return self.direction(ahead), moments

    @abstractmethod
    def direction(self, gradient: Floats) -> Floats:
        """Return the direction of a gradient, without momentum."""


@final
@dataclass(frozen=True, slots=True)
class GradientDescent(_OneMomentum):
    """The gradient itself."""

    def direction(self, gradient: Floats) -> Floats:
        """Return the gradient."""
        return gradient


@final
@dataclass(frozen=True, slots=True)
class NormalizedGradient(_OneMomentum):
    """The gradient divided by its Frobenius norm, or by its operator norm."""

    unit_norm: bool = field(default=False, kw_only=True)
    """Whether the operator norm is 1, rather than the Frobenius norm."""

    def direction(self, gradient: Floats) -> Floats:
        """Return the normalized gradient; zero stays zero."""
        return _scaled(gradient, 2 if self.unit_norm else "fro")


@dataclass(frozen=True, slots=True)
class _Signs(_OneMomentum):
    unit_norm: bool = field(default=False, kw_only=True)
    """Whether the signs are divided by their operator norm."""

    def _signs(self, gradient: Floats) -> Floats:
        signs = np.sign(gradient)
        return _scaled(signs, 2) if self.unit_norm else signs


@final
@dataclass(frozen=True, slots=True)
class SignDescent(_Signs):
    """The sign of every entry, in the coordinates of the weights."""

    def direction(self, gradient: Floats) -> Floats:
        """Return the signs."""
        return self._signs(gradient)


@final
@dataclass(frozen=True, slots=True, eq=False)
class TaskAlignedSign(_Signs):
    """The sign of every entry in the basis of the task: an oracle, which knows the embeddings."""

    queries: Floats = field(kw_only=True)
    """Query embeddings as columns, orthonormal."""
    answers: Floats = field(kw_only=True)
    """Answer embeddings as columns, orthonormal."""
    threshold: Relative = field(default=1e-12, kw_only=True)
    """Entries up to this part of the largest one count as zero: they are rounding."""

    def __post_init__(self) -> None:
        check_fields(self)
        axes = "num_dimensions", "num_facts"
        lock(
            self,
            queries=check_array("queries", self.queries, *axes),
            answers=check_array("answers", self.answers, *axes),
        )

    def direction(self, gradient: Floats) -> Floats:
        """Return the aligned signs in the coordinates of the weights."""
        aligned = self.answers.T @ gradient @ self.queries
        aligned[np.abs(aligned) <= self.threshold * np.abs(aligned).max()] = 0
        return np.asarray(self.answers @ self._signs(aligned) @ self.queries.T)


@final
@dataclass(frozen=True, slots=True)
class Muon(_OneMomentum):
    """The polar factor of the gradient; usual are a momentum of 0.95 and Nesterov's look-ahead."""

    polar: Polar = field(default="svd", kw_only=True)
    """``"svd"`` (exact), or Newton-Schulz ``"cubic"`` or ``"quintic"``."""
    tolerance: Relative = field(default=1e-10, kw_only=True)
    """Relative singular value below which ``"svd"`` takes a direction for rounding."""

    def direction(self, gradient: Floats) -> Floats:
        """Return the polar factor."""
        if self.polar == "svd":
            return polar_factor(gradient, tolerance=self.tolerance)
        return newton_schulz(gradient, iteration=self.polar)


@final
@dataclass(frozen=True, slots=True)
class Adam(MatrixOptimizer):
    r"""The mean gradient over the root of the mean square, entry by entry.

    .. math:: m \leftarrow \mu m + (1 - \mu) G, \quad s \leftarrow \nu s + (1 - \nu) G^2, \quad
              d = \frac{m / (1 - \mu^t)}{\sqrt{s / (1 - \nu^t)} + \epsilon}

    The first step is that of :class:`SignDescent`, but for epsilon.
    """

    num_moments: ClassVar[int] = 2

    momentum: Share = field(default=0.9, kw_only=True)
    """mu, from 0 to below 1."""
    square_momentum: Share = field(default=0.999, kw_only=True)
    """nu, from 0 to below 1."""
    floor: Annotated[float, Within("(0, inf)")] = field(default=1e-8, kw_only=True)
    """epsilon, positive."""

    def _directed(self, gradient: Floats, before: OptimizerState) -> tuple[Floats, Floats]:
        shares = np.array([self.momentum, self.square_momentum])
        each = shares[:, np.newaxis, np.newaxis]
        moments = each * before.moments + (1 - each) * np.stack([gradient, gradient**2])
        mean, square = moments / (1 - each ** (before.num_steps + 1))
        return np.asarray(mean / (np.sqrt(square) + self.floor)), moments


def _scaled(matrix: Floats, norm: Literal[2, "fro"]) -> Floats:
    size = np.linalg.norm(matrix, norm)
    return np.asarray(matrix / size if size > 0 else matrix)
