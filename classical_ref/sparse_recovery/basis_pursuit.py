"""The sparsest error by linear programming."""

import numpy as np
from numpy.typing import ArrayLike

from classical_ref.checks import Floats


def basis_pursuit(constraints: ArrayLike, syndrome: ArrayLike) -> Floats:
    r"""Return the error of least :math:`\sum_i |e_i|` among those with :math:`H e = s`, ``(n,)``.

    The linear program :math:`\min \sum_i (p_i + q_i)` over :math:`p, q \ge 0` with
    :math:`H (p - q) = s`, solved by HiGHS.

    Args:
        constraints: H, shape ``(m, n)``.
        syndrome: s, shape ``(m,)``.

    Raises:
        ValueError: Shapes do not fit, an entry is not finite, or no error has this syndrome.

    References:
        Chen, Donoho and Saunders, "Atomic decomposition by basis pursuit" (1998).
    """
    from scipy.optimize import linprog

    matrix, values = np.asarray(constraints, dtype=float), np.asarray(syndrome, dtype=float)
    check_system(matrix, values)
    solved = linprog(
        np.ones(2 * matrix.shape[1]), A_eq=np.hstack([matrix, -matrix]), b_eq=values, method="highs"
    )
    if not solved.success:
        raise ValueError(
            "syndrome should be the image of some error. Got a linear program without solution "
            f"(HiGHS: {solved.message.strip()}); check that the constraints are independent, or "
            "the syndrome free of noise."
        )
    plus, minus = np.split(np.asarray(solved.x), 2)
    return np.asarray(plus - minus)


def check_system(matrix: Floats, values: Floats) -> None:
    """Refuse a matrix and a right-hand side that make no equations.

    Raises:
        ValueError: Shapes do not fit, or an entry is not finite.
    """
    if matrix.ndim != 2 or matrix.size == 0 or values.shape != (len(matrix),):
        raise ValueError(
            "constraints and syndrome should have shapes (m, n) and (m,). "
            f"Got {matrix.shape} and {values.shape}."
        )
    if not (np.isfinite(matrix).all() and np.isfinite(values).all()):
        raise ValueError("constraints and syndrome should be finite. Got nan or infinity.")
