"""Compiled loops over all neurons at once; imported only where used: numba is slow to import."""

import os
from collections.abc import Callable
from functools import wraps
from types import FunctionType
from typing import ParamSpec, TypeVar

import numpy as np
from numba import prange, types
from numba.extending import intrinsic
from numpy.typing import NDArray

from classical_ref.checks import Booleans, Floats
from classical_ref.compiling import njit
from classical_ref.discrete.stored import TILE
from classical_ref.spins import Spins

_ANY_ORDER = {"reassoc", "nsz"}  # sums may be vectorized; their bounds hold in every order


_P = ParamSpec("_P")
_R = TypeVar("_R")

_is_forked = False


def _note_fork() -> None:
    global _is_forked
    _is_forked = True


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_note_fork)


def _on_all_cores(**options: set[str]) -> Callable[[Callable[_P, _R]], Callable[_P, _R]]:
    """Compile a kernel for all cores, and for one core in forked processes.

    The threads of a parallel kernel do not survive a fork: a forked child that used them would
    end or hang.
    """

    def compiled(kernel: Callable[_P, _R]) -> Callable[_P, _R]:
        parallel = njit(cache=True, parallel=True, nogil=True, **options)(kernel)
        # Under a name of its own, since numba's cache tells functions apart by their names only.
        name = f"{kernel.__name__}_on_one_core"
        single = FunctionType(kernel.__code__, kernel.__globals__, name)
        single.__qualname__ = name
        serial = njit(cache=True, nogil=True, **options)(single)

        @wraps(kernel)
        def run(*args: _P.args, **kwargs: _P.kwargs) -> _R:
            return (serial if _is_forked else parallel)(*args, **kwargs)  # type: ignore[no-any-return]

        return run

    return compiled


@intrinsic
def _population_count(_context, _word):  # type: ignore[no-untyped-def]
    """Count the ones of a 64-bit word, in one instruction where the processor has it."""
    return types.uint64(types.uint64), lambda _, builder, __, arguments: builder.ctpop(arguments[0])


@njit(cache=True)
def _count_mismatches(
    bits: NDArray[np.uint64],
    known: NDArray[np.uint64],
    tile: NDArray[np.uint64],
    counts: NDArray[np.uint64],
) -> None:
    """Set ``counts`` to the mismatches of one state with a tile of patterns.

    The inner loops run over patterns, which fills vector registers, and over four words at a time.
    """
    for j in range(TILE):
        counts[j] = 0
    w = 0
    while w + 4 <= len(bits):
        x0, x1, x2, x3 = bits[w], bits[w + 1], bits[w + 2], bits[w + 3]
        k0, k1, k2, k3 = known[w], known[w + 1], known[w + 2], known[w + 3]
        for j in range(TILE):
            counts[j] += (
                _population_count((x0 ^ tile[w, j]) & k0)
                + _population_count((x1 ^ tile[w + 1, j]) & k1)
                + _population_count((x2 ^ tile[w + 2, j]) & k2)
                + _population_count((x3 ^ tile[w + 3, j]) & k3)
            )
        w += 4
    while w < len(bits):
        for j in range(TILE):
            counts[j] += _population_count((bits[w] ^ tile[w, j]) & known[w])
        w += 1


@_on_all_cores()
def packed_similarities(
    bits: NDArray[np.uint64],
    known: NDArray[np.uint64],
    num_known: NDArray[np.int32],
    tiles: NDArray[np.uint64],
    num_patterns: int,
) -> NDArray[np.int32]:
    """Return the similarities ``(num_states, num_patterns)`` of packed states and patterns.

    Args:
        bits: The states, ``(num_states, num_words)``.
        known: Which of their bits are known, of the same shape.
        num_known: How many are, ``(num_states,)``.
        tiles: The patterns, ``(num_tiles, num_words, TILE)``.
        num_patterns: How many there are.
    """
    num_states = len(bits)
    similarities = np.empty((num_states, num_patterns), dtype=np.int32)
    for number in prange(len(tiles)):
        first = TILE * number
        size = min(TILE, num_patterns - first)
        counts = np.empty(TILE, dtype=np.uint64)
        for p in range(num_states):
            _count_mismatches(bits[p], known[p], tiles[number], counts)
            for j in range(size):
                similarities[p, first + j] = num_known[p] - 2 * np.int32(counts[j])
    return similarities


