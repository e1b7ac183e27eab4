"""Recall circuits with their laws, small to large: what simulators are measured on."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

import numpy as np
from qiskit import QuantumCircuit

from circuits.bit_order import Bits
from circuits.blocks import flat
from classical_ref.checks import Rng
from classical_ref.discrete.dense import DenseMemory
from classical_ref.patterns import random_patterns
from classical_ref.separation import Polynomial
from classical_ref.spins import spins_to_bits
from qdenseam.bench.base import Benchmark, Names, Setting, Sizes
from qdenseam.memories.amplitude import AmplitudeMemory
from qdenseam.memories.energy import EnergyMemory
from qdenseam.methods import (
    QAOA,
    Amplified,
    AmplitudeAmplification,
    DolphChebyshev,
    HammingBall,
    ProductFilter,
    RecallLaw,
    RecallMethod,
    SeparationFilter,
)
from qdenseam.methods.base import Spins
from qdenseam.retrieval.reading import Memory

_KNOWN_BITS = 4  # of the product filter, which has a flag for each


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RecallCase:
    """One circuit: a memory, a probe and a method that is ready to run."""

    family: str
    memory: Memory
    probe: Spins
    method: RecallMethod

    @property
    def name(self) -> str:
        """Family, D and K, such as ``"qaoa-d8-k4"``."""
        return f"{self.family}-d{self.memory.num_neurons}-k{len(self.memory.patterns)}"

    def circuit(self) -> QuantumCircuit:
        """Return the circuit, unmeasured, in gates alone."""
        return flat(self.method.circuit(self.memory, self.probe))

    def law(self) -> RecallLaw:
        """Return the law."""
        return self.method.law(self.memory, self.probe)

    def accepted_bits(self, num_qubits: int) -> Bits:
        """Return where a state holds pattern μ, accepted: flags and ancillas 0, ``(K, n)``."""
        bits = spins_to_bits(self.memory.patterns)
        return np.pad(bits, ((0, 0), (0, num_qubits - bits.shape[1])))


def recall_case(
    family: str,
    num_neurons: int,
    num_patterns: int,
    *,
    rng: Rng = None,
) -> RecallCase:
    """Return a case on random patterns.

    ``"amplification"`` completes the first pattern from its second half by exact amplitude
    amplification; ``"product-filter"`` damps by each of four known bits, with a flag for each;
    ``"separation-filter"`` keeps distances up to 1 from a probe with one flipped bit, by signal
    processing on one flag; ``"amplified-filter"`` amplifies one of four signals; ``"qaoa"`` runs
    two layers with fixed angles on the Hebb energy, from all states alike.

    Args:
        family: One of :data:`FAMILIES`.
        num_neurons: D, at least 4.
        num_patterns: K, at most 2^D.
        rng: Draws the patterns.

    Raises:
        ValueError: The family is unknown, or D or K is out of range.
    """
    if family not in FAMILIES:
        raise ValueError(f"family should be one of {', '.join(FAMILIES)}. Got {family!r}.")
    if num_neurons < _KNOWN_BITS:
        raise ValueError(f"num_neurons should be at least {_KNOWN_BITS}. Got {num_neurons}.")
    patterns = random_patterns(num_patterns, num_neurons, rng=np.random.default_rng(rng))
    memory, probe, method = FAMILIES[family](patterns)
    return RecallCase(family=family, memory=memory, probe=probe, method=method)


def _amplification(patterns: Spins) -> tuple[Memory, Spins, RecallMethod]:
    probe = patterns[0].copy()
    probe[: len(probe) // 2] = 0
    return AmplitudeMemory(patterns), probe, AmplitudeAmplification()


def _product_filter(patterns: Spins) -> tuple[Memory, Spins, RecallMethod]:
    probe = patterns[0].copy()
    probe[_KNOWN_BITS:] = 0
    return AmplitudeMemory(patterns), probe, ProductFilter(0.25)


def _separation_filter(patterns: Spins) -> tuple[Memory, Spins, RecallMethod]:
    return AmplitudeMemory(patterns), _flipped(patterns), SeparationFilter(HammingBall(1))


def _amplified_filter(patterns: Spins) -> tuple[Memory, Spins, RecallMethod]:
    method = SeparationFilter(DolphChebyshev(4, 0.8), amplified=Amplified(1 / len(patterns)))
    return AmplitudeMemory(patterns), _flipped(patterns), method


def _qaoa(patterns: Spins) -> tuple[Memory, Spins, RecallMethod]:
    memory = EnergyMemory(DenseMemory(patterns, separation=Polynomial(2)))
    method = QAOA(num_layers=2, warm_start=None, gammas=(0.11, 0.23), betas=(0.6, 0.3))
    return memory, _flipped(patterns), method


def _flipped(patterns: Spins) -> Spins:
    probe = patterns[0].copy()
    probe[0] *= -1
    return probe


FAMILIES: dict[str, Callable[[Spins], tuple[Memory, Spins, RecallMethod]]] = {
    "amplification": _amplification,
    "product-filter": _product_filter,
    "separation-filter": _separation_filter,
    "amplified-filter": _amplified_filter,
    "qaoa": _qaoa,
}
"""How the memory, the probe and the method of a case are made from patterns."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseSettings(Benchmark):
    """Which cases a benchmark takes."""

    sizes: Annotated[Sizes, Setting("Neurons and patterns.", "[1, 10^5]")] = ((8, 4), (12, 8))
    families: Annotated[Names, Setting("Kinds of recall.", among=tuple(FAMILIES))] = tuple(FAMILIES)
    seed: Annotated[int, Setting("Seed of the patterns.", "[0, inf)")] = 0

    def recall_cases(self) -> list[RecallCase]:
        """Return a case for every size and family."""
        return [
            recall_case(family, num_neurons, num_patterns, rng=self.seed)
            for num_neurons, num_patterns in self.sizes
            for family in self.families
        ]
