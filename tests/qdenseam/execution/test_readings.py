"""What was read is kept, so that readout is inverted before anything is accepted."""

import pickle
from functools import partial

import numpy as np
import pytest
from qiskit.quantum_info import Statevector
from qiskit_aer import AerSimulator
from qiskit_aer.noise import NoiseModel, ReadoutError

from circuits.bit_order import all_bits
from qdenseam import AmplitudeMemory, recall
from qdenseam.execution import engine
from qdenseam.execution.engines.fake_devices import fake_device
from qdenseam.execution.mitigation import Mitigation, processed
from qdenseam.execution.readings import Readings, measured
from qdenseam.execution.readout_errors import ReadoutErrors, subspace_inverse
from qdenseam.methods import (
    AmplitudeAmplification,
    HammingBall,
    IndexSearch,
    MinimumSearch,
    OverlapPower,
    ProbabilisticRecall,
    SampleAndAccept,
    SeparationFilter,
)
from qdenseam.retrieval.submission import fetch, submit
from qdenseam.testing import assert_counts_follow

STORED = np.array([[1, 1, 1, 1], [-1, -1, 1, 1], [1, -1, -1, 1], [-1, -1, -1, -1]], dtype=np.int8)
PROBE = "0010"
METHODS = pytest.mark.parametrize(
    "method",
    [
        ProbabilisticRecall(2),
        SeparationFilter(HammingBall(1)),
        SampleAndAccept(HammingBall(1)),
        SampleAndAccept(OverlapPower(3)),
        IndexSearch(),
        AmplitudeAmplification(),
    ],
    ids=repr,
)


def memory() -> AmplitudeMemory:
    return AmplitudeMemory(STORED, [0.4, 0.3, 0.2, 0.1])


def errors_of(width: int, largest: float = 0.2) -> ReadoutErrors:
    """Every qubit its own errors, 1 read as 0 more often than the other way round."""
    return ReadoutErrors(
        zero_read_as_one=np.linspace(0.01, largest / 2, width),
        one_read_as_zero=np.linspace(largest, 0.05, width),
    )


def misread(probabilities: np.ndarray, errors: ReadoutErrors) -> np.ndarray:
    """The distribution of readings of a distribution of bits, index Σ_i b_i 2^i."""
    for qubit, matrix in enumerate(errors.matrices):
        parts = probabilities.reshape(-1, 2, 2**qubit)
        probabilities = np.einsum("rt,atb->arb", matrix, parts).reshape(-1)
    return probabilities


def exact_readings(method, probe: str) -> tuple[Readings, ReadoutErrors]:
    """What infinitely many shots of a circuit read, with known readout errors."""
    source = memory()
    spins = source.check_probe(probe)
    circuit = method.circuit(source, spins)
    num_flags = sum(len(r) for r in circuit.qregs if r.name == "flag")
    width = source.num_neurons + num_flags
    errors = errors_of(width)
    ideal = Statevector(circuit).probabilities(range(width))
    rule = partial(method.acceptance_of, source, spins)
    is_classical = method.acceptance_rule == "classical"
    return Readings(
        bits=all_bits(width).astype(bool),
        counts=misread(ideal, errors),
        num_flags=num_flags,
        acceptance=rule if is_classical else None,
    ), errors


@METHODS
@pytest.mark.parametrize("kind", ["tensored", "subspace"])
def test_inverting_before_accepting_returns_the_law(method, kind: str) -> None:
    probe = "00??" if isinstance(method, AmplitudeAmplification | IndexSearch) else PROBE
    readings, errors = exact_readings(method, probe)
    law = method.law(memory(), probe)
    kept = readings.kept(readings.bits)
    got = processed(
        readings.bits[:, :4],
        memory().bits,
        Mitigation(readout=kind, decoding=True),
        errors,
        counts=readings.counts * kept,
        readings=readings,
    )
    np.testing.assert_allclose(got.mitigated, law.probabilities, atol=1e-10)
    np.testing.assert_allclose(got.mitigated_decoded, law.probabilities, atol=1e-10)
    assert got.mitigated_acceptance == pytest.approx(law.acceptance, abs=1e-10)
    assert got.excess < 1e-10
    assert np.abs(got.raw - law.probabilities).max() > 0.02  # there was something to undo


