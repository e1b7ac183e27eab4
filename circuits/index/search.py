"""Amplitude amplification on an index register: the memory is written once, at the end."""

from math import pi

import numpy.typing as npt
from qiskit import AncillaRegister, QuantumCircuit, QuantumRegister

from circuits.bit_order import check_bits
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
    search = QuantumCircuit(num_bits + num_ancillas)
    wires = list(range(num_bits))
    search.compose(found.start, wires, inplace=True)
    for oracle_phase, reflection_phase in rounds:
        zeros = [place for place in range(num_bits) if not bits[place]]
        wires = _phase_on(search, oracle_phase, wires, zeros)
        search.compose(found.start.inverse(), wires, inplace=True)
        wires = _phase_on(search, reflection_phase, wires, list(range(num_bits)))
        search.compose(found.start, wires, inplace=True)
        search.global_phase += pi
    circuit = QuantumCircuit(QuantumRegister(found.write.num_qubits, "memory"))
    if num_ancillas:
        circuit.add_register(AncillaRegister(num_ancillas, "ancilla"))
    places = list(range(num_bits + num_ancillas))
    for place, wire in enumerate(wires):  # index bit i has to end on its own memory qubit
        places[wire] = found.qubits[place]
    if num_ancillas:
        places[num_bits] = circuit.num_qubits - 1
    circuit.compose(search, places, inplace=True)
    steps = [["search", len(circuit.data), circuit.global_phase]]
    circuit.compose(found.write, list(range(found.write.num_qubits)), inplace=True)
    circuit.metadata = {"steps": [*steps, ["writing", len(circuit.data), circuit.global_phase]]}
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
