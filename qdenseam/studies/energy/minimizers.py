"""Classical minimizers of a table of energies: descent, descents from drawn starts, annealing."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

import numpy as np
import numpy.typing as npt

from classical_ref.checks import Rng
from qdenseam.studies.energy.landscape import Indices, flips_of


def descend(energies: npt.ArrayLike, start: int, *, rng: Rng = None) -> tuple[int, int]:
    """Return where flips that lower the energy lead, and how many flips were tried.

    This is asynchronous recall on this energy; the last sweep finds nothing to flip.

    Args:
        energies: E, shape ``(2**D,)``.
        start: Index of the first state.
        rng: Draws the order of the neurons in each sweep.
    """
    rng = np.random.default_rng(rng)
    table, state = np.asarray(energies, dtype=float), int(start)
    flips, moved, tried = flips_of(table), True, 0
    while moved:
        moved = False
        tried += len(flips)
        for each in rng.permutation(flips).tolist():
            if table[state ^ each] < table[state]:
                state, moved = state ^ each, True
    return state, tried


def sampled_descents(
    energies: npt.ArrayLike,
    start: int,
    flip_probabilities: npt.ArrayLike,
    budgets: Sequence[int],
    *,
    num_runs: int = 100,
    rng: Rng = None,
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
    flips = flips_of(table)
    if not budgets or budgets[0] < 1 or (np.diff(budgets) <= 0).any():
        raise ValueError(f"budgets should ascend from at least 1. Got {list(budgets)}.")
    if not 0 <= start < table.size:
        raise ValueError(f"start should be in 0..{table.size - 1}. Got {start}.")
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
            ended = vain >= flips.size
            drawn = start ^ ((rng.random((num_runs, flips.size)) < chances) @ flips)
            orders[ended] = rng.permuted(orders[ended], axis=1)
            offered = state ^ orders[every, tried % flips.size]
            kept = ended | (table[offered] < table[state])
            state = np.where(ended, drawn, np.where(kept, offered, state))
            tried = np.where(ended, 0, tried + 1)
            vain = np.where(kept, 0, vain + 1)
            lowest = np.where(table[state] < table[lowest], state, lowest)
        found[place] = lowest
    return found


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Annealed:
    """Independent runs of annealing, one entry each; states as indices of the table."""

    last: Indices
    """Where each run ended, shape ``(R,)``."""
    lowest: Indices
    """The lowest state each run has looked at, the first of equal ones, shape ``(R,)``."""


def anneal(
    energies: npt.ArrayLike,
    *,
    start: int | None = None,
    num_runs: int = 100,
    num_evaluations: int | None = None,
    hottest: float = 1.0,
    coldest: float = 0.01,
    rng: Rng = None,
) -> Annealed:
    r"""Return what independent runs of Metropolis annealing find.

    A sweep offers each neuron once, in a random order that the runs share, and flips it with
    probability min(1, exp(-ΔE/T)). T falls geometrically, one step a sweep, from ``hottest`` to
    ``coldest`` times the largest |ΔE| of all flips. An offer looks at the energy of one state;
    nothing but the energy and the start tells a run about the probe.

    Args:
        energies: E, shape ``(2**D,)`` at index Σ_i b_i 2^i.
        start: Index of the first state of every run; ``None`` draws uniform ones.
        num_runs: Number of runs R.
        num_evaluations: Offers of a run, whose last sweep may be cut; by default 50 sweeps.
        hottest: First temperature, above ``coldest``.
        coldest: Last temperature, positive.
        rng: Draws starts, orders and acceptances.

    Raises:
        ValueError: A number is out of range, or the energies are not 2^D finite numbers.

    References:
        Kirkpatrick, Gelatt and Vecchi, "Optimization by simulated annealing" (1983).
    """
    rng = np.random.default_rng(rng)
    table = np.asarray(energies, dtype=float)
    if table.ndim != 1 or table.size == 0 or table.size & (table.size - 1):
        raise ValueError(f"energies should have shape (2**D,). Got {table.shape}.")
    if not np.isfinite(table).all():
        raise ValueError("energies should be finite. Got NaN or infinity.")
    flips = flips_of(table)
    left = 50 * flips.size if num_evaluations is None else num_evaluations
    if num_runs < 1 or left < 0 or not 0 < coldest < hottest < float("inf"):
        raise ValueError(
            "num_runs should be at least 1, num_evaluations at least 0 and coldest between 0 and "
            f"hottest. Got {num_runs}, {left}, {coldest}, {hottest}."
        )
    if start is not None and not 0 <= start < table.size:
        raise ValueError(f"start should be in 0..{table.size - 1}. Got {start}.")
    index = np.arange(table.size)
    largest = max((float(np.abs(table - table[index ^ each]).max()) for each in flips), default=0.0)
    state = rng.integers(table.size, size=num_runs) if start is None else np.full(num_runs, start)
    lowest = state
    num_sweeps = ceil(left / max(1, flips.size))
    for temperature in (largest or 1.0) * np.geomspace(hottest, coldest, num_sweeps):
        for each in rng.permutation(flips)[:left]:
            rise = table[state ^ each] - table[state]
            accepted = rng.random(num_runs) < np.exp(-np.maximum(rise, 0) / temperature)
            state = np.where(accepted, state ^ each, state)
            lowest = np.where(table[state] < table[lowest], state, lowest)
        left -= flips.size
    return Annealed(last=state, lowest=lowest)
