"""Recall as a dynamical system: sweeps of spin updates until nothing changes."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Annotated, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from classical_ref.checks import (
    Booleans,
    Floats,
    Integers,
    Rng,
    Within,
    check_mask,
    checked,
    lock,
    shown,
)
from classical_ref.shown import Shown, html_patterns, said_outcomes, value_range
from classical_ref.spins import Spins

Update = Literal["asynchronous", "synchronous"]
"""One neuron after the other, or all at once from the same state."""
Tie = Literal["keep", "plus", "minus", "random"]
"""What a spin becomes where its local field is exactly zero."""
MaxSweeps = Annotated[
    int, Within("[1, 1000000]", "Recall goes on from the states that it reached.")
]
"""Sweeps after which a probe is given up."""


class Outcome(IntEnum):
    """How the dynamics of one probe ended."""

    FIXED_POINT = 0
    """A whole sweep changed nothing."""
    TWO_CYCLE = 1
    """Synchronous updates alternate between two states; the later one is returned."""
    STEP_LIMIT = 2
    """``max_sweeps`` sweeps were not enough."""


ENDS = {
    Outcome.FIXED_POINT: "reached a fixed point",
    Outcome.TWO_CYCLE: "alternate between two states",
    Outcome.STEP_LIMIT: "had not settled",
}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class DynamicsResult(Shown):
    """Where the dynamics of each probe ended; leading axes are those of the probes."""

    states: Spins
    """Final states ``(..., num_neurons)``, entries -1 and +1."""
    energies: Floats
    """Energies of the final states, ``(...)``; infinite or nan where float64 cannot hold them."""
    sweeps: Integers
    """Sweeps done, ``(...)``, with the one that found nothing to change."""
    outcome: NDArray[np.int8]
    """An :class:`Outcome` per probe, ``(...)``."""
    trajectory: Spins | None = None
    """States before and after every sweep, ``(num_sweeps + 1, ..., num_neurons)``, if asked for.

    Entry 0 is the probe with its unknown entries filled in; settled states are repeated.
    """
    energy_trajectory: Floats | None = None
    """Their energies, ``(num_sweeps + 1, ...)``, with the trajectory."""
    hint_by: Callable[..., str] | None = field(default=None, repr=False)
    """What says :attr:`hint`, where the memory can."""

    def __post_init__(self) -> None:
        arrays = {name: getattr(self, name) for name in self.__slots__ if name != "hint_by"}
        lock(self, **{name: array for name, array in arrays.items() if array is not None})

    @property
    def hint(self) -> str:
        """What is wrong with a dense memory whose own patterns do not stay, and what keeps them.

        Computed when it is asked for; empty where all stay.
        """
        return "" if self.hint_by is None else self.hint_by()

    @property
    def is_settled(self) -> Booleans:
        """Whether each probe reached a fixed point, ``(...)``."""
        return np.asarray(self.outcome == Outcome.FIXED_POINT)

    @property
    def summary(self) -> str:
        """How the dynamics ended, in a sentence for each way that it did, and a quick hint."""
        hint = "" if self.hint_by is None else self.hint_by(quick=True)
        return f"{said_outcomes(self.outcome, self.sweeps, ENDS, 'sweep')} {hint}".strip()

    def _facts(self) -> Mapping[str, object]:
        return {
            "summary": self.summary,
            "states": self.states,
            "energies": value_range(self.energies),
            "has_trajectory": self.trajectory is not None,
        }

    def _more_html(self) -> str:
        return html_patterns(self.states.reshape(-1, self.states.shape[-1]), None, name="state")


class LocalFields(ABC):
    """What a memory tells the dynamics: the signs of its local fields.

    Arrays have shape ``(num_probes, num_neurons)``. A sign is -1, 0 or +1, and 0 means a tie.
    """

    @abstractmethod
    def signs(self, states: Spins) -> Spins:
        """Return the sign of every local field, all computed from the same states."""

    def signs_of(self, neuron: int, states: Spins) -> Spins:
        """Return the signs of one neuron's local fields, ``(num_probes,)``."""
        return self.signs(states)[:, neuron]

    def sweep(
        self, states: Spins, neurons: Integers, updatable: Booleans, preference: Spins
    ) -> None:
        """Update the ``updatable`` spins in place, one of ``neurons`` after the other.

        Where the field vanishes, :func:`resolve` decides with the neuron's ``preference``.
        """
        for neuron in neurons.tolist():
            current = states[:, neuron]
            new = resolve(self.signs_of(neuron, states), current, preference[neuron])
            states[:, neuron] = np.where(updatable[:, neuron], new, current)


def resolve(signs: Spins, current: Spins, preference: Spins) -> Spins:
    """Return the spins that follow from the signs of local fields.

    A tie (sign 0) gives the neuron's preference; preference 0 keeps the current spin, and an
    unknown spin (0) that would be kept becomes +1.
    """
    kept = np.where(current == 0, 1, current)
    return np.where(signs != 0, signs, np.where(preference != 0, preference, kept)).astype(np.int8)


