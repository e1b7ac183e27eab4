"""The memory of all words that obey some parity checks."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Self, final

import numpy as np
from numpy.typing import NDArray

from classical_ref.checks import (
    Bits,
    Integers,
    Rng,
    Spins,
    SpinsLike,
    Within,
    check_bits,
    check_entries,
    check_probes,
    checked,
    lock,
)
from classical_ref.discrete.dynamics import MaxSweeps
from classical_ref.shown import Shown
from classical_ref.sparse_recovery.constraints import Recovered
from classical_ref.sparse_recovery.gf2 import Eliminated, eliminate
from classical_ref.sparse_recovery.parity_learning import Chance, Weight, learn_checks

Counts = NDArray[np.float32]


@final
@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ParityMemory(Shown):
    r"""All spins whose product over each check is +1: 2^(D - rank) words, recalled by flips.

    Recall first fills unknown entries by checks in which nothing else is unknown, then flips every
    neuron that stands in the most violated checks, satisfied ones counted against it. If each
    neuron has three checks and two neurons share at most one, a single wrong neuron has score +3
    and every other at most -1: one flip repairs it. More errors are repaired often, not always.

    Examples:
        >>> xor = ParityMemory([[1, 1, 1]])
        >>> xor.recall("01?").states.tolist()
        [1, -1, -1]

    References:
        Gallager, "Low-density parity-check codes" (1962), for the flips; Mazumdar and Rawat,
        "Associative memory via a sparse recovery model" (2015), for the memory.
    """

    checks: Bits
    """Which neurons each check takes in, ``(num_checks, num_neurons)``, 0 and 1, read-only."""
    _solved: Eliminated = field(init=False)

    def __post_init__(self) -> None:
        checks = check_bits(self.checks, name="checks")
        if not checks.any(axis=1).all():
            raise ValueError("every check should take in a neuron. Got a row of zeros.")
        lock(self, checks=checks)
        object.__setattr__(self, "_solved", eliminate(checks))

    @classmethod
    def learned(
        cls,
        patterns: SpinsLike,
        *,
        weight: Weight = 6,
        max_chance: Chance | None = 0.01,
        bits: bool | None = None,
    ) -> Self:
        """Return the memory of all checks of one weight that the patterns obey.

        Arguments are those of :func:`learn_checks`.

        Raises:
            ValueError: See :func:`learn_checks`; or the patterns obey no such check.
        """
        checks = learn_checks(patterns, weight=weight, max_chance=max_chance, bits=bits)
        if not len(checks):
            raise ValueError(
                f"patterns should obey a common check of weight {weight}. Got none; arbitrary "
                "patterns cannot be stored by their checks."
            )
        return cls(checks)

    def _facts(self) -> Mapping[str, object]:
        return {"num_checks": len(self.checks), "num_neurons": self.num_neurons}

    @property
    def num_neurons(self) -> int:
        """D."""
        return int(self.checks.shape[1])

    @property
    def dimension(self) -> int:
        """The logarithm to base 2 of the number of stored words, D - rank."""
        return len(self._solved.free)

    @checked
    def sample(
        self, num_patterns: Annotated[int, Within("[1, 1000000000]")], *, rng: Rng = None
    ) -> Spins:
        """Return uniform stored words, independent of each other, ``(num_patterns, D)``.

        Raises:
            ValueError: ``num_patterns`` is below one, or there would be more than 2**28 spins.
        """
        rng = np.random.default_rng(rng)
        check_entries(2**28, num_patterns=num_patterns, num_neurons=self.num_neurons)
        solved = self._solved
        bits = np.zeros((num_patterns, self.num_neurons), dtype=np.int64)
        bits[:, solved.free] = rng.integers(2, size=(num_patterns, len(solved.free)))
        bits[:, solved.pivots] = bits[:, solved.free] @ solved.dependence.T & 1
        return (1 - 2 * bits).astype(np.int8)

    def energy(self, states: SpinsLike, *, bits: bool | None = None) -> Integers:
        r"""Return how many checks the states violate, ``(..., D)`` to ``(...)``.

        That is :math:`\sum_c (1 - \prod_{i \in c} s_i) / 2`, 0 for stored words. Checks with
        unknown entries do not count. ``bits`` says whether the states are bits, where their type
        does not: see :func:`classical_ref.check_probes`.

        Raises:
            ValueError: The states have another shape or other values, or are spins or bits in
                doubt.
        """
        spins = check_probes(states, self.num_neurons, bits=bits)
        return np.asarray(self._violated(spins).sum(axis=-1).astype(np.int64))

    @checked
    def recall(
        self, probes: SpinsLike, *, max_sweeps: MaxSweeps = 50, bits: bool | None = None
    ) -> Recovered:
        """Return what flips make of the probes ``(..., D)``; 0 is unknown.

        ``bits`` says whether the probes are bits, as for :meth:`energy`.

        Raises:
            ValueError: The probes have another shape or other values, are spins or bits in doubt,
                or ``max_sweeps`` is not from one to a million.
        """
        given = check_probes(probes, self.num_neurons, bits=bits)
        spins = self._filled(given.reshape(-1, self.num_neurons).copy())
        for _ in range(max_sweeps):
            violated = self._violated(spins)
            degrees = self._known_checks(spins) @ self.checks
            score = 2 * (violated @ self.checks) - degrees
            best = score.max(axis=1, keepdims=True)
            flips = (score == best) & (best > 0)
            if not flips.any():
                break
            spins[flips] *= -1
        is_stored = (spins != 0).all(axis=1) & ~self._violated(spins).any(axis=1)
        return Recovered(
            states=spins.reshape(given.shape), is_stored=is_stored.reshape(given.shape[:-1])
        )

    def _filled(self, spins: Spins) -> Spins:
        """Fill what a check with a single unknown entry decides, as long as there is any."""
        checks = self.checks.astype(np.float32)
        while True:
            alone = (spins == 0).astype(np.float32) @ checks.T == 1
            votes = (alone * self._products(spins)) @ checks  # of known entries in each check
            decided = (spins == 0) & (alone.astype(np.float32) @ checks > 0)
            if not decided.any():
                return spins
            spins[decided] = np.where(votes >= 0, 1, -1)[decided]

    def _products(self, spins: Spins) -> Counts:
        odd = ((spins < 0).astype(np.float32) @ self.checks.T.astype(np.float32)) % 2
        return np.asarray(1 - 2 * odd, dtype=np.float32)

    def _known_checks(self, spins: Spins) -> Counts:
        unknown = (spins == 0).astype(np.float32) @ self.checks.T.astype(np.float32)
        return np.asarray(unknown == 0, dtype=np.float32)

    def _violated(self, spins: Spins) -> Counts:
        return np.asarray((self._products(spins) < 0) * self._known_checks(spins))
