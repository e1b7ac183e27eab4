"""Overlap trajectories of finite memories, to hold against the theory of infinite ones."""

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from numpy.typing import ArrayLike

from classical_ref.checks import (
    Floats,
    Rng,
    Within,
    check_array,
    check_entries,
    check_within,
    checked,
    lock,
)
from classical_ref.discrete.dense import DenseMemory
from classical_ref.discrete.fields import SelfInteraction
from classical_ref.patterns import flip, random_patterns
from classical_ref.separation import Polynomial
from classical_ref.shown import Shown


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class SimulatedOverlaps(Shown):
    """Overlaps of every pattern set, with the settings that made them."""

    order: int
    """Interaction order n."""
    num_neurons: int
    """Number N of neurons."""
    num_patterns: int
    """Number K of patterns, the nearest integer to ``dense_load * N**(n-1)``."""
    initial_overlaps: Floats
    """Overlaps of the probes as made, ``(num_probes,)``."""
    overlaps: Floats
    """Overlaps with the target, ``(num_pattern_sets, num_probes, num_steps + 1)``.

    With several targets per pattern set, the mean over them.
    """

    def __post_init__(self) -> None:
        lock(self, overlaps=self.overlaps, initial_overlaps=self.initial_overlaps)

    def mean(self) -> Floats:
        """Return the mean over pattern sets, ``(num_probes, num_steps + 1)``."""
        return np.asarray(self.overlaps.mean(axis=0))

    def standard_error(self) -> Floats:
        """Return the standard error of the mean over pattern sets, of the same shape."""
        return np.asarray(self.overlaps.std(axis=0, ddof=1) / np.sqrt(len(self.overlaps)))


@checked
def simulate(
    *,
    order: Annotated[int, Within("[2, 1000]")],
    dense_load: Annotated[float, Within("(0, inf)")],
    initial_overlaps: ArrayLike,
    num_neurons: Annotated[int, Within("[1, 1000000]")] = 512,
    num_steps: Annotated[int, Within("[1, 10000]")] = 10,
    num_pattern_sets: Annotated[int, Within("[1, 1000000]")] = 100,
    num_targets: Annotated[int, Within("[1, 1000000]")] = 1,
    self_interaction: SelfInteraction = "excluded",
    rng: Rng = None,
) -> SimulatedOverlaps:
    """Return overlap trajectories of synchronous recall by the leading rule.

    In every pattern set of independent random patterns the first ones are the targets, and each
    probe is a target with ``round(N * (1 - m) / 2)`` random spins flipped. A spin with zero field
    is kept. A trajectory always has ``num_steps`` steps, through fixed points and cycles.

    Args:
        order: Interaction order n, at least 2.
        dense_load: ``K / N**(n-1)``.
        initial_overlaps: Overlap m of each probe, ``(num_probes,)``, in ``[-1, 1]``.
        num_neurons: Number N of neurons.
        num_steps: Synchronous updates.
        num_pattern_sets: Independent pattern sets.
        num_targets: Targets in each, with all probes for every one.
        self_interaction: Whether fields leave out the neuron's own spin.
        rng: Source of randomness.

    Raises:
        ValueError: An argument is out of range, or a pattern set would have more than 2**31 spins.
    """
    rng = np.random.default_rng(rng)
    wanted = np.atleast_1d(check_array("initial_overlaps", initial_overlaps, "..."))
    if wanted.ndim != 1 or np.any(np.abs(wanted) > 1):
        raise ValueError("initial_overlaps should be a vector with entries in [-1, 1].")
    try:
        num_patterns = round(dense_load * num_neurons ** (order - 1))
    except OverflowError:
        num_patterns = 2**31  # too many
    if num_patterns < 1:
        raise ValueError(f"dense_load should give at least 1 pattern. Got {dense_load}.")
    check_entries(2**31 - 1, num_patterns=num_patterns, num_neurons=num_neurons)
    check_entries(
        2**28, num_pattern_sets=num_pattern_sets, num_probes=len(wanted), num_steps=num_steps
    )
    check_within(f"[1, {num_patterns}]", num_targets=num_targets)
    num_flips = np.rint(num_neurons * (1 - wanted) / 2).astype(int).tolist()
    overlaps = np.empty((num_pattern_sets, len(wanted), num_steps + 1))
    for number in range(num_pattern_sets):
        memory = DenseMemory(random_patterns(num_patterns, num_neurons, rng=rng), Polynomial(order))
        targets = np.repeat(memory.patterns[:num_targets], len(wanted), axis=0)
        flips = num_flips * num_targets
        states = np.stack(
            [flip(target, count, rng=rng) for target, count in zip(targets, flips, strict=True)]
        )
        fields = memory.fields(rule="leading", self_interaction=self_interaction)
        for step in range(num_steps + 1):
            if step > 0:
                signs = fields.signs(states)
                states = np.where(signs == 0, states, signs)
            each = (states * targets).mean(axis=1).reshape(num_targets, len(wanted))
            overlaps[number, :, step] = each.mean(axis=0)
    return SimulatedOverlaps(
        order=order,
        num_neurons=num_neurons,
        num_patterns=num_patterns,
        initial_overlaps=1 - 2 * np.array(num_flips) / num_neurons,
        overlaps=overlaps,
    )
