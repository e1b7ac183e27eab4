r"""Optimizers of one weight matrix: :math:`W \leftarrow W - \eta\, d(G)` for the gradient G.

They differ in d. Muon, here without momentum, takes the polar factor: all singular values become
1. Directions compare fairly only at equal size: on data without noise every normalized method is
exponential, and the one with the larger step wins. ``unit_norm`` therefore scales a direction to
operator norm 1, which Muon's has by itself.

References:
    Wang, Li, Zhong, Lu and Wang, "Muon in associative memory learning: training dynamics and
    scaling laws" (2026), arXiv 2602.05725.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import Annotated, Literal, final

import numpy as np
from numpy.typing import ArrayLike

from classical_ref.checks import Floats, Within, check_array, check_fields, checked, lock

Iteration = Literal["cubic", "quintic"]
"""One of two Newton-Schulz iterations."""
Polar = Literal["svd", "cubic", "quintic"]
"""How a polar factor is computed: exactly, or by an iteration."""
Relative = Annotated[float, Within("[0, 1)")]
"""What counts as zero, of the largest."""

_ITERATIONS = {  # coefficients, and steps where none are given
    "cubic": ((1.5, -0.5, 0.0), 30),
    "quintic": ((3.4445, -4.7750, 2.0315), 5),  # as in public implementations of Muon
}


@checked
def polar_factor(matrix: ArrayLike, *, tolerance: Relative = 1e-10) -> Floats:
    """Return ``U V'`` of the singular value decomposition ``U S V'``, of the shape of the matrix.

    Singular values up to ``tolerance`` times the largest one count as zero and stay zero: below it
    is rounding, which would otherwise be blown up to full size.

    Raises:
        ValueError: The matrix is not two-dimensional or not finite.
    """
    array = check_array("matrix", matrix, "num_rows", "num_columns")
    left, values, right = np.linalg.svd(array, full_matrices=False)
    kept = values > tolerance * values[0]
    return np.asarray(left[:, kept] @ right[kept])


@checked
def newton_schulz(
    matrix: ArrayLike,
    *,
    iteration: Iteration = "cubic",
    num_steps: Annotated[int, Within("[1, 10000]")] | None = None,
) -> Floats:
    r"""Return an approximate polar factor from matrix products alone.

    From :math:`X = G / |G|_F`, repeat :math:`X \leftarrow a X + b X X' X + c X X' X X' X`.

    ``"cubic"`` (1.5, -0.5, 0) converges to the polar factor; at condition number 64, 30 steps reach
    1e-12. ``"quintic"`` (3.4445, -4.7750, 2.0315), five steps, is that of public implementations of
    Muon. It is no polar factor: at that condition number singular values end between about 0.68 and
    1.13, not at 1.

    Raises:
        ValueError: The matrix is not two-dimensional or not finite, an option is unknown, or
            ``num_steps`` is not from 1 to 10,000.
    """
    (first, third, fifth), default = _ITERATIONS[iteration]
    steps = default if num_steps is None else num_steps
    x = check_array("matrix", matrix, "num_rows", "num_columns")
    tall = x.shape[0] > x.shape[1]
    x = x.T if tall else x
    norm = np.linalg.norm(x)
    x = x / norm if norm > 0 else x
    for _ in range(steps):
        gram = x @ x.T
        x = first * x + (third * gram + fifth * gram @ gram) @ x
    return np.asarray(x.T if tall else x)


@dataclass(frozen=True, slots=True)
class MatrixOptimizer(ABC):
    """A rule that turns gradients into steps; one of the final classes of this module."""

    step_size: Annotated[float, Within("(0, inf)")]
    """Step size eta, positive."""

    def __post_init__(self) -> None:
        check_fields(self)

    @abstractmethod
    def direction(self, gradient: Floats) -> Floats:
        """Return the matrix that is multiplied by the step size and subtracted."""


@final
@dataclass(frozen=True, slots=True)
class GradientDescent(MatrixOptimizer):
    """The gradient itself."""

    def direction(self, gradient: Floats) -> Floats:
        """Return the gradient."""
        return gradient


@final
@dataclass(frozen=True, slots=True)
class NormalizedGradient(MatrixOptimizer):
    """The gradient divided by its Frobenius norm, or by its operator norm."""

    unit_norm: bool = field(default=False, kw_only=True)
    """Whether the operator norm is 1, rather than the Frobenius norm."""

    def direction(self, gradient: Floats) -> Floats:
        """Return the normalized gradient; zero stays zero."""
        return _scaled(gradient, 2 if self.unit_norm else "fro")


@dataclass(frozen=True, slots=True)
class _Signs(MatrixOptimizer):
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
        MatrixOptimizer.__post_init__(self)
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
class Muon(MatrixOptimizer):
    """The polar factor of the gradient, without momentum."""

    polar: Polar = field(default="svd", kw_only=True)
    """``"svd"`` (exact), or Newton-Schulz ``"cubic"`` or ``"quintic"``."""
    tolerance: Relative = field(default=1e-10, kw_only=True)
    """Relative singular value below which ``"svd"`` takes a direction for rounding."""

    def direction(self, gradient: Floats) -> Floats:
        """Return the polar factor."""
        if self.polar == "svd":
            return polar_factor(gradient, tolerance=self.tolerance)
        return newton_schulz(gradient, iteration=self.polar)


def _scaled(matrix: Floats, norm: Literal[2, "fro"]) -> Floats:
    size = np.linalg.norm(matrix, norm)
    return np.asarray(matrix / size if size > 0 else matrix)
