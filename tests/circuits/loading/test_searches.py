"""What only some encoders promise: counts known in advance, small reflections, few gates."""

import numpy as np
import pytest

from circuits.bit_order import all_bits, to_words
from circuits.gf2 import affine_rank
from circuits.loading import (
    Affine,
    Auto,
    FlagTree,
    Incremental,
    IndexFirst,
    IndexRegister,
    Merging,
    prepare,
)
from circuits.loading.dense import dense_circuit
from circuits.loading.incremental import separating_bits
from circuits.loading.merging_search import steps
from circuits.loading.schmidt import schmidt_circuit
from circuits.resources import count
from circuits.sparse_simulator import preparation_error

LINE = tuple((i, i + 1) for i in range(8))


def random_patterns(rng, num_patterns, num_bits):
    rows = {}
    while len(rows) < num_patterns:
        row = rng.integers(0, 2, num_bits, dtype=np.uint8)
        rows[row.tobytes()] = row
    return np.array(list(rows.values()))


@pytest.mark.parametrize(
    "encoder",
    [
        Merging(width=2),
        Merging(width=2, tree=True),
        FlagTree(block=4, width=2),
        FlagTree(block=4, width=2, tree=True),
    ],
)
@pytest.mark.parametrize(("num_patterns", "num_bits"), [(2, 5), (12, 6), (20, 70), (30, 7)])
def test_the_count_of_a_plan_is_that_of_the_circuit(encoder, num_patterns, num_bits, rng):
    bits = random_patterns(rng, num_patterns, num_bits)
    plan, preparation = encoder.plan(bits), prepare(bits, encoder=encoder)
    assert plan.two_qubit_gates == preparation.resources.two_qubit_gates


def compared(bits, search, monkeypatch):
    """Return the steps found without compiling, and those found by the compiled search."""
    found = []
    for at_first in ([0], []):
        monkeypatch.setattr(steps, "_AT_FIRST", iter(at_first))
        busy = np.arange(bits.shape[1] + 1) % 3
        result = search.run(to_words(bits), bits.shape[1], busy)
        decoded = steps.decode(result, tree=search.tree)
        found.append((decoded, result.cost, result.busy.tolist()))
    return found


@pytest.mark.parametrize("tree", [False, True])
def test_few_patterns_are_merged_without_compiling_as_by_the_compiled_search(
    tree, rng, monkeypatch
):
    for turn in range(40):
        num_bits = int(rng.integers(2, 18))
        most = min(10, 2**num_bits, int((2048 / num_bits) ** 0.5))
        bits = random_patterns(rng, int(rng.integers(2, most + 1)), num_bits)
        search = steps.Search(width=(3, 8, 16)[turn % 3], tree=tree, variant=turn % 4)
        plain, compiled = compared(bits, search, monkeypatch)
        assert plain == compiled


def test_few_patterns_with_many_controls_or_64_bits_are_merged_alike(rng, monkeypatch):
    for bits in (np.eye(12, dtype=np.uint8), all_bits(4)[:11], random_patterns(rng, 5, 64)):
        plain, compiled = compared(bits, steps.Search(width=4), monkeypatch)
        assert plain == compiled


def test_amplitudes_do_not_change_the_structure(rng):
    bits = random_patterns(rng, 9, 10)
    real = prepare(bits, rng.normal(size=9), encoder=Merging()).resources
    values = rng.normal(size=9) + 1j * rng.normal(size=9)
    assert prepare(bits, values, encoder=Merging()).resources == real


def test_random_patterns_need_fewer_gates_than_the_best_published_sketch(rng):
    counts = [
        prepare(random_patterns(rng, 16, 16), encoder=Auto()).resources.two_qubit_gates
        for _ in range(3)
    ]
    assert max(counts) <= 78


def test_many_controls_and_deep_trees_are_correct(rng):
    # all words of weight 2 and 3 are hard to tell apart: rotations with four and more controls
    words = all_bits(7)
    bits = words[np.isin(words.sum(axis=1), (2, 3))]
    values = rng.normal(size=len(bits)) + 1j * rng.normal(size=len(bits))
    values /= np.linalg.norm(values)
    for encoder in (Merging(width=1), FlagTree(block=3, width=1), FlagTree(block=20, width=1)):
        preparation = prepare(bits, values, encoder=encoder)
        assert preparation_error(preparation.circuit, bits, values) < 1e-10
        assert preparation.resources.two_qubit_gates == encoder.plan(bits).two_qubit_gates


def test_weighing_depth_gives_shallower_circuits(rng):
    bits = random_patterns(rng, 12, 24)
    shallow = prepare(bits, encoder=Merging(depth_weight=1.0)).resources
    assert shallow.two_qubit_depth <= prepare(bits, encoder=Merging()).resources.two_qubit_depth


@pytest.mark.parametrize("goal", ["gates", "depth"])
@pytest.mark.parametrize("distance", [1, 2, 3, 8, 13, 64, 70])
def test_two_patterns_take_a_tree_of_logarithmic_depth(goal, distance, rng):
    bits = np.zeros((2, 75), dtype=np.uint8)
    bits[1, rng.permutation(75)[:distance]] = 1
    resources = prepare(bits, encoder=Auto(goal=goal)).resources
    assert resources.two_qubit_gates == distance - 1
    assert resources.two_qubit_depth == (distance - 1).bit_length()


def test_trees_are_shallower_than_stars_at_no_more_gates_for_three_patterns(rng):
    bits = random_patterns(rng, 3, 60)
    star, tree = (prepare(bits, encoder=Merging(tree=t)).resources for t in (False, True))
    assert tree.two_qubit_gates == star.two_qubit_gates
    assert tree.two_qubit_depth <= star.two_qubit_depth


