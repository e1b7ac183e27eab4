"""What the studies of noisy devices share: instances, device models, and layouts.

An instance is a random memory, one probe and a device model. Probes that are as near to another
pattern are drawn again; where a study asks for them, the first draws are instances too.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from qdenseam.experiments.collecting.records import Params, Task

if TYPE_CHECKING:
    from qiskit import QuantumCircuit
    from qiskit.transpiler import Target

    from qdenseam.execution import Engine
    from qdenseam.execution.compiling.layout import Layout

CELLS = ((4, 4), (6, 4), (8, 4), (6, 8), (8, 8))
"""(D, K)."""
NUM_SEEDS = 5
"""Routings tried per circuit."""
DEVICES = ("fake:fez", "fake:torino")
CELL = ("device", "num_erasures", "num_flips", "num_neurons", "num_patterns")
"""Parameters that make a cell, and the first columns of the tables."""

Spins = npt.NDArray[np.int8]


def instance_tasks(
    kind: str,
    *,
    cells: Sequence[tuple[int, int]],
    devices: Sequence[str],
    corruptions: Sequence[tuple[int, int]] = ((1, 0), (0, 1)),
    num_instances: int,
    shots: int,
) -> list[Task]:
    """Return one task of a kind per corruption, instance of :func:`instance`, cell and device.

    ``corruptions`` are numbers of (unknown, flipped) neurons.
    """
    return [
        Task(
            kind=kind,
            params={
                "device": device,
                "num_neurons": num_neurons,
                "num_patterns": num_patterns,
                "num_erasures": num_erasures,
                "num_flips": num_flips,
                "instance": number,
                "shots": shots,
            },
        )
        for num_erasures, num_flips in corruptions
        for number in range(num_instances)
        for num_neurons, num_patterns in cells
        for device in devices
    ]


def instance(
    num_neurons: int,
    num_patterns: int,
    num_erasures: int,
    num_flips: int,
    number: int,
    *,
    any_probe: bool = False,
) -> tuple[Spins, Spins, int]:
    """Return (patterns, probe, target), the same for every device.

    An ambiguous probe is drawn again with its memory, unless ``any_probe`` takes the first draw.
    """
    from classical_ref.patterns import corrupt, is_ambiguous, random_patterns

    rng = np.random.default_rng([2026, num_neurons, num_patterns, num_erasures, num_flips, number])
    while True:
        patterns = random_patterns(num_patterns, num_neurons, rng=rng)
        target = int(rng.integers(num_patterns))
        probe = corrupt(patterns[target], num_erasures=num_erasures, num_flips=num_flips, rng=rng)
        if any_probe or not is_ambiguous(patterns, probe, target):
            return patterns, probe, target


def instance_of(params: Params) -> tuple[Spins, Spins, int]:
    """Return the :func:`instance` of a task."""
    return instance(
        params["num_neurons"],
        params["num_patterns"],
        params["num_erasures"],
        params["num_flips"],
        params["instance"],
        any_probe=params.get("any_probe", False),
    )


def device_of(params: Params) -> tuple["Engine", "Target"]:
    """Return the device model of a task, and its calibration.

    Raises:
        ValueError: It has no calibration, or is refused by
            :func:`qdenseam.execution.factories.check_study_engine`.
    """
    from qdenseam.execution import engine
    from qdenseam.execution.factories import check_study_engine

    check_study_engine(params["device"])
    device = engine(params["device"])
    if device.target is None:
        raise ValueError(
            f"device should have a calibration, as fake:manila has. Got {params['device']!r}, "
            "where any gate and pair is free."
        )
    return device, device.target


def laid_out(
    circuit: "QuantumCircuit", calibration: "Target", *, num_seeds: int = NUM_SEEDS
) -> "Layout":
    """Return a circuit with its measurements where the calibration predicts most success."""
    from qdenseam.execution.compiling.layout import best_layout
    from qdenseam.execution.readings import measured

    return best_layout(measured(circuit), calibration, num_seeds=num_seeds)


def is_redrawn(params: Params) -> bool:
    """Return whether the first draw of a task's instance is ambiguous."""
    from classical_ref.patterns import is_ambiguous

    return bool(is_ambiguous(*instance_of({**params, "any_probe": True})))
