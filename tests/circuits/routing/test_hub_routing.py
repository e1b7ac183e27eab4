"""Circuits with hubs on devices: the same state, coupled gates alone, fewer of them."""

import numpy as np
import pytest
from qiskit import QuantumCircuit
from qiskit.quantum_info import Statevector
from qiskit.transpiler import CouplingMap, Target

from circuits.circuit_facts import active_qubits, restricted_to, two_qubit_gates
from circuits.grover.oracles import match_oracle
from circuits.routing.hub_circuits import Flip, Signal, read_hubs
from circuits.routing.hub_routing import route_hubs
from circuits.routing.hub_sites import Need, hub_sites
from classical_ref.patterns import random_patterns
from qdenseam import AmplitudeMemory, EnergyMemory
from qdenseam.execution.compiling.layout import best_layout, place
from qdenseam.execution.compiling.routing import route, route_by_qiskit, route_by_trees
from qdenseam.execution.readings import measured
from qdenseam.methods import (
    QAOA,
    AmplitudeAmplification,
    HammingBall,
    ProbabilisticRecall,
    SeparationFilter,
)

HEAVY_HEX = CouplingMap.from_heavy_hex(3)
MAPS = {
    "line": CouplingMap.from_line(16),
    "heavy-hex": HEAVY_HEX,
    "square": CouplingMap.from_grid(4, 4),
}
METHODS = {
    "one control": ProbabilisticRecall(1),
    "two controls": ProbabilisticRecall(2),
    "four controls": ProbabilisticRecall(4),
    "table": SeparationFilter(HammingBall(1)),
    "two flags": SeparationFilter(HammingBall(1), num_flags=2),
    "symmetric": SeparationFilter(HammingBall(1), synthesis="symmetric"),
}


def both_ways(coupling_map: CouplingMap) -> CouplingMap:
    return CouplingMap(sorted({p[::s] for p in coupling_map.get_edges() for s in (1, -1)}))


def amplitudes(circuit: QuantumCircuit) -> np.ndarray:
    """By the classical bits that are measured; all other qubits should be in |0>."""
    narrow = restricted_to(circuit, active_qubits(circuit))
    read = {
        narrow.find_bit(i.clbits[0]).index: narrow.find_bit(i.qubits[0]).index
        for i in narrow.data
        if i.operation.name == "measure"
    }
    state = Statevector(narrow.remove_final_measurements(inplace=False)).data
    size = narrow.num_qubits
    axes = [size - 1 - read[bit] for bit in sorted(read)]
    rest = [axis for axis in range(size) if axis not in axes]
    table = state.reshape([2] * size).transpose(axes + rest).reshape(2 ** len(axes), -1)
    np.testing.assert_allclose(table[:, 1:], 0, atol=1e-10)
    return table[:, 0]


def assert_same(routed: QuantumCircuit, circuit: QuantumCircuit, coupling_map) -> None:
    ours, wanted = amplitudes(routed), amplitudes(circuit)
    overlap = np.vdot(wanted, ours)
    np.testing.assert_allclose(ours, wanted * overlap / abs(overlap), atol=1e-10)
    pairs = {
        tuple(routed.find_bit(q).index for q in i.qubits) for i in routed.data if len(i.qubits) == 2
    }
    assert pairs <= set(coupling_map.get_edges())


def assert_same_shots(compiled: QuantumCircuit, circuit: QuantumCircuit) -> None:
    """Level 3 drops phases right before measurements."""
    ours, wanted = abs(amplitudes(compiled)) ** 2, abs(amplitudes(circuit)) ** 2
    np.testing.assert_allclose(ours, wanted, atol=1e-10)


@pytest.mark.parametrize(
    ("method", "fractional"),
    [*((name, False) for name in METHODS), ("two controls", True), ("table", True)],
)
@pytest.mark.parametrize("device", sorted(MAPS))
def test_the_state_is_the_same_and_gates_join_coupled_qubits(
    device, method, fractional, rng
) -> None:
    patterns = random_patterns(4, 5, rng=rng)
    couplings = both_ways(MAPS[device])
    factors = np.array([[1, -1, 1, 1, 1], [1, 1, 0, 1, 1]], dtype=np.int8)
    for probe in patterns[:2] * factors:
        circuit = measured(METHODS[method].circuit(AmplitudeMemory(patterns), probe))
        found = route_hubs(circuit, couplings, fractional=fractional)
        assert found
        for routed in found:
            assert_same(routed, circuit, couplings)