@pytest.mark.parametrize(("num_patterns", "num_bits"), [(2, 4), (5, 9), (16, 8), (33, 20)])
def test_the_index_register_reflects_on_the_index_alone(num_patterns, num_bits, rng):
    bits = random_patterns(rng, num_patterns, num_bits)
    preparation = prepare(bits, encoder=IndexRegister())
    assert len(preparation.reflection_qubits) == (num_patterns - 1).bit_length()


@pytest.mark.parametrize("seed", range(3))
def test_fewer_ancillas_cost_gates(seed):
    bits = random_patterns(np.random.default_rng(seed), 60, 40)
    free, none = (prepare(bits, encoder=Auto(max_ancillas=m)) for m in (None, 0))
    assert free.num_ancillas > none.num_ancillas == 0
    assert none.resources.two_qubit_gates > free.resources.two_qubit_gates
    assert preparation_error(none.circuit, bits, np.full(60, 60**-0.5)) < 1e-10


def test_index_first_reflects_on_the_logarithm_of_the_number_of_patterns(rng):
    for num_patterns, num_bits in ((4, 9), (8, 12), (8, 40)):
        bits = random_patterns(rng, num_patterns, num_bits)
        preparation = prepare(bits, encoder=IndexFirst())
        assert 2 ** len(preparation.reflection_qubits) == num_patterns
        assert preparation.num_ancillas == 0


def test_affine_reflects_on_the_affine_rank(rng):
    bits = random_patterns(rng, 6, 20)
    for inner in (Merging(), IndexFirst()):
        preparation = prepare(bits, encoder=Affine(inner=inner))
        assert len(preparation.reflection_qubits) <= affine_rank(bits)
    assert len(prepare(bits, encoder=Affine()).reflection_qubits) == affine_rank(bits)


def test_an_affine_subspace_is_a_stabilizer_state(rng):
    basis = rng.integers(0, 2, (3, 12))
    bits = np.unique((all_bits(3) @ basis + rng.integers(0, 2, 12)) % 2, axis=0)
    circuit = prepare(bits, encoder=Affine()).circuit
    assert count(circuit).two_qubit_gates <= 3 * 12
    angles = [p for i in circuit.data for p in i.operation.params]
    np.testing.assert_allclose(np.array(angles) * 2 / np.pi % 1 % 1, 0, atol=1e-9)


def test_dense_states_take_fewer_gates_than_amplitudes(rng):
    for num_qubits in (1, 2, 4, 6, 7):
        vector = rng.normal(size=2**num_qubits) + 1j * rng.normal(size=2**num_qubits)
        vector /= np.linalg.norm(vector)
        plain = count(dense_circuit(vector)).two_qubit_gates
        assert plain == 2**num_qubits - num_qubits - 1
        halves = count(schmidt_circuit(vector)).two_qubit_gates
        assert halves <= plain


def test_low_schmidt_rank_is_cheap():
    vector = np.kron([0.6, 0, 0, 0.8], np.kron([1, 1], [1, -1]) / 2).astype(complex)
    assert count(schmidt_circuit(vector)).two_qubit_gates <= 5


def test_the_incremental_store_appends_one_block(rng):
    bits = random_patterns(rng, 7, 9)

    def shape(circuit):
        index = {q: i for i, q in enumerate(circuit.qubits)}
        return [(i.operation.name, [index[q] for q in i.qubits]) for i in circuit.data]

    shorter = shape(prepare(bits[:6], encoder=Incremental()).circuit)
    longer = shape(prepare(bits, encoder=Incremental()).circuit)
    assert longer[: len(shorter)] == shorter


def test_separating_bits_separate(rng):
    bits = random_patterns(rng, 20, 9)
    chosen = separating_bits(bits)
    assert (bits[:-1][:, chosen] != bits[-1, chosen]).any(axis=1).all()
    assert separating_bits(bits[:1]) == []


@pytest.mark.parametrize("goal", ["depth", "reflection"])
def test_each_goal_is_won_against_the_goal_of_fewest_gates(goal, rng):
    bits = random_patterns(rng, 8, 10)
    aimed, plain = (prepare(bits, encoder=Auto(goal=g)) for g in (goal, "gates"))

    def cost(preparation):
        gates = preparation.resources.two_qubit_gates
        if goal == "depth":
            return preparation.resources.two_qubit_depth
        return 2 * gates + 6 * (len(preparation.reflection_qubits) - 2) + 2

    assert cost(aimed) <= cost(plain)


def test_the_routed_goal_counts_on_the_coupling_map(rng):
    bits = random_patterns(rng, 4, 5)
    preparation = prepare(bits, encoder=Auto(goal="routed", coupling_map=LINE))
    assert preparation_error(preparation.circuit, bits, np.full(4, 0.5)) < 1e-10
    with pytest.raises(ValueError, match=r"coupling_map should have at least 5 qubits\. Got 2"):
        prepare(bits, encoder=Auto(goal="routed", coupling_map=((0, 1),)))


def test_more_effort_never_costs_gates(rng):
    bits = random_patterns(rng, 10, 12)
    counts = [
        prepare(bits, encoder=Auto(effort=effort)).resources.two_qubit_gates for effort in (1, 3)
    ]
    assert counts[1] <= counts[0]


def test_bad_settings_are_refused():
    with pytest.raises(ValueError, match=r"goal should be one of gates, .* Got 'speed'"):
        Auto(goal="speed")
    with pytest.raises(ValueError, match="coupling_map should be given for the goal 'routed'"):
        Auto(goal="routed")
    with pytest.raises(ValueError, match="coupling_map should be given for the goal 'routed'"):
        Auto(coupling_map=LINE)
    with pytest.raises(ValueError, match=r"effort should be in \[1, 1000\]\. Got 0"):
        Auto(effort=0)
