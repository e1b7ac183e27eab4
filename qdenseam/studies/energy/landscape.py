"""The landscape of a table of energies: minima, and depth against distance."""

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Indices = npt.NDArray[np.int64]


def local_minima(energies: npt.ArrayLike) -> Indices:
    """Return the states that no flip of one neuron lowers, ascending.

    Neighbors as low as a state (to 1e-9 of the largest energy) do not disqualify it, so every
    state of a flat floor counts.

    Args:
        energies: E, shape ``(2**D,)`` at index Σ_i b_i 2^i.
    """
    table = np.asarray(energies, dtype=float)
    states = np.arange(table.size)
    tolerance = 1e-9 * float(np.abs(table).max())
    lowest = np.ones(table.size, dtype=bool)
    for each in flips_of(table).tolist():
        lowest &= table <= table[states ^ each] + tolerance
    return np.flatnonzero(lowest)


def num_spurious(energies: npt.ArrayLike, stored: npt.ArrayLike) -> int:
    """Return how many local minima are not stored patterns; exact, by enumeration.

    Args:
        energies: E, shape ``(2**D,)``.
        stored: Indices of the stored patterns, shape ``(K,)``.

    Raises:
        ValueError: ``stored`` holds no indices: patterns are rows, and no such indices.
    """
    indices = np.asarray(stored)
    if indices.ndim != 1 or (indices.size and indices.dtype.kind not in "iu"):
        raise ValueError(
            f"stored should be indices of shape (K,). Got {indices.dtype} of shape "
            f"{indices.shape}; EnergyMemory.pattern_indices() gives them."
        )
    return int((~np.isin(local_minima(energies), indices)).sum())


def energy_by_distance(energies: npt.ArrayLike, target: int) -> tuple[Floats, Floats, Floats]:
    """Return (lowest, mean, highest) energy of the states at each distance from a target.

    Args:
        energies: E, shape ``(2**D,)``.
        target: Index of the state from which flips are counted.

    Returns:
        Each of shape ``(D + 1,)``; entry d is over the states that differ in d neurons.
    """
    table = np.asarray(energies, dtype=float)
    distances = np.bitwise_count(np.arange(table.size) ^ int(target))
    shells = [table[distances == d] for d in range(len(flips_of(table)) + 1)]
    lowest, mean, highest = (
        np.array([f(shell) for shell in shells]) for f in (np.min, np.mean, np.max)
    )
    return lowest, mean, highest


def flips_of(table: Floats) -> Indices:
    """Return 2^i of every neuron: what flipping it adds to the index of a state, bit by bit."""
    return np.int64(1) << np.arange(table.size.bit_length() - 1, dtype=np.int64)
