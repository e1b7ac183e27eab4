"""Affine compression: only as many qubits as the affine rank of the patterns hold amplitudes.

Every neuron is an XOR of r independent neurons and a constant, r the affine rank of the set. An
inner encoder prepares the superposition on those r active qubits; CX and X write the others. An
affine subspace is then uniform on its active qubits: H, CX and X only (a stabilizer state).
"""

from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np

from circuits.bit_order import Bits
from circuits.gf2 import unpack
from circuits.loading.dense import Dense
from circuits.loading.elimination import Elimination
from circuits.loading.preparation import Encoder, Preparation, empty_circuit
from classical_ref.checks import Complexes


@dataclass(frozen=True, slots=True, kw_only=True)
class Affine(Encoder):
    """An inner encoder on the affinely independent neurons, then CX and X."""

    name: ClassVar[str] = "affine"
    inner: Encoder = field(default_factory=Dense)

    def prepare(self, bits: Bits, amplitudes: Complexes) -> Preparation:
        """Return the preparation; see :class:`Encoder`. Raises what the inner encoder raises."""
        num_neurons = bits.shape[1]
        elimination = Elimination(bits, amplitudes)
        elimination.compress()
        for qubit, column in enumerate(elimination.columns):
            if column == elimination.alive:
                elimination.x(qubit)
        network = elimination.inverse_circuit()
        active = [qubit for qubit, column in enumerate(elimination.columns) if column]
        if not active:
            network.global_phase = float(np.angle(amplitudes[0]))
            return Preparation(circuit=network, reflection_qubits=())
        rows = unpack((elimination.columns[qubit] for qubit in active), len(bits)).T
        inside = self.inner.prepare(np.ascontiguousarray(rows), amplitudes)
        circuit = empty_circuit(num_neurons, inside.num_ancillas)
        place = active + list(range(num_neurons, circuit.num_qubits))
        circuit.compose(inside.circuit, place, inplace=True)
        circuit.compose(network, circuit.qubits[:num_neurons], inplace=True)
        reflection = tuple(sorted(place[i] for i in inside.reflection_qubits))
        return Preparation(circuit=circuit, reflection_qubits=reflection)
