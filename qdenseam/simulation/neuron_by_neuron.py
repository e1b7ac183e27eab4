"""Outcomes drawn one neuron after the other, where 2^D of them are too many to list."""

from abc import ABC, abstractmethod

import numpy as np

from classical_ref.checks import Floats, Integers, Spins
from qdenseam.simulation.multinomial import Counts, split


class NeuronByNeuron(ABC):
    """A distribution P(x) = Π_i P(x_i | x_1..x_{i-1}) of spins that is known factor by factor.

    What the factors need of the spins before is carried along as one row of numbers per outcome.
    """

    num_neurons: int

    @abstractmethod
    def chances(self, neuron: int, carried: Floats) -> tuple[Floats, Floats]:
        """Return the weights of -1 and of +1 at a neuron, shape ``(M,)`` each, one above 0."""

    @abstractmethod
    def carry(self, neuron: int, carried: Floats, spins: Spins) -> None:
        """Take the spins of a neuron, shape ``(M,)``, into what is carried, ``(M, F)``, in place.

        Rows whose draws are all given to one side are not told apart from others.
        """


def drawn(
    law: NeuronByNeuron, counts: Counts, carried: Floats, rng: np.random.Generator
) -> tuple[Integers, Spins, Counts]:
    """Return outcomes and how often each came, in proportion to how many there are.

    The draws that share their first spins are split by one binomial at the next neuron.

    Args:
        law: What is drawn from.
        counts: Draws of each start, shape ``(S,)``.
        carried: What each start carries before the first neuron, shape ``(S, F)``.
        rng: Source of the draws.

    Returns:
        The start of each row ``(M,)``, its spins ``(M, D)`` and its count ``(M,)``; the rows of one
        start are distinct.
    """
    kept = counts > 0
    start, counts, carried = np.flatnonzero(kept), counts[kept], carried[kept]
    states = np.ones((len(counts), law.num_neurons), dtype=np.int8)
    for neuron in range(law.num_neurons):
        flipped = split(counts, *law.chances(neuron, carried), rng)
        states[flipped == counts, neuron] = -1
        both = np.flatnonzero((flipped > 0) & (flipped < counts))
        if len(both):
            first = len(counts)
            start, states, carried, counts = (
                np.concatenate([each, each[both]]) for each in (start, states, carried, counts)
            )
            states[first:, neuron] = -1
            counts[first:] = flipped[both]
            counts[both] -= flipped[both]
        law.carry(neuron, carried, states[:, neuron])
    return start, states, counts
