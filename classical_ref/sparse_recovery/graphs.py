"""Sparse bipartite graphs between neurons and constraints."""

from typing import Annotated

import numpy as np
from numpy.typing import ArrayLike

from classical_ref.checks import Bits, Rng, Within, check_array, check_entries, checked

_RESTARTS = 200
_MOST = 2**28  # entries of a matrix

Count = Annotated[int, Within("[1, 1000000]")]
"""How many neurons, checks, or checks of a neuron."""


@checked
def left_regular_graph(
    num_neurons: Count,
    num_checks: Count,
    degree: Count,
    *,
    four_cycles: bool = False,
    rng: Rng = None,
) -> Bits:
    """Return a random graph with ``degree`` checks per neuron, ``(num_checks, num_neurons)``.

    Neurons choose in turn among the checks that have the fewest neurons, and no check takes more
    than its share: all are equally large where ``num_checks`` divides ``num_neurons * degree``.

    Args:
        num_neurons: Number of columns.
        num_checks: Number of rows.
        degree: Ones per column.
        four_cycles: Whether two neurons may share two checks. Without such cycles a single wrong
            neuron of degree 3 or more is always found by :class:`ParityMemory`.
        rng: Source of randomness.

    Raises:
        ValueError: A count is below one, ``degree`` exceeds ``num_checks``, matrices would have
            more than 2**28 entries, or no graph without 4-cycles was found.
    """
    rng = np.random.default_rng(rng)
    if degree > num_checks:
        raise ValueError(f"degree should be at most num_checks, {num_checks}. Got {degree}.")
    check_entries(_MOST, num_checks=num_checks, num_neurons=num_neurons)
    check_entries(_MOST, **{"num_checks**2": num_checks**2})
    if four_cycles or num_neurons * degree * (degree - 1) <= num_checks * (num_checks - 1):
        for _ in range(_RESTARTS):
            graph = _greedy(num_neurons, num_checks, degree, four_cycles, rng)
            if graph is not None:
                return graph
    raise ValueError(
        f"num_checks should allow a graph without 4-cycles for {num_neurons} neurons of degree "
        f"{degree}. Got {num_checks}; take more checks, or pass four_cycles=True."
    )


def num_four_cycles(graph: ArrayLike) -> int:
    """Return how many pairs of neurons share two checks or more."""
    columns = check_array("graph", graph, "num_checks", "num_neurons") != 0
    shared = np.triu(columns.T @ columns.astype(np.int64), k=1)
    return int(np.count_nonzero(shared > 1))


def _greedy(
    num_neurons: int, num_checks: int, degree: int, four_cycles: bool, rng: np.random.Generator
) -> Bits | None:
    """Return a graph, or None where a neuron finds no checks left that it may join."""
    graph = np.zeros((num_checks, num_neurons), dtype=np.uint8)
    met = np.zeros((num_checks, num_checks), dtype=bool)  # checks that some neuron joins
    sizes = np.zeros(num_checks, dtype=np.int64)
    largest = -(-num_neurons * degree // num_checks)
    for neuron in range(num_neurons):
        free = sizes < largest
        chosen: list[int] = []
        for _ in range(degree):
            if not free.any():
                return None
            order = np.where(free, sizes + rng.random(num_checks), np.inf)
            check = int(order.argmin())
            chosen.append(check)
            free[check] = False
            if not four_cycles:
                free &= ~met[check]
        graph[chosen, neuron] = 1
        sizes[chosen] += 1
        met[np.ix_(chosen, chosen)] = True
    return graph
