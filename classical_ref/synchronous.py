r"""Local fields of all neurons at once, with a bound on their rounding error.

Similarities come from a matrix product (engine ``numpy``) or from XOR and population count of
packed bits (engine ``numba``); a table lookup and single-precision matrix products lead back to
the neurons, in blocks of patterns. A block whose absolute sum of integers stays below 2**24 is
exact in single precision whatever the order of its sums; otherwise its error is at most its length
times the unit roundoff times that sum.
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
_UNDERFLOW = 1e-30  # what may be lost of a term in single precision, relative to the largest
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
    similarities = _similarities(stored, states, backend)
    factors = np.ones(len(states))
    if not tables.are_integers:  # each state relative to its own largest term
        magnitudes = np.abs(tables.pull) + np.abs(tables.push)
        largest = magnitudes[similarities + stored.num_neurons].max(axis=1)
        factors = 1 / np.where(largest > 0, largest, 1.0)
    terms, push, sizes = _look_up(similarities, tables, weights, factors, backend)
    field = states * push[:, np.newaxis]
    for block in _blocks(stored.num_patterns):
        field += terms[:, block] @ stored.floats[block]
    rounding = (_BLOCK + 4) * _UNIT * sizes
    error = np.where(tables.are_integers & (sizes < _EXACT), 0.0, rounding).sum(axis=1)
    if not tables.are_integers:
        error += stored.num_patterns * _UNDERFLOW * weights.max()
    return field, error[:, np.newaxis]


def _similarities(stored: StoredPatterns, states: Spins, backend: Backend) -> NDArray[np.int32]:
    if backend == "numpy":
        return np.asarray((states.astype(np.float32) @ stored.floats.T).astype(np.int32))
    from .kernels import packed_similarities

    known = states != 0
    num_known = known.sum(axis=1, dtype=np.int32)
    similarities: NDArray[np.int32] = packed_similarities(
        pack(states < 0), pack(known), num_known, stored.words
    )
    return similarities


def _look_up(
    similarities: NDArray[np.int32],
    tables: Tables,
    weights: NDArray[np.float64],
    factors: NDArray[np.float64],
    backend: Backend,
) -> tuple[NDArray[np.float32], NDArray[np.float64], NDArray[np.float64]]:
    """Return weighted ``pull`` per pattern, the sum of ``push``, and magnitudes by block."""
    if backend == "numba":
        from .kernels import look_up

        found: tuple[NDArray[np.float32], NDArray[np.float64], NDArray[np.float64]] = look_up(
            similarities, tables.pull, tables.push, weights, factors, _BLOCK
        )
        return found
    indices = similarities + len(tables.pull) // 2
    scaled = factors[:, np.newaxis] * weights
    pull, push = tables.pull[indices] * scaled, tables.push[indices] * scaled
    starts = np.arange(0, len(weights), _BLOCK)
    sizes = np.add.reduceat(np.abs(pull) + np.abs(push), starts, axis=1)
    return pull.astype(np.float32), push.sum(axis=1), sizes


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
    similarities = _similarities(stored, states, backend)
    if backend == "numba":
        from .kernels import active_sums, count_active

        reach = math.ceil((math.log(stored.num_patterns) + 14) / beta + 2)
        if count_active(similarities, reach) * _SPARSE <= similarities.size:
            plus, minus, dropped = active_sums(similarities, reach, stored.spins, weights, decay)
            return _damped(plus, minus, own, beta, stored.num_patterns * 2.0**-52, dropped)
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


def _blocks(num_patterns: int) -> Iterator[slice]:
    for start in range(0, num_patterns, _BLOCK):
        yield slice(start, min(start + _BLOCK, num_patterns))
