"""The error of a probe found by local votes on a sparse graph."""

from typing import Annotated

import numpy as np
from numpy.typing import ArrayLike

from classical_ref.checks import Floats, Within, check_array, checked


@checked
def gap_decode(
    graph: ArrayLike,
    syndrome: ArrayLike,
    *,
    tolerance: Annotated[float, Within("(0, inf)")] = 1e-9,
) -> Floats:
    """Return the error that votes of checks explain, ``(n,)``; what they cannot stays in the rest.

    Checks of a neuron that show the same non-zero gap vote for it as the neuron's error. Each step
    makes the correction that closes the most checks, counted against those it opens, by at least
    two votes; it ends where no correction closes more than it opens. A majority among a neuron's
    checks always does. Whether all was explained is seen from ``syndrome - graph @ error``.

    Gaps are compared within a tolerance, so the errors should be of generic sizes: equal ones can
    collude, and noise on all entries hides them. No guarantee is certified for a given graph.

    Args:
        graph: 0 and 1, the same number of ones in each column, shape ``(m, n)``.
        syndrome: The gaps, shape ``(m,)``.
        tolerance: Relative to the largest gap.

    Raises:
        ValueError: Shapes do not fit, an entry is not finite, the graph is not left-regular, or
            the tolerance is not positive.

    References:
        After Xu and Hassibi, "Efficient compressive sensing with deterministic guarantees using
        expander graphs" (2007).
    """
    matrix = check_array("graph", graph, "m", "n")
    gaps = check_array("syndrome", syndrome, len(matrix)).copy()
    degrees = matrix.sum(axis=0)
    if not np.isin(matrix, (0, 1)).all() or degrees[0] == 0 or (degrees != degrees[0]).any():
        raise ValueError(
            "graph should hold 0 and 1 with the same number of ones in each column. "
            f"Got column sums from {degrees.min():g} to {degrees.max():g}."
        )
    degree = int(degrees[0])
    checks = np.nonzero(matrix.T)[1].reshape(-1, degree)
    margin = tolerance * np.abs(gaps).max()
    error = np.zeros(matrix.shape[1])
    for _ in range(len(gaps)):
        shown = gaps[checks]
        is_open = np.abs(shown) > margin
        same = np.abs(shown[:, :, np.newaxis] - shown[:, np.newaxis, :]) <= margin
        votes = same.sum(axis=2) * is_open
        gain = votes.max(axis=1) - (~is_open).sum(axis=1)  # checks closed minus checks opened
        gain[votes.max(axis=1) < 2] = 0
        neuron = int(gain.argmax())
        if gain[neuron] <= 0:
            break
        gap = shown[neuron, votes[neuron].argmax()]
        error[neuron] += gap
        gaps[checks[neuron]] -= gap
    return error
