r"""Energies that are sums over patterns, of all 2^D states, made where an array module lives.

E(x) = Σ_μ F_μ(d_μ(x)) + Σ_i f_i (-1)^{x_i} with the Hamming distances d_μ, the energy of
:class:`circuits.energy.phases.CountingPhase` and of every :class:`classical_ref.DenseMemory` but
the log-sum-exp. Only patterns and tables cross the bus, not 2^D numbers.
"""

from types import ModuleType
from typing import Any

import numpy as np
import numpy.typing as npt

from circuits.bit_order import check_bits, integer_to_bits

Floats = npt.NDArray[np.float64]

_BLOCK_QUBITS = 18  # the distances of a block are one byte per pattern and state


def distance_energies(
    pattern_bits: npt.ArrayLike,
    tables: npt.ArrayLike,
    *,
    fields: npt.ArrayLike | None = None,
    dtype: Any = np.float64,
    array_module: ModuleType = np,
) -> Any:
    """Return E of all states, an array of the module of shape ``(2**D,)`` at index Σ_i b_i 2^i.

    Time O(K 2^D); beside the result there is room for K bytes per state of one block. Sums are
    taken in double precision.

    Args:
        pattern_bits: Shape ``(K, D)``, D at most 255, a host array.
        tables: F_μ(d) for d = 0..D, shape ``(K, D + 1)``, a host array.
        fields: f_i, shape ``(D,)``, a host array; ``None`` is 0.
        dtype: float32 or float64, of the result.
        array_module: Where the energies live.

    Raises:
        ValueError: The shapes do not fit each other or the bits are none.
    """
    xp: Any = array_module
    bits, rows = check_bits(pattern_bits), np.asarray(tables, dtype=float)
    num_patterns, num_neurons = bits.shape
    slopes = np.zeros(num_neurons) if fields is None else np.asarray(fields, dtype=float)
    if rows.shape != (num_patterns, num_neurons + 1) or slopes.shape != (num_neurons,):
        raise ValueError(
            f"tables should have shape {(num_patterns, num_neurons + 1)} and fields "
            f"({num_neurons},). Got {rows.shape} and {slopes.shape}."
        )
    low = min(num_neurons, _BLOCK_QUBITS)
    distances = [xp.asarray(_counted(row[:low])) for row in bits]
    low_fields = xp.asarray(_summed(slopes[:low]))
    columns = [xp.asarray(row) for row in rows]
    energies = xp.empty(2**num_neurons, dtype=dtype)
    for index in range(2 ** (num_neurons - low)):
        high = integer_to_bits(index, num_neurons - low)
        block = low_fields + float(slopes[low:] @ (1.0 - 2 * high))
        starts = (bits[:, low:] != high).sum(axis=1).tolist()
        for column, start, distance in zip(columns, starts, distances, strict=True):
            block += xp.take(column[start:], distance)
        energies[index * 2**low : (index + 1) * 2**low] = block
    return energies


def _counted(bits: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """Return the distance of every state to one row of bits, shape ``(2**n,)``."""
    counts = np.zeros(1, dtype=np.uint8)
    for bit in bits:
        counts = np.concatenate([counts + bit, counts + (1 - bit)])
    return counts


def _summed(fields: Floats) -> Floats:
    """Return Σ_i f_i (-1)^{x_i} of every state, shape ``(2**n,)``."""
    sums = np.zeros(1)
    for field in fields:
        sums = np.concatenate([sums + field, sums - field])
    return sums
