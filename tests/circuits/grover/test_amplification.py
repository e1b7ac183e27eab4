"""Amplitude amplification: its schedules keep their promises at every marked weight."""

from collections.abc import Callable

import numpy as np
import pytest
from qiskit.quantum_info import Operator, Statevector

from circuits.distance.filters import distance_filter
from circuits.grover.rounds import (
    exact_rounds,
    filtered,
    fixed_point_rounds,
    flags_oracle,
    plain_iterations,
    plain_rounds,
    reflection,
    success_amplitudes,
)
from circuits.loading import prepare

FRACTIONS = [k / 64 for k in (1, 2, 3, 5, 8, 13, 21, 32, 45, 63, 64)]


@pytest.mark.parametrize("fraction", FRACTIONS)
def test_exact_rounds_always_succeed(fraction: float) -> None:
    assert abs(success_amplitudes(fraction, exact_rounds(fraction))[0]) ** 2 == pytest.approx(1)


@pytest.mark.parametrize("fraction", FRACTIONS)
def test_plain_rounds_follow_the_sine_and_come_closest(fraction: float) -> None:
    theta = np.arcsin(np.sqrt(fraction))
    success = [abs(success_amplitudes(fraction, plain_rounds(k))[0]) ** 2 for k in range(9)]
    np.testing.assert_allclose(success, np.sin((2 * np.arange(9) + 1) * theta) ** 2, atol=1e-12)
    best = plain_iterations(fraction)
    assert success[best] >= max(success[: best + 2]) - 1e-12


@pytest.mark.parametrize("claimed", [1 / 64, 1 / 8, 0.3, 0.9, 1.0])
@pytest.mark.parametrize("max_failure", [0.3, 0.1, 0.01])
def test_fixed_point_rounds_serve_every_larger_weight(claimed: float, max_failure: float) -> None:
    rounds = fixed_point_rounds(claimed, max_failure)
    length = 2 * len(rounds) + 1
    spread = np.arccosh(1 / np.sqrt(max_failure)) / length
    for fraction in np.linspace(claimed, 1, 40):
        failure = abs(success_amplitudes(fraction, rounds)[1]) ** 2
        assert failure <= max_failure + 1e-12
        if rounds:  # the closed form, T_L beyond 1 never occurs here
            argument = np.cosh(spread) * np.sqrt(1 - fraction)
            chebyshev = np.cos(length * np.arccos(min(argument, 1)))
            assert failure == pytest.approx(max_failure * chebyshev**2, abs=1e-9)
    shorter = np.log(2 / np.sqrt(max_failure)) / np.sqrt(claimed)
    assert length <= max(1, shorter + 2)  # the paper's sufficient length, rounded up to odd


def test_a_reflection_is_two_psi_psi_minus_one_on_the_span(rng: np.random.Generator) -> None:
    bits = np.array([[0, 0, 1, 0], [1, 0, 1, 1], [0, 1, 1, 0], [1, 1, 0, 1]])
    preparation = prepare(bits, rng.normal(size=4))
    state = Statevector(preparation.circuit).data
    for span_only in (True, False):
        circuit = reflection(preparation, span_only=span_only)
        size = 2**4
        block = Operator(circuit).data[:size, :size]
        expected = 2 * np.outer(state[:size], state[:size].conj()) - np.eye(size)
        columns = bits @ (1 << np.arange(4)) if span_only else np.arange(size)
        np.testing.assert_allclose(block[:, columns], expected[:, columns], atol=1e-10)


def test_a_filtered_preparation_is_undone_but_for_its_reflection_qubits() -> None:
    bits = np.array([[0, 0, 1, 0, 1], [1, 0, 1, 1, 0], [0, 1, 1, 0, 0]])
    whole = filtered(prepare(bits), distance_filter(bits[0], range(5), num_controls=2))
    assert [r.name for r in whole.circuit.qregs][:2] == ["memory", "flag"]
    circuit = whole.circuit.copy()
    circuit.z(5)  # something that is diagonal on the memory
    probabilities = Statevector(circuit.compose(whole.circuit.inverse())).probabilities()
    quiet = set(range(circuit.num_qubits)) - set(whole.reflection_qubits)
    for x in np.flatnonzero(probabilities > 1e-12):
        assert not any(x >> q & 1 for q in quiet)


def test_flags_oracle_marks_all_zero() -> None:
    for num_flags in (1, 2, 3, 4):
        size = 2**num_flags
        diagonal = np.diag(Operator(flags_oracle(num_flags, angle=0.7)).data)[:size]
        expected = np.ones(size, dtype=complex)
        expected[0] = np.exp(0.7j)
        np.testing.assert_allclose(diagonal, expected, atol=1e-12)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: plain_iterations(0), r"fraction should be in \(0, 1\]"),
        (lambda: exact_rounds(1.2), r"fraction should be in \(0, 1\]"),
        (lambda: fixed_point_rounds(0.5, 1.0), "max_failure should be in"),
        (lambda: plain_rounds(-1), "num_iterations should be in .0, 1000000.. Got -1"),
        (lambda: success_amplitudes(-0.1, ()), r"fraction should be in \[0, 1\]"),
        (lambda: flags_oracle(0), "num_flags should be in .1, 10000.. Got 0"),
    ],
)
def test_bad_input_is_refused(call: Callable[[], object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()
