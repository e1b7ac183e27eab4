"""Distance filters equal their law on every basis state, whatever the probe."""

from collections.abc import Callable

import numpy as np
import pytest
from qiskit import QuantumCircuit
from qiskit.quantum_info import Operator

from circuits.bit_order import all_bits
from circuits.distance.filters import (
    categorical_filter,
    distance_filter,
    on_flags,
    product_filter,
    signal_filter,
    symmetric_filter,
)
from circuits.distance.signal_processing import polynomial_angles, table_angles
from circuits.distance.symmetric_signal_processing import symmetric_phases
from circuits.resources import count

NUM_NEURONS = 4


def kept_amplitudes(circuit: QuantumCircuit) -> np.ndarray:
    """The amplitude of "memory unchanged, all flags 0" for each basis state, asserting no other."""
    size = 2**NUM_NEURONS
    block = Operator(circuit).data[:size, :size]
    np.testing.assert_allclose(block, np.diag(np.diag(block)), atol=1e-12)
    return np.diag(block)


def distances(probe: np.ndarray, known: np.ndarray) -> np.ndarray:
    return (all_bits(NUM_NEURONS)[:, known] != probe[known]).sum(axis=1)


@pytest.mark.parametrize("num_known", range(NUM_NEURONS + 1))
def test_signal_filter_is_any_table_of_the_distance(
    num_known: int, rng: np.random.Generator
) -> None:
    for probe in all_bits(NUM_NEURONS)[::3]:
        known = np.sort(rng.choice(NUM_NEURONS, num_known, replace=False))
        table = rng.random(num_known + 1)
        circuit = signal_filter(
            probe, known, table_angles(table), signal_angle=2 * np.pi / (num_known + 1)
        )
        expected = table[distances(probe, known)]
        np.testing.assert_allclose(np.abs(kept_amplitudes(circuit)), expected, atol=1e-12)
        assert count(circuit).two_qubit_gates == 2 * num_known * num_known


def test_signal_filter_has_the_phase_it_states(rng: np.random.Generator) -> None:
    coefficients = rng.normal(size=4) + 1j * rng.normal(size=4)
    coefficients *= 0.9 / np.abs(np.fft.fft(coefficients, 512)).max()
    probe, omega = np.array([1, 0, 1, 1]), 0.7
    circuit = signal_filter(probe, range(4), polynomial_angles(coefficients), signal_angle=omega)
    d = distances(probe, np.arange(4))
    expected = np.polyval(coefficients[::-1], np.exp(1j * omega * d)) * np.exp(-1.5j * omega * d)
    np.testing.assert_allclose(kept_amplitudes(circuit), expected, atol=1e-12)


@pytest.mark.parametrize("degree", [1, 2, 5])
def test_symmetric_filter_is_a_polynomial_of_the_cosine(
    degree: int, rng: np.random.Generator
) -> None:
    chebyshev = np.zeros(degree + 1)
    chebyshev[degree % 2 :: 2] = 0.9 / (degree // 2 + 1)
    probe, known = np.array([0, 1, 1, 0]), np.array([0, 1, 3])
    circuit = symmetric_filter(probe, known, symmetric_phases(chebyshev))
    cosine = np.cos(np.pi * distances(probe, known) / 6)
    expected = 1j * np.polynomial.chebyshev.chebval(cosine, chebyshev)
    np.testing.assert_allclose(kept_amplitudes(circuit), expected, atol=1e-12)
    assert count(circuit).two_qubit_gates == 2 * degree * 3


def test_flags_multiply_the_factors_of_a_filter(rng: np.random.Generator) -> None:
    table, probe = rng.random(5), np.array([1, 0, 0, 1])
    single = signal_filter(probe, range(4), table_angles(table), signal_angle=2 * np.pi / 5)
    circuit = on_flags(single, 3)
    assert [(r.name, len(r)) for r in circuit.qregs] == [("memory", 4), ("flag", 3)]
    expected = table[distances(probe, np.arange(4))] ** 3
    np.testing.assert_allclose(np.abs(kept_amplitudes(circuit)), expected, atol=1e-12)


@pytest.mark.parametrize("features", [[[0], [1, 2], [3]], [[0, 1], [2, 3]], [[3, 1, 0]], []])
def test_categorical_filter_counts_mismatched_features(
    features: list[list[int]], rng: np.random.Generator
) -> None:
    table = rng.random(len(features) + 1)
    for probe in all_bits(NUM_NEURONS)[::5]:
        circuit = categorical_filter(
            probe, features, table_angles(table), signal_angle=2 * np.pi / len(table)
        )
        wrong = all_bits(NUM_NEURONS) != probe
        d = sum((wrong[:, f].any(axis=1).astype(int) for f in features), start=np.zeros(16, int))
        np.testing.assert_allclose(np.abs(kept_amplitudes(circuit)), table[d], atol=1e-12)


def test_product_filter_damps_each_mismatched_bit(rng: np.random.Generator) -> None:
    probe, known = np.array([0, 1, 1, 0]), np.array([0, 2, 3])
    damping = np.array([0.0, 0.3, 1.0])
    circuit = product_filter(probe, known, damping)
    wrong = all_bits(NUM_NEURONS)[:, known] != probe[known]
    expected = np.where(wrong, np.sqrt(damping), 1).prod(axis=1)
    np.testing.assert_allclose(kept_amplitudes(circuit), expected, atol=1e-12)
    assert count(circuit).two_qubit_gates == 2 * 3


@pytest.mark.parametrize(
    "build",
    [
        lambda: distance_filter([0, 1, 1], [0, 1, 2], num_controls=3, reuse_control=True),
        lambda: product_filter([0, 1, 1], [0, 1, 2], [0.5] * 3, reuse_flag=True),
    ],
)
def test_a_reused_flag_is_read_every_time_and_reset_between(
    build: Callable[[], QuantumCircuit],
) -> None:
    operations = build().count_ops()
    assert operations["measure"] == 3
    assert operations["reset"] == 2
    assert [(r.name, len(r)) for r in build().qregs] == [("memory", 3), ("flag", 1)]
    assert [(r.name, len(r)) for r in build().cregs] == [("flag_bits", 3)]


def test_without_known_bits_nothing_is_filtered() -> None:
    for circuit in (
        distance_filter([1, 1, 0, 0], [], num_controls=2),
        product_filter([1, 1, 0, 0], [], []),
        signal_filter([1, 1, 0, 0], [], table_angles([1.0]), signal_angle=2 * np.pi),
    ):
        np.testing.assert_allclose(np.abs(kept_amplitudes(circuit)), 1, atol=1e-12)


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: product_filter([0, 1], [0, 1], [0.5]), r"damping should have shape \(2,\)"),
        (lambda: product_filter([0, 1], [0], [1.5]), "lie in"),
        (
            lambda: categorical_filter([0, 1], [[0], []], table_angles([1, 0]), signal_angle=1.0),
            "every feature should have a neuron",
        ),
        (lambda: symmetric_filter([0, 1], [0], []), "phases should have shape"),
        (
            lambda: on_flags(symmetric_filter([0], [0], [0]), 0),
            "num_flags should be in .1, 10000.. Got 0",
        ),
        (
            lambda: signal_filter([0, 1], [5], table_angles([1, 0]), signal_angle=1.0),
            "distinct neurons",
        ),
    ],
)
def test_bad_input_is_refused(build: Callable[[], QuantumCircuit], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        build()
