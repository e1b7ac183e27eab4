r"""The incremental store: pattern after pattern is split off a processing branch.

A processing qubit p is 1 on the branch that still carries the amplitude of the patterns to come.
On that branch the memory holds pattern μ; a rotation of p, controlled on bits that tell pattern μ
from those already stored, leaves the amplitude a_μ behind with p = 0. CX from p then turn pattern μ
into pattern μ + 1. The flag qubit of the original is not needed, and since the branch is empty at
the end, nothing is unwritten. A pattern added at the end appends one block and changes only the
angles of those before it.

References:
    Ventura and Martinez (2000), "Quantum associative memory"; Trugenberger (2001), equation 3.
"""

from dataclasses import dataclass
from math import atan2
from typing import ClassVar

import numpy as np

from circuits.bit_order import Bits
from circuits.loading.preparation import AncillaEncoder, Preparation, empty_circuit
from circuits.synthesis.multi_controlled import append_rotation
from classical_ref.checks import Complexes


@dataclass(frozen=True, slots=True, kw_only=True)
class Incremental(AncillaEncoder):
    """Patterns stored one by one in the given order, with one or two ancillas."""

    name: ClassVar[str] = "incremental"

    def unlimited(self, bits: Bits, amplitudes: Complexes) -> Preparation:
        """Return the preparation, whatever number of ancillas it takes."""
        num_patterns, num_neurons = bits.shape
        controls = [separating_bits(bits[: k + 1]) for k in range(num_patterns)]
        needs_ladder = max(len(c) for c in controls) > 2
        circuit = empty_circuit(num_neurons, int(num_patterns > 1) + int(needs_ladder))
        memory = circuit.qubits[:num_neurons]
        for i in np.flatnonzero(bits[0]):
            circuit.x(int(i))
        circuit.global_phase = float(np.angle(amplitudes[0]))
        reflection = np.flatnonzero((bits != bits[0]).any(axis=0)).tolist()
        if num_patterns > 1:
            processing = circuit.qubits[num_neurons]
            ladder = circuit.qubits[num_neurons + 1] if needs_ladder else None
            magnitudes = np.abs(amplitudes)
            remaining = np.sqrt(np.cumsum(magnitudes[::-1] ** 2)[::-1])
            circuit.ry(2 * atan2(remaining[1], magnitudes[0]), processing)
            for k in range(1, num_patterns):
                circuit.p(float(np.angle(amplitudes[k] / amplitudes[k - 1])), processing)
                for i in np.flatnonzero(bits[k] != bits[k - 1]):
                    circuit.cx(processing, memory[i])
                left = remaining[k + 1] if k + 1 < num_patterns else 0.0
                zeros = [int(i) for i in controls[k] if not bits[k, i]]
                if zeros:
                    circuit.x(zeros)
                angle = -2 * atan2(magnitudes[k], left)  # |1⟩ -> a|0⟩ + left|1⟩
                telling = [memory[i] for i in controls[k]]
                append_rotation(circuit, "y", angle, telling, processing, ladder)
                if zeros:
                    circuit.x(zeros)
            reflection.append(num_neurons)
        return Preparation(circuit=circuit, reflection_qubits=tuple(reflection))


def separating_bits(bits: Bits) -> list[int]:
    """Return columns on which the last row of ``bits`` differs from every earlier row.

    Chosen greedily: each column separates as many of the remaining rows as possible.
    """
    differs = bits[:-1] != bits[-1]
    chosen: list[int] = []
    while len(differs):
        column = int(differs.sum(axis=0).argmax())
        chosen.append(column)
        differs = differs[~differs[:, column]]
    return chosen
