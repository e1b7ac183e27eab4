"""Merging on a coupling map: every CX joins coupled qubits, and the trees cost what they should."""

import numpy as np
import pytest
from qiskit import transpile

from circuits.loading import Auto, prepare
from circuits.loading.coupled import prepare_coupled
from circuits.loading.coupled_search.kernels import gather, join_cost
from circuits.loading.coupled_search.placement import neighbor_words, patch, place_qubits
from circuits.sparse_simulator import preparation_error

GRID = tuple(
    (q, q + s) for q in range(16) for s in (1, 4) if (s == 4 or (q + 1) % 4) and q + s < 16
)
LINE = tuple((i, i + 1) for i in range(15))
RING_WITH_TAILS = (*((i, (i + 1) % 8) for i in range(8)), (0, 8), (3, 9), (5, 10), (10, 11))
MAPS = {"grid": GRID, "line": LINE, "ring": RING_WITH_TAILS}


def random_patterns(rng, num_patterns, num_bits):
    return rng.permutation(
        np.unique(rng.integers(0, 2, (4 * num_patterns, num_bits), dtype=np.uint8), axis=0)
    )[:num_patterns]


@pytest.fixture(params=sorted(MAPS))
def pairs(request):
    return MAPS[request.param]


def test_gathering_a_set_of_sites_leaves_its_root_at_the_cost_foretold(pairs, rng):
    sites = patch(pairs, 10)
    neighbors = neighbor_words(pairs, sites)
    layers, network = np.zeros(10, np.uint64), np.zeros((40, 2), np.int64)
    for _ in range(60):
        chosen = np.flatnonzero(rng.random(10) < 0.4)
        if not len(chosen):
            continue
        start = np.uint64(sum(1 << int(s) for s in chosen))
        root = int(rng.choice(chosen))
        length = gather(start, root, neighbors, layers, network)
        assert length == join_cost(start, neighbors, layers) - 1
        for control, target in network[:length]:
            assert int(neighbors[control]) >> int(target) & 1
        row = int(start)
        for control, target in network[:length].tolist():
            row ^= (row >> control & 1) << target
        assert row == 1 << root


def test_joining_neighbors_costs_one_and_a_gap_two():
    neighbors = neighbor_words(LINE, range(16))
    layers = np.zeros(16, np.uint64)
    assert [join_cost(np.uint64(s), neighbors, layers) for s in (0, 1, 3, 5, 9, 0b10011)] == [
        0, 1, 2, 4, 6, 7
    ]  # fmt: skip


@pytest.mark.parametrize(("num_patterns", "num_bits"), [(2, 7), (4, 5), (7, 9), (12, 10)])
def test_every_gate_joins_coupled_qubits(pairs, num_patterns, num_bits, rng):
    bits = random_patterns(rng, num_patterns, num_bits)
    amplitudes = rng.normal(size=num_patterns) + 1j * rng.normal(size=num_patterns)
    amplitudes /= np.linalg.norm(amplitudes)
    found = prepare_coupled(bits, amplitudes, pairs)
    assert preparation_error(found.circuit, bits, amplitudes) < 1e-10
    assert len(set(found.layout)) == num_bits == found.circuit.num_qubits
    coupled = {frozenset(pair) for pair in pairs}
    place = dict(zip(found.circuit.qubits, found.layout, strict=True))
    gates = [i for i in found.circuit.data if len(i.qubits) == 2]
    assert all(frozenset(place[q] for q in gate.qubits) in coupled for gate in gates)
    assert found.resources.two_qubit_gates == len(gates)
    again = prepare_coupled(bits, amplitudes, pairs)
    assert again.circuit == found.circuit
    assert again.layout == found.layout


def test_constant_qubits_have_a_place_and_no_gates_between(rng):
    bits = np.zeros((4, 9), dtype=np.uint8)
    bits[:, ::2] = random_patterns(rng, 4, 5)
    bits[:, 3] = 1
    amplitudes = np.full(4, 0.5)
    found = prepare_coupled(bits, amplitudes, GRID)
    assert preparation_error(found.circuit, bits, amplitudes) < 1e-10
    assert len(set(found.layout)) == 9
    gates = [i for i in found.circuit.data if len(i.qubits) == 2]
    touched = {found.circuit.find_bit(qubit).index for gate in gates for qubit in gate.qubits}
    assert touched <= set(range(0, 9, 2))


def test_a_layout_leaves_nothing_to_route(rng):
    bits = random_patterns(rng, 8, 10)
    found = prepare(bits, encoder=Auto(goal="routed", coupling_map=GRID))
    other = prepare(bits, encoder=Auto()).circuit
    kwargs = {
        "basis_gates": ["cx", "u"],
        "coupling_map": [list(p) for a, b in GRID for p in ((a, b), (b, a))],
        "seed_transpiler": 0,
    }
    mapped = transpile(found.circuit, initial_layout=list(found.layout), **kwargs)
    assert mapped.count_ops()["cx"] <= found.resources.two_qubit_gates
    assert mapped.count_ops()["cx"] < transpile(other, **kwargs).count_ops()["cx"]


def test_places_shorten_the_tree_of_the_patterns(rng):
    # equal columns belong side by side: a line then costs one CX each
    bits = np.repeat(np.array([[0, 0], [1, 0], [0, 1]], dtype=np.uint8), 4, axis=1)
    bits = bits[:, rng.permutation(8)]
    neighbors = neighbor_words(LINE, range(8))
    places = place_qubits(bits, neighbors, variant=0)
    assert sorted(places) == list(range(8))
    left = bits[1, np.argsort(places)]
    assert np.count_nonzero(np.diff(left.astype(int))) == 1


@pytest.mark.parametrize("variant", [0, 1, 5])
def test_patches_are_connected(pairs, variant):
    sites = patch(pairs, 9, variant)
    neighbors = neighbor_words(pairs, sites)
    reached = 1
    for _ in sites:
        for i, near in enumerate(neighbors):
            reached |= int(near) if reached >> i & 1 else 0
    assert reached == 2**9 - 1
    assert len(set(sites)) == 9


def test_what_does_not_fit_is_left_to_others(rng):
    def attempt(num_patterns, num_bits, pairs):
        bits = random_patterns(rng, num_patterns, num_bits)
        return prepare_coupled(bits, np.full(len(bits), len(bits) ** -0.5), pairs)

    assert attempt(3, 17, GRID) is None
    assert attempt(33, 12, GRID) is None
    assert attempt(1, 4, GRID) is None
    assert attempt(2, 65, tuple((i, i + 1) for i in range(80))) is None
    assert attempt(3, 4, ((0, 1), (2, 3), (4, 5))) is None
