"""How the table of :mod:`qdenseam.training.fixed_angles` was made."""

import numpy as np

from circuits.energy.ansatz import warm_start_angles
from classical_ref import DenseMemory, HopfieldMemory, LogSumExp, Polynomial, flip, random_patterns
from classical_ref.checks import Spins
from qdenseam.memories.energy import EnergyMemory
from qdenseam.training.angles import Training
from qdenseam.training.fixed_angles import train_shared_angles

Instance = tuple[EnergyMemory, Spins]


def recall_instances(num_instances: int, *, rng: np.random.Generator | int) -> list[Instance]:
    """Return memories with a probe each: log-sum-exp, order 3 and Hebb in turn.

    D alternates between 8 and 10, K runs through 2, 3, 4 and the probe is the first pattern with 1
    or 2 flips.
    """
    rng = np.random.default_rng(rng)
    instances: list[Instance] = []
    for i in range(num_instances):
        patterns = random_patterns((2, 3, 4)[i % 3], (8, 10)[i % 2], rng=rng)
        models = (
            DenseMemory(patterns, LogSumExp(1.0)),
            DenseMemory(patterns, Polynomial(3)),
            HopfieldMemory(patterns),
        )
        memory = EnergyMemory(models[i // 6 % 3])
        instances.append((memory, flip(patterns[0], 1 + i // 3 % 2, rng=rng)))
    return instances


def retrain(
    num_layers: int, warm_start: float | None, *, num_instances: int = 72, seed: int = 1
) -> Training:
    """Return shared angles for instances drawn from a seed; the recipe of the table."""
    instances = recall_instances(num_instances, rng=seed)
    return train_shared_angles(
        [memory.diagonal(probe) for memory, probe in instances],
        [warm_start_angles(probe, warm_start) for _, probe in instances],
        num_layers,
        num_restarts=2,
        rng=seed,
    )