@checked
def run(
    fields: LocalFields,
    energy: Callable[[Spins], Floats],
    probes: Spins,
    *,
    update: Update,
    tie: Tie,
    max_sweeps: MaxSweeps,
    clamped: ArrayLike | None,
    order: str | ArrayLike,
    trajectory: bool,
    rng: Rng,
    hint_by: Callable[..., str] | None = None,
) -> DynamicsResult:
    """Return where the dynamics takes probes ``(..., num_neurons)``.

    First the unknown spins are filled in, then whole sweeps follow. All probes share the order of
    a sweep, so a probe recalled alone and in a batch from the same seed ends alike.

    Args:
        fields: The local fields of the memory.
        energy: Energies ``(num_probes,)`` of states ``(num_probes, num_neurons)``.
        probes: Entries -1, 0 and +1.
        update: This and all below as of :meth:`~classical_ref.DenseMemory.recall`.
        tie: What a spin with zero field becomes.
        max_sweeps: Sweeps after which a probe is given up.
        clamped: Which neurons are never updated.
        order: Order of asynchronous updates.
        trajectory: Whether to return the states after every sweep.
        rng: Source of the orders and of random ties.
        hint_by: What says the result's hint.

    Raises:
        TypeError: An option is of another kind.
        ValueError: An option is unknown, ``max_sweeps`` is not from one to a million, ``order`` is
            no permutation, or ``clamped`` has another shape or holds an unknown entry.
    """
    rng = np.random.default_rng(rng)
    num_neurons = probes.shape[-1]
    fixed_order = _fixed_order(order, num_neurons)
    free = ~check_mask("clamped", clamped, probes.shape)
    if np.any(~free & (probes == 0)):
        raise ValueError("clamped neurons should be known. Got an unknown entry that is clamped.")
    preference = _preference(tie, num_neurons, rng)

    def step(states: Spins, updatable: Booleans) -> None:
        """Update the ``updatable`` spins once, in place."""
        if update == "synchronous":
            if updatable.any():
                resolved = resolve(fields.signs(states), states, preference)
                states[updatable] = resolved[updatable]
            return
        neurons = rng.permutation(num_neurons) if fixed_order is None else fixed_order
        if updatable.any():
            fields.sweep(states, neurons, updatable, preference)

    shape, free = probes.shape[:-1], free.reshape(-1, num_neurons)
    states = probes.reshape(-1, num_neurons).copy()
    step(states, states == 0)
    history = [states.copy()]
    before = states.copy()  # one sweep earlier, to see two-cycles
    sweeps = np.zeros(len(states), dtype=np.int64)
    outcome = np.full(len(states), Outcome.STEP_LIMIT, dtype=np.int8)
    active = np.arange(len(states))
    for number in range(max_sweeps):
        if active.size == 0:
            break
        old = states[active]
        new = old.copy()
        step(new, free[active])
        settled = np.all(new == old, axis=1)
        returned = np.zeros_like(settled)
        if update == "synchronous" and number > 0:
            returned = ~settled & np.all(new == before[active], axis=1)
        sweeps[active] += 1
        outcome[active[settled]] = Outcome.FIXED_POINT
        outcome[active[returned]] = Outcome.TWO_CYCLE
        before[active] = old
        states[active] = new
        active = active[~(settled | returned)]
        if trajectory:
            history.append(states.copy())
    return DynamicsResult(
        states=states.reshape(probes.shape),
        energies=energy(states).reshape(shape),
        sweeps=sweeps.reshape(shape),
        outcome=outcome.reshape(shape),
        trajectory=np.stack(history).reshape(-1, *probes.shape) if trajectory else None,
        hint_by=hint_by,
        energy_trajectory=np.stack([energy(each) for each in history]).reshape(-1, *shape)
        if trajectory
        else None,
    )


def _preference(tie: Tie, num_neurons: int, rng: np.random.Generator) -> Spins:
    if tie == "random":
        return (1 - 2 * rng.integers(0, 2, size=num_neurons, dtype=np.int8)).astype(np.int8)
    return np.full(num_neurons, {"keep": 0, "plus": 1, "minus": -1}[tie], dtype=np.int8)


def _fixed_order(order: str | ArrayLike, num_neurons: int) -> Integers | None:
    """Return the order of every sweep, None where each draws its own."""
    if isinstance(order, str) and order in ("random", "sequential"):
        return None if order == "random" else np.arange(num_neurons)
    with suppress(TypeError, ValueError):  # rows of several lengths, objects that have no order
        array = np.asarray(order)
        if array.ndim == 1 and np.array_equal(np.sort(array), np.arange(num_neurons)):
            return array.astype(np.int64)
    given = order.tolist() if isinstance(order, np.ndarray) else order
    raise ValueError(
        f"order should be 'random', 'sequential' or a permutation of 0..{num_neurons - 1}. "
        f"Got {shown(given)}."
    )
