"""Measurements put off to the end: a qubit that is reset goes on as a fresh one."""

from typing import Any

from qiskit import QuantumCircuit, QuantumRegister
from qiskit.circuit import Clbit

from qdenseam.errors import BackendError


def deferred(circuit: QuantumCircuit) -> QuantumCircuit:
    """Return a circuit of the same outcomes that measures at its end only.

    Every reset of a used qubit costs one more qubit, in a register ``fresh``; the old one keeps
    what was measured. Qubits and bits that exist already stay where they are.

    Raises:
        BackendError: The circuit branches, or goes on with a qubit that it has measured and not
            reset.
    """
    place = {qubit: i for i, qubit in enumerate(circuit.qubits)}
    held: dict[Clbit, int] = {}
    used: set[int] = set()
    gates: list[tuple[Any, list[int]]] = []
    num_qubits = circuit.num_qubits
    for instruction in circuit.data:
        qubits = [place[qubit] for qubit in instruction.qubits]
        if instruction.name == "reset":
            if qubits[0] in used:
                place[instruction.qubits[0]] = num_qubits
                num_qubits += 1
            continue
        if instruction.name == "measure":
            held[instruction.clbits[0]] = qubits[0]
        elif instruction.clbits or not set(held.values()).isdisjoint(qubits):
            raise BackendError(
                "Measurements can be put off to the end only if measured qubits are left alone or "
                f"reset. Got {instruction.name!r} after one; use 'aer'."
            )
        elif instruction.name not in ("barrier", "delay"):
            gates.append((instruction.operation, qubits))
        used.update(qubits)
    final = circuit.copy_empty_like()
    if num_qubits > circuit.num_qubits:
        final.add_register(QuantumRegister(num_qubits - circuit.num_qubits, "fresh"))
    for operation, qubits in gates:
        final.append(operation, qubits)
    for bit, qubit in held.items():
        final.measure(qubit, bit)
    return final


def measured_qubits(circuit: QuantumCircuit) -> dict[Clbit, int]:
    """Return for each classical bit that is written the index of the qubit it is read from."""
    return {
        instruction.clbits[0]: circuit.find_bit(instruction.qubits[0]).index
        for instruction in circuit.data
        if instruction.name == "measure"
    }


def without_measurements(circuit: QuantumCircuit) -> QuantumCircuit:
    """Return the circuit with its measurements left out."""
    gates = circuit.copy_empty_like()
    for instruction in circuit.data:
        if instruction.name != "measure":
            gates.append(instruction)
    return gates
