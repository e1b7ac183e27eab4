r"""Local fields of a dense memory, with signs that are exact.

For every separation function the field of neuron i is

.. math:: u_i = \sum_\mu w_\mu \xi_i^\mu g(h_i^\mu), \qquad h_i^\mu = H_\mu - \xi_i^\mu s_i,

with ``h = H`` where the self-interaction is kept or the spin is unknown. Since :math:`\xi_i s_i` is
-1 or +1, all neurons follow from two tables over the integer :math:`H_\mu` and one product:

.. math:: 2 u_i = \sum_\mu w_\mu \xi_i^\mu [g(H_\mu - 1) + g(H_\mu + 1)]
          + s_i \sum_\mu w_\mu [g(H_\mu - 1) - g(H_\mu + 1)].

A field smaller than its own rounding error is computed again in double precision, and if that is
not enough by levels: the patterns with equal h are counted in integers before they are weighted.
"""

import math
from functools import partial
from typing import Literal

import numpy as np

from classical_ref.checks import Booleans, Floats, Integers
from classical_ref.discrete.dynamics import LocalFields, resolve
from classical_ref.discrete.stored import StoredPatterns
from classical_ref.discrete.synchronous import (
    Backend,
    Signs,
    chosen_backend,
    exponential_signs,
    table_signs,
)
from classical_ref.discrete.tables import cached_gains, field_tables, gain_table
from classical_ref.separation import Rule, Separation
from classical_ref.spins import Spins, products

SelfInteraction = Literal["excluded", "kept"]
"""Whether the field of a neuron leaves out the neuron's own spin."""
Engine = Literal["auto", "numpy", "numba"]
"""Which implementation computes; all give the same signs."""

_EPSILON = float(np.finfo(np.float64).eps)
_UNDERFLOW = 1e-280  # a smaller field may have lost its digits
_LARGEST_FACTOR = 64  # the smallest of weights that are integers in some unit
_CHUNK = 2**22  # entries of a (num_probes, num_patterns) block


