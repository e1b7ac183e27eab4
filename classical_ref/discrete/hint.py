"""Whether a dense memory can hold its patterns, and which memories can, as tried on them."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from math import log, pi, sqrt

import numpy as np

from classical_ref.checks import Booleans
from classical_ref.discrete.centered import CenteredMemory
from classical_ref.discrete.dense import DenseMemory
from classical_ref.discrete.fields import SelfInteraction
from classical_ref.separation import (
    Exponential,
    Polynomial,
    RectifiedPolynomial,
    Rule,
    Separation,
)
from classical_ref.spins import overlap

_MOST_ORDER = 20
_MOST_PATTERNS = 256  # of more the first are looked at


def hint_of(memory: DenseMemory, *, rule: Rule, self_interaction: SelfInteraction) -> str:
    r"""Return what is wrong with a memory whose own patterns do not stay, and what keeps them.

    A pattern stays, whatever the updates, if no local field at it points away from it: that is
    computed, not estimated. For K patterns of pairwise overlap m the crosstalk of what they share
    outweighs a pattern at order n about where :math:`(K - 1) m^{n - 1} > 1`, so that correlation,
    not only their number, decides. What is named was tried on the same patterns.

    Args:
        memory: The memory; of more than 256 patterns the first are looked at.
        rule: That of the recall.
        self_interaction: That of the recall.

    Returns:
        Sentences; nothing where all patterns stay.
    """
    looked_at = memory.patterns[:_MOST_PATTERNS]

    def staying(separation: Separation, own: SelfInteraction = self_interaction) -> Booleans:
        tried = replace(memory, separation=separation)
        fields = tried.fields(rule=rule, self_interaction=own, engine="numpy")
        return np.asarray((fields.signs(looked_at) != -looked_at).all(axis=1))

    def others() -> Iterator[str]:
        own = memory.separation
        power = own if isinstance(own, Polynomial | RectifiedPolynomial) else Polynomial(2)
        orders = range(power.order + 1, _MOST_ORDER + 1)
        keep = (each for n in orders if staying(each := replace(power, order=n)).all())
        yield from map(repr, islice(keep, 1))
        centered = CenteredMemory(memory.patterns, RectifiedPolynomial(power.order))
        if np.array_equal(centered.recall(looked_at, max_sweeps=1).states, looked_at):
            yield f"CenteredMemory(separation={centered.separation})"
        exponential = Exponential(max(1.0, round(log(memory.num_patterns) / 2 + 0.5, 2)))
        if staying(exponential).all():
            yield repr(exponential)
        elif staying(exponential, "kept").all():  # a scan for the nearest, unless weights differ
            yield f"{exponential} and self_interaction='kept'"

    stays = staying(memory.separation)
    if stays.all():
        return ""
    first = "the first " if len(looked_at) < memory.num_patterns else ""
    shared = np.abs(overlap(looked_at, looked_at))[np.triu_indices(len(stays), k=1)]
    said = (
        f"{np.count_nonzero(~stays)} of {first}{len(stays)} stored patterns are no fixed points of "
        f"{memory.separation}: their mean overlap is {shared.mean():.2f}, that "
        f"of random ones {sqrt(2 / (pi * memory.num_neurons)):.2f}."
    )
    found = " or ".join(others())
    return f"{said} All of them stay with {found}." if found else said
