r"""Local fields of all neurons at once, with a bound on their rounding error.

Patterns are taken in blocks: similarities, a table lookup, and one single-precision matrix product
back to the neurons. Similarities come from a matrix product (engine ``numpy``) or from XOR and
population count of packed bits (engine ``numba``). A block whose absolute sum of integers stays
below 2**24 is exact in single precision whatever the order of its sums; otherwise its error is at
most its length times the unit roundoff times that sum.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from .spins import Spins
from .stored import StoredPatterns, pack

Backend = Literal["numpy", "numba"]
"""Where similarities come from."""

_BLOCK = 512  # patterns; longer blocks waste less on sums and are exact less often
_UNIT = 2.0**-24  # relative rounding error of single precision
_EXACT = 2**24
_UNDERFLOW = 1e-30  # exponentials below this are lost in single precision
_CANCELING = 1e-3  # a damping for which the difference of two sums is too inexact
_SPARSE = 32  # patterns per active one that make a sparse sum cheaper than the product


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Tables:
    """Twice the field as tables over the similarity, indexed by ``H + num_neurons``.

    ``2 u_i = sum_k xi_k pull(H_k) + s_i sum_k push(H_k)``, up to one positive factor.
    """

    pull: NDArray[np.float64]
    push: NDArray[np.float64]
    are_integers: bool


def table_fields(
    stored: StoredPatterns,
    states: Spins,
    tables: Tables,
    weights: NDArray[np.float64],
    backend: Backend,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return fields ``(num_states, num_neurons)`` and error bounds ``(num_states, 1)``.

    Where the bound is 0 the field is exact.
    """
    field = np.zeros(states.shape)
    pushes = np.zeros(len(states))
    error = np.zeros(len(states))
    for block, terms, push, size in _table_blocks(stored, states, tables, weights, backend):
        field += terms @ stored.floats[block]
        pushes += push
        rounding = (terms.shape[1] + 4) * _UNIT * size
        error += np.where(tables.are_integers & (size < _EXACT), 0.0, rounding)
    field += states * pushes[:, np.newaxis]
    return field, error[:, np.newaxis]


def _table_blocks(
    stored: StoredPatterns,
    states: Spins,
    tables: Tables,
    weights: NDArray[np.float64],
    backend: Backend,
) -> Iterator[tuple[slice, NDArray[np.float32], NDArray[np.float64], NDArray[np.float64]]]:
    """Yield blocks of patterns with ``pull``, the sum of ``push`` and that of both magnitudes."""
    if backend == "numba":
        from .kernels import look_up, packed_similarities

        # One launch of the threads for all blocks: a launch costs more than a small block.
        similarities = packed_similarities(*_packed(states), stored.words)
        terms, pushes, sizes = look_up(similarities, tables.pull, tables.push, weights, _BLOCK)
        for number, block in enumerate(_blocks(stored.num_patterns)):
            yield block, terms[:, block], pushes[:, number], sizes[:, number]
        return
    floats = states.astype(np.float32)
    for block in _blocks(stored.num_patterns):
        indices = (floats @ stored.floats[block].T).astype(np.intp) + stored.num_neurons
        terms = (tables.pull[indices] * weights[block]).astype(np.float32)
        moved = tables.push[indices] * weights[block]
        size = np.abs(terms).sum(axis=1, dtype=np.float64) + np.abs(moved).sum(axis=1)
        yield block, terms, moved.sum(axis=1), size


def exponential_fields(
    stored: StoredPatterns,
    states: Spins,
    own: Spins,
    beta: float,
    weights: NDArray[np.float64],
    backend: Backend,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return fields for ``g(x) = exp(beta x)``, up to positive factors, and error bounds.

    Patterns that agree with a spin of ``own`` are felt at ``h = H - 1``, the others at ``H + 1``,
    relative to the largest similarity of each state. The ``numba`` backend sums only the patterns
    near that one, where they are few, and counts the rest into the bound.
    """
    decay = np.exp(-beta * np.arange(2 * stored.num_neurons + 1))
    if backend == "numba":
        from .kernels import active_sums, count_active, packed_similarities

        similarities = packed_similarities(*_packed(states), stored.words)
        reach = math.ceil((math.log(stored.num_patterns) + 14) / beta + 2)
        if count_active(similarities, reach) * _SPARSE <= similarities.size:
            plus, minus, dropped = active_sums(similarities, reach, stored.spins, weights, decay)
            return _damped(plus, minus, own, beta, stored.num_patterns * 2.0**-52, dropped)
    else:
        similarities = (states.astype(np.float32) @ stored.floats.T).astype(np.int32)
    decay[decay < _UNDERFLOW] = 0.0  # denormal numbers make products slow
    levels = similarities.max(axis=1, keepdims=True) - similarities
    terms = (decay[levels] * weights).astype(np.float32)
    dropped = np.full((len(states), 1), stored.num_patterns * _UNDERFLOW * weights.max())
    difference, minus = np.zeros(states.shape), np.zeros(states.shape)
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
    plus: NDArray[np.float64],
    minus: NDArray[np.float64],
    own: Spins,
    beta: float,
    rounding: float,
    dropped: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the difference of the sums over +1 and -1 spins as the neurons feel it."""
    damping = math.exp(-2 * beta)
    plus = plus * np.where(own > 0, damping, 1.0)
    minus = minus * np.where(own < 0, damping, 1.0)
    return plus - minus, (rounding + 16 * _UNIT) * (plus + minus) + dropped


def _packed(
    states: Spins,
) -> tuple[NDArray[np.uint64], NDArray[np.uint64], NDArray[np.int32]]:
    """Return the bits of states, the bits that are known, and how many are."""
    known = states != 0
    return pack(states < 0), pack(known), known.sum(axis=1, dtype=np.int32)


def _blocks(num_patterns: int) -> Iterator[slice]:
    for start in range(0, num_patterns, _BLOCK):
        yield slice(start, min(start + _BLOCK, num_patterns))
