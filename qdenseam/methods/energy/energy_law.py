"""The law of a method that measures every neuron and accepts every shot."""

import numpy as np
import numpy.typing as npt

from circuits.energy.ansatz import warm_start_angles
from circuits.energy.hamiltonians import LARGEST_PHASE
from qdenseam.memories.energy import EnergyMemory
from qdenseam.methods.base import Floats, RecallLaw, Spins
from qdenseam.simulation.diagonal import qaoa_state


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


def layered_law(
    memory: EnergyMemory,
    probe: Spins | str,
    warm_start: float | None,
    gammas: npt.ArrayLike,
    betas: npt.ArrayLike,
) -> RecallLaw:
    """Return the law of :func:`circuits.energy.ansatz.qaoa` on the memory's energy.

    Raises:
        ValueError: See :func:`check_phases`.
    """
    energies = memory.diagonal(probe)
    check_phases(energies, gammas)
    start = warm_start_angles(memory.check_probe(probe), warm_start)
    return state_law(memory, qaoa_state(energies, start, gammas=gammas, betas=betas))


def check_phases(energies: Floats, gammas: npt.ArrayLike) -> None:
    """Refuse phases that float64 cannot turn by, as the circuits do.

    Raises:
        ValueError: Some γE is not finite or beyond
            :data:`circuits.energy.hamiltonians.LARGEST_PHASE`.
    """
    largest = np.abs(gammas).max(initial=0) * float(np.abs(energies).max())
    if not largest <= LARGEST_PHASE:
        raise ValueError(f"phases γE should be at most {LARGEST_PHASE:g}. Got {largest:g}.")


def state_law(memory: EnergyMemory, state: np.ndarray) -> RecallLaw:
    """Return the law |⟨x|ψ⟩|² of amplitudes ψ, shape ``(2**D,)``."""
    return energy_law(memory, np.abs(state) ** 2)
