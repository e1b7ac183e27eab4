"""Distinct outcomes and how often each came: counted, looked up, and drawn from a law."""

import numpy as np
import numpy.typing as npt

from circuits.bit_order import integer_to_bits
from classical_ref.spins import bits_to_spins
from qdenseam.errors import CapacityError
from qdenseam.execution.memory_limits import fits
from qdenseam.methods.base import RecallLaw, Spins
from qdenseam.simulation.multinomial import multinomial

Counts = npt.NDArray[np.int64]

_BYTES_PER_NEURON = 24  # spins, their copies, and what is carried from neuron to neuron


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
    """Return how often each pattern came among outcomes and their counts, shape ``(K,)``."""
    places = places_of(patterns, states)
    found = np.zeros(len(patterns), dtype=np.int64)
    np.add.at(found, places[places >= 0], counts[places >= 0])
    return found


def places_of(patterns: Spins, states: Spins) -> Counts:
    """Return the index of each state among the patterns, -1 where it is none, shape ``(M,)``."""
    index = {key: place for place, key in enumerate(_keys(patterns).tolist())}
    return np.array([index.get(key, -1) for key in _keys(states).tolist()], dtype=np.int64)


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
        CapacityError: There may be more distinct outcomes than fit in memory.
    """
    if law.sampler is not None:
        _require_room(law.spurious * shots, patterns.shape[1])
        sides, counts = multinomial(shots, [law.acceptance, max(0.0, law.rejected)], rng)
        return tally(*law.sampler(int(counts[sides == 0].sum()), rng))
    if law.distribution is None and law.spurious > 1e-9:
        raise ValueError("the law has spurious outcomes but does not say which.")
    listed = law.joint if law.distribution is None else law.distribution
    places, counts = multinomial(shots, np.clip(np.append(listed, law.rejected), 0, None), rng)
    accepted = places < len(listed)
    places, counts = places[accepted], counts[accepted]
    if law.distribution is None:
        return tally(patterns[places], counts)
    return tally(bits_to_spins(integer_to_bits(places, patterns.shape[1])), counts)


def _require_room(outcomes: float, num_neurons: int) -> None:
    """Refuse more distinct outcomes than the memory holds.

    Raises:
        CapacityError: There may be too many.
    """
    needed = min(outcomes, 2.0**num_neurons) * _BYTES_PER_NEURON * num_neurons
    if not fits(int(needed)):
        raise CapacityError(
            f"about {outcomes:.3g} distinct outcomes of {num_neurons} neurons take some "
            f"{needed / 2**30:.3g} GiB, more than is free here. Use fewer shots."
        )
