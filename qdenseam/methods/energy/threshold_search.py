"""Amplify the states whose energy is below a threshold."""

from dataclasses import dataclass
from math import ceil
from typing import Annotated, ClassVar

import numpy as np
from qiskit import QuantumCircuit

from circuits.energy.ansatz import product_start, warm_start_angles
from circuits.grover.oracles import reflection_about
from circuits.grover.threshold import below_threshold_oracle
from circuits.registers import join
from classical_ref.checks import Within
from qdenseam.memories.energy import EnergyMemory
from qdenseam.methods.base import Floats, RecallLaw, RecallMethod, Spins, register
from qdenseam.methods.bounds import Time, WarmStart
from qdenseam.methods.energy.energy_law import state_law
from qdenseam.simulation.diagonal import product_state


@register
@dataclass(frozen=True, slots=True)
class ThresholdSearch(RecallMethod):
    r"""Turn the start by Grover iterations towards the states of energy below a threshold.

    Energies are rounded to multiples of ``resolution`` and subtracted from the threshold in a value
    register sized so that nothing overflows for this memory and these known positions. Every shot
    is accepted; whether the answer is below the threshold is seen from its energy. Rounding makes
    all 2^D Pauli-Z strings of the values appear, so an oracle costs some 2^(D+1) CX a value qubit.

    By default both numbers come from the memory and from which positions are known,
    never from the probe's values: a state is marked if it lies as low as the shallowest stored
    pattern would, one flip from a probe without unknowns or fitting the known positions of others,
    and j turns the start probability of such a state, times the stored patterns that share a cue,
    to nearly 1. It finds the target where patterns are about equally deep and deeper than all else
    by more than the resolution; energies with patterns of unlike depth mark other states too.

    The law: with start probabilities p_x and w = sin²θ their sum over marked states, j iterations
    give p_x sin²((2j+1)θ)/w to marked states and p_x cos²((2j+1)θ)/(1 - w) to the others.

    Attributes:
        threshold: Energy per neuron, or ``None``, see above; stored patterns lie at -1 on
            average, before the field.
        num_iterations: j >= 0, or ``None``, see above.
        warm_start: ε in (0, 1/2], or ``None``: the start that is amplified.
        resolution: Energies are compared in steps of this, in the memory's units (a pattern is D
            deep).

    References:
        Gilliam, Woerner and Gonciulea, "Grover adaptive search for constrained polynomial binary
        optimization" (2021); Brassard, Høyer, Mosca and Tapp (2002) for any start state.
    """

    name: ClassVar[str] = "threshold-search"
    memory_type: ClassVar[type] = EnergyMemory

    threshold: float | None = None
    num_iterations: Annotated[int, Within("[0, 10^6]", "Leave it out.")] | None = None
    warm_start: WarmStart = 0.25
    resolution: Time = 0.5

    def settings(self, memory: EnergyMemory, probe: Spins | str) -> tuple[float, int]:
        """Return (threshold, iterations): as given, or from the memory and the known positions."""
        patterns, known = memory.patterns, memory.check_probe(probe) != 0
        num_known = int(known.sum())
        num_flips = int(num_known == known.size)
        threshold, num_iterations = self.threshold, self.num_iterations
        if threshold is None:
            field = memory.field_strength() * (num_known - 2 * num_flips)
            highest = float(memory.energies(patterns).max()) - field
            threshold = (highest + self.resolution) / memory.num_neurons
        if num_iterations is None:
            shared = (patterns[:, None, known] == patterns[:, known]).all(axis=-1).sum(axis=1)
            leaning = 0.5 if self.warm_start is None else self.warm_start
            weight = leaning**num_flips * (1 - leaning) ** (num_known - num_flips)
            weight *= 0.5 ** (known.size - num_known) * float(shared.mean())
            turn = np.arcsin(np.sqrt(min(1.0, weight)))
            num_iterations = max(0, round(np.pi / (4 * turn) - 0.5))
        return threshold, num_iterations

    def levels(self, memory: EnergyMemory, probe: Spins | str) -> tuple[Floats, int, int]:
        """Return (rounded energies of shape ``(2**D,)``, the threshold's level, their bound).

        Raises:
            ValueError: The resolution is too fine for float64 to tell these energies' levels apart.
        """
        threshold, _ = self.settings(memory, probe)
        known = int(np.count_nonzero(memory.check_probe(probe)))
        field = memory.field_strength() * known if known else 0.0
        reach = float(np.abs(memory.diagonal()).max()) + field
        finest = reach / 2**52
        if self.resolution < finest:
            raise ValueError(
                f"resolution should be at least {finest:.3g} here. Got {self.resolution}."
            )
        largest = max(1, ceil(reach / self.resolution))
        values = np.rint(memory.diagonal(probe) / self.resolution)
        wanted = threshold * memory.num_neurons / self.resolution
        return values, round(np.clip(wanted, -largest, largest + 1)), largest

    def circuit(self, memory: EnergyMemory, probe: Spins | str) -> QuantumCircuit:
        """Return the circuit with register ``memory`` and clean ``ancilla`` qubits."""
        values, level, largest = self.levels(memory, probe)
        angles = warm_start_angles(memory.check_probe(probe), self.warm_start)
        oracle = below_threshold_oracle(values, level, largest=largest)
        num_rounds = self.settings(memory, probe)[1]
        start = product_start(angles)
        parts = [start, *[oracle, reflection_about(start)] * num_rounds]
        return join(parts, ["start", *["oracle", "reflect"] * num_rounds])

    def law(self, memory: EnergyMemory, probe: Spins | str) -> RecallLaw:
        """Return the law over all 2^D states."""
        values, level, _ = self.levels(memory, probe)
        angles = warm_start_angles(memory.check_probe(probe), self.warm_start)
        state = product_state(angles)
        marked = values < level
        weight = min(1.0, float((np.abs(state[marked]) ** 2).sum()))
        turned = (2 * self.settings(memory, probe)[1] + 1) * np.arcsin(np.sqrt(weight))
        if 0 < weight < 1:
            inside, outside = np.sin(turned) / np.sqrt(weight), np.cos(turned) / np.sqrt(1 - weight)
            state = state * np.where(marked, inside, outside)
        return state_law(memory, state)

    def state_preparations(self, memory: EnergyMemory, probe: Spins | str) -> int:
        """Return 2j + 1: the start, and one unpreparing and one preparing per iteration."""
        return 2 * self.settings(memory, probe)[1] + 1
