"""Plans know the memory, the known neurons and the calibration, and nothing of a probe."""

import itertools

import numpy as np
import pytest
from qiskit.transpiler import InstructionProperties, Target

from classical_ref.patterns import random_patterns
from qdenseam import AmplitudeMemory
from qdenseam.execution.compiling.layout import best_layout
from qdenseam.execution.engines.fake_devices import fake_device
from qdenseam.execution.readings import measured
from qdenseam.methods import IndexSearch, LabelWriting, SampleAndAccept, Shell
from qdenseam.planning import best_of_each_kind, plan
from qdenseam.planning.candidates import encoded, expected_probes


@pytest.fixture(scope="module")
def target() -> Target:
    return fake_device("manila").target


def with_errors(target: Target, factor: float) -> Target:
    """The device with all errors multiplied."""
    made = Target(num_qubits=target.num_qubits)
    for name, places in target.items():
        if name in ("cx", "sx", "x", "rz", "measure"):
            entries = {q: InstructionProperties(error=factor * e.error) for q, e in places.items()}
            made.add_instruction(target.operation_from_name(name), entries)
    return made


APART = np.array([[1, 1, 1, 1], [1, -1, -1, 1], [-1, 1, -1, -1], [-1, -1, 1, 1]], dtype=np.int8)
"""Four patterns that any three neurons tell apart."""


def test_the_best_plan_comes_first_and_the_baseline_last(target) -> None:
    memory = AmplitudeMemory(APART)
    known = np.array([True, True, True, False])
    *plans, peeking, baseline = plan(memory, known, target, expected_flips=0, num_seeds=2)
    predicted = [each.success for each in plans]
    assert predicted == sorted(predicted, reverse=True)
    best = plans[0]
    assert isinstance(best.method, IndexSearch)
    assert best.success > 0.5 * best.ideal
    assert 0 <= best.false_accepts < 1 - best.success
    assert best.acceptance == best.success + best.false_accepts
    assert isinstance(baseline.method, SampleAndAccept)
    assert [each.is_baseline for each in (best, baseline)] == [False, True]
    assert best.success > baseline.success
    assert isinstance(peeking.method, LabelWriting)
    assert [each.peeks for each in (best, peeking, baseline)] == [False, True, False]
    assert peeking.row()["settings"].startswith("peeks")
    assert peeking.ideal >= best.ideal - 1e-12
    assert best.row()["two_qubit_gates"] == best.two_qubit_gates
    assert str(best).startswith("index-search")


def test_methods_of_ones_own_choice_may_be_spelled(target) -> None:
    memory, known = AmplitudeMemory(APART[:2]), np.array([True, True, True, False])
    plans = plan(memory, known, target, methods=["sample-and-accept(shell(1))"], num_seeds=1)
    assert SampleAndAccept(Shell(1)) in [each.method for each in plans]
    for name in ("auto", "qaoa", "minimum-search"):
        with pytest.raises(TypeError, match=rf"circuits on amplitudes. Got \"?{name}"):
            plan(memory, known, target, methods=[name])


def test_fewer_errors_buy_rounds_and_signals(target) -> None:
    memory = AmplitudeMemory(np.array([[1, 1, 1], [-1, -1, -1]], dtype=np.int8))
    known = np.ones(3, dtype=bool)
    best, num_filters = {}, {}
    for factor in (0.01, 1.0, 3.0):
        *plans, baseline = plan(
            memory, known, with_errors(target, factor), expected_flips=1, num_seeds=2, margin=0.0
        )
        best[factor] = plans[0]
        num_filters[factor] = sum(each.method.acceptance_rule == "flags" for each in plans)
        assert len(plans) > num_filters[factor]
        assert baseline.is_baseline
        kinds = best_of_each_kind([*plans, baseline])
        assert (kinds[0], kinds[-1]) == (plans[0], baseline)
        assert len({str(each.method) for each in kinds}) == len(kinds) <= len(plans) + 1
    assert best[0.01].two_qubit_gates > best[1.0].two_qubit_gates >= best[3.0].two_qubit_gates
    assert best[0.01].success == pytest.approx(best[0.01].ideal, rel=0.1)
    assert num_filters[0.01] > num_filters[3.0]  # the others drown in noise


def test_what_fails_a_probe_is_marked_and_left_out_where_every_probe_counts(target) -> None:
    known = np.array([True, True, True, False])
    alike = APART.copy()
    alike[1] = [1, 1, 1, -1]
    for patterns, index_answers in ((APART, True), (alike, False)):
        memory = AmplitudeMemory(patterns)
        *shown, _, _ = plan(memory, known, target, num_seeds=1, margin=0.0)
        for each in shown:
            if each.method.name == "index-search":
                assert each.answers == index_answers
        *taken, _, _ = plan(memory, known, target, num_seeds=1, margin=0.0, every_probe=True)
        assert {each.method.name for each in taken} >= {"amplification"}
        assert all(each.answers for each in taken)
        for each in taken:
            for pattern in patterns:
                law = each.method.law(each.memory, pattern * known)
                fits = (patterns * known == pattern * known).all(axis=1)
                assert law.joint[fits].min() > 1e-6
                assert law.joint.argmax() in np.flatnonzero(fits)
    memory = AmplitudeMemory(APART)
    *flipped, _, _ = plan(
        memory, np.ones(4, dtype=bool), target, num_seeds=1, expected_flips=1, every_probe=True
    )
    assert "index-search" not in {each.method.name for each in flipped}


