"""Dense associative memory of correlated patterns: similarities about the patterns' mean."""

from dataclasses import dataclass, field
from typing import ClassVar, final

import numpy as np
from numpy.typing import ArrayLike

from classical_ref.checks import Floats, Rng, SpinsLike, check_fields
from classical_ref.discrete.dynamics import DynamicsResult, LocalFields, MaxSweeps, Tie, Update, run
from classical_ref.patterns import Growing, PatternRows
from classical_ref.separation import RectifiedPolynomial
from classical_ref.spins import Spins, check_patterns, check_probes

_EPSILON = float(np.finfo(np.float64).eps)
_ROUNDINGS = 100  # of one term: a power n has about n


@final
@dataclass(frozen=True, slots=True, eq=False, repr=False)
class CenteredMemory(Growing, PatternRows):
    r"""Patterns told apart by how they differ from their mean m, not by what they share.

    With :math:`\tilde H_\mu = (\xi^\mu - m) \cdot (\sigma - m)` over the known neurons, a spin
    moves to the sign of

    .. math:: \sum_\mu \tilde f_\mu (\xi_i^\mu - m_i) + m_i \sum_\mu \tilde f_\mu
              = \sum_\mu \max(0, \tilde H_\mu)^{n-1} \xi_i^\mu :

    the rectified power of order n, its own spin kept, with the mean taken out before and put back
    after; where no pattern is nearer than the mean, to the sign of :math:`m_i`. Correlated patterns
    need a far lower order so. The rectification matters: the linear rule about the mean (Tsodyks
    and Feigelman, "The enhanced storage capacity in neural networks with low activity level",
    1988) is another one.

    Examples:
        >>> memory = CenteredMemory([[1, 1, 1, 1, 1, -1], [1, 1, 1, 1, -1, 1]])
        >>> memory.recall("0000?1").states.tolist()
        [1, 1, 1, 1, 1, -1]
    """

    _shown: ClassVar[tuple[str, ...]] = ("separation",)
    patterns: Spins
    """Stored spins ``(num_patterns, num_neurons)``, distinct, read-only."""
    separation: RectifiedPolynomial = field(default_factory=lambda: RectifiedPolynomial(3))
    """The rectified power that acts on centered similarities."""

    def __post_init__(self) -> None:
        check_fields(self)
        object.__setattr__(self, "patterns", check_patterns(self.patterns))

    def similarities(self, states: SpinsLike, *, bits: bool | None = None) -> Floats:
        r"""Return :math:`\tilde H_\mu` of states ``(..., num_neurons)``, ``(..., num_patterns)``.

        Unknown entries (0) contribute nothing. ``bits`` says whether the states are bits, where
        their type does not: see :func:`classical_ref.check_probes`.

        Raises:
            ValueError: The states have another shape, or are spins or bits in doubt.
        """
        spins = check_probes(states, self.num_neurons, bits=bits)
        return np.asarray(_centered(self.patterns, spins) / self.num_patterns**2)

    def energy(self, states: SpinsLike, *, bits: bool | None = None) -> Floats:
        r"""Return :math:`-\sum_\mu \max(0, \tilde H_\mu)^n` of states ``(..., num_neurons)``.

        Recall puts the mean back and so need not lower it. Arguments and errors are those of
        :meth:`similarities`.
        """
        above = np.maximum(self.similarities(states, bits=bits), 0)
        return np.asarray(-(above**self.separation.order).sum(axis=-1))

    def recall(
        self,
        probes: SpinsLike,
        *,
        update: Update = "synchronous",
        tie: Tie = "keep",
        max_sweeps: MaxSweeps = 100,
        clamped: ArrayLike | None = None,
        order: str | ArrayLike = "random",
        trajectory: bool = False,
        bits: bool | None = None,
        rng: Rng = None,
    ) -> DynamicsResult:
        """Return where the dynamics takes each probe; arguments as in :meth:`DenseMemory.recall`.

        A field smaller than its own rounding error counts as a tie.

        Raises:
            ValueError: An argument has a wrong shape or an unknown value, or the probes are spins
                or bits in doubt.
        """
        spins = check_probes(probes, self.num_neurons, bits=bits)
        fields = _CenteredFields(self.patterns, self.separation)
        return run(
            fields,
            self.energy,
            spins,
            update=update,
            tie=tie,
            max_sweeps=max_sweeps,
            clamped=clamped,
            order=order,
            trajectory=trajectory,
            rng=rng,
        )


def _centered(patterns: Spins, states: Spins) -> Floats:
    """Return K² times the centered similarities, ``(..., num_patterns)``: integers."""
    num_patterns = len(patterns)
    total = patterns.sum(axis=0, dtype=np.float64)
    seen = np.where(states == 0, 0.0, num_patterns * states.astype(np.float64) - total)
    return np.asarray(seen @ (num_patterns * patterns.astype(np.float64) - total).T)


class _CenteredFields(LocalFields):
    """Signs of the fields of rectified powers about the mean."""

    def __init__(self, patterns: Spins, separation: RectifiedPolynomial) -> None:
        self.patterns = patterns
        self.separation = separation

    def signs(self, states: Spins) -> Spins:
        slopes = self.separation.slopes(_centered(self.patterns, states))
        away = ~slopes.any(axis=-1)  # no pattern is nearer than the mean
        slopes[away] = 1.0
        return signs_of_sums(slopes, self.patterns)


def signs_of_sums(terms: Floats, patterns: Spins) -> Spins:
    """Return the signs of ``terms @ patterns``, 0 where rounding may have made them.

    Args:
        terms: ``(..., num_patterns)``.
        patterns: Spins ``(num_patterns, num_neurons)``.
    """
    fields = terms @ patterns
    errors = (len(patterns) + _ROUNDINGS) * _EPSILON * np.abs(terms).sum(-1, keepdims=True)
    return np.where(np.abs(fields) <= errors, 0, np.sign(fields)).astype(np.int8)
