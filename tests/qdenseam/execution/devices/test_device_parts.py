"""Parts of devices: renamed qubits, and nothing that is reported as failed."""

import pytest
from qiskit import QuantumCircuit
from qiskit.circuit.library import CXGate, Measure, XGate
from qiskit.transpiler import InstructionProperties, Target

from qdenseam.errors import CapacityError
from qdenseam.execution import engine
from qdenseam.execution.devices.noise import physical_qubits
from qdenseam.execution.devices.parts import (
    DevicePart,
    failed_places,
    part_of_target,
    working_part,
    working_qubits,
)


def line(num_qubits: int, *, failed: set[tuple[int, ...]]) -> Target:
    """A line of qubits with CX one way; the operations in these places have error 1."""
    target = Target(num_qubits=num_qubits)

    def entries(places):
        return {
            place: InstructionProperties(error=1.0 if place in failed else 0.01) for place in places
        }

    singles = [(qubit,) for qubit in range(num_qubits)]
    target.add_instruction(XGate(), entries(singles))
    target.add_instruction(
        Measure(), {place: InstructionProperties(error=0.02) for place in singles}
    )
    target.add_instruction(CXGate(), entries([(i, i + 1) for i in range(num_qubits - 1)]))
    return target


def test_part_of_a_target_renames_qubits():
    target = engine("fake:manila").target
    part = part_of_target(target, (2, 3))
    assert part.num_qubits == 2
    assert part["cx"][0, 1].error == target["cx"][2, 3].error
    assert part["measure"][1,].error == target["measure"][3,].error
    assert part.qubit_properties[0].t1 == target.qubit_properties[2].t1
    assert part.dt == target.dt


def test_operations_allowed_anywhere_stay():
    target = engine("fake:fez").target
    assert "if_else" in part_of_target(target, (0, 1)).operation_names


def test_an_intact_device_works_as_a_whole():
    target = line(4, failed=set())
    assert failed_places(target) == frozenset()
    assert working_qubits(target) == (0, 1, 2, 3)


def test_a_failed_coupling_cuts_the_device():
    target = line(7, failed={(2, 3)})
    assert failed_places(target) == {frozenset({2, 3})}
    assert working_qubits(target) == (3, 4, 5, 6)


def test_a_failed_qubit_takes_its_couplings_along():
    assert working_qubits(line(7, failed={(2,)})) == (3, 4, 5, 6)
    assert working_qubits(line(3, failed={(0,), (1,), (2,)})) == ()


def test_of_equal_parts_the_first_is_taken():
    assert working_qubits(line(4, failed={(1, 2)})) == (0, 1)


@pytest.mark.parametrize("name", ["torino", "fez", "manila", "brussels"])
def test_working_parts_hold_nothing_that_failed(name):
    chosen = engine(f"fake:{name}")
    part = working_part(chosen.backend)
    assert not failed_places(part.target)
    assert chosen.max_qubits == len(part.qubits) == part.num_qubits
    assert len(part.qubits) > 0.75 * chosen.backend.num_qubits
    assert part.coupling_map.is_connected()


def test_circuits_avoid_failed_couplings():
    chosen = engine("fake:torino")
    failed = failed_places(chosen.target)
    assert failed
    circuit = QuantumCircuit(60, 1)
    for qubit in range(59):
        circuit.cx(qubit, qubit + 1)
    circuit.measure(59, 0)
    [compiled] = chosen.compile([circuit], seed=1)
    device_qubit = physical_qubits(compiled)
    used = {
        frozenset(device_qubit[compiled.find_bit(qubit).index] for qubit in instruction.qubits)
        for instruction in compiled.data
    }
    assert used.isdisjoint(failed)


def test_a_device_without_couplings_takes_single_qubits():
    chosen = engine("fake:kyoto")
    assert chosen.max_qubits == 1
    with pytest.raises(CapacityError, match=r"at most 1 qubits, those that work .*Got 2"):
        chosen.compile([QuantumCircuit(2, 1)], seed=1)


def test_a_part_runs_nothing():
    part = DevicePart(line(2, failed=set()), (0, 1))
    assert part.max_circuits is None
    with pytest.raises(NotImplementedError, match="describes it and runs nothing"):
        part.run([])
