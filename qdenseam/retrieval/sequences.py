"""Sequences recalled by a quantum memory: each answer is the probe of the next step."""

from dataclasses import dataclass
from typing import Annotated, final

import numpy as np

from circuits.loading.preparation import Encoder
from classical_ref.checks import (
    Floats,
    Rng,
    Said,
    Spins,
    SpinsLike,
    Within,
    checked,
    lock,
)
from classical_ref.sequences import Pairs
from classical_ref.shown import Shown, html_patterns
from classical_ref.spins import check_probes
from qdenseam.execution.registry import Source
from qdenseam.memories.amplitude import AmplitudeMemory
from qdenseam.methods.adaptive import AdaptiveMethod
from qdenseam.methods.base import RecallMethod
from qdenseam.retrieval.result import RecallResult
from qdenseam.retrieval.verb import recall


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class SequenceRecall(Shown):
    """The states that a quantum memory recalled one after the other."""

    states: Spins
    """The start, 0 where unknown, and what followed, ``(num_done + 1, num_neurons)``."""
    shares: Floats
    """Accepted shots that gave the value taken, over all accepted ones of the step,
    ``(num_done,)``. Steps that followed single shots would all go so with their product."""
    results: tuple[RecallResult, ...]
    """The recall of each step; one more than was done where the last accepted no shot."""

    def __post_init__(self) -> None:
        lock(self, states=self.states, shares=self.shares)

    def _more_html(self) -> str:
        return html_patterns(self.states, None, name="state")

    @property
    def state_preparations(self) -> int:
        """State preparations and inverses over all steps and shots."""
        return sum(each.state_preparations for each in self.results)


@checked
def recall_sequence(
    links: Annotated[Pairs, Said("pairs(patterns[:-1], patterns[1:])")],
    start: SpinsLike,
    num_steps: Annotated[int, Within("[0, 10^5]", "Go on from the last state.")],
    *,
    encoder: Encoder | str = "auto",
    method: RecallMethod | AdaptiveMethod | str = "auto",
    sampler: Source = "exact",
    shots: int = 1000,
    bits: bool | None = None,
    expected_flips: int | None = None,
    rng: Rng = None,
) -> SequenceRecall:
    r"""Recall what follows a state, step by step.

    The memory is :math:`\sum_\mu |\xi^\mu\rangle |\xi^{\mu+1}\rangle`, all transitions. Each step
    asks for the value of the present state and takes the one measured most often. A coherent walk
    of T steps would need T copies of the memory; this takes T recalls, as many as a classical
    look-up of T transitions.

    Args:
        links: Transitions, ``pairs(patterns[:-1], patterns[1:])``: keys and values of one size.
        start: Spins ``(num_neurons,)`` with 0 where unknown, or text.
        num_steps: Steps to do, 0 to 100,000.
        encoder: How the transitions are loaded, or its spelling.
        method: As in :func:`recall`, and so the other options.
        sampler: Engine of every step.
        shots: Shots a step.
        bits: Whether the start is bits, where its type does not say it.
        expected_flips: How many neurons of a state may be wrong.
        rng: Seed or generator.

    Returns:
        What followed; shorter than asked for where a step accepted no shot.

    Raises:
        ValueError: Keys and values differ in size, there are several starts, or as
            :func:`recall`.
        TypeError: The links are no ``Pairs``, or as :func:`recall`.

    Examples:
        >>> from classical_ref.sequences import pairs
        >>> song = ["0011", "0101", "1110", "1001"]
        >>> recall_sequence(pairs(song[:-1], song[1:]), "001?", 3, rng=0).states[-1].tolist()
        [-1, 1, 1, -1]
    """
    size = links.num_key_neurons
    if links.num_neurons != 2 * size:
        raise ValueError(
            f"values should have as many neurons as keys, {size}. Got {links.num_neurons - size}."
        )
    rng = np.random.default_rng(rng)
    memory = AmplitudeMemory(links.patterns, encoder=encoder)
    begin = check_probes(start, size, bits=bits)
    if begin.size != size:
        raise ValueError(f"start should be one state, ({size},). Got shape {begin.shape}.")
    states: list[Spins] = [begin.reshape(size)]
    shares: list[float] = []
    results: list[RecallResult] = []
    for _ in range(num_steps):
        result = recall(
            memory,
            links.probes(states[-1], bits=False),
            method=method,
            sampler=sampler,
            shots=shots,
            expected_flips=expected_flips,
            rng=rng,
        )
        results.append(result)
        if result.accepted == 0:
            break
        values, places = np.unique(result.states[:, size:], axis=0, return_inverse=True)
        counts = np.bincount(places.reshape(-1), result.state_counts)
        states.append(values[counts.argmax()])
        shares.append(float(counts.max() / result.accepted))
    return SequenceRecall(states=np.array(states), shares=np.array(shares), results=tuple(results))
