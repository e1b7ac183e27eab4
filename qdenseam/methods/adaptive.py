"""Methods that feed what they measured into their next circuits.

An adaptive method runs in rounds. Each round is an ordinary :class:`RecallMethod` with its circuit
and its law, so everything that runs, counts or checks those serves adaptive methods too; only the
choice of rounds is here. ``step`` is pure: the same state, readouts and generator give the same
next rounds.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Self

import numpy as np
import numpy.typing as npt

from classical_ref.checks import (
    Booleans,
    Floats,
    Integers,
    Rng,
    check_at_least,
    check_probes,
    checked,
)
from qdenseam.memories.probe import PatternMemory
from qdenseam.methods.base import RecallLaw, RecallMethod, Spins
from qdenseam.methods.outcomes import draw
from qdenseam.spelling import Named


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Round:
    """One circuit to run: what ``method`` does with ``memory`` and ``probe``, ``shots`` times."""

    method: RecallMethod
    memory: Any
    probe: Spins
    shots: int
    place: int = 0
    """Which of the recalls that run together asks for it."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AdaptiveState:
    """Where an adaptive recall stands; methods add what else they need to know."""

    answers: Spins
    """The answers so far, shape ``(shots, D)``; a row of zeros is no answer."""
    num_rounds: int = 0
    """Circuits asked for one after the other: what the longest search has waited for."""
    circuits: int = 0
    """Circuits asked for so far: searches that ask for the same one share it."""
    shots: int = 0
    """Shots asked for, over all circuits."""
    state_preparations: int = 0
    """State preparations and inverses in all these shots."""
    asked: tuple[Integers, ...] = ()
    """For each circuit just asked for, the searches that wait for its readouts, in order."""

    def asking(
        self,
        wanted: Integers | Floats,
        method: Callable[..., RecallMethod],
        memory: PatternMemory,
        probe: Spins,
        *,
        going: Booleans | bool = True,
    ) -> tuple[Self, list[Round]]:
        """Return the state that waits for the next rounds, and these.

        Searches with equal rows of ``wanted``, shape ``(shots, n)``, share the round of
        ``method(*row)``; only those that are ``going``, shape ``(shots,)``, ask.
        """
        mask = np.broadcast_to(going, len(wanted))
        kinds = np.unique(wanted[mask], axis=0).tolist()
        asked = tuple(np.flatnonzero(mask & (wanted == kind).all(axis=1)) for kind in kinds)
        rounds = [
            Round(method=method(*kind), memory=memory, probe=probe, shots=len(who))
            for kind, who in zip(kinds, asked, strict=True)
        ]
        costs = (r.shots * r.method.state_preparations(memory, probe) for r in rounds)
        waiting = replace(
            self,
            num_rounds=self.num_rounds + bool(rounds),
            circuits=self.circuits + len(rounds),
            shots=self.shots + sum(r.shots for r in rounds),
            state_preparations=self.state_preparations + sum(costs),
            asked=asked,
        )
        return waiting, rounds


class AdaptiveMethod(Named, ABC):
    """A way to recall in rounds; subclasses are frozen dataclasses of plain fields."""

    kind: ClassVar[str] = "method"
    memory_type: ClassVar[type]
    corrects: ClassVar[bool] = True
    """Whether it is meant for probes with wrong bits too; the others complete unknown ones."""

    @abstractmethod
    def start(
        self, memory: Any, probe: Spins, shots: int, rng: np.random.Generator
    ) -> AdaptiveState:
        """Return the state before any circuit, for ``shots`` answers."""

    @abstractmethod
    def step(
        self,
        memory: Any,
        probe: Spins,
        state: Any,
        readouts: Sequence[Spins],
        rng: np.random.Generator,
    ) -> tuple[AdaptiveState, list[Round]]:
        """Return the state after the last rounds' readouts and the next rounds; none means done.

        Args:
            memory: What to recall from.
            probe: Spins with 0 where unknown, shape ``(D,)``.
            state: As :meth:`start` or the last call returned it.
            readouts: Measured spins of each round asked for by the last call, shape
                ``(shots, D)`` each; empty at the first call.
            rng: Draws what the method leaves to chance.
        """

    def law(self, memory: Any, probe: Spins | str) -> RecallLaw | None:  # noqa: ARG002
        """Return the exact distribution of one answer; no answer counts as rejected.

        ``None`` where there is none, since the circuits depend on what was measured; each round's
        method still has its law.
        """
        return None

    def expected_state_preparations(self, memory: Any, probe: Spins | str) -> float:  # noqa: ARG002
        """Return the mean number of state preparations and inverses per answer.

        Raises:
            ValueError: The method has no law.
        """
        raise ValueError(f"only a method with a law knows its mean costs. {self.name!r} has none.")


