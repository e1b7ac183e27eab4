"""What ``method="auto"`` means: the best plan on a calibrated device, a rule elsewhere."""

import numpy as np
from qiskit.transpiler import Target

from circuits.known_index import MAX_PATTERNS
from qdenseam.execution.compilation import WIDEST, is_calibrated
from qdenseam.memories.amplitude import AmplitudeMemory
from qdenseam.memories.energy import EnergyMemory
from qdenseam.methods import (
    AdiabaticRecall,
    AmplitudeAmplification,
    IndexSearch,
    ProbabilisticRecall,
    RecallMethod,
)
from qdenseam.methods.base import Spins
from qdenseam.planning.plans import plan

Memory = AmplitudeMemory | EnergyMemory


def choose(memory: Memory, probe: Spins, target: Target | None) -> tuple[Memory, RecallMethod]:
    """Return a method for one probe and the memory with the encoder for it.

    On a device that reports its errors it is the best :func:`plan` for the known neurons, with one
    flip expected where all are known; patterns and their order stay. Elsewhere, for an energy
    memory, and where no plan fits the device, it is :func:`choose_method` and the memory as it is.
    """
    if (
        isinstance(memory, AmplitudeMemory)
        and memory.num_neurons <= WIDEST
        and target is not None
        and is_calibrated(target)
    ):
        known = memory.check_probe(probe) != 0
        plans = plan(memory, known, target, num_flips=int(known.all()))
        if plans and not (plans[0].is_baseline or plans[0].peeks):
            return plans[0].memory, plans[0].method
    return memory, choose_method(memory, probe, on_device=target is not None)


def choose_method(memory: Memory, probe: Spins, *, on_device: bool = False) -> RecallMethod:
    """Return a method for one probe, without looking at a calibration.

    Unknown neurons mean completion: amplitude amplification with one claimed match, on a device
    index search, which has far fewer gates, if the known neurons tell all patterns apart. A fully
    known probe may be corrupted anywhere, which amplification cannot tolerate: probabilistic recall
    with two controls, whose mean acceptance over distances is 3/8. An energy memory gets
    the untrained ramp, which spends no evaluation on the probe.
    """
    known = memory.check_probe(probe) != 0
    if isinstance(memory, EnergyMemory):
        return AdiabaticRecall()
    if known.all():
        return ProbabilisticRecall()
    if on_device and memory.num_patterns <= MAX_PATTERNS:
        parts = np.unique(memory.patterns[:, known], axis=0)
        if len(parts) == memory.num_patterns:
            return IndexSearch()
    return AmplitudeAmplification()
