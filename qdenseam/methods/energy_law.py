"""The law of a method that measures every neuron and accepts every shot."""

import numpy as np

from qdenseam.memories.energy import EnergyMemory
from qdenseam.methods.base import Floats, RecallLaw


def energy_law(memory: EnergyMemory, probabilities: Floats) -> RecallLaw:
    """Return the law with these probabilities of all states, shape ``(2**D,)``, normalized."""
    distribution = probabilities / probabilities.sum()
    joint = distribution[memory.pattern_indices()]
    return RecallLaw(
        joint=joint,
        spurious=max(0.0, 1.0 - float(joint.sum())),
        rejected=0.0,
        distribution=distribution,
    )


def state_law(memory: EnergyMemory, state: np.ndarray) -> RecallLaw:
    """Return the law |⟨x|ψ⟩|² of amplitudes ψ, shape ``(2**D,)``."""
    return energy_law(memory, np.abs(state) ** 2)
