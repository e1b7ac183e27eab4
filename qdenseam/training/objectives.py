"""What training minimizes, as a diagonal observable of the final probabilities."""

from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np

from classical_ref.checks import Floats, check_within


def conditional_value_at_risk(
    energies: Floats, level: float, *, array_module: ModuleType = np
) -> Callable[[Floats], Floats]:
    r"""Return the observable whose expectation is the mean of the lowest ``level`` of energies.

    CVaR_α = max_t (t - ⟨(t - E)_+⟩/α) is reached at the α-quantile t, so the observable is
    O(x) = t - (t - E(x))_+ / α. Its gradient at fixed t is that of CVaR (envelope theorem).

    Args:
        energies: E, shape ``(2**D,)``.
        level: α in (0, 1]; 1 is the plain expectation.
        array_module: Where energies and probabilities live. Their order is kept, 8 bytes per state.

    Returns:
        A function from probabilities, shape ``(2**D,)``, to O of the same shape.

    Raises:
        ValueError: α is outside (0, 1].

    References:
        Barkoutsos et al., "Improving variational quantum optimization using CVaR" (2020).
    """
    check_within("(0, 1]", cvar=level)
    if level == 1:
        return lambda _: energies
    xp: Any = array_module
    order = xp.argsort(energies)

    def observable(probabilities: Floats) -> Floats:
        cumulated = xp.cumsum(probabilities[order], dtype=np.float64)
        place = int(xp.searchsorted(cumulated, level * cumulated[-1:]).item())
        cut = energies[order[min(place, len(energies) - 1)]]
        values: Floats = cut - xp.maximum(cut - energies, 0) / level
        return values

    return observable
