"""Blocks are boxes to a reader and their gates to all else, however they are kept or turned."""

import io

import numpy as np
import pytest
from qiskit import QuantumCircuit, qasm3, qpy, transpile
from qiskit.circuit import Parameter
from qiskit.circuit.library import UnitaryGate
from qiskit.quantum_info import Operator, Statevector

from circuits import amplification, count, flat, match_oracle, prepare
from circuits.blocks import append, block, boxed
from circuits.distance.filters import distance_filter
from circuits.energy.ansatz import qaoa, warm_start_angles
from circuits.energy.hamiltonians import walsh_coefficients
from circuits.energy.phases import CountingPhase, StringPhase
from circuits.grover.rounds import filtered, flags_oracle, plain_rounds
from circuits.registers import join
from circuits.sparse_simulator import preparation_error

BITS = np.array([[0, 0, 1], [1, 0, 1], [1, 1, 0]])


def search(num_rounds: int = 2) -> QuantumCircuit:
    return amplification(
        prepare(BITS),
        lambda angle: match_oracle([0, 0, 1], [0, 1, 2], angle=angle),
        plain_rounds(num_rounds),
    )


def filter_search() -> QuantumCircuit:
    kept = filtered(prepare(BITS), distance_filter([1, 1, 0], [0, 1, 2], num_controls=2))
    return amplification(kept, lambda angle: flags_oracle(2, angle=angle), plain_rounds(1))


def layers() -> QuantumCircuit:
    weights = walsh_coefficients(np.arange(8.0))
    phase = StringPhase(masks=np.arange(8), weights=weights, num_qubits=3)
    return qaoa(phase, warm_start_angles("0?1", 0.2), gammas=[0.3, 0.1], betas=[0.4, 0.2])


def counting() -> QuantumCircuit:
    tables = np.array([[0.0, 1.0, 4.0, 2.0], [1.0, -1.0, 0.5, 0.0]])
    fields = np.array([0.2, 0.0, -0.1])
    phase = CountingPhase(pattern_bits=BITS[:2].astype(np.uint8), tables=tables, fields=fields)
    return join([phase.circuit(0.7)], ["cost"])


BUILT = pytest.mark.parametrize("build", [search, filter_search, layers, counting])


def names(circuit: QuantumCircuit) -> list[str]:
    return [each.name for each in circuit.data]


def test_what_a_reader_sees() -> None:
    assert names(search()) == ["prepare", "oracle", "reflect", "oracle", "reflect"]
    assert names(search(1).data[2].operation.definition) == ["prepare_dg", "mark_zero", "prepare"]
    assert names(filter_search()) == ["prepare", "filter", "oracle", "reflect"]
    turned = filter_search().data[-1].operation.definition
    assert names(turned) == ["filter_dg", "prepare_dg", "mark_zero", "prepare", "filter"]
    assert names(filter_search().data[1].operation.definition).count("distance") == 2
    assert names(layers()) == ["start", "cost", "mixer", "cost", "mixer"]
    assert [each.operation.params for each in layers().data[1:]] == [[0.3], [0.4], [0.1], [0.2]]


@BUILT
def test_opened_blocks_are_the_same_operator(build) -> None:
    """Global phases too; gates alone are left, and those opened at once are those of each level."""
    circuit = build()
    opened = flat(circuit)
    assert not any(type(each.operation).__name__ == "Gate" for each in opened.data)
    np.testing.assert_allclose(Operator(circuit).data, Operator(opened).data, atol=1e-12)
    slowly = circuit
    while slowly.count_ops().keys() - opened.count_ops().keys():
        slowly = slowly.decompose([*slowly.count_ops().keys() - opened.count_ops().keys()])
    assert slowly.count_ops() == opened.count_ops()
    assert count(circuit) == count(opened)
    assert flat(opened) is opened


@BUILT
def test_the_inverse_names_itself_and_is_exact(build) -> None:
    circuit = build()
    undone = circuit.inverse()
    assert names(undone) == [f"{name}_dg" for name in reversed(names(circuit))]
    assert names(undone.inverse()) == names(circuit)
    for other in (undone, flat(undone)):
        whole = Operator(circuit.compose(other)).data
        np.testing.assert_allclose(whole, np.eye(len(whole)), atol=1e-12)


@BUILT
def test_a_controlled_block_controls_its_global_phase(build) -> None:
    last = build().data[-1].operation
    plain = Operator(last).data
    controlled = Operator(last.control(1)).data[1::2, 1::2]
    np.testing.assert_allclose(controlled, plain, atol=1e-10)


