"""Learning parity checks from patterns that obey them."""

from itertools import combinations
from math import comb, log2
from typing import Annotated

import numpy as np

from classical_ref.checks import Bits, Integers, SpinsLike, Within, checked
from classical_ref.discrete.stored import pack
from classical_ref.sparse_recovery.gf2 import eliminate
from classical_ref.spins import check_patterns

_MOST_SUBSETS = 2_000_000

Weight = Annotated[int, Within("[2, 1000000000]")]
"""Neurons per check, even."""
Chance = Annotated[float, Within("(0, inf)")]
"""Expected number of checks that hold by chance."""


@checked
def learn_checks(
    patterns: SpinsLike,
    *,
    weight: Weight = 6,
    max_chance: Chance | None = 0.01,
    bits: bool | None = None,
) -> Bits:
    r"""Return every parity check of one weight that all patterns obey, ``(num_checks, D)``.

    A check is a set of ``weight`` neurons whose spins multiply to +1. Half of it and the other half
    then have equal products on every pattern, so that checks are found where two half-sets agree:
    :math:`\binom{D}{w/2}` sets instead of :math:`\binom{D}{w}`.

    Random patterns of rank r obey some :math:`\binom{D}{w} 2^{-r}` checks by chance.

    Args:
        patterns: Spins ``(num_patterns, num_neurons)``; they may repeat.
        weight: Neurons per check, even.
        max_chance: Largest expected number of checks by chance; ``None`` accepts any.
        bits: Whether the patterns are bits, where their type does not say it.

    Raises:
        ValueError: ``weight`` is odd, below two or above D, there would be more than two million
            half-sets, the patterns have too small a rank for ``max_chance``, or are spins or bits
            in doubt.
    """
    rows = (check_patterns(patterns, bits=bits, distinct=False) < 0).astype(np.uint8)
    num_neurons = rows.shape[1]
    if weight % 2 or weight > num_neurons:
        raise ValueError(f"weight should be even, in 2..{num_neurons}. Got {weight}.")
    if comb(num_neurons, weight // 2) > _MOST_SUBSETS:
        raise ValueError(
            f"weight should give at most {_MOST_SUBSETS} half-sets of {num_neurons} neurons. "
            f"Got {weight}, which gives {comb(num_neurons, weight // 2)}."
        )
    if max_chance is not None:
        rank = len(eliminate(rows).pivots)
        needed = int(np.ceil(log2(comb(num_neurons, weight) / max_chance)))
        if rank < needed:
            raise ValueError(
                f"patterns should have rank {needed} over GF(2), so that at most {max_chance} "
                f"checks of weight {weight} hold by chance. Got rank {rank} from "
                f"{len(rows)} patterns; add patterns, or pass a larger max_chance or None."
            )
    return _meet_in_the_middle(rows, weight)


def _meet_in_the_middle(bits: Bits, weight: int) -> Bits:
    num_neurons = bits.shape[1]
    half = np.array(list(combinations(range(num_neurons), weight // 2)), dtype=np.int64)
    columns = pack(np.ascontiguousarray(bits.T, dtype=bool))
    keys = columns[half[:, 0]].copy()
    for member in half[:, 1:].T:
        keys ^= columns[member]
    order = np.lexsort(keys.T)
    keys, half = keys[order], half[order]
    found = []
    ahead = 1
    while True:  # neighbors in a run of equal keys, then those two apart, and so on
        first = np.flatnonzero((keys[:-ahead] == keys[ahead:]).all(axis=1))
        if first.size == 0:
            break
        found.append(np.sort(np.hstack([half[first], half[first + ahead]]), axis=1))
        ahead += 1
    if not found:
        return np.zeros((0, num_neurons), dtype=np.uint8)
    return _as_rows(np.vstack(found), num_neurons)


def _as_rows(sets: Integers, num_neurons: int) -> Bits:
    disjoint = (np.diff(sets, axis=1) > 0).all(axis=1)
    checks = np.unique(sets[disjoint], axis=0)
    rows = np.zeros((len(checks), num_neurons), dtype=np.uint8)
    rows[np.arange(len(checks))[:, np.newaxis], checks] = 1
    return rows
