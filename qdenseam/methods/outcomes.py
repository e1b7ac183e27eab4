"""Outcomes drawn from a law: distinct ones, and how often each came."""

import numpy as np

from circuits.bit_order import integer_to_bits
from classical_ref.spins import bits_to_spins
from qdenseam.effort import require_room
from qdenseam.execution.tallies import Counts, tally
from qdenseam.methods.base import RecallLaw, Spins
from qdenseam.simulation.multinomial import multinomial

_BYTES_PER_NEURON = 24  # spins, their copies, and what is carried from neuron to neuron


def draw(
    law: RecallLaw, patterns: Spins, shots: int, rng: np.random.Generator
) -> tuple[Spins, Counts]:
    """Return distinct accepted outcomes of ``shots`` draws and their counts, most frequent first.

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
    require_room(
        f"about {outcomes:.3g} distinct outcomes of {num_neurons} neurons",
        min(outcomes, 2.0 ** min(num_neurons, 1000)) * _BYTES_PER_NEURON * num_neurons,
        "Use fewer shots.",
    )
