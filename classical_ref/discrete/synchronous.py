r"""Signs of the local fields of all neurons at once, and which of them rounding leaves unsure.

Similarities come from a matrix product (engine ``numpy``) or from XOR and population count of
packed bits (engine ``numba``); a table lookup and single-precision matrix products lead back to
the neurons, in blocks of patterns. A block whose absolute sum of integers stays below 2**24 is
exact in single precision whatever the order of its sums; otherwise its error is at most its length
times the unit roundoff times that sum.
"""

import math
from collections.abc import Iterator
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from classical_ref.checks import Booleans, Floats
from classical_ref.discrete.stored import TILE, StoredPatterns, pack
from classical_ref.discrete.tables import Tables
from classical_ref.spins import Spins

Backend = Literal["numpy", "numba"]
"""Where similarities come from."""
Signs = tuple[Spins, Booleans]
"""Signs of fields and which of them are unsure, ``(num_states, num_neurons)`` each."""

_WORTH_COMPILING = 2**21  # states * patterns * neurons
_BLOCK = 4 * TILE  # patterns; longer blocks waste less on sums and are exact less often
_ROWS = 16  # states whose fields stay in the nearest caches
_UNIT = 2.0**-24  # relative rounding error of single precision
_EXACT = 0.999 * 2**24  # less the rounding of the sum that is compared
_UNDERFLOW = 1e-30  # what may be lost of a term in single precision, relative to the largest
_CANCELING = 1e-3  # a damping for which the difference of two sums is too inexact
_SPARSE = 32  # patterns per active one that make a sparse sum cheaper than the product


def chosen_backend(stored: StoredPatterns, states: Spins) -> Backend:
    """Return the backend that suits the size of the work."""
    return "numba" if states.size * stored.num_patterns >= _WORTH_COMPILING else "numpy"


def table_signs(
    stored: StoredPatterns, states: Spins, tables: Tables, weights: Floats, backend: Backend
) -> Signs:
    """Return the signs of the fields that the tables give."""
    if tables.quadratic is not None and np.all(weights == 1):
        return _quadratic_signs(stored, states, tables.quadratic, backend)
    similarities = stored_similarities(stored, states, backend)
    factors = np.ones(len(states))
    if not tables.are_integers:  # each state relative to its own largest term
        magnitudes = np.abs(tables.pull) + np.abs(tables.push)
        largest = magnitudes[similarities + stored.num_neurons].max(axis=1)
        factors = 1 / np.where(largest > 0, largest, 1.0)
    terms, push, sizes = _look_up(similarities, tables, weights, factors, backend)
    field, error = _projected(terms, sizes, stored, tables.are_integers)
    if not tables.are_integers:
        error += stored.num_patterns * _UNDERFLOW * weights.max()
    return _signed(field, error, states, push)


