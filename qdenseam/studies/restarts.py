"""Descents from sampled starts, of which the lowest state is kept: recall by repetition."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Indices = npt.NDArray[np.int64]


def sampled_descents(
    energies: npt.ArrayLike,
    start: int,
    flip_probabilities: npt.ArrayLike,
    budgets: Sequence[int],
    *,
    num_runs: int = 100,
    rng: np.random.Generator | int | None = None,
) -> Indices:
    """Return the lowest state that descent after descent has looked at within a budget.

    The first descent of a run starts at ``start``, each later one at a state drawn by flipping
    neurons of it. A descent tries neurons in a random order of its own, round after round, keeps
    what lowers the energy, and ends once D tries in a row were in vain. Looking at the energy of
    one state is one evaluation, of a start as of a try.

    Args:
        energies: E, shape ``(2**D,)`` at index Σ_i b_i 2^i.
        start: Index of the first start, the probe.
        flip_probabilities: Of each neuron in a drawn start, shape ``(D,)``.
        budgets: Ascending numbers of evaluations, B of them, from at least 1 on.
        num_runs: Independent runs R.
        rng: Draws starts and orders.

    Returns:
        Indices, shape ``(B, R)``; of equally low states the first that was met.

    Raises:
        ValueError: Budgets do not ascend from at least 1, or the start is no state.
    """
    rng = np.random.default_rng(rng)
    table = np.asarray(energies, dtype=float)
    num_neurons = table.size.bit_length() - 1
    if not budgets or budgets[0] < 1 or (np.diff(budgets) <= 0).any():
        raise ValueError(f"budgets should ascend from at least 1. Got {list(budgets)}.")
    if not 0 <= start < table.size:
        raise ValueError(f"start should be in 0..{table.size - 1}. Got {start}.")
    flips = np.int64(1) << np.arange(num_neurons, dtype=np.int64)
    chances = np.asarray(flip_probabilities, dtype=float)
    floor = table.min()
    state = np.full(num_runs, start, dtype=np.int64)
    lowest, tried, vain = state, np.zeros(num_runs, dtype=np.int64), np.zeros(num_runs, np.int64)
    orders, every = rng.permuted(np.tile(flips, (num_runs, 1)), axis=1), np.arange(num_runs)
    found = np.empty((len(budgets), num_runs), dtype=np.int64)
    spent = 1
    for place, budget in enumerate(budgets):
        while spent < budget and (table[lowest] > floor).any():  # nothing lowers the lowest
            spent += 1
            ended = vain >= num_neurons
            drawn = start ^ ((rng.random((num_runs, num_neurons)) < chances) @ flips)
            orders[ended] = rng.permuted(orders[ended], axis=1)
            offered = state ^ orders[every, tried % num_neurons]
            kept = ended | (table[offered] < table[state])
            state = np.where(ended, drawn, np.where(kept, offered, state))
            tried = np.where(ended, 0, tried + 1)
            vain = np.where(kept, 0, vain + 1)
            lowest = np.where(table[state] < table[lowest], state, lowest)
        found[place] = lowest
    return found
