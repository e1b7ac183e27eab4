"""What ``method="auto"`` means: the best plan on a calibrated device, a rule elsewhere."""

import numpy as np
from qiskit.transpiler import Target

from circuits.index.known_index import MAX_PATTERNS
from classical_ref.checks import Booleans, check_integer, checked
from qdenseam.execution.compiling.compilation import WIDEST, is_calibrated
from qdenseam.memories.amplitude import AmplitudeMemory
from qdenseam.memories.energy import EnergyMemory
from qdenseam.methods import (
    AdaptiveAmplification,
    AdaptiveMethod,
    AdiabaticRecall,
    AmplitudeAmplification,
    IndexSearch,
    MinimumSearch,
    RecallMethod,
)
from qdenseam.methods.base import Spins
from qdenseam.planning.candidates import nearest_filter, tells_all_apart
from qdenseam.planning.plans import plan

Memory = AmplitudeMemory | EnergyMemory


@checked
def choose(
    memory: Memory,
    probe: Spins,
    target: Target | None,
    *,
    expected_flips: int | None = None,
    may_adapt: bool = False,
) -> tuple[Memory, RecallMethod | AdaptiveMethod]:
    """Return a method for one probe and the memory with the encoder for it.

    On a device that reports its errors it is the best :func:`plan` that answers every probe with
    these known neurons; patterns and their order stay. Elsewhere, for an energy memory, and where
    no plan fits the device, it is :func:`choose_method` and the memory as it is. Of the probe only
    which neurons it knows matters.

    Args:
        memory: The memory.
        probe: Spins with 0 where unknown, shape ``(D,)``.
        target: The device, ``None`` off devices.
        expected_flips: How many known neurons may be wrong, at most as many as are known; ``None``
            for 0 where there are unknown ones, and 1 or so where there are none.
        may_adapt: Whether a method may run in rounds.
    """
    known = memory.check_probe(probe) != 0
    num_flips = num_expected_flips(known, expected_flips)
    if (
        isinstance(memory, AmplitudeMemory)
        and memory.num_neurons <= WIDEST
        and target is not None
        and is_calibrated(target)
    ):
        plans = plan(memory, known, target, expected_flips=num_flips, every_probe=True)
        if plans and not (plans[0].is_baseline or plans[0].peeks):
            return plans[0].memory, plans[0].method
    chosen = choose_method(
        memory, known, num_flips, on_device=target is not None, may_adapt=may_adapt
    )
    return memory, chosen


@checked
def choose_method(
    memory: Memory,
    known: Booleans,
    num_flips: int,
    *,
    on_device: bool = False,
    may_adapt: bool = False,
) -> RecallMethod | AdaptiveMethod:
    """Return a method for probes that know some neurons, without looking at a calibration.

    Without flips: amplification, exact where all probes that fit a stored pattern mark the same
    weight; elsewhere rounds with a check after each, or fixed-point ones where it must not adapt.
    On a device index search, which has far fewer gates, where the known neurons tell all patterns
    apart. With flips: minimum search, or an amplified posterior where it must not adapt. An energy
    memory gets the untrained ramp, which spends no evaluation on the probe.

    Args:
        memory: The memory.
        known: Which neurons a probe knows, ``bool``, shape ``(D,)``.
        num_flips: How many of them may be wrong.
        on_device: Whether gates count.
        may_adapt: Whether a method may run in rounds.
    """
    if isinstance(memory, EnergyMemory):
        return AdiabaticRecall()
    if num_flips:
        return (
            MinimumSearch()
            if may_adapt
            else nearest_filter(memory, int(np.count_nonzero(known)), num_flips)
        )
    if on_device and memory.num_patterns <= MAX_PATTERNS and tells_all_apart(memory, known):
        return IndexSearch()
    once = AmplitudeAmplification()
    if may_adapt and not once.claim(memory, known).is_exact:
        return AdaptiveAmplification()
    return once


def num_expected_flips(known: Booleans, expected_flips: int | None) -> int:
    """Return how many known neurons may be wrong: as told, else 1 where all are known.

    Raises:
        TypeError: ``expected_flips`` is no integer.
        ValueError: It is negative.
    """
    if expected_flips is None:
        return int(known.all())
    check_integer(0, expected_flips=expected_flips)
    return min(int(expected_flips), int(np.count_nonzero(known)))
