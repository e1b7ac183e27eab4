"""Simulated annealing on a table of energies: the classical minimizer that all know."""

from dataclasses import dataclass
from math import ceil

import numpy as np
import numpy.typing as npt

Indices = npt.NDArray[np.int64]


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
    rng: np.random.Generator | int | None = None,
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
    flips = np.int64(1) << np.arange(table.size.bit_length() - 1, dtype=np.int64)
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
