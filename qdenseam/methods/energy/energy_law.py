"""The law of a method that measures every neuron and accepts every shot."""

from abc import abstractmethod
from typing import Any, ClassVar, TypeAlias

import numpy as np
import numpy.typing as npt
from qiskit import QuantumCircuit

from circuits.energy.ansatz import qaoa, warm_start_angles
from circuits.energy.hamiltonians import LARGEST_PHASE
from qdenseam.memories.energy import EnergyMemory
from qdenseam.memories.reduced import ReducedEnergy
from qdenseam.methods.base import Floats, RecallLaw, RecallMethod, Spins, law_of_all
from qdenseam.methods.bounds import WarmStart
from qdenseam.simulation.diagonal import qaoa_state

AnyEnergy: TypeAlias = EnergyMemory | ReducedEnergy
"""An energy of all neurons, or of those that are left."""


class LayeredMethod(RecallMethod):
    """A method of phases by the energy and mixers in turn; it accepts every shot.

    Subclasses have the field ``warm_start``.
    """

    memory_type: ClassVar[type] = EnergyMemory

    warm_start: WarmStart

    @abstractmethod
    def angles(self, memory: Any) -> tuple[npt.ArrayLike, npt.ArrayLike]:
        """Return (gammas, betas) of the layers, each of shape ``(p,)``."""

    def circuit(self, memory: AnyEnergy, probe: Spins | str) -> QuantumCircuit:
        """Return the circuit with register ``memory`` and clean ``ancilla`` qubits if counting.

        Raises:
            ValueError: The angles are missing.
        """
        gammas, betas = map(np.asarray, self.angles(memory))
        start = warm_start_angles(memory.check_probe(probe), self.warm_start)
        return qaoa(memory.phase(probe), start, gammas=gammas.tolist(), betas=betas.tolist())

    def law(self, memory: AnyEnergy, probe: Spins | str) -> RecallLaw:
        """Return the law over all 2^D states.

        Raises:
            ValueError: The angles are missing, or see :func:`check_phases`.
        """
        gammas, betas = self.angles(memory)
        energies = memory.diagonal(probe)
        check_phases(energies, gammas)
        start = warm_start_angles(memory.check_probe(probe), self.warm_start)
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


def state_law(memory: AnyEnergy, state: np.ndarray) -> RecallLaw:
    """Return the law |⟨x|ψ⟩|² of amplitudes ψ, shape ``(2**D,)``, normalized."""
    probabilities = np.abs(state) ** 2
    distribution = probabilities / probabilities.sum()
    return law_of_all(distribution[memory.pattern_indices()], distribution)