@BUILT
def test_files_keep_names_and_gates(build) -> None:
    circuit, file = build(), io.BytesIO()
    qpy.dump(circuit, file)
    file.seek(0)
    (read,) = qpy.load(file)
    assert names(read) == names(circuit)
    assert flat(read) == flat(circuit)
    text = qasm3.dumps(circuit)
    assert all(f"gate {name}" in text for name in names(circuit))
    again = pytest.importorskip("qiskit_qasm3_import").parse(text)
    assert Operator(again).equiv(Operator(circuit))  # Qiskit writes no global phase


def test_free_parameters_pass_through_blocks_of_blocks() -> None:
    gamma, beta = Parameter("gamma"), Parameter("beta")
    phase = CountingPhase(
        pattern_bits=BITS[:1].astype(np.uint8),
        tables=np.array([[0.0, 1.0, 4.0, 2.0]]),
        fields=np.array([0.2, 0.0, -0.1]),
        constant=0.3,
    )
    angles = warm_start_angles("0?1", 0.2)
    free = qaoa(phase, angles, gammas=[gamma], betas=[beta])
    assert names(free) == ["start", "cost", "mixer"]
    assert free.data[1].operation.params == [gamma]
    given = qaoa(phase, angles, gammas=[0.4], betas=[0.9])
    values = {gamma: 0.4, beta: 0.9}
    for bound in (free.assign_parameters(values), flat(free).assign_parameters(values)):
        assert not flat(bound).parameters
        np.testing.assert_allclose(Operator(bound).data, Operator(given).data, atol=1e-12)
    assert set(free.parameters) == {gamma, beta}  # the first binding left it alone


def test_sparse_states_go_through_blocks() -> None:
    circuit = boxed("prepare", prepare(BITS).circuit)
    assert preparation_error(circuit, BITS, np.full(3, 3**-0.5)) < 1e-12


def test_other_gates_and_measurements_stay() -> None:
    part = QuantumCircuit(2)
    part.append(UnitaryGate(np.eye(4)), [1, 0])
    part.global_phase = 0.25
    circuit = QuantumCircuit(3, 1)
    append(
        circuit, block("outer", part=boxed("inner", part)), [circuit.qubits[2], circuit.qubits[0]]
    )
    circuit.measure(2, 0)
    opened = flat(circuit)
    assert names(opened) == ["unitary", "measure"]
    assert [circuit.find_bit(q).index for q in opened.data[0].qubits] == [0, 2]
    assert opened.global_phase == 0.25
    measuring = distance_filter([1, 0], [0, 1], num_controls=2, reuse_control=True)
    assert names(join([measuring], ["filter"])) == names(measuring)


@pytest.mark.parametrize("name", ["cx", "two words", ""])
def test_a_block_has_a_name_of_its_own(name: str) -> None:
    with pytest.raises(ValueError, match="identifier for a name, no gate's"):
        block(name, part=QuantumCircuit(1))


def test_a_block_has_no_measurements() -> None:
    with pytest.raises(ValueError, match="'oracle' should have no classical bits"):
        block("oracle", part=QuantumCircuit(1, 1))


def test_amplification_fits_a_screen() -> None:
    bits = np.array([[0, 0, 1, 1, 0], [1, 1, 0, 0, 1], [1, 0, 1, 0, 1], [0, 1, 0, 1, 1]])
    circuit = amplification(
        prepare(bits),
        lambda angle: match_oracle(bits[0], range(5), angle=angle),
        plain_rounds(3),
    )
    lines = str(circuit.draw("text", fold=100)).splitlines()
    assert len(lines) <= 24
    assert max(map(len, lines)) <= 100


@pytest.mark.parametrize("level", [0, 1, 2, 3])
def test_a_strangers_compiler_tells_blocks_of_one_name_apart(level: int) -> None:
    """Rounds of different phases have blocks of equal names and different gates."""
    circuit = amplification(
        prepare(BITS),
        lambda angle: match_oracle([0, 0, 1], [0, 1, 2], angle=angle),
        ((0.3, 0.7), (1.1, -0.4)),
    )
    compiled = transpile(circuit, basis_gates=["cx", "rz", "sx", "x"], optimization_level=level)
    np.testing.assert_allclose(
        Statevector(compiled).data, Statevector(flat(circuit)).data, atol=1e-10
    )
