"""Classical recall with all its settings chosen, before there are patterns.

A recipe is what stands in a comparison: one rule for every pattern set. Its text is such as
``dense(exponential(3.0), update=synchronous, self_interaction=kept)``.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass, field, fields, replace
from math import log
from typing import Annotated, Any, ClassVar, final

import numpy as np
from numpy.typing import ArrayLike

from classical_ref.checks import Floats, Rng, Within, check_array, check_fields
from classical_ref.discrete.centered import CenteredMemory
from classical_ref.discrete.dense import DenseMemory
from classical_ref.discrete.dynamics import MaxSweeps, Tie, Update
from classical_ref.discrete.fields import SelfInteraction
from classical_ref.discrete.hopfield import HopfieldMemory, LearningRule
from classical_ref.separation import Exponential, Polynomial, RectifiedPolynomial, Rule, Separation
from classical_ref.spins import Spins, check_patterns, hamming_distance

SpinMemory = DenseMemory | HopfieldMemory | CenteredMemory


class Recipe(ABC):
    """A frozen value that answers probes once it is given patterns.

    Raises:
        TypeError: A setting is of another kind.
        ValueError: A setting has an unknown value.
    """

    kind: ClassVar[str] = "classical memory"
    name: ClassVar[str]
    built_from: ClassVar[tuple[str, ...]] = ("separation",)
    """Settings that the memory is made with; the others belong to its dynamics."""

    def __post_init__(self) -> None:
        check_fields(self)

    @abstractmethod
    def memory(self, patterns: ArrayLike) -> SpinMemory | Spins:
        """Return the memory of patterns ``(K, D)``."""

    def recall(
        self,
        patterns: ArrayLike,
        probes: ArrayLike,
        *,
        clamped: ArrayLike | None = None,
        bits: bool | None = None,
        rng: Rng = None,
    ) -> Spins:
        """Return one state per probe, of the shape of the probes.

        Args:
            patterns: Stored spins, shape ``(K, D)``.
            probes: Spins with 0 where unknown, shape ``(..., D)``.
            clamped: Booleans, shape ``(D,)`` or that of the probes: what is certain.
            bits: Whether the probes are bits, where their type does not say it.
            rng: Source of the update orders and of random ties.

        Raises:
            ValueError: Patterns or probes are malformed, or spins or bits in doubt.
        """
        memory = self.memory(patterns)
        return self._run(memory, probes, clamped=clamped, bits=bits, rng=rng)

    def recall_weighted(
        self,
        patterns: ArrayLike,
        weights: ArrayLike | None,
        probes: ArrayLike,
        *,
        clamped: ArrayLike | None = None,
        rng: Rng = None,
    ) -> Spins:
        """Return :meth:`recall` from patterns that count ``weights``, positive, shape ``(K,)``.

        A dense memory weighs its terms by them, a scan takes the heaviest of patterns that are as
        near; other memories have no weights and recall as without.
        """
        if weights is not None and type(self).recall is Recipe.recall:
            memory = self.memory(patterns)
            if isinstance(memory, DenseMemory):
                memory = replace(memory, weights=check_array("weights", weights, "num_patterns"))
            return self._run(memory, probes, clamped=clamped, rng=rng)
        return self.recall(patterns, probes, clamped=clamped, rng=rng)

    def _run(self, memory: SpinMemory | Spins, probes: ArrayLike, **how: Any) -> Spins:
        options = {k: v for k, v in self._settings().items() if k not in self.built_from}
        if isinstance(memory, np.ndarray):
            raise TypeError(f"{type(self).__name__} should have a recall of its own.")
        return memory.recall(probes, **how, **options).states

    def _settings(self) -> dict[str, Any]:
        return {each.name: getattr(self, each.name) for each in fields(self)}  # type: ignore[arg-type]


@final
@dataclass(frozen=True, slots=True)
class DenseRecipe(Recipe):
    """A :class:`DenseMemory` and its dynamics."""

    name: ClassVar[str] = "dense"
    separation: Separation = field(default_factory=lambda: Polynomial(3))
    update: Update = "asynchronous"
    self_interaction: SelfInteraction = "excluded"
    rule: Rule = "exact"
    tie: Tie = "keep"
    max_sweeps: MaxSweeps = 100

    def memory(self, patterns: ArrayLike) -> DenseMemory:
        """Return the memory of patterns ``(K, D)``."""
        return DenseMemory(check_patterns(patterns), self.separation)


@final
@dataclass(frozen=True, slots=True)
class BestExponentialRecipe(Recipe):
    r"""The exponential :class:`DenseMemory` at its best: all neurons at once, own spin kept.

    With :math:`\beta = \max(1, \ln(K)/2 + 1/2)`, above :math:`\ln(K - 1)/2`, it is an exact scan
    for the nearest pattern wherever one is nearest: in one step, since of K patterns the nearest
    weighs more than all others together. Known neurons that are certain are ``clamped``.
    """

    name: ClassVar[str] = "best-exponential"
    built_from: ClassVar[tuple[str, ...]] = ()
    update: Update = "synchronous"
    self_interaction: SelfInteraction = "kept"
    tie: Tie = "keep"
    max_sweeps: MaxSweeps = 100

    def memory(self, patterns: ArrayLike) -> DenseMemory:
        """Return the memory of patterns ``(K, D)``."""
        stored = check_patterns(patterns)
        return DenseMemory(stored, Exponential(max(1.0, log(len(stored)) / 2 + 0.5)))


@final
@dataclass(frozen=True, slots=True)
class HopfieldRecipe(Recipe):
    """A :class:`HopfieldMemory` with its learning rule and its dynamics."""

    name: ClassVar[str] = "hopfield"
    built_from: ClassVar[tuple[str, ...]] = ("learning",)
    learning: LearningRule = "hebb"
    update: Update = "asynchronous"
    self_interaction: SelfInteraction = "excluded"
    tie: Tie = "keep"
    max_sweeps: MaxSweeps = 100

    def memory(self, patterns: ArrayLike) -> HopfieldMemory:
        """Return the memory of patterns ``(K, D)``."""
        return HopfieldMemory(check_patterns(patterns), self.learning)


@final
@dataclass(frozen=True, slots=True)
class CenteredRecipe(Recipe):
    """A :class:`CenteredMemory` and its dynamics, for correlated patterns."""

    name: ClassVar[str] = "centered"
    separation: RectifiedPolynomial = field(default_factory=lambda: RectifiedPolynomial(3))
    update: Update = "synchronous"
    tie: Tie = "keep"
    max_sweeps: MaxSweeps = 100

    def memory(self, patterns: ArrayLike) -> CenteredMemory:
        """Return the memory of patterns ``(K, D)``."""
        return CenteredMemory(check_patterns(patterns), self.separation)


@final
@dataclass(frozen=True, slots=True)
class NearestRecipe(Recipe):
    """The nearest-neighbor scan: the stored pattern at the least distance, the first if tied.

    Attributes:
        at: Where given, the distance that is looked for instead of the least one: a scan that is
            told how many known bits are flipped rules out what is nearer.
    """

    name: ClassVar[str] = "nearest"
    at: Annotated[int, Within("[0, 1000000000]")] | None = None

    def memory(self, patterns: ArrayLike) -> Spins:
        """Return the patterns themselves, ``(K, D)``."""
        return check_patterns(patterns)

    def recall(
        self,
        patterns: ArrayLike,
        probes: ArrayLike,
        *,
        clamped: ArrayLike | None = None,  # noqa: ARG002
        bits: bool | None = None,
        rng: Rng = None,  # noqa: ARG002
    ) -> Spins:
        """Return the pattern of each probe that is nearest, or nearest to ``at`` away."""
        return self._scan(patterns, np.zeros(1), probes, bits=bits)

    def recall_weighted(
        self,
        patterns: ArrayLike,
        weights: ArrayLike | None,
        probes: ArrayLike,
        *,
        clamped: ArrayLike | None = None,  # noqa: ARG002
        rng: Rng = None,  # noqa: ARG002
    ) -> Spins:
        """Return the same, the heaviest of patterns that are as near."""
        heavy = np.zeros(1) if weights is None else check_array("weights", weights, "num_patterns")
        return self._scan(patterns, heavy / max(heavy.max(), 1.0), probes)

    def _scan(
        self, patterns: ArrayLike, share: Floats, probes: ArrayLike, *, bits: bool | None = None
    ) -> Spins:
        """``share``, in [0, 1], decides between equal distances."""
        stored = self.memory(patterns)
        distances = hamming_distance(stored, probes, bits=bits)
        apart = distances if self.at is None else np.abs(distances - self.at)
        return np.asarray(stored[(apart - share / 2).argmin(axis=-1)])


RECIPES: dict[str, type[Recipe]] = {
    each.name: each
    for each in (DenseRecipe, BestExponentialRecipe, HopfieldRecipe, CenteredRecipe, NearestRecipe)
}
"""Every recipe by name."""
