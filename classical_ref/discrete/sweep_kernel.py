"""The compiled sweep; imported only where it is used, since numba is slow to import."""

import numpy as np
from numpy.typing import NDArray

from classical_ref.checks import Booleans, Floats, Integers, Spins
from classical_ref.compiling import njit

_UNDERFLOW = 1e-280  # a smaller field is not signed: its terms may have lost their digits
_ANY_ORDER = {"reassoc", "nsz"}  # sums may be vectorized; their bounds hold in every order


@njit(cache=True, inline="always")
def _resolved(field: float, spin: int, preferred: int) -> int:
    if field > 0:
        return 1
    if field < 0:
        return -1
    if preferred != 0:
        return preferred
    return spin if spin != 0 else 1


@njit(cache=True, nogil=True, fastmath=_ANY_ORDER)
def sweep(
    states: Spins,
    similarities: NDArray[np.int32],
    columns: Spins,
    weights: Floats,
    neurons: Integers,
    updatable: Booleans,
    preference: Spins,
    excluded: bool,
    slack: float,
    positions: Integers,
    table: Floats,
    is_relative: bool,
) -> None:
    """Update spins one by one, keeping the similarities; ``table`` holds ``g`` over integers.

    Args:
        states: ``(num_probes, num_neurons)``, changed in place.
        similarities: ``(num_probes, num_patterns)``, changed in place.
        columns: The patterns, transposed: ``(num_neurons, num_patterns)``.
        weights: ``(num_patterns,)``.
        neurons: The order of the sweep.
        updatable: ``(num_probes, num_neurons)``.
        preference: What a tie gives, ``(num_neurons,)``; 0 keeps the spin.
        excluded: Whether a neuron's own spin is left out of its field.
        slack: A field of at most ``slack`` times its absolute sum is not signed; negative when
            the sums are exact.
        positions: Where each probe starts in ``neurons``, and on return where it stopped: at the
            end, or at a field that could not be signed.
        table: ``g(x)`` for ``x = -num_neurons - 1 .. num_neurons + 1``.
        is_relative: Whether the largest similarity that is felt takes the last entry instead, as
            for ``g(x) = exp(beta x)``: so nothing overflows.
    """
    num_probes, num_patterns = similarities.shape
    offset = states.shape[1] + 1
    for p in range(num_probes):
        position = positions[p]
        while position < len(neurons):
            i = neurons[position]
            if not updatable[p, i]:
                position += 1
                continue
            spin = states[p, i]
            own = spin if excluded else 0
            if is_relative:
                largest = similarities[p, 0] - columns[i, 0] * own
                for k in range(1, num_patterns):
                    largest = max(largest, similarities[p, k] - columns[i, k] * own)
                offset = len(table) - 1 - largest
            field = 0.0
            size = 0.0
            if slack < 0:
                for k in range(num_patterns):
                    xi = columns[i, k]
                    index = np.uintp(similarities[p, k] - xi * own + offset)  # not from the end
                    field += xi * weights[k] * table[index]
            else:
                for k in range(num_patterns):
                    xi = columns[i, k]
                    index = np.uintp(similarities[p, k] - xi * own + offset)
                    term = weights[k] * table[index]
                    field += xi * term
                    size += abs(term)
                if abs(field) <= slack * size + _UNDERFLOW:
                    break
            new = _resolved(field, spin, preference[i])
            if new != spin:
                for k in range(num_patterns):
                    similarities[p, k] += (new - spin) * columns[i, k]
                states[p, i] = new
            position += 1
        positions[p] = position
