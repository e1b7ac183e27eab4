"""Counts and views of circuits."""

import pytest
from qiskit import ClassicalRegister, QuantumCircuit
from qiskit.circuit.library import Initialize

from circuits.circuit_facts import (
    active_qubits,
    has_mid_circuit_operations,
    lone_qubits,
    restricted_to,
    two_qubit_depth,
    two_qubit_gates,
)


def test_counts_of_a_staircase_and_a_layer():
    circuit = QuantumCircuit(4)
    for qubit in range(3):
        circuit.h(qubit)
        circuit.cx(qubit, qubit + 1)
    assert (two_qubit_gates(circuit), two_qubit_depth(circuit)) == (3, 3)
    circuit.barrier()
    circuit.cz(0, 1)
    circuit.rzz(0.1, 2, 3)
    assert (two_qubit_gates(circuit), two_qubit_depth(circuit)) == (5, 4)


def test_an_empty_circuit_has_none():
    assert two_qubit_gates(QuantumCircuit(3)) == two_qubit_depth(QuantumCircuit(3)) == 0


def test_controlled_blocks_are_counted_inside():
    circuit = QuantumCircuit(3, 1)
    circuit.cx(0, 1)
    circuit.measure(0, 0)
    with circuit.if_test((0, 1)) as otherwise:
        circuit.cx(1, 2)
        circuit.cx(1, 2)
    with otherwise:
        circuit.cz(1, 2)
    assert two_qubit_gates(circuit) == 4
    assert two_qubit_depth(circuit) == 3


def test_wide_gates_are_refused():
    circuit = QuantumCircuit(3)
    circuit.ccx(0, 1, 2)
    for count in (two_qubit_gates, two_qubit_depth):
        with pytest.raises(ValueError, match=r"one or two qubits only. Got 'ccx' on 3"):
            count(circuit)


def test_mid_circuit_operations():
    circuit = QuantumCircuit(2, 2)
    circuit.reset(0)  # of a fresh qubit: nothing happens
    circuit.append(Initialize([0.6, 0.8]), [0])
    circuit.measure(0, 0)
    circuit.x(1)
    circuit.barrier()
    circuit.measure(1, 1)
    assert not has_mid_circuit_operations(circuit)
    after = circuit.copy()
    after.x(0)
    assert has_mid_circuit_operations(after)
    reset = QuantumCircuit(1)
    reset.h(0)
    reset.reset(0)
    assert has_mid_circuit_operations(reset)
    branch = QuantumCircuit(1, 1)
    with branch.if_test((0, 1)):
        branch.x(0)
    assert has_mid_circuit_operations(branch)


def test_restriction_to_active_qubits():
    circuit = QuantumCircuit(6, name="wide", global_phase=0.5, metadata={"probe": 3})
    memory = ClassicalRegister(2, "memory")
    circuit.add_register(memory)
    circuit.h(4)
    circuit.cx(4, 1)
    circuit.delay(100, 0)
    circuit.delay(100, 4)
    circuit.barrier()
    circuit.measure([4, 1], memory)
    qubits = active_qubits(circuit)
    assert qubits == (1, 4)
    narrow = restricted_to(circuit, qubits)
    expected = QuantumCircuit(2, name="wide", global_phase=0.5, metadata={"probe": 3})
    expected.add_register(ClassicalRegister(2, "memory"))
    expected.h(1)
    expected.cx(1, 0)
    expected.delay(100, 1)
    expected.barrier()
    expected.measure([1, 0], [0, 1])
    assert narrow == expected
    assert narrow.name == "wide"
    assert narrow.metadata == {"probe": 3}


def test_lone_qubits_come_last_in_the_order_given():
    circuit = QuantumCircuit(4, 4)
    circuit.x(1)
    circuit.h(0)
    circuit.measure(1, 1)
    circuit.cx(0, 2)
    circuit.measure([3, 0, 2], [3, 0, 2])
    assert lone_qubits(circuit) == {1, 3}
    narrow = restricted_to(circuit, (0, 2, 3, 1))
    places = [(each.name, [narrow.find_bit(q).index for q in each.qubits]) for each in narrow.data]
    assert places == [
        *(("h", [0]), ("cx", [0, 1]), ("measure", [0]), ("measure", [1])),
        *(("measure", [2]), ("x", [3]), ("measure", [3])),
    ]
    assert [narrow.find_bit(i.clbits[0]).index for i in narrow.data if i.clbits] == [0, 2, 3, 1]


def test_a_gate_on_a_dropped_qubit_is_refused():
    circuit = QuantumCircuit(2)
    circuit.cx(0, 1)
    with pytest.raises(KeyError):
        restricted_to(circuit, (0,))
