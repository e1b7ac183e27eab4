"""Sums of exponentials that overflow nowhere, and the distances they are taken of."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def log_sum_exp(exponents: Floats) -> Floats:
    """Return ``log sum exp`` over the last axis."""
    largest = exponents.max(axis=-1, keepdims=True)
    return np.asarray(largest[..., 0] + np.log(np.exp(exponents - largest).sum(axis=-1)))


def softmax(exponents: Floats) -> Floats:
    """Return the softmax over the last axis."""
    terms = np.exp(exponents - exponents.max(axis=-1, keepdims=True))
    return np.asarray(terms / terms.sum(axis=-1, keepdims=True))


def squared_distances(states: Floats, patterns: Floats) -> Floats:
    """Return ``|x - xi|**2`` of shape ``(..., num_patterns)``, never negative."""
    products = states @ patterns.T
    lengths = (states**2).sum(axis=-1)[..., np.newaxis] + (patterns**2).sum(axis=-1)
    return np.asarray(np.maximum(lengths - 2 * products, 0))
