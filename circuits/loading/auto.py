"""The cheapest preparation, picked by counting candidates."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Annotated, ClassVar, Literal

from circuits.bit_order import Bits
from circuits.gf2 import affine_rank
from circuits.loading.affine import Affine
from circuits.loading.coupled import prepare_coupled
from circuits.loading.dense import MAX_QUBITS, Dense
from circuits.loading.flag_tree import FlagTree
from circuits.loading.index_first import IndexFirst
from circuits.loading.merging import Merging, MergingEncoder, carry_out
from circuits.loading.preparation import AncillaEncoder, Preparation
from circuits.loading.schmidt import Schmidt
from classical_ref.checks import Complexes, Within

FEW = 64
"""Patterns up to which there is always a circuit without ancillas; beyond, it would be too long."""

Goal = Literal["gates", "depth", "routed", "reflection"]
Site = Annotated[int, Within("[0, 1000000]")]
"""Number of a physical qubit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Auto(AncillaEncoder):
    """The candidate that is best by the goal; ties go to fewer CX, then less depth."""

    name: ClassVar[str] = "auto"
    goal: Goal = "gates"
    """``"gates"``: CX; ``"depth"``: CX depth; ``"routed"``: CX after mapping to
    ``coupling_map``, among circuits made for it (they have a layout) and others;
    ``"reflection"``: CX of a reflection about the memory, A†, phase and A."""
    coupling_map: tuple[tuple[Site, Site], ...] | None = None
    """Coupled pairs of physical qubits, for the goal ``"routed"``."""
    effort: Annotated[int, Within("[1, 1000]", "Searches take as many times as long.")] = 1
    """How many variants of each search are tried; the same effort gives the same circuit."""

    def __post_init__(self) -> None:
        AncillaEncoder.__post_init__(self)
        if (self.goal == "routed") != (self.coupling_map is not None):
            raise ValueError("coupling_map should be given for the goal 'routed', and only there.")
        if self.coupling_map == ():
            raise ValueError("coupling_map should have pairs of qubits. Got none.")

    def unlimited(self, bits: Bits, amplitudes: Complexes) -> Preparation:
        """Return the best preparation of those allowed, or the one of fewest ancillas.

        Raises:
            ValueError: The coupling map has too few qubits.
        """
        rank = affine_rank(bits)
        candidates = []
        if rank <= min(MAX_QUBITS, len(bits).bit_length() + 2):
            candidates.append(Affine(inner=Dense()).prepare(bits, amplitudes))
            if rank >= 4 and 8 * len(bits) > 2**rank:
                candidates.append(Affine(inner=Schmidt()).prepare(bits, amplitudes))
        if 2**rank > len(bits):
            searches = list(self._searches(bits))
            if self.goal == "gates":  # the counts of a plan decide which one is built
                plans = [encoder.plan(bits) for encoder in searches]
                for plan in sorted(plans, key=lambda plan: plan.two_qubit_gates):
                    candidates.append(carry_out(plan, bits, amplitudes))
                    if self.allows(candidates[-1]):
                        break
            else:
                candidates += [encoder.prepare(bits, amplitudes) for encoder in searches]
            if self.goal == "reflection":
                candidates += [Affine(inner=e).prepare(bits, amplitudes) for e in searches]
                if len(bits) <= 16:
                    candidates.append(IndexFirst().prepare(bits, amplitudes))
        if self.coupling_map is not None:
            for variant in range(self.effort * (4 if len(bits) <= 16 else 2)):
                found = prepare_coupled(bits, amplitudes, self.coupling_map, variant=variant)
                candidates += [] if found is None else [found]
        allowed = [candidate for candidate in candidates if self.allows(candidate)]
        if not allowed and len(bits) <= FEW:  # blocks need flags, one search over all mostly none
            others = (each.prepare(bits, amplitudes) for each in (Merging(width=3), IndexFirst()))
            allowed = [next(each for each in others if self.allows(each))]
        if not allowed:
            return min(candidates, key=lambda candidate: candidate.num_ancillas)
        return min(allowed, key=self._cost)

    def _searches(self, bits: Bits) -> Iterator[MergingEncoder]:
        num_patterns, num_bits = bits.shape
        few = num_patterns <= 32
        tries = 3 if num_patterns <= 16 else 2 if few else 1
        shapes: tuple[tuple[float, bool], ...] = ((0.0, num_patterns <= 3),)
        if self.goal == "routed":
            shapes = ((0.0, False), (0.3, False))
        elif self.goal == "depth":
            tries = 1
            shapes = ((0.3, True), (1.0, False), (2.0, True), (1.0, True))[0 if few else 3 :]
        blocks = {12: 8, 24: 8} if num_patterns <= 128 else {12: 4, 24: 4}
        if self.max_ancillas is not None:
            blocks[48] = 1  # larger blocks need fewer flags
        for (depth_weight, tree), variant in product(shapes, range(self.effort * tries)):
            if few or (num_patterns <= 64 and num_bits <= 32):
                width = 16 if num_patterns <= 16 else 8 if few else 3
                yield Merging(width=width, depth_weight=depth_weight, tree=tree, variant=variant)
            if num_patterns > 24:
                for block, width in blocks.items():
                    yield FlagTree(
                        block=block,
                        width=width,
                        depth_weight=depth_weight,
                        tree=tree,
                        variant=variant,
                    )

    def _cost(self, preparation: Preparation) -> tuple[int, ...]:
        resources = preparation.resources
        tie = (resources.two_qubit_gates, resources.two_qubit_depth, resources.num_qubits)
        if self.goal == "reflection":
            active = len(preparation.reflection_qubits)
            phase = 6 * (active - 2) + 2 if active > 1 else 0  # circuits.synthesis.multi_controlled
            return (2 * resources.two_qubit_gates + phase, active, *tie)
        if self.goal == "depth":
            return (resources.two_qubit_depth, *tie)
        if self.coupling_map is not None:
            return (_routed_gates(preparation, self.coupling_map), *tie)
        return tie


def _routed_gates(preparation: Preparation, coupling_map: tuple[tuple[int, int], ...]) -> int:
    """Return the CX after Qiskit's transpiler has mapped the circuit to the coupling map.

    Raises:
        ValueError: The circuit has more qubits than the coupling map.
    """
    from qiskit import transpile

    num_physical = max(max(pair) for pair in coupling_map) + 1
    if preparation.circuit.num_qubits > num_physical:
        raise ValueError(
            f"coupling_map should have at least {preparation.circuit.num_qubits} qubits. "
            f"Got {num_physical}."
        )
    both_ways = sorted({*coupling_map, *((b, a) for a, b in coupling_map)})
    routed = transpile(
        preparation.circuit,
        basis_gates=["cx", "u"],
        coupling_map=[list(pair) for pair in both_ways],
        initial_layout=None if preparation.layout is None else list(preparation.layout),
        optimization_level=3,
        seed_transpiler=0,
    )
    return int(routed.count_ops().get("cx", 0))
