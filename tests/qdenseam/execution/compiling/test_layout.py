"""Layouts by predicted success, and the budget they are judged by."""

import numpy as np
import pytest
from qiskit import QuantumCircuit
from qiskit.quantum_info import Statevector
from qiskit.transpiler import CouplingMap, Target

from qdenseam.execution.compiling.layout import best_layout, place
from qdenseam.execution.compiling.routing import narrowed, route
from qdenseam.execution.devices.error_budget import error_budget, measured_into, with_delays
from qdenseam.execution.engines.fake_devices import fake_device


@pytest.fixture
def ghz() -> QuantumCircuit:
    circuit = QuantumCircuit(3, 3)
    circuit.h(0)
    circuit.cx(0, 1)
    circuit.cx(0, 2)
    circuit.measure(range(3), range(3))
    return circuit


def test_the_place_is_the_best_of_all(ghz) -> None:
    target = fake_device("manila").target  # five qubits on a line: all places can be tried
    routed = route(ghz, target, num_seeds=2)[0]
    found = place(routed, target)
    pairs = {
        tuple(sorted(routed.find_bit(q).index for q in i.qubits))
        for i in routed.data
        if len(i.qubits) == 2
    }
    lines = [(0, 1, 2), (1, 2, 3), (2, 3, 4)]
    budgets = []
    for line in [*lines, *(each[::-1] for each in lines)]:
        middle = next(q for q in range(3) if sum(q in p for p in pairs) == 2)
        ends = [q for q in range(3) if q != middle]
        qubits = [0, 0, 0]
        qubits[middle], qubits[ends[0]], qubits[ends[1]] = line[1], line[0], line[2]
        budgets.append(error_budget(routed, target, tuple(qubits)).success)
    assert found.budget.success == pytest.approx(max(budgets))
    assert max(budgets) > min(budgets)


def test_the_budget_is_a_product_of_survivals(ghz) -> None:
    target = fake_device("manila").target
    found = best_layout(ghz, target, num_seeds=2)
    reads = [1 - target["measure"][(q,)].error for q in found.qubits]
    assert found.budget.readout == pytest.approx(np.prod(reads))
    assert found.budget.idling == 1
    waiting = with_delays(found.circuit, target, found.qubits)
    later = error_budget(waiting, target, found.qubits)
    assert 0.98 < later.idling < 1
    assert later.readout == found.budget.readout
    assert later.two_qubit_gates == found.budget.two_qubit_gates
    assert later.success == pytest.approx(found.budget.success * later.idling)


def test_a_routed_circuit_measures_the_same(ghz) -> None:
    for routed in route(ghz, fake_device("manila").target, num_seeds=2):
        order = measured_into(routed, "c")
        bare = routed.remove_final_measurements(inplace=False)
        probabilities = Statevector(bare).probabilities([*order])
        np.testing.assert_allclose(probabilities[[0, 7]], 0.5, atol=1e-9)


def test_lone_qubits_are_numbered_by_their_reading_wherever_they_were_put() -> None:
    def routed(*sites: int) -> QuantumCircuit:
        circuit = QuantumCircuit(6, 4)
        for site in sorted(sites[2:]):  # Qiskit's order of operations follows the sites
            circuit.x(site)
        circuit.cx(*sites[:2])
        circuit.measure(sites, range(4))
        return narrowed(circuit, range(6))

    first, second = routed(1, 2, 0, 5), routed(1, 2, 4, 3)
    assert first == second
    assert list(first.data) == list(second.data)


def test_fractional_gates_are_used_within_their_angles() -> None:
    circuit = QuantumCircuit(2)
    circuit.h([0, 1])
    circuit.cp(-0.3, 0, 1)
    circuit.measure_all()
    found = best_layout(circuit, fake_device("fractional").target, num_seeds=2)
    angles = [i.operation.params[0] for i in found.circuit.data if i.operation.name == "rzz"]
    assert angles
    assert all(0 <= angle <= np.pi / 2 for angle in angles)


def test_bad_input_is_refused(ghz) -> None:
    target = fake_device("manila").target
    with pytest.raises(ValueError, match="num_seeds should be at least 1"):
        route(ghz, target, num_seeds=0)
    with pytest.raises(ValueError, match="at most 5 qubits"):
        route(QuantumCircuit(6), target)
    with pytest.raises(ValueError, match="compile it first"):
        error_budget(ghz, target)
    with pytest.raises(ValueError, match="measure into all of 'memory_bits'"):
        measured_into(ghz, "memory_bits")
    square = Target.from_configuration(
        ["cx", "sx", "rz", "measure"], num_qubits=4, coupling_map=CouplingMap.from_ring(4)
    )
    triangle = QuantumCircuit(3)
    triangle.cx(0, 1)
    triangle.cx(1, 2)
    triangle.cx(2, 0)
    with pytest.raises(ValueError, match="fit nowhere"):
        place(triangle, square)