@pytest.mark.parametrize("device", sorted(MAPS))
def test_a_preparation_of_many_terms_is_routed_back(device, rng) -> None:
    circuit = QuantumCircuit(8, 7)
    for qubit in range(6):
        circuit.ry(rng.uniform(0, 3), qubit)
    circuit.ccx(0, 1, 7)  # an ancilla, given back
    circuit.ccx(0, 1, 7)
    circuit.cx(2, 5)
    circuit.h(6)
    for qubit, gate in enumerate(("cp", "crz", "cz", "rzz", "rzz", "cp")):
        angles = [] if gate == "cz" else [rng.uniform(0, 3)]
        pair = (6, qubit) if qubit % 2 else (qubit, 6)
        getattr(circuit, gate)(*angles, *pair)
        circuit.barrier()
    circuit.x(3)
    circuit.s(3)
    circuit.ry(0.4, 6)
    circuit.crz(0.7, 3, 6)
    circuit.crz(0.7, 6, 4)
    circuit.t(4)
    circuit.measure(range(7), [6, 0, 1, 2, 3, 5, 4])
    couplings = both_ways(MAPS[device])
    (routed,) = route_hubs(circuit, couplings)
    assert_same(routed, circuit, couplings)
    events = read_hubs(circuit).events
    assert sum(isinstance(event, Signal) for event in events) == 2
    assert Flip(qubits=frozenset({3})) in events


def test_other_circuits_are_left_to_qiskit(rng) -> None:
    patterns = random_patterns(3, 4, rng=rng)
    memory, couplings = AmplitudeMemory(patterns), both_ways(HEAVY_HEX)
    known = patterns[0] * np.array([1, 1, 1, 0], dtype=np.int8)
    circuits = [
        AmplitudeAmplification().circuit(memory, known),
        ProbabilisticRecall(2, reuse_control=True).circuit(memory, patterns[0]),
        QAOA(num_layers=1, gammas=(0.1,), betas=(0.2,)).circuit(
            EnergyMemory(patterns), patterns[0]
        ),
        match_oracle([0, 1, 1, 0], [0, 1, 2]),
        QuantumCircuit(3),
    ]
    unfinished = QuantumCircuit(4)
    for qubit in range(3):
        unfinished.rzz(0.1, qubit, 3)
    unfinished.h(0)
    read_twice = QuantumCircuit(4, 2)
    read_twice.compose(unfinished.copy_empty_like(), inplace=True)
    read_twice.rzz(0.1, [0, 1, 2], 3)
    read_twice.measure([0, 0], [0, 1])
    for circuit in [*circuits, unfinished, read_twice]:
        assert route_hubs(circuit, couplings) == []


def test_too_small_a_device_yields_nothing(rng) -> None:
    circuit = measured(
        ProbabilisticRecall(1).circuit(AmplitudeMemory(random_patterns(2, 5, rng=rng)), "00000")
    )
    assert route_hubs(circuit, both_ways(CouplingMap.from_line(5))) == []


def test_probes_differ_in_one_qubit_gates_alone(rng) -> None:
    memory = AmplitudeMemory(random_patterns(3, 5, rng=rng))
    method, seen = SeparationFilter(HammingBall(1)), set()
    for probe in random_patterns(3, 5, rng=rng):
        found = route_hubs(measured(method.circuit(memory, probe)), both_ways(HEAVY_HEX))
        wires = [
            [tuple(routed.find_bit(q).index for q in i.qubits) for i in routed.data]
            for routed in found
        ]
        seen.add(tuple(pair for each in wires for pair in each if len(pair) == 2))
    assert len(seen) == 1


