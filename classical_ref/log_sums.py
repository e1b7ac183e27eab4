"""Sums of exponentials that overflow nowhere, and the distances they are taken of."""

import numpy as np

from classical_ref.checks import Floats

_CANCELING = 1e-4  # of the lengths: a smaller square has lost four digits
_CHUNK = 2**14  # pairs whose differences are held at a time


def log_sum_exp(exponents: Floats) -> Floats:
    """Return ``log sum exp`` over the last axis."""
    largest = exponents.max(axis=-1, keepdims=True)
    return np.asarray(largest[..., 0] + np.log(np.exp(exponents - largest).sum(axis=-1)))


def softmax(exponents: Floats) -> Floats:
    """Return the softmax over the last axis."""
    terms = np.exp(exponents - exponents.max(axis=-1, keepdims=True))
    return np.asarray(terms / terms.sum(axis=-1, keepdims=True))


def squared_distances(states: Floats, patterns: Floats) -> Floats:
    """Return ``|x - xi|**2`` of shape ``(..., num_patterns)``, never negative.

    Where the lengths almost cancel, as in clusters far from the origin, differences come first.
    """
    flat = states.reshape(-1, states.shape[-1])
    lengths = (flat**2).sum(axis=1)[:, np.newaxis] + (patterns**2).sum(axis=1)
    squares = lengths - 2 * flat @ patterns.T
    rows, columns = np.nonzero(squares < _CANCELING * lengths)
    for start in range(0, len(rows), _CHUNK):
        some = rows[start : start + _CHUNK], columns[start : start + _CHUNK]
        squares[some] = ((flat[some[0]] - patterns[some[1]]) ** 2).sum(axis=1)
    return np.asarray(squares.reshape(*states.shape[:-1], len(patterns)))