class DenseFields(LocalFields):
    """Signs of the local fields of a dense memory for one rule."""

    def __init__(
        self,
        stored: StoredPatterns,
        separation: Separation,
        weights: Floats,
        *,
        rule: Rule,
        self_interaction: SelfInteraction,
        engine: Engine = "auto",
    ) -> None:
        self.stored = stored
        self.weights: Floats = _moderate(weights)
        self.excluded: bool = self_interaction == "excluded"
        self.engine: Engine = engine
        self.beta = float(getattr(separation, "beta", 0.0))
        self.has_integer_weights = bool(np.all(self.weights == np.rint(self.weights)))
        total_weight = int(self.weights.sum()) if self.has_integer_weights else None
        self.gains = cached_gains(separation, stored.num_neurons, rule)
        key = (separation, stored.num_neurons, rule, total_weight)
        self.gain_table, self.is_exact = gain_table(*key)
        self.tables = partial(field_tables, *key)

    def signs(self, states: Spins) -> Spins:
        """Return the sign of every local field; see :class:`LocalFields`."""
        rows = max(1, _CHUNK // self.stored.num_patterns)
        blocks = [
            self._block_signs(states[start : start + rows]) for start in range(0, len(states), rows)
        ]
        return np.concatenate(blocks) if blocks else states.copy()

    def sweep(
        self, states: Spins, neurons: Integers, updatable: Booleans, preference: Spins
    ) -> None:
        """Update spins one after the other; see :class:`LocalFields`."""
        if self._backend(states) == "numba":
            self._compiled_sweep(states, neurons, updatable, preference)
            return
        similarities = products(self.stored.spins, states)
        for neuron in neurons.tolist():
            rows = np.flatnonzero(updatable[:, neuron])
            current = states[rows, neuron]
            column = self.stored.columns[neuron]
            signs = self._precise_signs(similarities[rows], column[np.newaxis], self._own(current))
            new = resolve(signs, current, preference[neuron])
            states[rows, neuron] = new
            changes = new.astype(np.int64) - current
            similarities[rows] += changes[:, np.newaxis] * column

    def _own(self, spins: Spins) -> Spins:
        """Return the spins that are left out of their own fields."""
        return spins if self.excluded else np.zeros_like(spins)

    def _backend(self, states: Spins) -> Backend:
        return chosen_backend(self.stored, states) if self.engine == "auto" else self.engine

    def _block_signs(self, states: Spins) -> Spins:
        own = self._own(states)
        backend = self._backend(states)
        if self.gains is None:
            signs, is_unsure = exponential_signs(
                self.stored, states, own, self.beta, self.weights, backend
            )
        else:
            signs, is_unsure = self._from_tables(states, own, backend)
        if not is_unsure.any():
            return signs
        probes, neurons = np.nonzero(is_unsure)
        rows = max(1, _CHUNK // self.stored.num_patterns)
        for start in range(0, len(probes), rows):
            some, which = probes[start : start + rows], neurons[start : start + rows]
            distinct, inverse = np.unique(some, return_inverse=True)
            similarities = products(self.stored.spins, states[distinct])[inverse]
            columns = self.stored.columns[which]
            signs[some, which] = self._precise_signs(similarities, columns, own[some, which])
        return signs

    def _from_tables(self, states: Spins, own: Spins, backend: Backend) -> Signs:
        """Return signs and which are unsure, with unknown spins felt as they are."""
        parts = [
            table_signs(self.stored, states, self.tables(excluded=excluded), self.weights, backend)
            for excluded, present in ((True, own.any()), (False, not own.all()))
            if present
        ]
        if len(parts) == 1:
            return parts[0]
        (signs, is_unsure), (kept_signs, kept_is_unsure) = parts
        is_known = own != 0
        return (
            np.where(is_known, signs, kept_signs),
            np.where(is_known, is_unsure, kept_is_unsure),
        )

    def _precise_signs(self, similarities: Integers, columns: Spins, own: Spins) -> Spins:
        """Return the signs of single fields, ``(num_fields,)``.

        Args:
            similarities: ``(num_fields, num_patterns)``.
            columns: The patterns' spins of each neuron, of the same shape or one row for all.
            own: The spin that is left out of each field, ``(num_fields,)``.
        """
        h = similarities - own[:, np.newaxis].astype(np.int64) * columns
        if self.gains is None:
            gains = np.exp(self.beta * (h - h.max(axis=1, keepdims=True)))
        else:
            gains = self.gain_table[h + (self.stored.num_neurons + 1)]
        terms = gains * (columns * self.weights)
        field = terms.sum(axis=1)
        signs: Spins = np.sign(field).astype(np.int8)
        if self.gains is None or not self.is_exact:
            error = (self.stored.num_patterns + 16) * _EPSILON * np.abs(terms).sum(axis=1)
            error += _UNDERFLOW
            columns = np.broadcast_to(columns, h.shape)
            for index in np.flatnonzero(np.abs(field) <= error).tolist():
                signs[index] = self._sign_by_levels(h[index], columns[index])
        return signs

    def _sign_by_levels(self, h: Integers, column: Spins) -> int:
        """Return the sign of one field by counting the patterns at each value of h."""
        lowest = int(h.min())
        counts = np.bincount(h - lowest, weights=column * self.weights)
        levels = np.flatnonzero(counts).tolist()
        if not levels:
            return 0
        total: float
        offset = lowest + self.stored.num_neurons + 1
        if self.gains is None:
            top = levels[-1]
            total = math.fsum(counts[x] * math.exp(self.beta * (x - top)) for x in levels)
        elif self.has_integer_weights:
            total = sum(int(counts[x]) * self.gains[x + offset] for x in levels)
        else:
            total = math.fsum(counts[x] * self.gain_table[x + offset] for x in levels)
        return (total > 0) - (total < 0)

    def _compiled_sweep(
        self, states: Spins, neurons: Integers, updatable: Booleans, preference: Spins
    ) -> None:
        """Sweep in a compiled kernel, which stops at every field that its floats cannot sign."""
        from classical_ref.discrete.sweep_kernel import sweep

        similarities = products(self.stored.spins, states).astype(np.int32)
        columns = self.stored.columns
        positions = np.zeros(len(states), dtype=np.int64)
        is_exact = self.gains is not None and self.is_exact
        slack = -1.0 if is_exact else (self.stored.num_patterns + 16) * _EPSILON
        table, is_relative = self.gain_table, self.gains is None
        if is_relative:
            table = np.exp(-self.beta * np.arange(2 * self.stored.num_neurons + 3))[::-1].copy()
        while True:
            sweep(
                states, similarities, columns, self.weights, neurons, updatable, preference,
                self.excluded, slack, positions, table, is_relative,
            )  # fmt: skip
            stopped = np.flatnonzero(positions < len(neurons)).tolist()
            if not stopped:
                return
            for probe in stopped:
                neuron = int(neurons[positions[probe]])
                current = states[probe : probe + 1, neuron]
                own = self._own(current).astype(np.int64)
                h = similarities[probe] - own * columns[neuron]
                sign = self._sign_by_levels(h, columns[neuron])
                new = resolve(np.array([sign], dtype=np.int8), current, preference[neuron])
                similarities[probe] += (int(new[0]) - int(current[0])) * columns[neuron]
                states[probe, neuron] = new[0]
                positions[probe] += 1


def _moderate(weights: Floats) -> Floats:
    """Return weights of the same ratios, with which no product overflows and ties are ties.

    A sign depends on the ratios alone. Weights that are small integers in some unit, to rounding,
    become these integers; others are divided by a power of two if the largest is not in [1, 2^53).
    """
    with np.errstate(over="ignore"):  # such ratios are no small integers
        ratios = weights / weights.min()
    for factor in range(1, _LARGEST_FACTOR + 1) if ratios.max() < 2**24 else ():
        counts = factor * ratios
        whole = np.rint(counts)
        if whole.max() < 2**24 and (np.abs(counts - whole) <= 4 * _EPSILON * whole).all():
            return np.asarray(whole)
    exponent = int(np.frexp(weights.max())[1])
    return np.asarray(weights if 0 < exponent <= 53 else np.ldexp(weights, -exponent))
