"""The branch engine agrees with the laws, with statevectors, and with matrix product states."""

import numpy as np
import pytest
from qiskit.quantum_info import Statevector

from circuits.bit_order import bits_to_integer
from classical_ref.patterns import random_patterns
from classical_ref.spins import hamming_distance
from qdenseam import AmplitudeMemory
from qdenseam.bench.simulators import branch
from qdenseam.bench.simulators.branch import branch_state
from qdenseam.bench.simulators.builders import matrix_product_run
from qdenseam.methods import (
    Amplified,
    AmplitudeAmplification,
    CappedPosterior,
    DolphChebyshev,
    FixedPoint,
    HammingBall,
    Iterations,
    OptimalFilter,
    ProductFilter,
    SeparationFilter,
    SetIntersection,
)

FILTERS = [
    SeparationFilter(HammingBall(1)),
    SeparationFilter(CappedPosterior(0.2, 1), amplified=Amplified(0.1)),
    SeparationFilter(DolphChebyshev(5), amplified=Amplified(0.05, FixedPoint())),
    SeparationFilter(OptimalFilter(3, 1)),
    SeparationFilter(HammingBall(1), synthesis="symmetric"),
    SeparationFilter(DolphChebyshev(5), amplified=Amplified(0.05), synthesis="symmetric"),
    SeparationFilter(OptimalFilter(2, 1), amplified=Amplified(0.1), num_flags=2),
    SeparationFilter(DolphChebyshev(3), synthesis="symmetric", num_flags=2),
]


@pytest.mark.parametrize("method", FILTERS, ids=repr)
def test_filters_agree_with_law_and_statevector(method, rng: np.random.Generator) -> None:
    memory = AmplitudeMemory(random_patterns(7, 6, rng=rng), rng.dirichlet(np.ones(7)))
    probe = memory.patterns[0] * np.array([1, -1, 1, 0, 1, 1], dtype=np.int8)
    state = branch_state(method, memory, probe)
    np.testing.assert_allclose(branch.accepted(state), method.law(memory, probe).joint, atol=1e-10)
    circuit = method.circuit(memory, probe)
    num_flags = method.num_flags
    exact = Statevector(circuit).data.reshape(-1, 2 ** (6 + num_flags))[0].reshape(-1, 2**6)
    places = bits_to_integer(memory.bits)
    overlap = np.vdot(exact[:, places].T, state)  # equal up to one global phase
    assert abs(overlap) == pytest.approx(1, abs=1e-10)


def test_oracles_agree_with_their_laws(rng: np.random.Generator) -> None:
    memory = AmplitudeMemory(random_patterns(30, 40, rng=rng), rng.dirichlet(np.ones(30)))
    probe = memory.patterns[0] * np.where(np.arange(40) < 5, -1, 1)
    probe[30:] = 0
    distances = hamming_distance(memory.patterns, probe)
    for method, matches in (
        (AmplitudeAmplification(schedule=FixedPoint()), distances == 0),
        (SetIntersection(radius=9, num_matches=2), distances <= 9),
        (SetIntersection(radius=9, schedule=Iterations(3)), distances <= 9),
    ):
        state = branch.amplify(
            branch.prepared(memory.weights, 0), matches[:, None], method.rounds(memory, probe != 0)
        )
        np.testing.assert_allclose(
            branch.accepted(state), method.law(memory, probe).joint, atol=1e-12
        )


def test_large_memories_obey_their_law(rng: np.random.Generator) -> None:
    num_patterns, num_neurons = 100_000, 512
    memory = AmplitudeMemory(random_patterns(num_patterns, num_neurons, rng=rng))
    probe = memory.patterns[0] * np.where(np.arange(num_neurons) < 60, -1, 1)
    method = SeparationFilter(DolphChebyshev(32, 0.8), amplified=Amplified(1e-3))
    joint = branch.accepted(branch_state(method, memory, probe))
    np.testing.assert_allclose(joint, method.law(memory, probe).joint, atol=1e-12)


@pytest.mark.slow
def test_full_degree_at_512_neurons(rng: np.random.Generator) -> None:
    memory = AmplitudeMemory(random_patterns(100_000, 512, rng=rng))
    method, probe = SeparationFilter(HammingBall(200)), memory.patterns[0]
    joint = branch.accepted(branch_state(method, memory, probe))
    np.testing.assert_allclose(joint * 1e5, method.law(memory, probe).joint * 1e5, atol=1e-10)


