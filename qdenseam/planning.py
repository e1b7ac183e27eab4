"""Choosing a method from what a planner may know: the memory and which neurons are known."""

from qdenseam.memories.amplitude import AmplitudeMemory
from qdenseam.memories.energy import EnergyMemory
from qdenseam.methods import QAOA, AmplitudeAmplification, ProbabilisticRecall, RecallMethod
from qdenseam.methods.base import Spins


def choose_method(memory: AmplitudeMemory | EnergyMemory, probe: Spins) -> RecallMethod:
    """Return a method for one probe.

    Unknown neurons mean completion: amplitude amplification with one claimed match. A fully known
    probe may be corrupted anywhere, which amplification cannot tolerate: probabilistic recall
    with two controls, whose mean acceptance over distances is 3/8. An energy memory gets
    warm-started QAOA.
    """
    if isinstance(memory, EnergyMemory):
        return QAOA()
    return AmplitudeAmplification() if (probe == 0).any() else ProbabilisticRecall()
