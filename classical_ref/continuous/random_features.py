"""A continuous memory of constant size: patterns summed into random features."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Annotated, ClassVar, NoReturn, Self, final

import numpy as np
from numpy.typing import ArrayLike

from classical_ref.checks import (
    Booleans,
    Floats,
    Rng,
    Within,
    check_array,
    check_entries,
    check_fields,
    checked,
    lock,
)
from classical_ref.continuous.memory import ContinuousDynamics
from classical_ref.shown import Shown

_BLOCK_ENTRIES = 2**21  # of the products of patterns and directions, 16 MiB
Features = Annotated[
    int, Within("[1, 10000000]", "The error falls only with the root of their number.")
]
Floor = Annotated[float, Within("(0, inf)")]


@final
@dataclass(frozen=True, slots=True, eq=False, repr=False)
class RandomFeatures(Shown):
    r"""Random features whose products are a Gaussian kernel on average.

    .. math:: \phi(x) = \sqrt{2/m} \cos(\sqrt\beta S (x - o) + b), \qquad
              E[\phi(x)\cdot\phi(y)] = e^{-\beta |x - y|^2 / 2}

    with S standard normal ``(m, D)`` and b uniform. For one pair at distance d the variance is
    :math:`(1 - e^{-\beta d^2} + e^{-2 \beta d^2} / 2) / m`.

    References:
        Rahimi and Recht, "Random features for large-scale kernel machines" (2007).
    """

    num_neurons: Annotated[int, Within("[1, 1000000000]")]
    """D."""
    beta: Annotated[float, Within("(0, inf)")] = 1.0
    """Inverse temperature, positive: sharper for larger values."""
    num_features: Features = field(default=1024, kw_only=True)
    """Number m of random features."""
    rng: Rng = field(default=None, kw_only=True)
    """Source of the random directions and phases; kept as the seed that draws them again."""
    origin: Floats = field(default_factory=lambda: np.zeros(1), kw_only=True)
    """o, a point among the patterns, so that data far from zero lose no digits; ``(D,)`` or one
    number for all. It changes no product beyond its random error."""
    _directions: Floats = field(init=False)
    _phases: Floats = field(init=False)

    def __post_init__(self) -> None:
        check_fields(self)
        check_entries(2**28, num_features=self.num_features, num_neurons=self.num_neurons)
        size = 1 if np.size(self.origin) == 1 else self.num_neurons
        origin = check_array("origin", np.atleast_1d(self.origin), size)
        if not isinstance(self.rng, int):
            object.__setattr__(self, "rng", int(np.random.default_rng(self.rng).integers(2**63)))
        rng = np.random.default_rng(self.rng)
        directions = rng.standard_normal((self.num_features, self.num_neurons))
        phases = rng.uniform(0, 2 * np.pi, self.num_features)
        lock(self, _directions=np.sqrt(self.beta) * directions, _phases=phases)
        lock(self, origin=np.broadcast_to(origin, self.num_neurons))

    def angles(self, centered: Floats) -> Floats:
        """Return what the cosines are of, ``(..., m)``, for states relative to the origin."""
        return np.asarray(centered @ self._directions.T + self._phases)

    def slopes(self, weights: Floats) -> Floats:
        """Return the weighted sums of the directions, ``(..., m)`` to ``(..., D)``."""
        return np.asarray(weights @ self._directions)


@final
@dataclass(frozen=True, slots=True, eq=False, repr=False)
class RandomFeatureMemory(ContinuousDynamics):
    r"""An approximation of :class:`GaussianMemory` whose size does not grow with the patterns.

    It keeps the sum :math:`T = \sum_\mu \phi(\xi^\mu)` of the :class:`RandomFeatures` of its
    patterns, and the seed of their directions, but no pattern: O(m D) numbers here, O(m) in a file,
    and O(m D) work to store or forget one.

    .. math:: E(x) = -\tfrac1\beta \log \max(\phi(x) \cdot T, \epsilon)

    The squared error of the sum falls as 1/m. Where the sum falls below the floor
    :math:`\epsilon` the energy is flat: the gradient is zero and a step stays. A step is gradient
    descent with a step length that is halved until the energy does not rise.

    Examples:
        >>> memory = RandomFeatureMemory.of([[0.0, 1.0], [3.0, 0.0]], num_features=100, rng=0)
        >>> memory = memory.with_patterns([[5.0, 5.0]]).without([[3.0, 0.0]])
        >>> memory.num_patterns, memory.sums.shape
        (2, (100,))

    References:
        Hoover et al., "Dense associative memory through the lens of random features" (2024).
    """

    shift_invariant: ClassVar[bool] = True
    features: RandomFeatures
    """What the patterns are summed in."""
    sums: Floats = field(default_factory=lambda: np.zeros(0))
    r"""T in units of :math:`\sqrt{2/m}`, ``(m,)``, read-only; may be empty before any pattern."""
    num_patterns: Annotated[int, Within("[0, 1000000000000]")] = 0
    """How many patterns are stored."""
    floor: Floor = field(default=1e-3, kw_only=True)
    """The smallest sum that is told from zero, positive."""

    def __post_init__(self) -> None:
        check_fields(self)
        size = self.features.num_features
        sums = self.sums if self.num_patterns or np.size(self.sums) else np.zeros(size)
        lock(self, sums=check_array("sums", sums, size))

    @classmethod
    @checked
    def of(
        cls,
        patterns: ArrayLike,
        beta: Annotated[float, Within("(0, inf)")] = 1.0,
        *,
        num_features: Features = 1024,
        floor: Floor = 1e-3,
        rng: Rng = None,
    ) -> Self:
        """Return the memory of patterns ``(num_patterns, num_neurons)``, their mean the origin.

        Raises:
            ValueError: They are no finite rows, or a number is out of its range.
        """
        rows = check_array("patterns", patterns, "num_patterns", "num_neurons")
        cls._check_size("patterns", rows, beta=beta)
        origin = (rows / len(rows)).sum(axis=0)  # divided first: sums may overflow
        features = RandomFeatures(
            rows.shape[1], beta, num_features=num_features, rng=rng, origin=origin
        )
        return cls(features, floor=floor).with_patterns(rows)

    def with_patterns(self, patterns: ArrayLike) -> Self:
        """Return the memory that holds further patterns ``(num_new, num_neurons)``.

        Raises:
            ValueError: They are no finite rows of this length.
        """
        return self._changed(patterns, 1)

    def without(self, patterns: ArrayLike) -> Self:
        """Return the memory that has forgotten patterns, which are given as they were stored.

        What was never stored cannot be told: forgetting it lowers the sum around it.

        Raises:
            ValueError: They are no finite rows of this length, or more than are stored.
        """
        return self._changed(patterns, -1)

    def _changed(self, patterns: ArrayLike, sign: int) -> Self:
        rows = check_array("patterns", patterns, "num_patterns", self.num_neurons)
        self._check_size("patterns", rows, beta=self.beta)
        count = self.num_patterns + sign * len(rows)
        if count < 0:
            raise ValueError(
                f"patterns should be at most the {self.num_patterns} stored. Got {len(rows)}."
            )
        sums = self.sums.copy()
        size = max(1, _BLOCK_ENTRIES // self.features.num_features)
        for first in range(0, len(rows), size):
            angles = self.features.angles(rows[first : first + size] - self._origin)
            sums += sign * np.cos(angles).sum(axis=0)
        return replace(self, sums=sums if count else np.zeros(0), num_patterns=count)

    def _facts(self) -> Mapping[str, object]:
        sizes = {"num_patterns": self.num_patterns, "num_neurons": self.num_neurons}
        return sizes | {"beta": self.beta, "num_features": self.features.num_features}

    @property
    def patterns(self) -> NoReturn:
        """Not there.

        Raises:
            AttributeError: Always.
        """
        raise AttributeError(
            "RandomFeatureMemory keeps the sum of its patterns, not the patterns themselves. Keep "
            "them beside it where they are needed, or take a GaussianMemory."
        )

    @property
    def num_neurons(self) -> int:
        """Number of neurons."""
        return self.features.num_neurons

    @property
    def beta(self) -> float:
        """Inverse temperature of the features; another one needs the patterns again."""
        return self.features.beta

    @property
    def _origin(self) -> Floats:
        return self.features.origin

    @property
    def _num_terms(self) -> int:
        return self.features.num_features

    def _sum(self, angles: Floats) -> Floats:
        return np.asarray(2 / self._num_terms * (np.cos(angles) @ self.sums))

    def _energy(self, states: Floats) -> Floats:
        total = self._sum(self.features.angles(states))
        return np.asarray(-np.log(np.maximum(total, self.floor)) / self.beta)

    def _gradient(self, states: Floats) -> Floats:
        angles = self.features.angles(states)
        total = self._sum(angles)[..., np.newaxis]
        slope = -2 / self._num_terms * self.features.slopes(np.sin(angles) * self.sums)
        gradient = -slope / (self.beta * np.maximum(total, self.floor))
        return np.where(total > self.floor, gradient, 0.0)

    def _step(self, states: Floats, free: Booleans) -> Floats:
        gradient = np.where(free, self._gradient(states), 0.0)
        energy = self._energy(states)
        squared = (gradient**2).sum(axis=1)
        new = states.copy()
        waiting = np.flatnonzero(squared > 0)
        length = 1.0  # the step of the Gaussian memory
        while waiting.size and length > 1e-12:
            trial = states[waiting] - length * gradient[waiting]
            enough = self._energy(trial) <= energy[waiting] - length / 4 * squared[waiting]
            new[waiting[enough]] = trial[enough]
            waiting = waiting[~enough]
            length /= 2
        return new