@_on_all_cores(fastmath=_ANY_ORDER)
def packed_quadratics(
    bits: NDArray[np.uint64],
    known: NDArray[np.uint64],
    num_known: NDArray[np.int32],
    tiles: NDArray[np.uint64],
    num_patterns: int,
    a: np.float32,
    b: np.float32,
) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
    """Return ``(a H + b) H`` of the similarities H of packed states and patterns.

    Args:
        bits: As for :func:`packed_similarities`, like the next four.
        known: Which bits are known.
        num_known: How many are.
        tiles: The patterns.
        num_patterns: How many there are.
        a: Coefficient of the square.
        b: Coefficient of H.

    Returns:
        The values, ``(num_states, num_patterns)``, and by tile of patterns the sums of H, exact,
        and the absolute sums of the values, ``(num_states, num_tiles)`` each.
    """
    num_states = len(bits)
    values = np.empty((num_states, num_patterns), dtype=np.float32)
    sums = np.empty((num_states, len(tiles)), dtype=np.float32)
    sizes = np.empty((num_states, len(tiles)), dtype=np.float32)
    for number in prange(len(tiles)):
        first = TILE * number
        width = min(TILE, num_patterns - first)
        counts = np.empty(TILE, dtype=np.uint64)
        for p in range(num_states):
            _count_mismatches(bits[p], known[p], tiles[number], counts)
            total = np.float32(0)
            size = np.float32(0)
            for j in range(width):
                h = np.float32(num_known[p] - 2 * np.int32(counts[j]))
                value = (a * h + b) * h
                values[p, first + j] = value
                total += h
                size += abs(value)
            sums[p, number] = total
            sizes[p, number] = size
    return values, sums, sizes


@_on_all_cores(fastmath=_ANY_ORDER)
def look_up(
    similarities: NDArray[np.int32],
    pull: Floats,
    push: Floats,
    weights: Floats,
    factors: Floats,
    block: int,
) -> tuple[NDArray[np.float32], Floats, Floats]:
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
                index = np.uintp(similarities[p, k] + offset)
                factor = factors[p] * weights[k]
                term = factor * pull[index]
                terms[p, k] = term
                moved = factor * push[index]
                total += moved
                size += abs(term) + abs(moved)
            sizes[p, b] = size
        pushes[p] = total
    return terms, pushes, sizes


@_on_all_cores()
def active_signs(
    similarities: NDArray[np.int32],
    own: Spins,
    reach: int,
    limit: int,
    patterns: Spins,
    weights: Floats,
    decay: Floats,
    slack: float,
    dropped: float,
) -> tuple[Spins, Booleans, Booleans]:
    """Return signs of exponential fields from the patterns within ``reach`` of the nearest one.

    Args:
        similarities: ``(num_states, num_patterns)``.
        own: The spin that is left out of each field, ``(num_states, num_neurons)``.
        reach: Largest similarity minus the smallest that counts.
        limit: States with more patterns than this in reach are left at zero.
        patterns: ``(num_patterns, num_neurons)``.
        weights: ``(num_patterns,)``.
        decay: ``exp(-beta x)`` for ``x = 0, 1, ...``.
        slack: Rounding error of a field relative to the absolute sum of its terms.
        dropped: Largest sum of the terms out of reach.

    Returns:
        The signs and which of them are unsure, ``(num_states, num_neurons)`` each, and which
        states were left at zero, ``(num_states,)``.
    """
    num_states, num_patterns = similarities.shape
    num_neurons = patterns.shape[1]
    signs = np.zeros((num_states, num_neurons), dtype=np.int8)
    is_unsure = np.zeros((num_states, num_neurons), dtype=np.bool_)
    is_left = np.zeros(num_states, dtype=np.bool_)
    for p in prange(num_states):
        largest = similarities[p, 0]
        for k in range(num_patterns):
            largest = max(largest, similarities[p, k])
        count = np.int32(0)
        for k in range(num_patterns):
            count += similarities[p, k] >= largest - reach
        if count > limit:
            is_left[p] = True
            continue
        field = np.zeros(num_neurons)
        size = np.zeros(num_neurons)
        for k in range(num_patterns):
            level = largest - similarities[p, k]
            if level <= reach:
                term = weights[k] * decay[level]
                damped = term * decay[2]
                for i in range(num_neurons):
                    xi = patterns[k, i]
                    felt = damped if xi == own[p, i] else term
                    field[i] += xi * felt
                    size[i] += felt
        for i in range(num_neurons):
            signs[p, i] = np.int8(field[i] > 0) - np.int8(field[i] < 0)
            is_unsure[p, i] = abs(field[i]) <= slack * size[i] + dropped
    return signs, is_unsure, is_left