def test_a_larger_margin_only_leaves_out_what_is_worse(rng, target) -> None:
    memory = AmplitudeMemory(random_patterns(3, 3, rng=rng))
    known = np.array([True, False, True])
    all_plans = plan(memory, known, target, num_seeds=2, margin=0.0)
    some = plan(memory, known, target, num_seeds=2)
    assert len(some) < len(all_plans)
    assert some[0].success == all_plans[0].success
    assert some[-1].success == all_plans[-1].success


def test_flips_cost_success(rng, target) -> None:
    memory = AmplitudeMemory(random_patterns(4, 4, rng=rng))
    best = plan(memory, np.ones(4, dtype=bool), target, expected_flips=1, num_seeds=2)[0]
    assert best.success < best.ideal < 1


@pytest.mark.parametrize(
    ("patterns", "known", "num_flips"),
    [
        (np.ones((1, 3)), [1, 1, 1], 1),
        (np.array(list(itertools.product([1, -1], repeat=2))), [1, 0], 0),
        (np.array([[1, 1, -1], [-1, 1, 1]]), [0, 0, 0], 0),
        (np.array([[1], [-1]]), [1], 1),
    ],
)
def test_edges(patterns, known, num_flips, target) -> None:
    memory = AmplitudeMemory(patterns.astype(np.int8))
    plans = plan(memory, np.array(known, dtype=bool), target, expected_flips=num_flips, num_seeds=1)
    assert len(plans) >= 2
    assert all(0 < each.success < 1 for each in plans)


def test_expected_probes_weigh_the_priors() -> None:
    patterns = random_patterns(3, 4, rng=1)
    memory = AmplitudeMemory(patterns, np.array([3.0, 1.0, 0.0]))
    known = np.array([True, True, False, True])
    expected = expected_probes(memory, known, 1)
    assert expected.targets == [0, 0, 0, 1, 1, 1]
    np.testing.assert_allclose(expected.weights, np.array([3, 3, 3, 1, 1, 1]) / 12)
    assert all((probe[~known] == 0).all() for probe in expected.probes)
    wrong = [
        int((probe * patterns[target] == -1).sum())
        for probe, target in zip(expected.probes, expected.targets, strict=True)
    ]
    assert wrong == [1] * 6


def test_encoders_load_the_same_memory_by_other_circuits(rng, target) -> None:
    memory = AmplitudeMemory(random_patterns(4, 4, rng=rng))
    memories = encoded(memory, target)
    assert len(memories) > 1
    assert all((each.patterns == memory.patterns).all() for each in memories)
    circuits = [each.preparation().circuit for each in memories]
    assert all(one != other for one, other in itertools.combinations(circuits, 2))


def test_bad_input_is_refused(rng, target) -> None:
    memory = AmplitudeMemory(random_patterns(3, 4, rng=rng))
    known = np.ones(4, dtype=bool)
    with pytest.raises(ValueError, match=r"known should be bool of shape \(4,\)"):
        plan(memory, np.ones(3, dtype=bool), target)
    with pytest.raises(ValueError, match=r"expected_flips should be in 0\.\.4"):
        plan(memory, known, target, expected_flips=5)
    with pytest.raises(TypeError, match=r"expected_flips should be an integer or None\. Got True"):
        plan(memory, known, target, expected_flips=True)
    with pytest.raises(ValueError, match=r"margin should be in \[0, 1\]. Got 2"):
        plan(memory, known, target, margin=2)
    with pytest.raises(ValueError, match=r"at most 5 neurons, .* working qubits\. Got 6"):
        plan(AmplitudeMemory(random_patterns(3, 6, rng=rng)), np.ones(6, dtype=bool), target)


def test_compiled_circuits_of_all_probes_have_the_same_two_qubit_gates(rng, target) -> None:
    memory = AmplitudeMemory(random_patterns(4, 4, rng=rng))
    known = np.array([True, True, False, True])
    method = plan(memory, known, target, num_seeds=2)[0].method
    compiled = {
        tuple(
            (i.operation.name, tuple(layout.circuit.find_bit(q).index for q in i.qubits))
            for i in layout.circuit.data
            if len(i.qubits) == 2
        )
        for pattern in memory.patterns
        for layout in [
            best_layout(
                measured(method.circuit(memory, pattern * known)), target, num_seeds=2, seed=3
            )
        ]
    }
    assert len(compiled) == 1
