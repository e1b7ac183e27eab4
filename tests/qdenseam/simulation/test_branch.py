"""The branch engine agrees with the laws, with statevectors, and with matrix product states."""

import time

import numpy as np
import pytest
from qiskit.quantum_info import Statevector

from circuits.bit_order import bits_to_integer
from circuits.signal_processing import table_angles
from classical_ref.patterns import random_patterns
from classical_ref.spins import hamming_distance
from qdenseam import AmplitudeMemory
from qdenseam.methods import (
    Amplified,
    AmplitudeAmplification,
    CappedPosterior,
    DolphChebyshev,
    FixedPoint,
    HammingBall,
    Iterations,
    OptimalFilter,
    ProbabilisticRecall,
    SeparationFilter,
    SetIntersection,
)
from qdenseam.simulation import branch


def filter_branches(method: SeparationFilter, memory: AmplitudeMemory, probe: np.ndarray):
    distances = hamming_distance(memory.patterns, probe)
    angles, omega = method.filter.signal(int(np.count_nonzero(probe)))
    state = branch.signal_filter(branch.prepared(memory.weights), distances, angles, omega)
    rounds = method.amplified.rounds() if method.amplified else ()
    return branch.amplify(state, [[True, False]], rounds)


FILTERS = [
    SeparationFilter(HammingBall(1)),
    SeparationFilter(CappedPosterior(0.2, 1), amplified=Amplified(0.1)),
    SeparationFilter(DolphChebyshev(5), amplified=Amplified(0.05, FixedPoint())),
    SeparationFilter(OptimalFilter(3, 1)),
]


@pytest.mark.parametrize("method", FILTERS, ids=repr)
def test_filters_agree_with_law_and_statevector(method, rng: np.random.Generator) -> None:
    memory = AmplitudeMemory(random_patterns(7, 6, rng=rng), rng.dirichlet(np.ones(7)))
    probe = memory.patterns[0] * np.array([1, -1, 1, 0, 1, 1])
    state = filter_branches(method, memory, probe)
    np.testing.assert_allclose(branch.accepted(state), method.law(memory, probe).joint, atol=1e-10)
    circuit = method.circuit(memory, probe)
    exact = Statevector(circuit).data.reshape(-1, 2**7)[0].reshape(2, 2**6)
    places = bits_to_integer(memory.bits)
    overlap = np.vdot(exact[:, places].T, state)  # equal up to one global phase
    assert abs(overlap) == pytest.approx(1, abs=1e-10)


def test_controls_and_oracles_agree_with_their_laws(rng: np.random.Generator) -> None:
    memory = AmplitudeMemory(random_patterns(30, 40, rng=rng), rng.dirichlet(np.ones(30)))
    probe = memory.patterns[0] * np.where(np.arange(40) < 5, -1, 1)
    probe[30:] = 0
    distances = hamming_distance(memory.patterns, probe)
    controls = ProbabilisticRecall(3, amplified=Amplified(0.1))
    state = branch.control_filter(branch.prepared(memory.weights, 3), distances, 30, 3)
    state = branch.amplify(state, np.arange(8)[None] == 0, controls.amplified.rounds())
    np.testing.assert_allclose(
        branch.accepted(state), controls.law(memory, probe).joint, atol=1e-12
    )
    for method, matches in (
        (AmplitudeAmplification(schedule=FixedPoint()), distances == 0),
        (SetIntersection(radius=9, num_matches=2), distances <= 9),
        (SetIntersection(radius=9, schedule=Iterations(3)), distances <= 9),
    ):
        state = branch.amplify(
            branch.prepared(memory.weights, 0), matches[:, None], method.rounds(memory)
        )
        np.testing.assert_allclose(
            branch.accepted(state), method.law(memory, probe).joint, atol=1e-12
        )


def test_large_memories_take_seconds(rng: np.random.Generator) -> None:
    num_patterns, num_neurons = 100_000, 512
    memory = AmplitudeMemory(random_patterns(num_patterns, num_neurons, rng=rng))
    probe = memory.patterns[0] * np.where(np.arange(num_neurons) < 60, -1, 1)
    method = SeparationFilter(DolphChebyshev(32, 0.8), amplified=Amplified(1e-3))
    start = time.perf_counter()
    joint = branch.accepted(filter_branches(method, memory, probe))
    assert time.perf_counter() - start < 20  # about 1 s; slack for a busy machine
    np.testing.assert_allclose(joint, method.law(memory, probe).joint, atol=1e-12)


@pytest.mark.slow
def test_full_degree_at_512_neurons(rng: np.random.Generator) -> None:
    distances = rng.binomial(512, 0.5, 100_000)
    table = HammingBall(200).table(512)
    angles = table_angles(table)
    state = branch.signal_filter(
        branch.prepared(np.full(100_000, 1e-5)), distances, angles, 2 * np.pi / 513
    )
    np.testing.assert_allclose(branch.accepted(state) * 1e5, table[distances] ** 2, atol=1e-10)


@pytest.mark.slow
def test_a_matrix_product_state_is_a_third_witness(rng: np.random.Generator) -> None:
    from qiskit import transpile
    from qiskit_aer import AerSimulator

    num_neurons, num_patterns = 60, 4
    memory = AmplitudeMemory(random_patterns(num_patterns, num_neurons, rng=rng))
    probe = memory.patterns[0] * np.where(np.arange(num_neurons) < 9, -1, 1)
    method = SeparationFilter(DolphChebyshev(4, 0.8))
    circuit = method.circuit(memory, probe)
    flag = next(q for r in circuit.qregs if r.name == "flag" for q in r)
    circuit.save_probabilities([flag])
    simulator = AerSimulator(method="matrix_product_state")
    result = simulator.run(transpile(circuit, simulator, optimization_level=0)).result()
    kept = branch.accepted(filter_branches(method, memory, probe)).sum()
    assert result.data()["probabilities"][0] == pytest.approx(kept, abs=1e-9)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: branch.prepared([0.5, 0.6]), "weights should be a distribution"),
        (
            lambda: branch.signal_filter(branch.prepared([1.0]), [0, 1], table_angles([1, 0]), 3.1),
            r"branches should have shape \(2, 2\)",
        ),
        (lambda: branch.control_filter(branch.prepared([1.0]), [0], 4, 2), r"shape \(1, 4\)"),
    ],
)
def test_bad_input_is_refused(call, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()
