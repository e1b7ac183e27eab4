"""Continuous memories whose steps weigh patterns by any regularized argmax."""

from dataclasses import dataclass, field
from typing import ClassVar, final

import numpy as np
from numpy.typing import ArrayLike

from classical_ref.checks import Booleans, Floats
from classical_ref.continuous.memory import ContinuousMemory
from classical_ref.continuous.transforms import Entmax, Transform


@final
@dataclass(frozen=True, slots=True, eq=False, repr=False)
class FenchelYoungMemory(ContinuousMemory):
    r"""A modern Hopfield network that recalls a pattern exactly, in one step, beyond a margin.

    .. math:: E(x) = -\tfrac1\beta [\Omega^*(\beta\, \Xi x) - \Omega^*(0)] + \tfrac12 |x|^2
              + \tfrac12 k^2 \max_\mu |\xi^\mu|^2, \qquad
              x \leftarrow \Xi^T \nabla\Omega^*(\beta\, \Xi x)

    with the weights :math:`\nabla\Omega^*` of the transform, which sum to k (1 but for
    :class:`KSubset`). A step goes to :math:`\xi^\mu` itself where
    :math:`\beta\, (\xi^\mu - \xi^\nu) \cdot x \ge m` for all other ν, with the margin m of the
    transform: such a pattern is a fixed point if this holds at :math:`x = \xi^\mu`. With
    ``Entmax(1)``, whose margin is infinite, it is :class:`AttentionMemory`. Like that, it is not
    invariant under shifts.

    References:
        Hu et al., "On sparse modern Hopfield model" (2023);
        Santos et al., "Hopfield-Fenchel-Young networks" (2024), arXiv 2411.08590.
    """

    shift_invariant: ClassVar[bool] = False
    _shown: ClassVar[tuple[str, ...]] = ("beta", "transform")
    transform: Transform = field(default_factory=Entmax)
    """What weighs the patterns: :class:`Entmax`, :class:`Normmax` or :class:`KSubset`."""

    def __post_init__(self) -> None:
        ContinuousMemory.__post_init__(self)
        self.transform.weights(np.zeros(self.num_patterns))  # refuses too few patterns

    def exactness(self, states: ArrayLike) -> Floats:
        r"""Return by how much each state exceeds the margin of exact recall, ``(...)``.

        :math:`\beta (z_{(k)} - z_{(k+1)}) - m` of the products :math:`z = \Xi x` in falling order:
        where it is at least 0, a step gives the sum of the k leading patterns exactly. It is
        infinite if all patterns are taken.
        """
        products = np.sort(self._checked(states) @ self.patterns.T, axis=-1)[..., ::-1]
        taken = self.transform.num_taken
        if taken == self.num_patterns:
            return np.full(products.shape[:-1], np.inf)
        lead = products[..., taken - 1] - products[..., taken]
        return np.asarray(self.beta * lead - self.transform.margin)

    def _energy(self, states: Floats) -> Floats:
        scores = self.beta * states @ self._centered.T
        at_zero = self.transform.conjugate(np.zeros(self.num_patterns))
        largest = (self._centered**2).sum(axis=1).max() * self.transform.num_taken**2
        quadratic = ((states**2).sum(axis=-1) + largest) / 2
        return np.asarray((at_zero - self.transform.conjugate(scores)) / self.beta + quadratic)

    def _gradient(self, states: Floats) -> Floats:
        return np.asarray(states - self._answer(states))

    def _step(self, states: Floats, free: Booleans) -> Floats:
        return np.where(free, self._answer(states), states)  # to the last digit

    def _answer(self, states: Floats) -> Floats:
        weights = self.transform.weights(self.beta * states @ self._centered.T)
        return np.asarray(weights @ self._centered)
