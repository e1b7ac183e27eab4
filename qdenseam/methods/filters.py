"""Filters F(d): the amplitude factor of a stored pattern at Hamming distance d from the probe.

A filter acts on amplitudes, a separation on energies. n is the number of known positions.
"""

from abc import ABC, abstractmethod
from dataclasses import asdict, dataclass
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt


class Filter(ABC):
    """A frozen value that tabulates F(d)."""

    name: ClassVar[str]

    @abstractmethod
    def table(self, num_known: int) -> npt.NDArray[np.float64]:
        """Return F(d) in [0, 1] for d = 0..n, shape ``(n + 1,)``."""

    def to_dict(self) -> dict[str, Any]:
        """Return the name and the plain fields."""
        return {"name": self.name, **asdict(self)}  # type: ignore[call-overload]


@dataclass(frozen=True, slots=True)
class HammingBall(Filter):
    """F(d) = 1 for d <= radius, else 0."""

    name: ClassVar[str] = "hamming-ball"
    radius: int = 0

    def __post_init__(self) -> None:
        if self.radius < 0:
            raise ValueError(f"radius should be at least 0. Got {self.radius}.")

    def table(self, num_known: int) -> npt.NDArray[np.float64]:
        """Return the indicator of the ball, shape ``(n + 1,)``."""
        return (np.arange(num_known + 1) <= self.radius).astype(float)


@dataclass(frozen=True, slots=True)
class CosinePower(Filter):
    """F(d) = cos^b(πd/(2n)): what Trugenberger's b controls do (2001, equation 15)."""

    name: ClassVar[str] = "cosine-power"
    num_controls: int = 2

    def __post_init__(self) -> None:
        if self.num_controls < 1:
            raise ValueError(f"num_controls should be at least 1. Got {self.num_controls}.")

    def table(self, num_known: int) -> npt.NDArray[np.float64]:
        """Return the powers of the cosine, shape ``(n + 1,)``; F(0) = 1 when nothing is known."""
        if num_known == 0:
            return np.ones(1)
        angles = np.pi * np.arange(num_known + 1) / (2 * num_known)
        return np.asarray(np.cos(angles) ** self.num_controls)


FILTERS: dict[str, type[Filter]] = {f.name: f for f in (HammingBall, CosinePower)}
"""Every filter by name."""
