"""Compiled inner loops; imported only where they are used, since numba is slow to import."""

import numpy as np
from numba import njit, prange, types
from numba.extending import intrinsic
from numpy.typing import NDArray

from .spins import Spins

_UNDERFLOW = 1e-280  # a smaller field is not signed: its terms may have lost their digits


@intrinsic
def _population_count(_context, _word):  # type: ignore[no-untyped-def]
    """Count the ones of a 64-bit word, in one instruction where the processor has it."""
    return types.uint64(types.uint64), lambda _, builder, __, arguments: builder.ctpop(arguments[0])


@njit(cache=True, inline="always")
def _resolved(field: float, spin: int, preferred: int) -> int:
    if field > 0:
        return 1
    if field < 0:
        return -1
    if preferred != 0:
        return preferred
    return spin if spin != 0 else 1


@njit(cache=True, nogil=True)
def sweep_table(
    states: Spins,
    similarities: NDArray[np.int32],
    columns: Spins,
    weights: NDArray[np.float64],
    neurons: NDArray[np.int64],
    updatable: NDArray[np.bool_],
    preference: Spins,
    excluded: bool,
    slack: float,
    positions: NDArray[np.int64],
    table: NDArray[np.float64],
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
            field = 0.0
            size = 0.0
            if slack < 0:
                for k in range(num_patterns):
                    xi = columns[i, k]
                    field += xi * weights[k] * table[similarities[p, k] - xi * own + offset]
            else:
                for k in range(num_patterns):
                    xi = columns[i, k]
                    term = weights[k] * table[similarities[p, k] - xi * own + offset]
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


@njit(cache=True, nogil=True)
def sweep_exponential(
    states: Spins,
    similarities: NDArray[np.int32],
    columns: Spins,
    weights: NDArray[np.float64],
    neurons: NDArray[np.int64],
    updatable: NDArray[np.bool_],
    preference: Spins,
    excluded: bool,
    slack: float,
    positions: NDArray[np.int64],
    decay: NDArray[np.float64],
) -> None:
    """Update spins one by one for ``g(x) = exp(beta x)``; arguments as in :func:`sweep_table`.

    ``decay[x]`` is ``exp(-beta x)`` for ``x = 0 .. 2 * num_neurons + 2``: terms are taken relative
    to the largest similarity, so nothing overflows.
    """
    num_probes, num_patterns = similarities.shape
    for p in range(num_probes):
        position = positions[p]
        while position < len(neurons):
            i = neurons[position]
            if not updatable[p, i]:
                position += 1
                continue
            spin = states[p, i]
            own = spin if excluded else 0
            largest = similarities[p, 0] - columns[i, 0] * own
            for k in range(1, num_patterns):
                largest = max(largest, similarities[p, k] - columns[i, k] * own)
            field = 0.0
            size = 0.0
            for k in range(num_patterns):
                xi = columns[i, k]
                term = weights[k] * decay[largest - (similarities[p, k] - xi * own)]
                field += xi * term
                size += term
            if abs(field) <= slack * size + _UNDERFLOW:
                break
            new = _resolved(field, spin, preference[i])
            if new != spin:
                for k in range(num_patterns):
                    similarities[p, k] += (new - spin) * columns[i, k]
                states[p, i] = new
            position += 1
        positions[p] = position


@njit(cache=True, parallel=True, nogil=True)
def packed_similarities(
    bits: NDArray[np.uint64],
    known: NDArray[np.uint64],
    num_known: NDArray[np.int32],
    words: NDArray[np.uint64],
) -> NDArray[np.int32]:
    """Return the similarities ``(num_states, num_patterns)`` of packed states and patterns.

    Args:
        bits: The states, ``(num_states, num_words)``.
        known: Which of their bits are known, of the same shape.
        num_known: How many are, ``(num_states,)``.
        words: The patterns, ``(num_patterns, num_words)``.
    """
    num_states, num_words = bits.shape
    num_patterns = len(words)
    similarities = np.empty((num_states, num_patterns), dtype=np.int32)
    num_tiles = (num_patterns + 255) // 256
    for tile in prange(num_tiles):
        for p in range(num_states):
            for k in range(256 * tile, min(256 * tile + 256, num_patterns)):
                wrong = np.uint64(0)
                for w in range(num_words):
                    wrong += _population_count((bits[p, w] ^ words[k, w]) & known[p, w])
                similarities[p, k] = num_known[p] - 2 * np.int32(wrong)
    return similarities


@njit(cache=True, parallel=True, nogil=True)
def look_up(
    similarities: NDArray[np.int32],
    pull: NDArray[np.float64],
    push: NDArray[np.float64],
    weights: NDArray[np.float64],
    factors: NDArray[np.float64],
    block: int,
) -> tuple[NDArray[np.float32], NDArray[np.float64], NDArray[np.float64]]:
    """Return weighted ``pull`` per pattern, the sum of weighted ``push``, and magnitudes by block.

    The shapes are ``(num_states, num_patterns)``, ``(num_states,)`` and ``(num_states,
    num_blocks)``; ``factors`` multiplies everything of a state.
    """
    num_states, num_patterns = similarities.shape
    num_blocks = (num_patterns + block - 1) // block
    terms = np.empty((num_states, num_patterns), dtype=np.float32)
    pushes = np.zeros(num_states)
    sizes = np.zeros((num_states, num_blocks))
    offset = len(pull) // 2
    for p in prange(num_states):
        total = 0.0
        for b in range(num_blocks):
            size = 0.0
            for k in range(b * block, min((b + 1) * block, num_patterns)):
                index = similarities[p, k] + offset
                factor = factors[p] * weights[k]
                term = factor * pull[index]
                terms[p, k] = term
                moved = factor * push[index]
                total += moved
                size += abs(term) + abs(moved)
            sizes[p, b] = size
        pushes[p] = total
    return terms, pushes, sizes


@njit(cache=True, nogil=True)
def count_active(similarities: NDArray[np.int32], reach: int) -> int:
    """Return how many similarities lie within ``reach`` of the largest of their row."""
    count = 0
    for p in range(len(similarities)):
        lowest = similarities[p].max() - reach
        for k in range(similarities.shape[1]):
            count += similarities[p, k] >= lowest
    return count


@njit(cache=True, parallel=True, nogil=True)
def active_sums(
    similarities: NDArray[np.int32],
    reach: int,
    patterns: Spins,
    weights: NDArray[np.float64],
    decay: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return exponential sums over the patterns within ``reach`` of the most similar one.

    Returns:
        The sums over patterns with spin +1 and with spin -1, ``(num_states, num_neurons)`` each,
        and the weight of all patterns left out, ``(num_states, 1)``.
    """
    num_states, num_patterns = similarities.shape
    num_neurons = patterns.shape[1]
    plus = np.zeros((num_states, num_neurons))
    minus = np.zeros((num_states, num_neurons))
    dropped = np.zeros((num_states, 1))
    for p in prange(num_states):
        largest = similarities[p].max()
        for k in range(num_patterns):
            level = largest - similarities[p, k]
            term = weights[k] * decay[level]
            if level > reach:
                dropped[p, 0] += term
            else:
                for i in range(num_neurons):
                    positive = patterns[k, i] > 0
                    plus[p, i] += term * positive
                    minus[p, i] += term * (not positive)
        dropped[p, 0] *= 1.000001  # covers the rounding of its sum
    return plus, minus, dropped