@pytest.mark.parametrize("fractional", [False, True])
def test_inner_qubits_are_few(fractional) -> None:
    for name, most in (("line", 9), ("heavy-hex", 7), ("square", 4)):
        couplings = both_ways(MAPS[name])
        graph = {q: frozenset(couplings.neighbors(q)) for q in couplings.physical_qubits}
        sites = hub_sites(graph, Need(members=10, signals=6, fractional=fractional))
        assert [each.cost for each in sites] == sorted(each.cost for each in sites)
        for each in sites:
            tree = each.tree
            assert len(set(tree.members)) == 10
            assert tree.port not in tree.members
            assert 1 + len(tree.inner) <= most + 1
            for above, below in [*tree.inner.items(), *tree.leaves.items()]:
                assert set(below) <= graph[above]


def test_layouts_take_what_is_predicted_best(rng) -> None:
    target = calibrated(HEAVY_HEX, rng)
    circuit = measured(
        SeparationFilter(HammingBall(1)).circuit(
            AmplitudeMemory(random_patterns(3, 6, rng=rng)), "110010"
        )
    )
    ours = route_by_trees(circuit, target, num_routings=2)
    qiskits = route_by_qiskit(circuit, target, num_seeds=2)
    assert max(map(two_qubit_gates, ours)) < min(map(two_qubit_gates, qiskits))
    # what differs in angles alone is one routing: trees may agree
    different = [*dict.fromkeys(map(gates_and_places, [*qiskits, *ours]))]
    assert [*map(gates_and_places, route(circuit, target, num_seeds=2))] == different
    found = best_layout(circuit, target, num_seeds=2)
    assert two_qubit_gates(found.circuit) in map(two_qubit_gates, ours)
    assert_same_shots(found.circuit, circuit)


def test_the_place_where_a_circuit_was_routed_is_always_compared(rng) -> None:
    target = calibrated(MAPS["square"], rng)
    circuit = measured(
        SeparationFilter(HammingBall(1)).circuit(
            AmplitudeMemory(random_patterns(2, 9, rng=rng)), "1" * 9
        )
    )
    for routed in route_by_trees(circuit, target):
        layout = place(routed, target, beam=1)
        assert layout.qubits == routed.metadata["physical_qubits"]


def test_fractional_gates_are_used(rng) -> None:
    target = calibrated(HEAVY_HEX, rng, gates=("rzz", "cz", "rx", "rz", "sx", "x"))
    circuit = measured(
        SeparationFilter(HammingBall(1)).circuit(
            AmplitudeMemory(random_patterns(3, 5, rng=rng)), "11001"
        )
    )
    found = route_by_trees(circuit, target, num_routings=2)
    for routed in found:
        angles = [i.operation.params[0] for i in routed.data if i.operation.name == "rzz"]
        assert all(0 <= angle <= np.pi / 2 for angle in angles)
        assert_same_shots(routed, circuit)
    assert ["rzz" in routed.count_ops() for routed in found] == [True, True, False, False]


def gates_and_places(circuit: QuantumCircuit) -> tuple[tuple[str, tuple[int, ...]], ...]:
    return tuple(
        (i.operation.name, tuple(circuit.find_bit(q).index for q in i.qubits)) for i in circuit.data
    )


def calibrated(coupling_map, rng, gates=("cz", "rz", "sx", "x")) -> Target:
    from qiskit.circuit import Measure
    from qiskit.circuit.library import get_standard_gate_name_mapping
    from qiskit.transpiler import InstructionProperties

    couplings, known = both_ways(coupling_map), get_standard_gate_name_mapping()
    target = Target(num_qubits=couplings.size())
    for gate in gates:
        two = gate in ("cz", "rzz")
        places = couplings.get_edges() if two else [(q,) for q in couplings.physical_qubits]
        error = {tuple(sorted(p)): float(rng.uniform(2e-3, 6e-3)) for p in places}
        target.add_instruction(
            known[gate],
            {tuple(p): InstructionProperties(error=error[tuple(sorted(p))]) for p in places},
        )
    reading = InstructionProperties(error=0.01)
    target.add_instruction(Measure(), {(q,): reading for q in couplings.physical_qubits})
    return target
