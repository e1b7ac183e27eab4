"""The sparsest error by linear programming."""

import numpy as np
from numpy.typing import ArrayLike

from classical_ref.checks import Floats, check_array


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

    matrix = check_array("constraints", constraints, "m", "n")
    values = check_array("syndrome", syndrome, len(matrix))
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
