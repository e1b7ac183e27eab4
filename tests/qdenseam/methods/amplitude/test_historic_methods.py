"""Historic methods: published values, and where they fail."""

import numpy as np
import pytest
from qiskit.quantum_info import Operator

from circuits.bit_order import all_bits, bits_to_integer
from circuits.grover.oracles import membership_oracle, product_state_reflection
from classical_ref.patterns import random_patterns
from classical_ref.spins import text_to_spins
from qdenseam import AmplitudeMemory
from qdenseam.methods import (
    AmplitudeAmplification,
    DistributedQuery,
    QuantumNeuron,
    VenturaMartinez,
)

TOY = ["0000", "0011", "0110", "1001", "1100", "1111"]


@pytest.mark.parametrize(("probe", "success"), [("0110", 0.990), ("011?", 0.9401)])
def test_ventura_martinez_reproduces_the_published_example(probe: str, success: float) -> None:
    law = VenturaMartinez().law(AmplitudeMemory(text_to_spins(TOY)), probe)
    assert law.joint[TOY.index("0110")] == pytest.approx(success, abs=5e-4)


def test_ventura_martinez_success_grows_as_known_from_the_toy() -> None:
    memory = AmplitudeMemory(text_to_spins(TOY))
    joint = [VenturaMartinez(t).law(memory, "0110").joint[2] for t in (1, 2, 3)]
    np.testing.assert_allclose(joint, [0.375, 0.84375, 0.990234375])


def test_ventura_martinez_fails_at_low_load_where_amplification_does_not(
    rng: np.random.Generator,
) -> None:
    memory = AmplitudeMemory(random_patterns(16, 10, rng=rng))
    probe = memory.patterns[0]
    best = max(VenturaMartinez(t).law(memory, probe).joint[0] for t in range(1, 31))
    assert best < 0.4
    assert AmplitudeAmplification().law(memory, probe).joint[0] > 0.999


def test_the_distributed_query_turns_towards_itself(rng: np.random.Generator) -> None:
    memory = AmplitudeMemory(random_patterns(8, 10, rng=rng))
    probe = memory.patterns[0] * np.where(np.arange(10) < 1, -1, 1)
    laws = [DistributedQuery(0.1, t).law(memory, probe) for t in range(20)]
    assert laws[0].joint[0] == pytest.approx(1 / 8)
    assert max(law.joint[0] for law in laws) < 0.5
    assert max(law.spurious for law in laws) > 0.8


def test_quantum_neurons_favor_a_single_pattern_and_stay_soft() -> None:
    pattern = np.array([1, -1, 1, 1, -1, 1, -1, -1])
    law = QuantumNeuron().law(AmplitudeMemory([pattern]), pattern)
    assert law.joint[0] == pytest.approx(1)  # every angle is at its bound
    damaged = pattern.copy()
    damaged[:2] *= -1
    law = QuantumNeuron().law(AmplitudeMemory([pattern]), damaged)
    assert law.joint[0] == law.distribution.max()
    assert 0.05 < law.joint[0] < 0.99


def test_membership_oracle_marks_the_patterns() -> None:
    patterns = all_bits(4)[[0, 3, 9, 15]]
    block = np.diag(Operator(membership_oracle(patterns, angle=0.4)).data)[:16]
    expected = np.ones(16, dtype=complex)
    expected[bits_to_integer(patterns)] = np.exp(0.4j)
    np.testing.assert_allclose(block, expected, atol=1e-12)


def test_product_state_reflection_is_one_minus_two_projectors() -> None:
    q, flips = np.array([0.1, 0.3, 0.5, 0.9]), np.array([0, 1, 1, 0])
    state = np.ones(1)
    for probability, flip in zip(q[::-1], flips[::-1], strict=True):  # qubit 0 varies fastest
        single = np.sqrt([1 - probability, probability])
        state = np.kron(state, single[::-1] if flip else single)
    block = Operator(product_state_reflection(q, flips)).data[:16, :16]
    np.testing.assert_allclose(block, np.eye(16) - 2 * np.outer(state, state), atol=1e-12)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: VenturaMartinez(0), r"num_rounds should be in \[1, "),
        (lambda: DistributedQuery(0.5), "spread should be in"),
        (lambda: DistributedQuery(0.2, -1), r"num_rounds should be in \[0, "),
        (lambda: product_state_reflection([0.5], [0, 1]), r"probabilities should have shape \(2,"),
        (lambda: membership_oracle([[0, 2]]), "bits should be 0 or 1"),
    ],
)
def test_bad_input_is_refused(call, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()
