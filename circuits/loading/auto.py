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
from circuits.loading.index_first import IndexFirst
from circuits.loading.merging import Merging, carry_out
from circuits.loading.preparation import Encoder, Preparation

Goal = Literal["gates", "depth", "routed", "reflection"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Auto(Encoder):
    """The candidate that is best by the goal; ties go to fewer CX, then less depth."""

    name: ClassVar[str] = "auto"
    goal: Goal = "gates"
    """``"gates"``: CX; ``"depth"``: CX depth; ``"routed"``: CX after mapping to
    ``coupling_map``; ``"reflection"``: CX of a reflection about the memory, A†, phase and A."""
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
        rank = affine_rank(bits)
        candidates = []
        if rank <= min(MAX_QUBITS, len(bits).bit_length() + 2):
            candidates.append(Affine().prepare(bits, amplitudes))
        if 2**rank > len(bits):
            if self.goal == "gates":  # the counts of a plan decide which one is built
                plans = [encoder.plan(bits) for encoder in self._searches(bits)]
                best = min(plans, key=lambda plan: plan.two_qubit_gates)
                candidates.append(carry_out(best, bits, amplitudes))
            for encoder in self._searches(bits) if self.goal != "gates" else ():
                candidates.append(encoder.prepare(bits, amplitudes))
                if self.goal == "reflection":
                    candidates.append(Affine(inner=encoder).prepare(bits, amplitudes))
            if self.goal == "reflection" and len(bits) <= 16:
                candidates.append(IndexFirst().prepare(bits, amplitudes))
        return min(candidates, key=self._cost)

    def _searches(self, bits: Bits) -> Iterator[Merging | FlagTree]:
        num_patterns, num_bits = bits.shape
        depth_weight = 0.3 if self.goal == "depth" else 0.0
        few = num_patterns <= 32
        for variant in range(self.effort * (3 if num_patterns <= 16 else 2 if few else 1)):
            if few or (num_patterns <= 64 and num_bits <= 32):
                width = 16 if num_patterns <= 16 else 8 if few else 3
                yield Merging(width=width, depth_weight=depth_weight, variant=variant)
            if num_patterns > 24:
                for block in (12, 24):
                    yield FlagTree(
                        block=block,
                        width=8 if num_patterns <= 128 else 4,
                        depth_weight=depth_weight,
                        variant=variant,
                    )

    def _cost(self, preparation: Preparation) -> tuple[int, ...]:
        resources = preparation.resources
        tie = (resources.two_qubit_gates, resources.two_qubit_depth, resources.num_qubits)
        if self.goal == "reflection":
            active = len(preparation.reflection_qubits)
            phase = 6 * (active - 2) + 2 if active > 1 else 0  # circuits.multi_controlled
            return (2 * resources.two_qubit_gates + phase, active, *tie)
        if self.goal == "depth":
            return (resources.two_qubit_depth, *tie)
        return tie
