"""Amplified methods keep their conditional law, and say what they were compiled with."""

import numpy as np
import pytest
from qiskit import QuantumCircuit

from classical_ref.patterns import random_patterns
from qdenseam import AmplitudeMemory
from qdenseam.methods import (
    Amplified,
    AmplitudeAmplification,
    Exact,
    FixedPoint,
    HammingBall,
    Iterations,
    Plain,
    Posterior,
    ProbabilisticRecall,
    ProductFilter,
    SampleAndAccept,
    SeparationFilter,
)


@pytest.mark.parametrize("num_patterns", [1, 2, 3, 7, 16, 31, 32])
def test_exact_completion_succeeds_at_every_load(
    num_patterns: int, rng: np.random.Generator
) -> None:
    memory = AmplitudeMemory(random_patterns(num_patterns, 6, rng=rng))
    for target in range(num_patterns):
        law = AmplitudeAmplification().law(memory, memory.patterns[target])
        assert law.joint[target] > 0.999


def test_amplification_raises_acceptance_and_keeps_the_law(rng: np.random.Generator) -> None:
    memory = AmplitudeMemory(random_patterns(30, 10, rng=rng), rng.dirichlet(np.ones(30)))
    probe = memory.patterns[3] * np.where(np.arange(10) < 1, -1, 1)
    for plain in (
        SeparationFilter(Posterior(0.2)),
        ProbabilisticRecall(3),
        ProductFilter(0.1),
    ):
        before = plain.law(memory, probe)
        claims = {"amplified": Amplified(before.acceptance)}
        kept = {name: getattr(plain, name) for name in plain.__slots__ if name != "amplified"}
        after = type(plain)(**kept, **claims).law(memory, probe)
        assert after.acceptance == pytest.approx(1)
        np.testing.assert_allclose(after.probabilities, before.probabilities, atol=1e-12)


def test_the_ball_keeps_its_target_entirely() -> None:
    memory = AmplitudeMemory(random_patterns(20, 32, rng=1))
    law = SeparationFilter(HammingBall(4)).law(memory, memory.patterns[5])
    assert law.joint[5] == pytest.approx(1 / 20)


def test_over_rotation_warns_with_the_right_number() -> None:
    memory = AmplitudeMemory(random_patterns(16, 8, rng=0))
    method = AmplitudeAmplification(schedule=Iterations(5))
    with pytest.warns(UserWarning, match="at most 3 for a marked weight of 0.0625"):
        law = method.law(memory, memory.patterns[0])
    meant = AmplitudeAmplification(schedule=Iterations(5, may_over_rotate=True))
    assert meant.law(memory, memory.patterns[0]).joint[0] == law.joint[0] < 0.5


def test_methods_say_whether_they_need_the_number_of_matches() -> None:
    assert AmplitudeAmplification(schedule=Exact()).knows_match_count
    assert AmplitudeAmplification(schedule=Plain()).knows_match_count
    assert not AmplitudeAmplification(schedule=FixedPoint()).knows_match_count
    assert SeparationFilter(amplified=Amplified(0.1)).knows_match_count
    assert not SeparationFilter().knows_match_count
    assert not SampleAndAccept().knows_match_count


def test_fixed_point_needs_no_count_where_exact_phases_fail() -> None:
    memory = AmplitudeMemory(random_patterns(8, 8, rng=3))
    patterns = memory.patterns.copy()
    patterns[:3, :2] = 1
    patterns[3:, :2] = -1
    memory = AmplitudeMemory(np.unique(patterns, axis=0))
    num_matches = int((memory.patterns[:, 0] == 1).sum())
    assert num_matches == 3
    probe = "00??????"
    right = memory.patterns[:, 0] == 1
    exact = AmplitudeAmplification(num_matches=1).law(memory, probe)
    fixed = AmplitudeAmplification(schedule=FixedPoint(0.05)).law(memory, probe)
    assert exact.joint[right].sum() < 0.5
    assert fixed.joint[right].sum() > 0.95


@pytest.mark.parametrize(
    "method", [ProbabilisticRecall(3, reuse_control=True), ProductFilter(0.3, reuse_flag=True)]
)
def test_a_reused_flag_has_the_law_of_many(method, rng: np.random.Generator) -> None:
    memory = AmplitudeMemory(random_patterns(4, 4, rng=rng))
    probe = memory.patterns[0] * np.array([1, -1, 1, 0], dtype=np.int8)
    circuit = method.circuit(memory, probe)
    accepted = probabilities_with_all_readings_zero(circuit)
    places = ((1 - memory.patterns) // 2) @ (1 << np.arange(4))
    np.testing.assert_allclose(method.law(memory, probe).joint, accepted[places], atol=1e-10)


def probabilities_with_all_readings_zero(circuit: QuantumCircuit) -> np.ndarray:
    """P(memory = x and every mid-circuit reading 0): each reading projects, resets then idle."""
    from qiskit.quantum_info import Operator, Statevector

    state = Statevector.from_int(0, 2**circuit.num_qubits)
    projector = Operator(np.diag([1.0, 0.0]))
    for instruction in circuit.data:
        qubits = [circuit.find_bit(q).index for q in instruction.qubits]
        if instruction.operation.name == "measure":
            state = state.evolve(projector, qubits)
        elif instruction.operation.name != "reset":
            state = state.evolve(Operator(instruction.operation), qubits)
    return state.probabilities(range(4))


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: AmplitudeAmplification(num_matches=0), r"num_matches should be in \[1, "),
        (lambda: AmplitudeAmplification(schedule="fast"), "schedule should be one of exact"),
        (lambda: Iterations(-1), r"num_iterations should be in \[0, "),
        (lambda: FixedPoint(0.0), "max_failure should be in"),
        (lambda: Amplified(0.0), "acceptance should be in"),
        (lambda: ProbabilisticRecall(2, reuse_control=True, amplified=Amplified(0.5)), "exclude"),
        (lambda: ProductFilter(0.2, reuse_flag=True, amplified=Amplified(0.5)), "exclude"),
    ],
)
def test_bad_input_is_refused(build, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        build()
