"""A Hopfield update by quantum neurons: the first hardware demonstration of recall."""

from dataclasses import dataclass
from math import pi
from typing import ClassVar

import numpy as np
import numpy.typing as npt
from qiskit import AncillaRegister, QuantumCircuit, QuantumRegister

from circuits.bit_order import all_bits
from circuits.registers import join
from qdenseam.memories.amplitude import AmplitudeMemory
from qdenseam.methods.amplitude.historic.spurious_shells import MAX_TABULATED
from qdenseam.methods.base import Floats, RecallLaw, RecallMethod, Spins, law_of_all, register
from qdenseam.simulation.multinomial import Counts
from qdenseam.simulation.neuron_by_neuron import NeuronByNeuron, drawn


@register
@dataclass(frozen=True, slots=True)
class QuantumNeuron(RecallMethod):
    r"""One asynchronous sweep of Hopfield updates, each by a rotation controlled by the other bits.

    Neuron i gets a fresh qubit, turned by the field h_i = Σ_j w_ij s_j of the neurons before it
    (updated already) and of the known probe bits after it: P(s_i = -1) = sin²(π/4 - γ h_i). The
    scale γ = (π/4)/max_i Σ_j |w_ij| keeps every angle in [0, π/2], and the weights are Hebb's,
    w_ij = Σ_μ π_μ ξ^μ_i ξ^μ_j with w_ii = 0. The activation is soft, its capacity Hebbian, and with
    classical inputs there is no quantum speed-up: a historic demonstration.

    The law: P(x) = Π_i P(x_i | x_1..x_{i-1}, probe), a product over the sweep.

    References:
        Miller and Mukhopadhyay, "A quantum Hopfield associative memory implemented on an actual
        quantum processor" (2021); the neuron: Cao, Guerreschi and Aspuru-Guzik, "Quantum neuron"
        (2017), here without repeat-until-success.
    """

    name: ClassVar[str] = "quantum-neuron"
    memory_type: ClassVar[type] = AmplitudeMemory
    is_historic: ClassVar[bool] = True

    def circuit(self, memory: AmplitudeMemory, probe: Spins | str) -> QuantumCircuit:
        """Return the circuit: ``memory`` is the updated state, ``ancilla`` the loaded probe."""
        spins = memory.check_probe(probe)
        angles = self._couplings(memory)
        num_neurons = memory.num_neurons
        outputs = QuantumRegister(num_neurons, "memory")
        inputs = AncillaRegister(num_neurons, "ancilla")
        load = QuantumCircuit(outputs, inputs)
        for i in np.flatnonzero(spins == -1).tolist():
            load.x(inputs[i])
        parts = [load]
        for i in range(num_neurons):
            sources = [(j, outputs[j]) for j in range(i)]
            sources += [(j, inputs[j]) for j in range(i + 1, num_neurons) if spins[j]]
            # s_j = 1 - 2 b_j: a constant and one controlled rotation for each bit
            part = load.copy_empty_like()
            part.ry(pi / 2 - 2 * sum(float(angles[i, j]) for j, _ in sources), outputs[i])
            for j, source in sources:
                if angles[i, j]:
                    part.cry(4 * float(angles[i, j]), source, outputs[i])
            parts.append(part)
        return join([*parts, load], ["", *["update"] * num_neurons, ""])

    def law(self, memory: AmplitudeMemory, probe: Spins | str) -> RecallLaw:
        """Return the law; O(K D²), no circuit."""
        spins = memory.check_probe(probe)
        angles = self._couplings(memory)
        joint = self._probabilities(memory.patterns, spins, angles)
        distribution = None
        if memory.num_neurons <= MAX_TABULATED:
            states = 1 - 2 * all_bits(memory.num_neurons).astype(np.int8)
            distribution = self._probabilities(states, spins, angles)
        return law_of_all(joint, distribution, _Sweep(spins, angles).outcomes)

    def _couplings(self, memory: AmplitudeMemory) -> Floats:
        """Return γ w, shape ``(D, D)``; zeros where no two neurons are correlated."""
        patterns = memory.patterns.astype(float)
        weights = (patterns.T * memory.weights) @ patterns
        np.fill_diagonal(weights, 0)
        weights[np.abs(weights) < 1e-12] = 0
        largest = np.abs(weights).sum(axis=1).max()
        return np.asarray(weights * (pi / 4 / largest) if largest > 0 else weights)

    def _probabilities(self, states: Spins, probe: Spins, angles: Floats) -> Floats:
        """Return P(x) of each state, shape ``(len(states),)``."""
        total = np.ones(len(states))
        for i in range(len(probe)):
            field = states[:, :i] @ angles[i, :i] + probe[i + 1 :] @ angles[i, i + 1 :]
            total *= _chance(field, np.where(states[:, i] < 0, -1, 1))
        return total


def _chance(field: Floats, spins: npt.ArrayLike) -> Floats:
    """Return P(s_i = spin) at the scaled field γ h_i."""
    return np.asarray(np.sin(pi / 4 + np.asarray(spins) * field) ** 2)


class _Sweep(NeuronByNeuron):
    """The law of a sweep, neuron by neuron; each row carries the fields of all neurons."""

    def __init__(self, probe: Spins, angles: Floats) -> None:
        self.num_neurons = len(probe)
        self.angles = angles
        self.start = np.triu(angles, 1) @ probe

    def outcomes(self, shots: int, rng: np.random.Generator) -> tuple[Spins, Counts]:
        """Return distinct outcomes of the sweep and their counts."""
        _, states, counts = drawn(self, np.array([shots]), self.start[None].copy(), rng)
        return states, counts

    def chances(self, neuron: int, carried: Floats) -> tuple[Floats, Floats]:
        """Return the probabilities of -1 and +1."""
        return _chance(carried[:, neuron], -1), _chance(carried[:, neuron], 1)

    def carry(self, neuron: int, carried: Floats, spins: Spins) -> None:
        """Add what the spin contributes to the fields of the neurons after it."""
        carried[:, neuron + 1 :] += spins[:, None] * self.angles[neuron + 1 :, neuron]