def _quadratic_signs(
    stored: StoredPatterns,
    states: Spins,
    coefficients: tuple[float, float, float, float, float],
    backend: Backend,
) -> Signs:
    """Return the signs of :func:`table_signs` for :attr:`Tables.quadratic` and unit weights.

    The constant term meets the sums of the patterns, and without a linear term only squares are
    projected, so little is done besides the two products.
    """
    a, b, c, d, e = coefficients
    scale, lead = (a, 1.0) if b == 0 else (1.0, a)
    starts = np.arange(0, stored.num_patterns, _BLOCK)
    if backend == "numba":
        from classical_ref.discrete.kernels import packed_quadratics

        terms, sums, by_tile = packed_quadratics(
            *_packed(states), stored.tiles, stored.num_patterns, np.float32(lead), np.float32(b)
        )
        total = sums.sum(axis=1, dtype=np.float64)
        sizes = np.add.reduceat(by_tile, starts // TILE, axis=1)
    else:
        terms = states.astype(np.float32) @ stored.floats.T
        total = states @ stored.column_sums
        if b == 0:
            terms *= terms
            sizes = np.add.reduceat(terms, starts, axis=1)
        else:
            terms *= np.float32(lead) * terms + np.float32(b)
            sizes = np.add.reduceat(np.abs(terms), starts, axis=1)
    field, error = _projected(terms, sizes, stored, are_integers=True)
    push = d * total + e * stored.num_patterns
    return _signed(field, error, states, push, scale, c * stored.column_sums)


def _projected(
    terms: NDArray[np.float32],
    sizes: NDArray[np.floating],
    stored: StoredPatterns,
    are_integers: bool,
) -> tuple[NDArray[np.floating], Floats]:
    """Return the terms projected to the neurons, and error bounds ``(num_states,)``.

    Args:
        terms: ``(num_states, num_patterns)``.
        sizes: Absolute sums of the terms by block, ``(num_states, num_blocks)``.
        stored: The patterns.
        are_integers: Whether the terms are integers.
    """
    runs = list(_joined_blocks(sizes, are_integers))
    error: Floats = np.zeros(len(terms))
    for first, last in runs:
        size = sizes[:, first:last].sum(axis=1, dtype=np.float64)
        rounding = 1.001 * ((last - first) * _BLOCK + 4) * _UNIT * size  # sizes are rounded too
        error += np.where(are_integers & (size < _EXACT), 0.0, rounding)
    if len(runs) == 1:
        return terms @ stored.floats, error
    field = np.zeros((len(terms), stored.num_neurons))
    for first, last in runs:
        block = slice(_BLOCK * first, _BLOCK * last)
        field += terms[:, block] @ stored.floats[block]
    return field, error


def _signed(
    field: NDArray[np.floating],
    error: Floats,
    states: Spins,
    push: Floats,
    scale: float = 1.0,
    constant: Floats | float = 0.0,
) -> Signs:
    """Return the signs of ``scale * field + states * push + constant``.

    ``error`` bounds what ``field`` is wrong by, 0 if it is exact; like ``push`` it has one entry
    per state. A few states at a time, as new memory costs more than the sums.
    """
    signs = np.empty(states.shape, dtype=np.int8)
    is_unsure = np.zeros(states.shape, dtype=np.bool_)
    for start in range(0, len(states), _ROWS):
        rows = slice(start, start + _ROWS)
        total = field[rows].astype(np.float64)
        total *= scale
        total += states[rows] * push[rows, np.newaxis]
        total += constant
        np.subtract((total > 0).view(np.int8), (total < 0).view(np.int8), out=signs[rows])
        bound = abs(scale) * error[rows, np.newaxis]
        if bound.any():
            is_unsure[rows] = (np.abs(total) <= bound) & (bound > 0)
    return signs, is_unsure


def stored_similarities(
    stored: StoredPatterns, states: Spins, backend: Backend
) -> NDArray[np.int32]:
    """Return the similarities ``(num_states, num_patterns)``."""
    if backend == "numpy":
        return np.asarray((states.astype(np.float32) @ stored.floats.T).astype(np.int32))
    from classical_ref.discrete.kernels import packed_similarities

    similarities: NDArray[np.int32] = packed_similarities(
        *_packed(states), stored.tiles, stored.num_patterns
    )
    return similarities


def _packed(states: Spins) -> tuple[NDArray[np.uint64], NDArray[np.uint64], NDArray[np.int32]]:
    """Return the bits of states, which of them are known, and how many."""
    known = states != 0
    return pack(states < 0), pack(known), known.sum(axis=1, dtype=np.int32)


def _look_up(
    similarities: NDArray[np.int32],
    tables: Tables,
    weights: Floats,
    factors: Floats,
    backend: Backend,
) -> tuple[NDArray[np.float32], Floats, Floats]:
    """Return weighted ``pull`` per pattern, the sum of ``push``, and magnitudes by block."""
    if backend == "numba":
        from classical_ref.discrete.kernels import look_up

        found: tuple[NDArray[np.float32], Floats, Floats] = look_up(
            similarities, tables.pull, tables.push, weights, factors, _BLOCK
        )
        return found
    indices = similarities.astype(np.intp)
    indices += len(tables.pull) // 2
    starts = np.arange(0, len(weights), _BLOCK)
    if np.all(weights == 1) and np.all(factors == 1):
        pull = tables.pull.astype(np.float32).take(indices)
        magnitudes = (np.abs(tables.pull) + np.abs(tables.push)).take(indices)
        push = tables.push.take(indices).sum(axis=1)
        return pull, push, np.add.reduceat(magnitudes, starts, axis=1)
    scaled = factors[:, np.newaxis] * weights
    felt, moved = tables.pull[indices] * scaled, tables.push[indices] * scaled
    sizes = np.add.reduceat(np.abs(felt) + np.abs(moved), starts, axis=1)
    return felt.astype(np.float32), moved.sum(axis=1), sizes


def exponential_signs(
    stored: StoredPatterns,
    states: Spins,
    own: Spins,
    beta: float,
    weights: Floats,
    backend: Backend,
) -> Signs:
    """Return the signs of the fields for ``g(x) = exp(beta x)``.

    Patterns that agree with a spin of ``own`` are felt at ``h = H - 1``, the others at ``H + 1``,
    relative to the largest similarity of each state. The ``numba`` backend sums only the patterns
    near that one, where they are few, and bounds the rest.
    """
    decay = np.exp(-beta * np.arange(2 * stored.num_neurons + 1))
    similarities = stored_similarities(stored, states, backend)
    if backend == "numpy":
        return _dense_exponential_signs(stored, similarities, own, beta, weights, decay)
    from classical_ref.discrete.kernels import active_signs

    farthest = (math.log(stored.num_patterns) + 14) / beta + 2
    reach = math.ceil(min(farthest, 2 * stored.num_neurons))
    signs, is_unsure, is_dense = active_signs(
        similarities, own, reach, stored.num_patterns // _SPARSE, stored.spins, weights, decay,
        stored.num_patterns * 2.0**-52 + 16 * _UNIT,
        stored.num_patterns * weights.max() * math.exp(-beta * (math.ceil(farthest) + 1)),
    )  # fmt: skip
    if is_dense.any():
        signs[is_dense], is_unsure[is_dense] = _dense_exponential_signs(
            stored, similarities[is_dense], own[is_dense], beta, weights, decay
        )
    return signs, is_unsure


def _dense_exponential_signs(
    stored: StoredPatterns,
    similarities: NDArray[np.int32],
    own: Spins,
    beta: float,
    weights: Floats,
    decay: Floats,
) -> Signs:
    """Return the signs of :func:`exponential_signs` from all patterns."""
    decay = np.where(decay < _UNDERFLOW, 0.0, decay)  # denormal numbers make products slow
    levels = similarities.max(axis=1, keepdims=True) - similarities
    terms = (decay[levels] * weights).astype(np.float32)
    dropped = np.full((len(own), 1), stored.num_patterns * _UNDERFLOW * weights.max())
    difference, minus = np.zeros(own.shape), np.zeros(own.shape)
    if math.exp(-2 * beta) < _CANCELING:
        for block in _blocks(stored.num_patterns):
            difference += terms[:, block] @ np.maximum(stored.floats[block], 0)
            minus -= terms[:, block] @ np.minimum(stored.floats[block], 0)
        return _damped(difference, minus, own, beta, _BLOCK * _UNIT, dropped)
    total = terms.sum(axis=1, dtype=np.float64, keepdims=True)
    for block in _blocks(stored.num_patterns):
        difference += terms[:, block] @ stored.floats[block]
    dropped += (_BLOCK + 16) * _UNIT * total
    return _damped((total + difference) / 2, (total - difference) / 2, own, beta, 0.0, dropped)


def _damped(
    plus: Floats, minus: Floats, own: Spins, beta: float, rounding: float, dropped: Floats
) -> Signs:
    """Return the signs of the differences of the sums over +1 and -1 spins, as felt."""
    damping = math.exp(-2 * beta)
    plus = plus * np.where(own > 0, damping, 1.0)
    minus = minus * np.where(own < 0, damping, 1.0)
    field = plus - minus
    signs = (field > 0).view(np.int8) - (field < 0).view(np.int8)
    return signs, np.abs(field) <= (rounding + 16 * _UNIT) * (plus + minus) + dropped


def _joined_blocks(sizes: NDArray[np.floating], are_integers: bool) -> Iterator[tuple[int, int]]:
    """Return first and last + 1 of runs of blocks, as long as their sums of integers are exact."""
    largest = sizes.max(axis=0, initial=0.0).tolist()
    first = 0
    total = largest[0]
    for block in range(1, len(largest)):
        if not are_integers or total + largest[block] >= _EXACT:
            yield first, block
            first, total = block, 0.0
        total += largest[block]
    yield first, len(largest)


def _blocks(num_patterns: int) -> Iterator[slice]:
    for start in range(0, num_patterns, _BLOCK):
        yield slice(start, min(start + _BLOCK, num_patterns))
