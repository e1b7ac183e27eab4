"""Amplitude memories: storage, weights, preparation and plain data."""

import dataclasses
import json
import pickle

import numpy as np
import pytest
from qiskit.quantum_info import Statevector

from circuits.loading import Auto, Incremental
from classical_ref.patterns import random_patterns
from qdenseam import AmplitudeMemory, EnergyMemory
from qdenseam.memories import amplitude
from qdenseam.methods import SampleAndAccept


def test_the_preparation_loads_the_weighted_superposition(rng) -> None:
    patterns = random_patterns(5, 6, rng=rng)
    weights = np.array([1.0, 2.0, 0.0, 4.0, 1.0])
    memory = AmplitudeMemory(patterns, weights)
    probabilities = Statevector(memory.preparation().circuit).probabilities(range(6))
    expected = np.zeros(64)
    expected[memory.bits @ (1 << np.arange(6))] = weights / 8
    np.testing.assert_allclose(probabilities, expected, atol=1e-12)


def test_the_preparation_is_built_once_and_anew_for_another_encoder(rng, monkeypatch) -> None:
    memory = AmplitudeMemory(random_patterns(3, 5, rng=rng))
    built = []
    prepare = amplitude.prepare
    monkeypatch.setattr(
        amplitude, "prepare", lambda *args, **k: built.append(k) or prepare(*args, **k)
    )
    first, again = memory.preparation(), memory.preparation()
    assert first.circuit == again.circuit
    assert first.circuit is not again.circuit
    dataclasses.replace(memory, encoder=Incremental()).preparation()
    assert [each["encoder"].name for each in built] == ["auto", "incremental"]


def test_what_was_worked_out_is_not_pickled(rng) -> None:
    patterns = random_patterns(3, 14, rng=rng)
    amplitude_memory, energy_memory = AmplitudeMemory(patterns), EnergyMemory(patterns)
    circuit, phase = amplitude_memory.preparation().circuit, energy_memory.phase("?" * 14)
    pickled = pickle.dumps((amplitude_memory, energy_memory))
    assert len(pickled) < 2000  # a diagonal alone takes 131,072 bytes
    again = pickle.loads(pickled)
    assert again[0].preparation().circuit == circuit
    assert type(again[1].phase("?" * 14)) is type(phase)
    np.testing.assert_array_equal(again[1].diagonal(), energy_memory.diagonal())


@pytest.mark.parametrize("weights", [[1e-25, 1, 1], [3e300, 1e275, 3e300]])
def test_weights_that_no_circuit_can_load_are_refused(rng, weights) -> None:
    with pytest.raises(ValueError, match=r"weights should be 0 or above 1e-24.*use 0 to leave"):
        AmplitudeMemory(random_patterns(3, 5, rng=rng), weights)


@pytest.mark.parametrize("unit", [1e-280, 1, 1e308])
def test_small_weights_work_in_law_and_circuit(rng, unit) -> None:
    patterns = random_patterns(4, 6, rng=rng)
    weights = np.array([1, 1e-6, 1e-12, 1e-18])
    memory = AmplitudeMemory(patterns, unit * weights)
    expected = weights / weights.sum()
    law = SampleAndAccept().law(memory, "?" * 6).joint
    state = np.abs(Statevector(memory.preparation().circuit).data) ** 2
    circuit = state[memory.bits @ (1 << np.arange(6))]
    np.testing.assert_allclose(law, expected, rtol=1e-6)
    np.testing.assert_allclose(circuit, expected, rtol=2e-3)


def test_storage_is_locked_and_copied(rng) -> None:
    patterns = np.array(random_patterns(3, 5, rng=rng))
    memory = AmplitudeMemory(patterns)
    patterns[0] *= -1
    assert not np.array_equal(memory.patterns, patterns)
    with pytest.raises(ValueError, match="read-only"):
        memory.patterns[0, 0] = 1
    with pytest.raises(ValueError, match="read-only"):
        memory.weights[0] = 1


def test_plain_data_round_trip(rng) -> None:
    memory = AmplitudeMemory(random_patterns(3, 5, rng=rng), [1, 2, 3], Incremental())
    again = AmplitudeMemory.from_dict(json.loads(json.dumps(memory.to_dict())))
    np.testing.assert_array_equal(again.patterns, memory.patterns)
    np.testing.assert_allclose(again.weights, memory.weights)
    assert again.encoder == memory.encoder


@pytest.mark.parametrize(
    ("patterns", "weights", "message"),
    [
        ([[1, 0]], None, r"spins or bits are meant\. Got \[1, 0\]"),
        ([[-1, 0]], None, r"should hold -1 and \+1\. Got 0"),
        ([1, -1], None, "shape"),
        (np.zeros((0, 3)), None, "at least one"),
        ([[1, -1], [1, -1]], None, "weights"),
        ([[1, -1]], [1, 2], r"weights should have shape \(1,\)"),
        ([[1, -1]], [-1.0], "non-negative"),
        ([[1, -1]], [0.0], "not all zero"),
        ([[1, -1]], [np.nan], "finite"),
    ],
)
def test_bad_input_is_refused(patterns, weights, message) -> None:
    with pytest.raises(ValueError, match=message):
        AmplitudeMemory(np.array(patterns), weights)


def test_an_encoder_may_be_spelled() -> None:
    memory = AmplitudeMemory([[1, 1], [1, -1]], encoder="auto(goal=depth)")
    assert memory.encoder == Auto(goal="depth")
    assert AmplitudeMemory.from_dict(memory.to_dict()).encoder == memory.encoder
    with pytest.raises(ValueError, match="Did you mean 'schmidt'"):
        AmplitudeMemory([[1, 1], [1, -1]], encoder="schmid")
    with pytest.raises(TypeError, match="encoder should be"):
        AmplitudeMemory([[1, 1], [1, -1]], encoder=3)