Sample = Callable[[list[Round], np.random.Generator], Sequence[Spins]]
"""Runs a list of rounds and returns the measured spins of each, ``(shots, D)``."""


@checked
def run_rounds(
    method: AdaptiveMethod,
    memory: PatternMemory,
    probe: npt.ArrayLike | str,
    shots: int,
    sample: Sample,
    *,
    rng: Rng = None,
) -> AdaptiveState:
    """Run rounds until the method is done and return its last state.

    Args:
        method: The adaptive method.
        memory: What to recall from.
        probe: Spins with 0 where unknown, shape ``(D,)``.
        shots: Answers wanted, at least 1.
        sample: Runs a list of rounds and returns the measured spins of each;
            :func:`sample_laws` does it without circuits.
        rng: Draws what the method leaves to chance, then goes to ``sample``.

    Raises:
        ValueError: ``shots`` is below 1.
        TypeError: The method needs the other kind of memory.
    """
    return run_together(
        method, memory, check_probes(probe, memory.num_neurons)[None], shots, sample, rng=rng
    )[0]


@checked
def run_together(
    method: AdaptiveMethod,
    memory: PatternMemory,
    probes: npt.ArrayLike | Sequence[str],
    shots: int,
    sample: Sample,
    *,
    rng: Rng = None,
) -> list[AdaptiveState]:
    """Run the recalls of many probes side by side, see :func:`run_rounds`.

    The next rounds of all that are not done yet go to one call of ``sample``.

    Args:
        method: The adaptive method.
        memory: What to recall from.
        probes: Spins with 0 where unknown, or text, shape ``(P, D)``.
        shots: Answers wanted for each probe, at least 1.
        sample: Runs a list of rounds, in the order of the probes, and returns the measured spins.
        rng: Draws what the method leaves to chance, then goes to ``sample``.

    Returns:
        The last state of each recall.

    Raises:
        ValueError: ``shots`` is below 1, or a round does not accept every shot.
        TypeError: The method needs the other kind of memory.
    """
    rng = np.random.default_rng(rng)
    check_at_least(1, shots=shots)
    spins = check_probes(probes, memory.num_neurons)
    if not isinstance(memory, method.memory_type):
        raise TypeError(
            f"{type(method).__name__} recalls from {method.memory_type.__name__}. "
            f"Got {type(memory).__name__}."
        )
    states = [method.start(memory, probe, shots, rng) for probe in spins]
    readouts: list[list[Spins]] = [[] for _ in states]
    going = list(range(len(states)))
    while going:
        asked: list[Round] = []
        for place in going:
            states[place], rounds = method.step(
                memory, spins[place], states[place], readouts[place], rng
            )
            readouts[place] = []
            asked += [replace(each, place=place) for each in rounds]
        for each in asked:
            if each.method.acceptance_rule != "all":
                raise ValueError(
                    f"a round should accept every shot. {each.method.name!r} rejects some."
                )
        for each, measured in zip(asked, sample(asked, rng) if asked else [], strict=True):
            readouts[each.place].append(measured)
        going = [place for place in going if readouts[place]]
    return states


@checked
def sample_laws(rounds: list[Round], rng: np.random.Generator) -> list[Spins]:
    """Return spins drawn from each round's exact law, ``(shots, D)`` each.

    Raises:
        ValueError: A round's law has spurious outcomes but does not say which.
    """
    return [_draw(each, rng) for each in rounds]


def _draw(each: Round, rng: np.random.Generator) -> Spins:
    law = replace(each.method.law(each.memory, each.probe), rejected=0.0)  # it is rounding at most
    states, counts = draw(law, each.memory.patterns, each.shots, rng)
    return rng.permutation(np.repeat(states, counts, axis=0))  # each search gets any of them alike
