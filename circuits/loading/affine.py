"""Affine compression: only as many qubits as the affine rank of the patterns hold amplitudes.

Every neuron is an XOR of r independent neurons and a constant, r the affine rank of the set. An
inner encoder prepares the superposition on those r active qubits; CX and X write the others. An
affine subspace is then uniform on its active qubits: H, CX and X only (a stabilizer state).
"""

from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from circuits.bit_order import Bits
from circuits.gf2 import affine_hull
from circuits.loading.dense import Dense
from circuits.loading.preparation import Encoder, Preparation, empty_circuit


@dataclass(frozen=True, slots=True, kw_only=True)
class Affine(Encoder):
    """An inner encoder on the affinely independent neurons, then CX and X."""

    name: ClassVar[str] = "affine"
    inner: Encoder = field(default_factory=Dense)

    def prepare(self, bits: Bits, amplitudes: npt.NDArray[np.complex128]) -> Preparation:
        """Return the preparation; see :class:`Encoder`. Raises what the inner encoder raises."""
        num_neurons = bits.shape[1]
        hull = affine_hull(bits)
        active = [int(i) for i in hull.indices]
        if not active:
            circuit = empty_circuit(num_neurons, 0)
            circuit.global_phase = float(np.angle(amplitudes[0]))
            reflection: tuple[int, ...] = ()
        else:
            inside = self.inner.prepare(np.ascontiguousarray(bits[:, active]), amplitudes)
            circuit = empty_circuit(num_neurons, inside.num_ancillas)
            place = active + list(range(num_neurons, circuit.num_qubits))
            circuit.compose(inside.circuit, place, inplace=True)
            reflection = tuple(sorted(place[i] for i in inside.reflection_qubits))
        for check, parity in zip(hull.checks, hull.parities, strict=True):
            dependent = int(np.setdiff1d(np.flatnonzero(check), active)[0])
            if parity:
                circuit.x(dependent)
            for source in np.flatnonzero(check):
                if source != dependent:
                    circuit.cx(int(source), dependent)
        return Preparation(circuit=circuit, reflection_qubits=reflection)
