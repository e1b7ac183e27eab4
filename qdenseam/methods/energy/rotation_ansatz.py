"""What variational methods on RY rotations share: entanglers, parameters, circuit and law."""

from collections.abc import Sequence
from typing import ClassVar, Literal

import numpy as np
from qiskit import QuantumCircuit

from circuits.energy.ansatz import controlled_z_chain, rotations, warm_start_angles
from classical_ref.checks import check_fields
from qdenseam.memories.energy import EnergyMemory
from qdenseam.methods.base import (
    Floats,
    RecallLaw,
    RecallMethod,
    Spins,
    keep_floats,
)
from qdenseam.methods.bounds import Angles, NumLayers, WarmStart
from qdenseam.methods.energy.energy_law import check_phases, state_law
from qdenseam.simulation.rotations import rotation_state

Entangler = Literal["chain", "energy"]
"""``"chain"``: CZ between neighbors, the same for every memory (hardware-efficient);
``"energy"``: exp(-iγE) with a trained γ per layer (problem-inspired)."""


class RotationMethod(RecallMethod):
    """A method on layers of RY with p entanglers; see :mod:`qdenseam.simulation.rotations`.

    Subclasses have the fields ``num_layers``, ``entangler``, ``warm_start``, ``gammas`` and
    ``angles`` (flat, row by row). With empty ``angles`` they run their start and count as trained:
    RY(θ_i) of the warm start and no further rotation, the baseline that training must beat.
    """

    memory_type: ClassVar[type] = EnergyMemory

    num_layers: NumLayers
    entangler: Entangler
    warm_start: WarmStart
    gammas: Angles
    angles: Angles

    def __post_init__(self) -> None:
        check_fields(self)
        if self.gammas is not None and len(self.gammas) != self.num_layers:
            raise ValueError(f"expected {self.num_layers} gammas. Got {len(self.gammas)}.")
        if self.gammas is not None and (self.angles is None or self.entangler == "chain"):
            raise ValueError("gammas need angles and the entangler 'energy'. Got them without.")
        keep_floats(self, "gammas", "angles")

    @property
    def is_trained(self) -> bool:
        """Whether the angles are set."""
        return self.angles is not None

    def generator(self, memory: EnergyMemory, probe: Spins | str) -> Floats:
        """Return G of the entanglers exp(-iγG): E, or the number of neighboring 1s."""
        if self.entangler == "energy":
            return memory.diagonal(probe)
        states = np.arange(2**memory.num_neurons)
        return np.bitwise_count(states & states >> 1).astype(float)

    def parameters(self, memory: EnergyMemory, probe: Spins | str) -> tuple[Floats, Floats]:
        """Return (γ of shape ``(p,)``, θ of shape ``(p + 1, D)``): as given, or the start.

        Raises:
            ValueError: The angles belong to another number of neurons.
        """
        shape = (self.num_layers + 1, memory.num_neurons)
        if self.entangler == "chain":
            gammas = np.full(self.num_layers, np.pi)
        else:
            gammas = np.array(self.gammas or np.zeros(self.num_layers))
        if not self.angles:
            angles = np.zeros(shape)
            angles[0] = warm_start_angles(memory.check_probe(probe), self.warm_start)
        elif len(self.angles) != shape[0] * shape[1]:
            raise ValueError(
                f"expected {shape[0] * shape[1]} angles, (num_layers + 1) per neuron. "
                f"Got {len(self.angles)}."
            )
        else:
            angles = np.reshape(self.angles, shape)
        return gammas, angles

    def circuit(self, memory: EnergyMemory, probe: Spins | str) -> QuantumCircuit:
        """Return the circuit with register ``memory`` and clean ``ancilla`` qubits if counting.

        Raises:
            ValueError: The angles are missing.
        """
        self._check_trained()
        gammas, angles = self.parameters(memory, probe)
        entanglers: Sequence[QuantumCircuit]
        if self.entangler == "chain":
            entanglers = [controlled_z_chain(memory.num_neurons)] * self.num_layers
        else:
            phase = memory.phase(probe)
            entanglers = [phase.circuit(gamma) for gamma in gammas.tolist()]
        return rotations(entanglers, angles)

    def law(self, memory: EnergyMemory, probe: Spins | str) -> RecallLaw:
        """Return the law of the circuit with these angles over all 2^D states.

        Raises:
            ValueError: The angles are missing.
        """
        self._check_trained()
        gammas, angles = self.parameters(memory, probe)
        generator = self.generator(memory, probe)
        check_phases(generator, gammas)
        return state_law(memory, rotation_state(generator, gammas, angles))

    def _check_trained(self) -> None:
        if not self.is_trained:
            raise ValueError(
                f"{type(self).__name__} has no angles yet. Call method.trained(memory, probe, "
                "rng=...) first, or pass angles; angles=() is the start."
            )