def test_accepting_first_gave_shares_above_one() -> None:
    """What was done before: the inverse of outcomes that a rule had already selected."""
    method = SampleAndAccept(HammingBall(0))
    readings, errors = exact_readings(method, "1100")
    kept = readings.kept(readings.bits)
    accepted = kept > 0
    outcomes, quasi = subspace_inverse(
        np.vstack([readings.bits[accepted], [[1, 1, 1, 0]]]),
        errors,
        np.append(readings.counts[accepted], 0.0),
    )
    place = int(np.flatnonzero((outcomes == [1, 1, 0, 0]).all(axis=1))[0])
    assert quasi[place] > 1.03
    got = processed(
        [[1, 1, 0, 0]], memory().bits, Mitigation(readout="tensored"), errors, readings=readings
    )
    assert got.mitigated[1] == pytest.approx(1, abs=1e-10)
    assert got.mitigated_acceptance == pytest.approx(0.3, abs=1e-10)


@pytest.mark.statistical
@METHODS
def test_readings_of_a_device_with_known_errors(method) -> None:
    probe = "00??" if isinstance(method, AmplitudeAmplification | IndexSearch) else PROBE
    noise = NoiseModel()
    noise.add_all_qubit_readout_error(ReadoutError([[0.97, 0.03], [0.08, 0.92]]))
    backend = AerSimulator(noise_model=noise, seed_simulator=11)
    result = recall(memory(), probe, method=method, sampler=backend, shots=60_000, rng=1)
    readings = result.readings
    assert readings.counts.sum() == 60_000
    width = readings.bits.shape[1]
    errors = ReadoutErrors(
        zero_read_as_one=np.full(width, 0.03), one_read_as_zero=np.full(width, 0.08)
    )
    got = result.processed(Mitigation(readout="subspace"), errors)
    law = method.law(memory(), probe)
    np.testing.assert_allclose(got.raw, result.counts / result.accepted)
    # six standard deviations at the widest: the inverse spreads √(p/60,000) by less than two
    joint = got.mitigated * got.mitigated_acceptance
    assert np.abs(joint - law.joint).max() < 0.025
    assert abs(got.mitigated_acceptance - law.acceptance) < 0.025
    assert np.abs(got.raw - law.probabilities).max() > 0.04
    with pytest.raises(ValueError, match=r"errors should be of 4 neurons' qubits, then of"):
        result.processed(Mitigation(readout="subspace"), errors_of(3))


@pytest.mark.statistical
def test_a_rule_keeps_each_state_as_often_as_it_says(rng) -> None:
    readings = Readings(
        bits=np.array([[0, 0, 0], [1, 0, 0], [1, 0, 1], [0, 1, 0]], dtype=bool),
        counts=np.array([50_000, 20_000, 10_000, 20_000]),
        num_flags=1,
        acceptance=lambda states: np.where(
            states[:, 0] < 0, 0.25, np.where(states[:, 1] < 0, 0, 1)
        ),
    )
    states, counts = readings.accepted(rng)
    assert states.tolist() == [[1, 1], [-1, 1]]
    assert counts[0] == 50_000
    assert_counts_follow([counts[1], 20_000 - counts[1]], [0.25, 0.75])


def test_what_is_fetched_keeps_its_readings(tmp_path) -> None:
    for method in (ProbabilisticRecall(1), SampleAndAccept(HammingBall(1))):
        submission = submit(
            memory(), PROBE, method=method, backend="aer", shots=500, rng=2, store=tmp_path
        )
        fetched = fetch(submission)
        called = recall(memory(), PROBE, method=method, sampler="aer", shots=500, rng=2)
        np.testing.assert_array_equal(fetched.readings.bits, called.readings.bits)
        np.testing.assert_array_equal(fetched.readings.counts, called.readings.counts)
        kept = [each.readings.kept(called.readings.bits) for each in (fetched, called)]
        np.testing.assert_array_equal(*kept)
        again = pickle.loads(pickle.dumps(called))
        np.testing.assert_array_equal(again.readings.kept(called.readings.bits), kept[0])


