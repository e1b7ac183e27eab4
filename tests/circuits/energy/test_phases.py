"""Both phase circuits are exp(-iγE) exactly; counting costs the same for every function."""

import numpy as np
import pytest
from qiskit.quantum_info import Operator

from circuits.bit_order import all_bits
from circuits.energy.hamiltonians import walsh_coefficients
from circuits.energy.phases import CountingPhase, StringPhase, cheapest


def energy_of(phase: CountingPhase) -> np.ndarray:
    states = all_bits(phase.pattern_bits.shape[1])
    distances = (states[:, None] != phase.pattern_bits).sum(axis=2)
    summed = sum(table[d] for table, d in zip(phase.tables, distances.T, strict=True))
    return summed + (1 - 2.0 * states) @ phase.fields + phase.constant


def random_counting(num_patterns: int, num_neurons: int, rng: np.random.Generator) -> CountingPhase:
    rows = rng.choice(2**num_neurons, num_patterns, replace=False)
    return CountingPhase(
        pattern_bits=all_bits(num_neurons)[rows],
        tables=rng.normal(size=(num_patterns, num_neurons + 1)),
        fields=rng.normal(size=num_neurons),
        constant=0.3,
        field_neurons=tuple(range(num_neurons)),
    )


@pytest.mark.parametrize(("num_patterns", "num_neurons"), [(1, 1), (2, 2), (3, 3), (4, 4), (2, 5)])
def test_counting_is_the_exponential_with_clean_ancillas(
    num_patterns: int, num_neurons: int, rng: np.random.Generator
) -> None:
    phase = random_counting(num_patterns, num_neurons, rng)
    size = 2**num_neurons
    for angle in (0.7, 0.0):
        matrix = Operator(phase.circuit(angle)).data[:, :size]  # ancillas start at 0
        expected = np.zeros_like(matrix)
        expected[:size] = np.diag(np.exp(-1j * angle * energy_of(phase)))
        np.testing.assert_allclose(matrix, expected, atol=1e-10)


def test_a_field_gets_its_gate_without_being_named_and_arrays_are_locked() -> None:
    fields = np.array([1.0, 0.0, 3.0])
    phase = CountingPhase(
        pattern_bits=np.array([[0, 1, 1]]), tables=np.zeros((1, 4)), fields=fields
    )
    expected = np.exp(-0.5j * energy_of(phase))
    np.testing.assert_allclose(np.diag(Operator(phase.circuit(0.5)).data)[:8], expected, atol=1e-12)
    strings = StringPhase(masks=np.array([1]), weights=fields[:1], num_qubits=3)
    fields[0] = 7.0
    assert phase.fields[0] == strings.weights[0] == 1.0
    for array in (phase.pattern_bits, phase.tables, phase.fields, strings.masks, strings.weights):
        assert not array.flags.writeable


def test_the_cheaper_circuit_is_chosen_by_counting(rng: np.random.Generator) -> None:
    few = CountingPhase(
        pattern_bits=rng.integers(0, 2, (1, 10)).astype(np.uint8),
        tables=np.exp(-np.arange(11.0))[None],
        fields=np.zeros(10),
    )
    weights = walsh_coefficients(energy_of(few))
    strings = StringPhase(masks=np.arange(1024), weights=weights, num_qubits=10)
    assert strings.two_qubit_gates() == 1022
    assert few.two_qubit_gates() < 250
    assert cheapest([strings, few]) is few
    pairs = StringPhase(masks=np.array([3, 5]), weights=np.ones(2), num_qubits=10)
    assert cheapest([few, pairs]) is pairs


def test_the_cost_does_not_depend_on_the_function(rng: np.random.Generator) -> None:
    bits = rng.integers(0, 2, (3, 9)).astype(np.uint8)
    costs = {
        CountingPhase(
            pattern_bits=bits, tables=np.tile(table, (3, 1)), fields=np.zeros(9)
        ).two_qubit_gates()
        for table in (rng.normal(size=10), np.exp(np.arange(10.0)))
    }
    assert len(costs) == 1


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"tables": np.zeros((2, 3))}, r"tables should have shape \(2, 4\)"),
        ({"fields": np.zeros(2)}, r"fields should have shape \(3,\)"),
        ({"pattern_bits": np.full((2, 3), 2)}, "bits should be 0 or 1"),
    ],
)
def test_bad_input_is_refused(change: dict, message: str) -> None:
    good = {
        "pattern_bits": np.array([[0, 1, 1], [1, 1, 0]], dtype=np.uint8),
        "tables": np.zeros((2, 4)),
        "fields": np.zeros(3),
    }
    with pytest.raises(ValueError, match=message):
        CountingPhase(**{**good, **change})


def test_no_phase_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one phase"):
        cheapest([])
