"""Amplitude amplification on an index register: the memory is written once, at the end."""

from math import pi

import numpy as np
import numpy.typing as npt
from qiskit import AncillaRegister, QuantumCircuit, QuantumRegister

from circuits.bit_order import check_bits
from circuits.blocks import append, block
from circuits.grover.rounds import Rounds
from circuits.index.known_index import KnownIndex
from circuits.synthesis import multi_controlled


def index_search(found: KnownIndex, label: npt.ArrayLike, rounds: Rounds) -> QuantumCircuit:
    r"""Return W · Π_j (-V S₀(χ_j) V† O(φ_j)) · V on |0…0⟩.

    It equals amplification about |M⟩ = W V|0…0⟩ with an oracle that marks the patterns of one
    label, since W† and W cancel between the rounds. Two labels give circuits that differ only in X
    gates.

    Args:
        found: The memory as an index.
        label: The index that is marked, k bits.
        rounds: The schedule.

    Returns:
        A circuit with register ``memory`` and, from four index bits up, one clean ``ancilla``.

    Raises:
        ValueError: ``label`` is no row of k bits.
    """
    bits = check_bits(label, ndim=None, name="label")
    num_bits = len(found.qubits)
    if bits.shape != (num_bits,):
        raise ValueError(f"label should be bits of shape ({num_bits},). Got {bits}.")
    num_ancillas = int(num_bits > 3)
    start, zeros = block("start", part=found.start), np.flatnonzero(bits == 0).tolist()
    undo = start.inverse()
    wires, parts = list(range(num_bits)), []
    for oracle_phase, reflection_phase in rounds:
        oracle, zero, reflect = (QuantumCircuit(num_bits + num_ancillas) for _ in range(3))
        wires = _phase_on(oracle, oracle_phase, wires, zeros)
        append(reflect, undo, [reflect.qubits[i] for i in wires])
        wires = _phase_on(zero, reflection_phase, wires, list(range(num_bits)))
        append(reflect, block("mark_zero", part=zero), reflect.qubits)
        append(reflect, start, [reflect.qubits[i] for i in wires])
        reflect.global_phase += pi
        parts += [oracle, reflect]
    circuit = QuantumCircuit(QuantumRegister(found.write.num_qubits, "memory"))
    if num_ancillas:
        circuit.add_register(AncillaRegister(num_ancillas, "ancilla"))
    places = list(range(num_bits + num_ancillas))
    for place, wire in enumerate(wires):  # index bit i has to end on its own memory qubit
        places[wire] = found.qubits[place]
    if num_ancillas:
        places[num_bits] = circuit.num_qubits - 1
    append(circuit, start, [circuit.qubits[i] for i in places[:num_bits]])
    for name, part in zip(["oracle", "reflect"] * len(rounds), parts, strict=True):
        append(circuit, block(name, part=part), [circuit.qubits[i] for i in places])
    append(circuit, block("write", part=found.write), circuit.qubits[: found.write.num_qubits])
    return circuit


def _phase_on(
    circuit: QuantumCircuit, angle: float, wires: list[int], zeros: list[int]
) -> list[int]:
    """Append e^{i·angle} where the index bits are 1, those in ``zeros`` 0; return the wires after.

    Three bits take 7 CX between neighbors on the line of their wires, which swaps two of them.
    """
    if zeros:
        circuit.x([wires[place] for place in zeros])
    after = wires
    if len(wires) == 3:
        after = _phase_on_line(circuit, angle, wires)
    elif wires:
        ancilla = circuit.qubits[-1] if len(wires) > 3 else None
        qubits = [circuit.qubits[wire] for wire in wires]
        multi_controlled.append_phase(circuit, angle, qubits, ancilla)
    else:
        circuit.global_phase += angle
    if zeros:
        circuit.x([after[place] for place in zeros])
    return after


def _phase_on_line(circuit: QuantumCircuit, angle: float, wires: list[int]) -> list[int]:
    """Append e^{i·angle·abc} as rotations about the seven parities of a, b and c.

    abc = (a + b + c - a⊕b - b⊕c - a⊕c + a⊕b⊕c)/4. The middle wire runs through the parities;
    a⊕c is left to an RZZ, and b and c end swapped.
    """
    by_place = sorted(range(3), key=lambda place: wires[place])
    first, middle, last = (wires[place] for place in by_place)
    for wire in (first, middle, last):
        circuit.p(angle / 4, wire)
    circuit.cx(first, middle)
    circuit.p(-angle / 4, middle)
    circuit.cx(last, middle)
    circuit.p(angle / 4, middle)
    circuit.cx(first, middle)
    circuit.p(-angle / 4, middle)
    circuit.cx(middle, last)
    circuit.cx(last, middle)
    # e^{-iφ(a⊕c)/4} = e^{-iφ/8} e^{iφ ZZ/8}
    circuit.rzz(-angle / 4, first, middle)
    circuit.global_phase -= angle / 8
    after = list(wires)
    after[by_place[1]], after[by_place[2]] = last, middle
    return after
