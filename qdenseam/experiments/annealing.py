"""Simulated annealing on a table of energies: the classical minimizer that all know."""

import numpy as np
import numpy.typing as npt


def anneal(
    energies: npt.ArrayLike,
    *,
    num_runs: int = 100,
    num_sweeps: int = 50,
    coldest: float = 0.01,
    rng: np.random.Generator | int | None = None,
) -> npt.NDArray[np.int64]:
    r"""Return where independent runs of Metropolis annealing end, each from a uniform state.

    A sweep offers each neuron once, in random order, and flips it with probability
    min(1, exp(-ΔE/T)). T falls geometrically, one step a sweep, from the largest |ΔE| of all flips
    down to ``coldest`` times that. A run evaluates D energies a sweep; nothing but the energy
    tells it about the probe.

    Args:
        energies: E, shape ``(2**D,)`` at index Σ_i b_i 2^i.
        num_runs: Number of runs R.
        num_sweeps: Sweeps of a run.
        coldest: Last temperature over the first, in (0, 1).
        rng: Draws starts, orders and acceptances.

    Returns:
        Indices of the last states, shape ``(R,)``.

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
    if num_runs < 1 or num_sweeps < 1 or not 0 < coldest < 1:
        raise ValueError(
            "num_runs and num_sweeps should be at least 1 and coldest in (0, 1). "
            f"Got {num_runs}, {num_sweeps}, {coldest}."
        )
    flips = np.int64(1) << np.arange(table.size.bit_length() - 1, dtype=np.int64)
    index = np.arange(table.size)
    hottest = max((float(np.abs(table - table[index ^ each]).max()) for each in flips), default=0.0)
    state = rng.integers(table.size, size=num_runs)
    for temperature in (hottest or 1.0) * np.geomspace(1, coldest, num_sweeps):
        for each in rng.permutation(flips):
            rise = table[state ^ each] - table[state]
            accepted = rng.random(num_runs) < np.exp(-np.maximum(rise, 0) / temperature)
            state = np.where(accepted, state ^ each, state)
    return state
