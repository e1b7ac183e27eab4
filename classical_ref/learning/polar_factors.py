"""Polar factors of matrices: exact, by singular values, or by Newton-Schulz iterations.

References:
    Higham, "Functions of Matrices: Theory and Computation" (2008), chapter 8.
"""

from typing import Annotated, Literal

import numpy as np
from numpy.typing import ArrayLike

from classical_ref.checks import Floats, Within, check_array, checked

Iteration = Literal["cubic", "quintic"]
"""One of two Newton-Schulz iterations."""
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