@pytest.mark.parametrize("method", [ProbabilisticRecall(1), SampleAndAccept(HammingBall(1))])
def test_a_device_tells_the_errors_of_what_it_read(method, tmp_path) -> None:
    """Mitigation needs nothing but the result: qubits and errors were noted when it ran."""
    called = recall(memory(), PROBE, method=method, sampler="fake:manila", shots=300, rng=2)
    width = called.readings.bits.shape[1]
    target = fake_device("manila").target
    reported = {entry.error for entry in target["measure"].values()}
    assert called.readout_errors.zero_read_as_one.shape == (width,)
    assert set(called.readout_errors.zero_read_as_one.tolist()) <= reported
    got = called.processed(Mitigation(readout="subspace"))
    same = called.processed(Mitigation(readout="subspace"), called.readout_errors)
    np.testing.assert_array_equal(got.mitigated, same.mitigated)
    fetched = fetch(
        submit(
            memory(), PROBE, method=method, backend="fake:manila", shots=300, rng=2, store=tmp_path
        )
    )
    np.testing.assert_array_equal(fetched.readout_errors.matrices, called.readout_errors.matrices)
    ideal = recall(memory(), PROBE, method=method, sampler="aer", shots=10, rng=2)
    assert ideal.readout_errors is None
    with pytest.raises(ValueError, match="errors should be given"):
        ideal.processed(Mitigation(readout="subspace"))


def test_the_qubits_are_those_that_the_device_read() -> None:
    chosen = engine("fake:torino")
    method, source = ProbabilisticRecall(2), memory()
    (ready,) = chosen.compile([measured(method.circuit(source, PROBE))], seed=3)
    found = ReadoutErrors.of_circuit(chosen.target, ready)
    place = {
        ready.find_bit(i.clbits[0]).index: ready.metadata["physical_qubits"][
            ready.find_bit(i.qubits[0]).index
        ]
        for i in ready.data
        if i.operation.name == "measure"
    }
    expected = [chosen.target["measure"][(place[bit],)].error for bit in range(6)]
    np.testing.assert_array_equal(found.one_read_as_zero, expected)
    assert ReadoutErrors.of_circuit(None, ready) is None


def test_what_was_not_read_is_not_mitigated() -> None:
    exact = recall(memory(), PROBE, method=ProbabilisticRecall(1), shots=50, rng=1)
    rounds = recall(memory(), PROBE, method=MinimumSearch(), sampler="aer", shots=1, rng=1)
    for result in (exact, rounds):
        with pytest.raises(ValueError, match="should start from what was read"):
            result.processed(Mitigation(readout="subspace"), errors_of(4))
        assert result.processed(Mitigation(decoding=True)).decoded.sum() == pytest.approx(1)


def test_a_million_billion_draws_are_decoded_by_their_counts() -> None:
    result = recall(memory(), PROBE, method=ProbabilisticRecall(1), shots=10**15, rng=1)
    got = result.processed(Mitigation(decoding=True, parity_checks=True))
    np.testing.assert_allclose(got.raw, result.counts / result.accepted)
    assert got.detected == 0


def test_nothing_accepted_after_inversion_is_no_division() -> None:
    readings = Readings(bits=np.array([[0, 1]], dtype=bool), counts=np.array([5]), num_flags=1)
    errors = ReadoutErrors(zero_read_as_one=[0.1, 0.1], one_read_as_zero=[0.1, 0.1])
    got = processed([[0]], [[0]], Mitigation(readout="tensored"), errors, readings=readings)
    assert got.mitigated_acceptance < 0
    assert got.excess == pytest.approx(-got.mitigated_acceptance)
    assert got.mitigated.tolist() == [0.0]
