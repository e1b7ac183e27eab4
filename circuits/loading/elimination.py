r"""Unwriting a superposition of patterns gate by gate, exactly, without its 2^n amplitudes.

An :class:`Elimination` starts from Σ_μ a_μ |x^μ⟩ and applies gates until one basis state is left;
the preparation is the inverse. Each qubit is one integer with a bit per pattern, so a CX is one
XOR. The only other gate is a multiplexed one-qubit gate, which can merge two patterns that differ
in its target alone, flip the target as any function of its controls, or both; with k controls it
costs 2^k - 1 CX whatever it does, because its diagonal is absorbed by the amplitudes.
"""

from collections.abc import Sequence
from math import pi

import numpy as np
from qiskit import QuantumCircuit

from circuits.bit_order import Bits
from circuits.gf2 import pack
from circuits.loading.compression import compress
from circuits.loading.dense import dense_circuit
from circuits.loading.preparation import Preparation, empty_circuit
from circuits.synthesis.multiplexer import cells_of, cz_control, decompose_up_to_diagonal, u_angles
from classical_ref.checks import Complexes, Integers

_IDENTITY = np.eye(2, dtype=np.complex128)
_FLIP = _IDENTITY[::-1]


class Elimination:
    """Patterns, their amplitudes and the gates applied so far."""

    def __init__(self, bits: Bits, amplitudes: Complexes) -> None:
        self.num_neurons = bits.shape[1]
        self.columns: list[int] = pack(bits.T)
        """One integer per qubit, ancillas last; bit μ is the value in pattern μ."""
        self.alive = (1 << len(bits)) - 1
        """The patterns not yet merged into another, one bit each."""
        self.amplitudes = np.array(amplitudes, dtype=np.complex128)
        self._gates: list[tuple[str, tuple[int, ...], tuple[float, ...]]] = []
        self._phase = 0.0

    def borrow(self, busy: Sequence[int]) -> int:
        """Return a qubit that is 0 in every pattern, not in ``busy``; a new ancilla if need be."""
        for qubit, column in enumerate(self.columns):
            if not column & self.alive and qubit not in busy:
                return qubit
        self.columns.append(0)
        return len(self.columns) - 1

    def x(self, qubit: int) -> None:
        """Apply X."""
        self.columns[qubit] ^= self.alive
        self._gates.append(("x", (qubit,), ()))

    def cx(self, control: int, target: int) -> None:
        """Apply CX."""
        self.columns[target] ^= self.columns[control]
        self._gates.append(("cx", (control, target), ()))

    def compress(self) -> None:
        """Apply CX after which only affinely independent qubits vary."""
        for control, target in compress(self.columns, self.alive):
            self.cx(control, target)

    def multiplex(
        self, target: int, controls: Sequence[int], flips: int = 0, merges: int = -1
    ) -> int:
        r"""Merge what can be merged on ``target``, and flip it where ``flips`` says.

        Args:
            target: The qubit acted on.
            controls: k qubits; a cell c is the set of patterns where control i holds bit i of c.
            flips: Bit c says whether cell c flips the target; a merged pattern ends with that bit.
            merges: Bit c says whether cell c may merge.

        Returns:
            How many pairs were merged. A cell is merged if it holds exactly two patterns and they
            differ in the target alone.
        """
        cells = cells_of([self.columns[control] for control in controls], self.alive)
        gates = np.empty((len(cells), 2, 2), dtype=np.complex128)
        merged = 0
        for cell, members in enumerate(cells):
            flip = (flips >> cell) & 1
            gates[cell] = _FLIP if flip else _IDENTITY
            if (
                merges >> cell & 1
                and members.bit_count() == 2
                and self._differ_only_in(target, members)
            ):
                one = (members & self.columns[target]).bit_length() - 1
                zero = (members & ~self.columns[target]).bit_length() - 1
                alpha, beta = self.amplitudes[zero], self.amplitudes[one]
                norm = np.hypot(abs(alpha), abs(beta))
                turn = np.array([[np.conj(alpha), np.conj(beta)], [-beta, alpha]]) / norm
                gates[cell] = gates[cell] @ turn
                self.amplitudes[zero] = norm
                self.alive &= ~(1 << one)
                cells[cell] = 1 << zero
                merged += 1
            if flip:
                self.columns[target] ^= cells[cell]
        diagonal = self._append(target, controls, gates)
        for cell, members in enumerate(cells):
            for value in (0, 1):
                column = self.columns[target]
                phase = np.conj(diagonal[cell, value])
                for index in _positions(members & (column if value else ~column)):
                    self.amplitudes[index] *= phase
        return merged

    def conjunction(self, first: tuple[int, int], second: tuple[int, int], target: int) -> None:
        """Flip ``target`` where two (qubit, value) literals hold: Margolus' gate, 3 CX.

        The target must be 0 before or after, in every pattern; then no sign arises.
        """
        for qubit, value in (first, second):
            if not value:
                self._gates.append(("x", (qubit,), ()))
        for angle, control in ((1, second), (1, first), (-1, second), (-1, None)):
            self._gates.append(("u", (target,), (angle * pi / 4, 0.0, 0.0)))
            if control is not None:
                self._gates.append(("cx", (control[0], target), ()))
        for qubit, value in (first, second):
            if not value:
                self._gates.append(("x", (qubit,), ()))
        (a, u), (b, v) = first, second
        holds = (self.columns[a] if u else ~self.columns[a]) & (
            self.columns[b] if v else ~self.columns[b]
        )
        self.columns[target] ^= holds & self.alive

    def prepared_from(self, index: Sequence[int], places: Integers) -> Preparation:
        """Return the preparation by a dense state of few qubits, of which the others are functions.

        Args:
            index: The k qubits that hold all that is left.
            places: The integer that they hold in each pattern, shape ``(K,)``.
        """
        vector = np.zeros(2 ** len(index), dtype=np.complex128)
        vector[places] = self.amplitudes
        circuit = self.inverse_circuit()
        if index:
            circuit.compose(dense_circuit(vector), index, front=True, inplace=True)
        else:
            circuit.global_phase += float(np.angle(self.amplitudes[0]))
        return Preparation(circuit=circuit, reflection_qubits=tuple(sorted(index)))

    def preparation_circuit(self) -> QuantumCircuit:
        """Return the circuit from |0…0⟩ to the superposition this started from.

        Raises:
            ValueError: More than one pattern is left.
        """
        if self.alive.bit_count() != 1:
            raise ValueError(f"one pattern should be left. Got {self.alive.bit_count()}.")
        last = self.alive.bit_length() - 1
        circuit = self.inverse_circuit()
        start = circuit.copy_empty_like()
        start.global_phase = float(np.angle(self.amplitudes[last]))  # of the state that remains
        for qubit, column in enumerate(self.columns):
            if column & self.alive:
                start.x(qubit)
        return start.compose(circuit)

    def inverse_circuit(self) -> QuantumCircuit:
        """Return the inverse of all gates applied so far."""
        circuit = empty_circuit(self.num_neurons, len(self.columns) - self.num_neurons)
        circuit.global_phase = -self._phase
        for name, qubits, angles in reversed(self._gates):
            if name == "u":
                theta, phi, lam = angles
                circuit.u(-theta, -lam, -phi, qubits[0])
            elif name == "x":
                circuit.x(qubits[0])
            elif name == "cx":
                circuit.cx(*qubits)
            else:
                circuit.cz(*qubits)
        return circuit

    def _differ_only_in(self, target: int, members: int) -> bool:
        return bool(self.columns[target] & members) and all(
            column & members in (0, members)
            for qubit, column in enumerate(self.columns)
            if qubit != target
        )

    def _append(self, target: int, controls: Sequence[int], gates: Complexes) -> Complexes:
        steps, diagonal = decompose_up_to_diagonal(gates)
        for step, gate in enumerate(steps):
            if step:
                self._gates.append(("cz", (controls[cz_control(step)], target), ()))
            *angles, phase = u_angles(gate)
            if max(map(abs, angles)) > 1e-14:
                self._gates.append(("u", (target,), tuple(angles)))
            self._phase += phase
        return diagonal


def _positions(mask: int) -> list[int]:
    """Return the positions of the ones in ``mask``."""
    found = []
    while mask:
        low = mask & -mask
        found.append(low.bit_length() - 1)
        mask ^= low
    return found
