"""Memories with a probe each, for what is said of energy methods over many of them."""

import numpy as np

from classical_ref import DenseMemory, Polynomial
from classical_ref.data.datasets import digits
from classical_ref.patterns import corrupt, random_patterns
from classical_ref.spins import hamming_distance
from qdenseam import EnergyMemory
from qdenseam.studies.energy.trial import ENERGIES

MODELS = {**ENERGIES, "order 2": lambda patterns: DenseMemory(patterns, Polynomial(2))}
NUM_PATTERNS = (2, 3, 4, 6)


def instances(
    energy: str, num_neurons: int, num_instances: int, *, source: str, rng: np.random.Generator
) -> list[tuple[EnergyMemory, np.ndarray]]:
    """Return memories of 2, 3, 4, 6 patterns with a probe that is nearest to the first.

    The probe has one or two flips, two or half of its neurons unknown, or one flip and one unknown.
    """
    half = num_neurons // 2
    corruptions = [(1, 0), (2, 0), (0, 2), (0, half), (1, 1)]
    found: list[tuple[EnergyMemory, np.ndarray]] = []
    for i in range(100 * num_instances):
        num_patterns = NUM_PATTERNS[i % 4]
        flips, erasures = corruptions[i // 4 % 5]
        if source == "random":
            patterns = random_patterns(num_patterns, num_neurons, rng=rng)
        else:
            patterns = digits(num_neurons).select(num_patterns, rng=rng).patterns
        probe = corrupt(patterns[0], num_flips=flips, num_erasures=erasures, rng=rng)
        distances = hamming_distance(patterns, probe)
        if (distances[1:] > distances[0]).all():
            found.append((EnergyMemory(MODELS[energy](patterns)), probe))
        if len(found) == num_instances:
            return found
    raise AssertionError("too few unambiguous instances")


def gap(memory: EnergyMemory, probe: np.ndarray) -> float:
    """How much lower the first pattern lies than any other of the 2^D states."""
    energies, target = memory.diagonal(probe), int(memory.pattern_indices()[0])
    return float(np.delete(energies, target).min() - energies[target])
