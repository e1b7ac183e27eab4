"""The cheapest preparation, picked by counting candidates."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Literal, get_args

import numpy as np
import numpy.typing as npt

from circuits.bit_order import Bits
from circuits.gf2 import affine_rank
from circuits.loading.affine import Affine
from circuits.loading.dense import MAX_QUBITS
from circuits.loading.flag_tree import FlagTree
from circuits.loading.merging import Merging
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
    """Factor on the width of every search; the same effort gives the same circuit."""

    def __post_init__(self) -> None:
        if self.goal not in get_args(Goal):
            raise ValueError(f"goal should be one of {get_args(Goal)}. Got {self.goal!r}.")
        if (self.goal == "routed") != (self.coupling_map is not None):
            raise ValueError("coupling_map should be given for the goal 'routed', and only there.")
        if self.effort < 1:
            raise ValueError(f"effort should be at least 1. Got {self.effort}.")

    def prepare(self, bits: Bits, amplitudes: npt.NDArray[np.complex128]) -> Preparation:
        """Return the best preparation; see :class:`Encoder`."""
        preparations = [e.prepare(bits, amplitudes) for e in self._candidates(bits)]
        return min(preparations, key=self._cost)

    def _candidates(self, bits: Bits) -> Iterator[Encoder]:
        num_patterns, rank = len(bits), affine_rank(bits)
        if rank <= min(MAX_QUBITS, num_patterns.bit_length() + 2):
            yield Affine()
        if rank < MAX_QUBITS and 2**rank == num_patterns:
            return
        for encoder in self._searches(bits):
            yield Affine(inner=encoder) if self.goal == "reflection" else encoder

    def _searches(self, bits: Bits) -> Iterator[Encoder]:
        num_patterns = len(bits)
        depth_weight = 0.3 if self.goal == "depth" else 0.0
        if num_patterns <= 64:
            width = 64 if num_patterns <= 8 else 32 if num_patterns <= 16 else 8
            if num_patterns > 32:
                width = 3
            yield Merging(width=width * self.effort, depth_weight=depth_weight)
        if num_patterns > 24:
            width = 8 if num_patterns <= 128 else 4
            for block in (12, 24):
                yield FlagTree(block=block, width=width * self.effort, depth_weight=depth_weight)

    def _cost(self, preparation: Preparation) -> tuple[int, ...]:
        resources = preparation.resources
        tie = (resources.two_qubit_gates, resources.two_qubit_depth, resources.num_qubits)
        if self.goal == "reflection":
            return (len(preparation.reflection_qubits), *tie)
        if self.goal == "depth":
            return (resources.two_qubit_depth, *tie)
        return tie
