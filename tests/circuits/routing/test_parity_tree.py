"""Signals on a parity tree equal RZZ from the hub, and cost what is foretold."""

import numpy as np
import pytest
from qiskit import QuantumCircuit, transpile
from qiskit.circuit.library import PermutationGate
from qiskit.quantum_info import Operator

from circuits.routing.parity_tree import ParityNetwork, ParityTree

CHAIN = ParityTree(
    num_qubits=6, hubs=(1,), toward_port={}, inner={1: (0, 2), 2: (3,)}, leaves={3: (5, 4)}
)
BUSH = ParityTree(
    num_qubits=7,
    hubs=(0,),
    toward_port={},
    inner={0: (1, 2, 3), 1: (4,)},
    leaves={1: (5,), 4: (6,)},
)
SINGLES = ParityTree(num_qubits=3, hubs=(1,), toward_port={}, inner={1: (0, 2)}, leaves={})
TWO_HUBS = ParityTree(
    num_qubits=6, hubs=(2, 5), toward_port={5: 2}, inner={2: (1, 3)}, leaves={1: (0, 4)}
)
TREES = {"chain": CHAIN, "bush": BUSH, "singles": SINGLES, "two hubs": TWO_HUBS}


@pytest.fixture(params=sorted(TREES))
def tree(request) -> ParityTree:
    return TREES[request.param]


def signals(tree, num_signals, rng) -> list[tuple[int, dict[int, float], float]]:
    """Hubs in equal parts, those far from the port first."""
    each = num_signals // len(tree.hubs)
    return [
        (hub, dict.fromkeys(range(len(tree.members)), float(rng.normal())), float(rng.normal()))
        for hub in reversed(tree.hubs)
        for _ in range(each)
    ]


def network(tree, steps, fractional) -> ParityNetwork:
    numbers = {qubit: number for number, qubit in enumerate(tree.members)}
    made = ParityNetwork(tree, numbers, fractional=fractional)
    for hub in reversed(tree.hubs):
        for owner, angles, turn in steps:
            if owner == hub:
                made.signal(angles)
                made.circuit.ry(turn, tree.port)
        if steps:
            made.retire(hub)
    return made


@pytest.mark.parametrize("fractional", [False, True])
def test_signals_are_rzz_from_the_hub(tree, fractional, rng) -> None:
    steps = [
        (hub, {k: float(rng.normal()) for k in angles if k != 1}, turn)
        for hub, angles, turn in signals(tree, 2 * len(tree.hubs), rng)
    ]
    before = network(tree, [], fractional)
    start = before.finish()
    made = network(tree, steps, fractional)
    made.flip(0b101)
    end = made.finish()
    assert set(start) == set(end) == set(range(len(tree.members)))
    plain = QuantumCircuit(tree.num_qubits)
    for hub, angles, turn in steps:
        for member, angle in angles.items():
            plain.rzz(angle, hub, start[member])
        plain.ry(turn, hub)
    for member in {0, 2} & set(start):
        plain.x(start[member])
    pattern = list(range(tree.num_qubits))
    for member, wire in end.items():
        pattern[wire] = start[member]
    plain.append(PermutationGate(pattern), range(tree.num_qubits))
    whole = Operator(before.circuit.inverse().compose(made.circuit)).data
    fresh = [c for c in range(2**tree.num_qubits) if not any(c >> hub & 1 for hub in tree.hubs)]
    ours, wanted = whole[:, fresh], Operator(plain).data[:, fresh]
    phase = np.vdot(wanted, ours)
    np.testing.assert_allclose(ours, wanted * phase / abs(phase), atol=1e-10)


@pytest.mark.parametrize("fractional", [False, True])
@pytest.mark.parametrize("num_signals", [2, 6])
def test_the_cost_is_that_of_the_compiled_circuit(tree, fractional, num_signals, rng) -> None:
    made = network(tree, signals(tree, num_signals, rng), fractional)
    made.finish()
    if fractional:
        assert made.circuit.num_nonlocal_gates() == tree.cost(num_signals, fractional=True)
        return
    compiled = transpile(
        made.circuit, basis_gates=["cx", "u"], optimization_level=3, seed_transpiler=0
    )
    assert compiled.num_nonlocal_gates() == tree.cost(num_signals)


def test_leaves_cost_one_and_inner_qubits_two() -> None:
    assert CHAIN.cost(11) - CHAIN.cost(9) == 2 * (2 * 2 + 2) + 2 * 2 - 2
    assert CHAIN.cost(11, fractional=True) - CHAIN.cost(10, fractional=True) == 2 * 2 + 2 + 1
    assert CHAIN.singles == (0,)
    assert TWO_HUBS.way(5) == (2, 5)


def test_wires_start_with_differences() -> None:
    made = network(BUSH, [], False)
    number = {qubit: n for n, qubit in enumerate(BUSH.members)}
    for qubit, other in BUSH.added().items():
        assert made.holds[qubit] == 1 << number[qubit] | 1 << number[other]
    assert made.holds[0] == 0
    np.testing.assert_equal(sorted(number), [1, 2, 3, 4, 5, 6])
