"""Features of any unit made alike, and equal samples made one."""

from dataclasses import dataclass
from typing import Literal, Self, final

import numpy as np

from classical_ref.checks import Floats, Integers, checked

Scale = Literal["feature", "common"]
"""Each feature by its own mean and deviation, or all by one, as pixels want."""

_CLIP = 5.0  # deviations


@final
@dataclass(frozen=True, slots=True, eq=False)
class Scaling:
    """What features are taken relative to."""

    center: Floats
    """Subtracted, ``(num_features,)``."""
    spread: Floats
    """Divided by, ``(num_features,)``."""
    is_bounded: bool
    """Whether values are clipped at 5 and divided by the root of the number of features."""

    @classmethod
    @checked
    def of(cls, samples: Floats, weights: Floats, scale: Scale | None) -> Self:
        """Return the scaling by mean and deviation of weighted samples ``(n, num_features)``.

        Raises:
            ValueError: ``scale`` is unknown.
        """
        size = samples.shape[1]
        if scale is None:
            return cls(np.zeros(size), np.ones(size), False)
        shares = weights / weights.sum()
        center = shares @ samples
        away = samples - center
        largest = np.abs(away).max(axis=0)
        if scale == "common":
            largest = np.full(size, max(largest.max(), np.abs(center).max()))
        unit = np.ldexp(1.0, np.frexp(largest)[1] - 1)  # squares neither overflow nor vanish
        squares = shares @ (away / unit) ** 2
        if scale == "common":
            squares = np.full(size, squares.mean() + (center / unit).var())
            center = np.full(size, center.mean())
        spread = np.sqrt(squares) * unit
        # What does not vary by more than rounding tells nothing.
        varies = spread > 8 * np.finfo(float).eps * np.abs(center)
        return cls(center, np.where(varies, spread, 1.0), True)

    def applied(self, samples: Floats) -> Floats:
        """Return the scaled samples, of the same shape."""
        values = (samples - self.center) / self.spread
        if self.is_bounded:
            values = np.clip(values, -_CLIP, _CLIP) / np.sqrt(samples.shape[1])
        return np.asarray(values)


def merged(samples: Floats, numbers: Integers, weights: Floats) -> tuple[Floats, Integers, Floats]:
    """Return distinct samples of each class in a fixed order, with the sums of their weights."""
    rows, places = np.unique(
        np.hstack([numbers[:, np.newaxis], samples]), axis=0, return_inverse=True
    )
    total = np.bincount(places.reshape(-1), weights)
    return rows[:, 1:], rows[:, 0].astype(np.int64), np.asarray(total)