def accepted_by_matrix_products(memory: AmplitudeMemory, circuit) -> np.ndarray:
    higher = circuit.num_qubits - memory.num_neurons
    run = matrix_product_run(circuit, np.pad(memory.bits, ((0, 0), (0, higher))))
    return np.abs(run()) ** 2


def flipped(memory: AmplitudeMemory, num_flips: int) -> np.ndarray:
    return memory.patterns[0] * np.where(np.arange(memory.num_neurons) < num_flips, -1, 1)


def test_matrix_products_are_a_third_witness(rng: np.random.Generator) -> None:
    memory = AmplitudeMemory(random_patterns(4, 20, rng=rng))
    method, probe = SeparationFilter(DolphChebyshev(4, 0.8)), flipped(memory, 3)
    joint = accepted_by_matrix_products(memory, method.circuit(memory, probe))
    np.testing.assert_allclose(joint, method.law(memory, probe).joint, atol=1e-8)
    ours = branch.accepted(branch_state(method, memory, probe))
    np.testing.assert_allclose(joint, ours, atol=1e-8)


@pytest.mark.slow
@pytest.mark.parametrize("num_neurons", [64, 100])
@pytest.mark.parametrize("kind", ["amplification", "filter", "product filter"])
def test_matrix_products_agree_at_many_neurons(
    kind: str, num_neurons: int, rng: np.random.Generator
) -> None:
    memory = AmplitudeMemory(random_patterns(16, num_neurons, rng=rng))
    probe = flipped(memory, 6)
    distances = hamming_distance(memory.patterns, probe)
    if kind == "amplification":
        probe = memory.patterns[0].copy()
        probe[: num_neurons // 4] = 0
        method = AmplitudeAmplification()
        matches = (hamming_distance(memory.patterns, probe) == 0)[:, None]
        state = branch.prepared(memory.weights, 0)
        ours = branch.accepted(branch.amplify(state, matches, method.rounds(memory, probe != 0)))
    elif kind == "filter":
        method = SeparationFilter(DolphChebyshev(4, 0.8))
        ours = branch.accepted(branch_state(method, memory, probe))
    else:
        probe[20:] = 0  # every known bit has a flag
        method = ProductFilter(0.2)
        distances = hamming_distance(memory.patterns, probe)
        ours = memory.weights * 0.2**distances
    joint = accepted_by_matrix_products(memory, method.circuit(memory, probe))
    np.testing.assert_allclose(joint, ours, atol=1e-8)
    np.testing.assert_allclose(ours, method.law(memory, probe).joint, atol=1e-12)


@pytest.mark.slow
def test_matrix_products_reach_64_patterns_of_64_neurons(rng: np.random.Generator) -> None:
    # bonds of dimension 64 through the whole chain: the preparation alone takes a minute
    memory = AmplitudeMemory(random_patterns(64, 64, rng=rng))
    probe = flipped(memory, 1)
    probe[8:] = 0
    method = ProductFilter(0.2)
    joint = accepted_by_matrix_products(memory, method.circuit(memory, probe))
    np.testing.assert_allclose(joint, method.law(memory, probe).joint, atol=1e-8)


def test_bad_input_is_refused() -> None:
    with pytest.raises(ValueError, match="weights should be a distribution"):
        branch.prepared([0.5, 0.6])
    with pytest.raises(ValueError, match=r"branches should have shape \(2, 2\*\*f\) with f > 0"):
        branch.signals(branch.prepared([1.0]), [0, 1], np.eye(2)[None], 3.1)
    memory = AmplitudeMemory(random_patterns(2, 4, rng=0))
    with pytest.raises(TypeError, match="method should be a filter or amplification"):
        branch_state(ProductFilter(0.1), memory, memory.patterns[0])


def test_single_precision_keeps_its_digits_among_many_patterns() -> None:
    num_patterns, rounds = 2**18, 8 * ((np.pi, np.pi),)
    start = branch.prepared(np.full(num_patterns, 1 / num_patterns), num_flags=0).astype(
        np.complex64
    )
    state = branch.amplify(start, np.arange(num_patterns)[:, None] < 4, rounds)
    expected = np.sin(17 * np.arcsin(np.sqrt(4 / num_patterns))) ** 2 / 4
    assert state.dtype == np.complex64
    np.testing.assert_allclose(np.abs(state[:4]) ** 2, expected, rtol=0, atol=1e-8)
