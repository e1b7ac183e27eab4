"""Readout mitigation undoes what readout errors do; raw results stay as they are."""

import numpy as np
import pytest
from qiskit import QuantumCircuit, QuantumRegister

from qdenseam import AmplitudeMemory, recall
from qdenseam.execution import engine
from qdenseam.execution.mitigation import (
    Mitigation,
    detected_errors,
    nearest_pattern,
    parity_errors,
    post_selected,
    processed,
    with_flag_copies,
)
from qdenseam.execution.readings import measured
from qdenseam.execution.readout_errors import ReadoutErrors, subspace_inverse, tensored_inverse
from qdenseam.methods import HammingBall, ProbabilisticRecall, SampleAndAccept
from qdenseam.testing import assert_binomial, assert_counts_follow

UP, DOWN = np.array([0.02, 0.05, 0.0]), np.array([0.1, 0.04, 0.03])
ERRORS = ReadoutErrors(zero_read_as_one=UP, one_read_as_zero=DOWN)


def read(states: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    wrong = rng.random(states.shape) < np.where(states, DOWN, UP)
    return states ^ wrong


def test_inverses_recover_the_distribution(rng) -> None:
    truth = np.array([0.5, 0, 0, 0.3, 0, 0.2, 0, 0])
    index = rng.choice(8, 200_000, p=truth)
    seen = read((index[:, None] >> np.arange(3) & 1).astype(bool), rng)
    quasi = tensored_inverse(seen, ERRORS)
    assert quasi.sum() == pytest.approx(1)
    np.testing.assert_allclose(quasi, truth, atol=0.012)
    outcomes, shares = subspace_inverse(seen, ERRORS)
    whole = np.zeros(8)
    whole[outcomes @ (1 << np.arange(3))] = shares
    np.testing.assert_allclose(whole, quasi, atol=1e-9)  # everything was seen: the same system


def test_raw_mitigated_and_decoded_stand_apart(rng) -> None:
    patterns = np.array([[0, 0, 0], [1, 1, 1]], dtype=bool)
    seen = read(patterns[rng.integers(2, size=50_000)], rng)
    off = processed(seen, patterns)
    assert off.mitigated is off.decoded is off.mitigated_decoded is None
    assert off.detected is off.checked is None
    for kind in ("tensored", "subspace"):
        got = processed(seen, patterns, Mitigation(readout=kind, decoding=True), ERRORS)
        text = f"mitigation(readout={kind}, decoding=true)"
        assert (processed(seen, patterns, text, ERRORS).shares == got.shares).all()
        np.testing.assert_array_equal(got.raw, off.raw)
        assert got.raw.sum() < 0.9
        np.testing.assert_allclose(got.mitigated, 0.5, atol=0.015)
        assert got.decoded.sum() == pytest.approx(1)
        assert got.mitigated_decoded.sum() == pytest.approx(1)


def test_a_recall_result_keeps_what_was_measured() -> None:
    memory = AmplitudeMemory(np.array([[1, 1, 1], [-1, -1, -1]], dtype=np.int8))
    result = recall(memory, "0??", sampler="aer", shots=100, rng=1)
    got = result.processed(Mitigation(readout="subspace", decoding=True), ERRORS)
    np.testing.assert_allclose(got.raw, result.counts / result.accepted)
    assert got.decoded.sum() == pytest.approx(1)
    empty = recall(memory, "010", method=SampleAndAccept(HammingBall(0)), shots=5, rng=1)
    with pytest.raises(ValueError, match="at least one shot should be accepted"):
        empty.processed(Mitigation())


def test_flags_select_and_disagreeing_flags_detect() -> None:
    bits = np.array([[0], [1], [1]], dtype=bool)
    flags = np.array([[0, 0], [0, 1], [1, 1]], dtype=bool)
    np.testing.assert_array_equal(post_selected(bits, flags), [[False]])
    np.testing.assert_array_equal(detected_errors(flags), [False, True, False])
    np.testing.assert_array_equal(detected_errors([[0, 1, 0, 1], [0, 1, 1, 1]]), [False, True])
    np.testing.assert_array_equal(nearest_pattern([[1, 0], [1, 1]], [[0, 0], [1, 1]]), [0, 1])


def test_copied_flags_keep_the_law_and_show_late_errors(rng) -> None:
    memory = AmplitudeMemory(np.array([[1, 1, 1], [-1, -1, 1], [1, -1, -1]], dtype=np.int8))
    probe = np.array([1, 1, -1], dtype=np.int8)
    method = ProbabilisticRecall(2)
    circuit = with_flag_copies(method.circuit(memory, probe))
    assert {r.name: len(r) for r in circuit.qregs} == {"memory": 3, "flag": 4}
    (shown,) = engine("statevector").sample([measured(circuit)], 4000, rng)
    assert not detected_errors(shown["flag_bits"]).any()
    law = method.law(memory, probe)
    kept = post_selected(shown["memory_bits"], shown["flag_bits"])
    counts = (kept[:, None] == memory.bits[None]).all(axis=-1).sum(axis=0)
    assert_counts_follow([*counts, 4000 - counts.sum()], [*law.joint, law.rejected])
    circuit.x(circuit.qubits[4])  # a flag that flips after it was copied
    (shown,) = engine("statevector").sample([measured(circuit)], 100, rng)
    assert detected_errors(shown["flag_bits"]).all()


def test_parity_checks_detect_what_leaves_the_affine_hull(rng) -> None:
    patterns = np.array([[0, 0, 0, 1], [1, 1, 0, 0], [0, 1, 1, 0]], dtype=bool)  # dimension 2
    for single in np.eye(4, dtype=bool):
        assert parity_errors(patterns ^ single, patterns).all()
    anything = rng.random((20_000, 4)) < 0.5
    assert_binomial(int(parity_errors(anything, patterns).sum()), 20_000, 1 - 2.0**-2)
    whole = np.vstack([np.eye(4), np.zeros((1, 4))])
    assert not parity_errors(anything, whole).any()
    got = processed(anything, patterns, Mitigation(parity_checks=True))
    np.testing.assert_array_equal(got.raw, processed(anything, patterns).raw)
    np.testing.assert_allclose(got.checked * (1 - got.detected), got.raw)
    outside = processed([[1, 1, 1, 0]], patterns, Mitigation(parity_checks=True))
    assert outside.detected == 1
    assert not outside.checked.any()


def test_bad_input_is_refused() -> None:
    with pytest.raises(ValueError, match="rates in"):
        ReadoutErrors(zero_read_as_one=[0.6], one_read_as_zero=[0.1])
    with pytest.raises(ValueError, match="one_read_as_zero should have shape"):
        ReadoutErrors(zero_read_as_one=[0.1, 0.1], one_read_as_zero=[0.1])
    with pytest.raises(ValueError, match="bits should have shape"):
        tensored_inverse(np.zeros((3, 2)), ERRORS)
    many = ReadoutErrors(zero_read_as_one=np.zeros(15), one_read_as_zero=np.zeros(15))
    with pytest.raises(ValueError, match="at most 14 qubits"):
        tensored_inverse(np.zeros((3, 15)), many)
    with pytest.raises(ValueError, match="flags should have 1 rows"):
        post_selected(np.zeros((1, 2)), np.zeros((2, 1)))
    with pytest.raises(ValueError, match="flags should have shape"):
        detected_errors(np.zeros((4, 3)))
    with pytest.raises(ValueError, match="flags that are not measured yet"):
        with_flag_copies(QuantumCircuit(QuantumRegister(2, "memory")))
    with pytest.raises(ValueError, match="errors should be given"):
        processed(np.zeros((2, 3)), np.zeros((1, 3)), Mitigation(readout="tensored"))
    with pytest.raises(ValueError, match="bits should have shape"):
        processed(np.zeros((2, 2)), np.zeros((1, 3)))


def test_unknown_readout_mitigation_and_no_shots_are_refused() -> None:
    with pytest.raises(ValueError, match=r"one of off, tensored, subspace. Got 'bogus'"):
        Mitigation(readout="bogus")
    with pytest.raises(ValueError, match=r"at least one row. Got none; use more shots"):
        processed(np.zeros((0, 3)), np.ones((1, 3)))
