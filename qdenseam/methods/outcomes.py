"""Distinct outcomes and how often each came: counted, looked up, and drawn from a law."""

import numpy as np
import numpy.typing as npt

from circuits.bit_order import integer_to_bits
from classical_ref.spins import bits_to_spins
from qdenseam.methods.base import RecallLaw, Spins
from qdenseam.simulation.multinomial import multinomial

Counts = npt.NDArray[np.int64]


def tally(states: Spins, counts: Counts | None = None) -> tuple[Spins, Counts]:
    """Return distinct rows and their counts, most frequent first, then by Σ_i b_i 2^i.

    Args:
        states: Spins, shape ``(M, D)``.
        counts: How often each row came, shape ``(M,)``; once each by default.
    """
    keys, first, where = np.unique(_keys(states), return_index=True, return_inverse=True)
    total = np.zeros(len(keys), dtype=np.int64)
    np.add.at(total, where, 1 if counts is None else counts)
    order = np.argsort(-total, kind="stable")
    return states[first[order]].astype(np.int8), total[order]


def counts_of(patterns: Spins, states: Spins, counts: Counts) -> Counts:
    """Return how often each pattern came among distinct outcomes and their counts, ``(K,)``."""
    places = {key: place for place, key in enumerate(_keys(patterns).tolist())}
    found = np.zeros(len(patterns), dtype=np.int64)
    for key, count in zip(_keys(states).tolist(), counts.tolist(), strict=True):
        if (place := places.get(key)) is not None:
            found[place] = count
    return found


def _keys(states: Spins) -> npt.NDArray[np.void]:
    """Return a value for each row, in the order of Σ_i b_i 2^i, shape ``(M,)``."""
    packed = np.packbits(states[:, ::-1] < 0, axis=1)
    return np.ascontiguousarray(packed).view(np.dtype((np.void, packed.shape[1]))).reshape(-1)


def draw(
    law: RecallLaw, patterns: Spins, shots: int, rng: np.random.Generator
) -> tuple[Spins, Counts]:
    """Return accepted outcomes of ``shots`` draws from a law, as :func:`tally` does.

    In proportion to the distinct outcomes, or to 2^D where the law is a table; never to the shots.

    Args:
        law: The law of one shot.
        patterns: The stored patterns, in the law's order, shape ``(K, D)``.
        shots: 0 to 2^63 - 1.
        rng: What is drawn from.

    Raises:
        ValueError: The law has spurious outcomes but does not say which.
    """
    if law.distribution is None and law.spurious > 1e-9:
        raise ValueError("the law has spurious outcomes but no distribution to draw them from.")
    listed = law.joint if law.distribution is None else law.distribution
    places, counts = multinomial(shots, np.clip(np.append(listed, law.rejected), 0, None), rng)
    accepted = places < len(listed)
    places, counts = places[accepted], counts[accepted]
    if law.distribution is None:
        return tally(patterns[places], counts)
    return tally(bits_to_spins(integer_to_bits(places, patterns.shape[1])), counts)
