"""A continuous memory of constant size: patterns summed into random features."""

from dataclasses import dataclass, field
from typing import Annotated, ClassVar, final

import numpy as np

from classical_ref.checks import Booleans, Floats, Rng, Within, check_entries, lock
from classical_ref.continuous.memory import ContinuousMemory


@final
@dataclass(frozen=True, slots=True, eq=False, repr=False)
class RandomFeatureMemory(ContinuousMemory):
    r"""An approximation of :class:`GaussianMemory` whose size does not grow with the patterns.

    With :math:`\phi(x) = \sqrt{2/m} \cos(\sqrt\beta S x + b)`, S standard normal ``(m, D)``, b
    uniform, and the stored vector :math:`T = \sum_\mu \phi(\xi^\mu)`,

    .. math:: E(x) = -\tfrac1\beta \log \max(\phi(x) \cdot T, \epsilon),

    since :math:`E[\phi(x)\cdot\phi(y)] = e^{-\beta |x - y|^2 / 2}` (random Fourier features); the
    error of the sum falls like :math:`K/\sqrt m`. Where the sum falls below the floor
    :math:`\epsilon` the energy is flat: the gradient is zero and a step stays. A step is gradient
    descent with a step length that is halved until the energy does not rise. All x and
    :math:`\xi` are taken from the mean of the patterns.

    References:
        Rahimi and Recht, "Random features for large-scale kernel machines" (2007);
        Hoover et al., "Dense associative memory through the lens of random features" (2024).
    """

    shift_invariant: ClassVar[bool] = True
    num_features: Annotated[
        int, Within("[1, 10000000]", "The error falls only with the root of their number.")
    ] = field(default=1024, kw_only=True)
    """Number m of random features."""
    floor: Annotated[float, Within("(0, inf)")] = field(default=1e-3, kw_only=True)
    """The smallest sum that is told from zero, positive."""
    rng: Rng = field(default=None, kw_only=True)
    """Source of the random directions and phases; kept as the seed that draws them again."""
    _directions: Floats = field(init=False)
    _phases: Floats = field(init=False)
    _stored: Floats = field(init=False)

    def __post_init__(self) -> None:
        ContinuousMemory.__post_init__(self)
        if not isinstance(self.rng, int):
            object.__setattr__(self, "rng", int(np.random.default_rng(self.rng).integers(2**63)))
        rng = np.random.default_rng(self.rng)
        check_entries(2**28, num_features=self.num_features, num_neurons=self.num_neurons)
        directions = rng.standard_normal((self.num_features, self.num_neurons))
        phases = rng.uniform(0, 2 * np.pi, self.num_features)
        lock(self, _directions=np.sqrt(self.beta) * directions, _phases=phases)
        lock(self, _stored=np.cos(self._angles(self._centered)).sum(axis=0))

    def _angles(self, states: Floats) -> Floats:
        return np.asarray(states @ self._directions.T + self._phases)

    def _sum(self, angles: Floats) -> Floats:
        return np.asarray(2 / self.num_features * (np.cos(angles) @ self._stored))

    def _energy(self, states: Floats) -> Floats:
        total = self._sum(self._angles(states))
        return np.asarray(-np.log(np.maximum(total, self.floor)) / self.beta)

    def _gradient(self, states: Floats) -> Floats:
        angles = self._angles(states)
        total = self._sum(angles)[..., np.newaxis]
        slope = -2 / self.num_features * ((np.sin(angles) * self._stored) @ self._directions)
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
