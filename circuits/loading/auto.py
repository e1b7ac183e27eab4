"""The cheapest preparation, picked by building candidates and counting them."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Literal, get_args

import numpy as np
import numpy.typing as npt

from circuits.bit_order import Bits
from circuits.gf2 import affine_rank
from circuits.loading.affine import Affine
from circuits.loading.dense import MAX_QUBITS
from circuits.loading.incremental import Incremental
from circuits.loading.preparation import Encoder, Preparation

Goal = Literal["gates", "depth", "routed", "reflection"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Auto(Encoder):
    """The candidate that is best by the goal; ties go to fewer CX, then less depth."""

    name: ClassVar[str] = "auto"
    goal: Goal = "gates"
    """``"gates"``: CX; ``"depth"``: CX depth; ``"routed"``: CX after mapping to
    ``coupling_map``; ``"reflection"``: qubits that a reflection about the memory touches."""
    coupling_map: tuple[tuple[int, int], ...] | None = None
    """Coupled pairs of physical qubits, for the goal ``"routed"``."""
    effort: int = 1
    """How many variants of each search are tried; the same effort gives the same circuit."""

    def __post_init__(self) -> None:
        if self.goal not in get_args(Goal):
            raise ValueError(f"goal should be one of {get_args(Goal)}. Got {self.goal!r}.")
        if (self.goal == "routed") != (self.coupling_map is not None):
            raise ValueError("coupling_map should be given for the goal 'routed', and only there.")
        if self.effort < 1:
            raise ValueError(f"effort should be at least 1. Got {self.effort}.")

    def prepare(self, bits: Bits, amplitudes: npt.NDArray[np.complex128]) -> Preparation:
        """Return the best preparation; see :class:`Encoder`."""
        candidates = [e.prepare(bits, amplitudes) for e in self._candidates(bits)]
        return min(candidates, key=self._cost)

    def _candidates(self, bits: Bits) -> Iterator[Encoder]:
        rank = affine_rank(bits)
        if rank <= min(MAX_QUBITS, len(bits).bit_length() + 4):
            yield Affine()
        yield Affine(inner=Incremental())
        yield Incremental()

    def _cost(self, preparation: Preparation) -> tuple[int, ...]:
        resources = preparation.resources
        tie = (resources.two_qubit_gates, resources.two_qubit_depth, resources.num_qubits)
        if self.goal == "reflection":
            return (len(preparation.reflection_qubits), *tie)
        if self.goal == "depth":
            return (resources.two_qubit_depth, *tie)
        return tie
