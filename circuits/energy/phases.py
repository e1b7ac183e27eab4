r"""Two circuits for exp(-iγE): Pauli-Z strings, and counting the distance to each pattern.

Strings are exact for every energy and cost about one CX each; an energy of order n has up to
Σ_{k<=n} C(D, k) of them, an exponential one all 2^D. Counting works for any sum over patterns,
E = Σ_μ F_μ(d_μ(x)) + Σ_i f_i z_i, at a cost of about 2 log2(D) CX per neuron and pattern that does
not depend on F.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from math import pi
from typing import Annotated, final

import numpy as np
from qiskit import AncillaRegister, QuantumCircuit, QuantumRegister
from qiskit.circuit import Gate, ParameterExpression

from circuits.bit_order import check_bits
from circuits.blocks import append, block
from circuits.energy.hamiltonians import phase_circuit, walsh_coefficients
from circuits.resources import count
from circuits.synthesis.fourier import fourier, inverse_fourier
from classical_ref.checks import (
    Bits,
    Floats,
    Integers,
    Within,
    check_array,
    check_fields,
    checked,
    lock,
    shown,
)


class Phase(ABC):
    """An energy as a phase: ``circuit(angle)`` is exp(-i·angle·E), global phase included."""

    @abstractmethod
    def circuit(self, angle: float) -> QuantumCircuit:
        """Return registers ``memory`` and perhaps clean ``ancilla`` qubits.

        The gates do not depend on the angle, only their parameters do.
        """

    def two_qubit_gates(self) -> int:
        """Return the number of CX."""
        return count(self.circuit(1.0)).two_qubit_gates


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class StringPhase(Phase):
    """E = Σ_S w_S Z_S by CX ladders, see :func:`circuits.energy.hamiltonians.phase_circuit`."""

    masks: Integers
    """The sets S as integers, shape ``(T,)``."""
    weights: Floats
    """w_S, shape ``(T,)``."""
    num_qubits: Annotated[int, Within("[0, 62]")]
    """D."""

    def __post_init__(self) -> None:
        check_fields(self)
        masks = np.asarray(self.masks)
        if masks.dtype.kind not in "iu" and masks.size:
            raise ValueError(f"masks should be integers. Got {shown(self.masks)}.")
        lock(self, masks=masks, weights=check_array("weights", self.weights, "..."))

    def circuit(self, angle: float | ParameterExpression) -> QuantumCircuit:
        """Return exp(-i·angle·E) on register ``memory``."""
        return phase_circuit(self.masks, self.weights, self.num_qubits, angle=angle)


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CountingPhase(Phase):
    r"""E = Σ_μ F_μ(d_μ(x)) + Σ_i f_i z_i + const by counting mismatches in Fourier space.

    The Hamming distance to the first pattern is added to w = ⌈log2(D + 1)⌉ clean qubits as
    phases, an inverse Fourier transform makes it a number, Z strings on that number turn the
    phase F(d), and the transform is undone. The next pattern needs changes only at the neurons
    where it differs from the one before, so patterns are visited from neighbor to neighbor.

    Args:
        pattern_bits: Shape ``(K, D)``.
        tables: F_μ(d) for d = 0..D, shape ``(K, D + 1)``.
        fields: f_i, shape ``(D,)``; each that is not 0 gets a gate.
        constant: Added to the energy; a global phase.
        field_neurons: Neurons that get a gate for their field even if it is 0.

    Raises:
        ValueError: The shapes do not fit each other.

    References:
        Draper, "Addition on a quantum computer" (2000), for addition by phases.
    """

    pattern_bits: Bits
    tables: Floats
    fields: Floats
    constant: float = 0.0
    field_neurons: tuple[Annotated[int, Within("[0, 1000000]")], ...] = ()

    def __post_init__(self) -> None:
        check_fields(self)
        bits = check_bits(self.pattern_bits)
        num_patterns, num_neurons = bits.shape
        tables = check_array("tables", self.tables, num_patterns, num_neurons + 1)
        lock(self, pattern_bits=bits, tables=tables)
        lock(self, fields=check_array("fields", self.fields, num_neurons))

    @checked
    def circuit(self, angle: float | ParameterExpression) -> QuantumCircuit:
        """Return exp(-i·angle·E) on ``memory`` with w clean ``ancilla`` qubits."""
        num_neurons = self.pattern_bits.shape[1]
        memory = QuantumRegister(num_neurons, "memory")
        counter = AncillaRegister(num_neurons.bit_length(), "ancilla")
        circuit = QuantumCircuit(memory, counter)
        circuit.global_phase = -angle * self.constant
        for neuron in sorted({*self.field_neurons, *np.flatnonzero(self.fields).tolist()}):
            circuit.rz(2 * angle * float(self.fields[neuron]), memory[neuron])
        circuit.h(counter)
        forth, back = QuantumCircuit(len(counter)), QuantumCircuit(len(counter))
        fourier(forth, forth.qubits)
        inverse_fourier(back, back.qubits)
        to_phases, to_number = block("fourier", part=forth), block("fourier_dg", part=back)
        held: list[int | None] = [None] * num_neurons
        for index in _tour(self.pattern_bits):
            wanted: list[int | None] = self.pattern_bits[index].tolist()
            append(circuit, _recount(circuit, held, wanted), circuit.qubits)
            held = wanted
            append(circuit, to_number, counter)
            table = np.concatenate(
                [
                    self.tables[index],
                    np.full(2 ** len(counter) - num_neurons - 1, self.tables[index, -1]),
                ]
            )
            weights = walsh_coefficients(table)
            masks = np.flatnonzero(np.abs(weights) > 1e-13 * np.abs(weights).max())
            phase = phase_circuit(masks, weights[masks], len(counter), angle=angle)
            append(circuit, block("phase", part=phase), counter)
            append(circuit, to_phases, counter)
        append(circuit, _recount(circuit, held, [None] * num_neurons), circuit.qubits)
        circuit.h(counter)
        return circuit


@checked
def cheapest(phases: Sequence[Phase]) -> Phase:
    """Return the phase with the fewest CX; among equals the first.

    Raises:
        ValueError: There are none.
    """
    if not all(isinstance(each, Phase) for each in phases):
        raise TypeError(f"phases should be a list of them. Got {shown(phases)}.")
    if not phases:
        raise ValueError("cheapest needs at least one phase. Got none.")
    return min(phases, key=lambda phase: phase.two_qubit_gates())


def _recount(
    circuit: QuantumCircuit, held: Sequence[int | None], wanted: Sequence[int | None]
) -> Gate:
    """Return what adds to the counter, in Fourier space, what another pattern does to the distance.

    Neuron i adds b_i where its pattern bit is 0 and 1 - b_i where it is 1: slope·b_i + offset.
    """
    part = circuit.copy_empty_like()
    part.global_phase = 0
    memory, counter = part.qregs
    linear = {None: (0, 0), 0: (1, 0), 1: (-1, 1)}
    for place, digit in enumerate(counter):
        unit = pi / 2**place
        offset = 0
        for qubit, before, after in zip(memory, held, wanted, strict=True):
            slope = linear[after][0] - linear[before][0]
            offset += linear[after][1] - linear[before][1]
            turns = slope % 2 ** (place + 1)  # phases are counted modulo 2π
            if turns == 2**place:
                part.cz(qubit, digit)
            elif turns:
                part.cp(unit * slope, qubit, digit)
        if offset:
            part.p(unit * offset, digit)
    return block("count", part=part)


def _tour(bits: Bits) -> list[int]:
    """Return an order of the patterns from neighbor to nearest neighbor."""
    left = list(range(1, len(bits)))
    tour = [0]
    while left:
        distances = (bits[left] != bits[tour[-1]]).sum(axis=1)
        tour.append(left.pop(int(distances.argmin())))
    return tour
