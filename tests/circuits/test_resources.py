"""Counts equal those of the transpiled circuit."""

import numpy as np
import pytest
from qiskit import QuantumCircuit, transpile
from qiskit.circuit import Gate
from qiskit.circuit.library import QFTGate

from circuits.resources import CX_PER_GATE, count


def transpiled(circuit: QuantumCircuit) -> tuple[int, int]:
    lowered = transpile(circuit, basis_gates=["cx", "u"], optimization_level=0)
    two_qubit = [i for i in lowered.data if i.operation.num_qubits == 2]
    return len(two_qubit), lowered.depth(lambda i: i.operation.num_qubits == 2)


def test_counts_equal_the_transpiled_circuit(rng: np.random.Generator) -> None:
    for _ in range(20):
        circuit = QuantumCircuit(5)
        for _ in range(30):
            first, second = rng.choice(5, 2, replace=False).tolist()
            name = str(rng.choice(list(CX_PER_GATE)))
            angles = () if name in ("cx", "cz", "swap") else (float(rng.uniform(0, 3)),)
            getattr(circuit, name)(*angles, first, second)
            circuit.h(first)
        counted = count(circuit)
        assert (counted.two_qubit_gates, counted.two_qubit_depth) == transpiled(circuit)
        assert counted.num_qubits == 5


def test_composite_gates_are_counted_by_their_definition() -> None:
    circuit = QuantumCircuit(4)
    circuit.append(QFTGate(4), range(4))
    circuit.ccx(0, 1, 2)
    assert count(circuit).two_qubit_gates == transpiled(circuit)[0]


def test_measurements_and_barriers_are_free() -> None:
    circuit = QuantumCircuit(2, 2)
    circuit.barrier()
    circuit.measure([0, 1], [0, 1])
    assert count(circuit).two_qubit_gates == 0


def test_an_opaque_gate_is_refused() -> None:
    circuit = QuantumCircuit(2)
    circuit.append(Gate("mystery", 2, []), [0, 1])
    with pytest.raises(ValueError, match="'mystery' has no definition"):
        count(circuit)
