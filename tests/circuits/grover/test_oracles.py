"""Oracles and distance filters equal their diagonal definition on every basis state."""

import numpy as np
import pytest
from qiskit.quantum_info import Operator, Statevector

from circuits.bit_order import all_bits, bits_to_integer
from circuits.distance.filters import distance_filter
from circuits.grover.oracles import match_oracle
from circuits.registers import join
from circuits.resources import count


@pytest.mark.parametrize("num_neurons", range(1, 6))
def test_match_oracle_is_the_phase_on_matching_states(
    num_neurons: int, rng: np.random.Generator
) -> None:
    states = all_bits(num_neurons)
    for probe in all_bits(num_neurons):
        known = np.flatnonzero(rng.random(num_neurons) < 0.7)
        angle = float(rng.uniform(-3, 3))
        circuit = match_oracle(probe, known, angle=angle)
        matching = (states[:, known] == probe[known]).all(axis=1)
        expected = np.exp(1j * angle * matching)
        size = 2**num_neurons
        np.testing.assert_allclose(
            Operator(circuit).data[:size, :size], np.diag(expected), atol=1e-12
        )


def test_probes_with_the_same_positions_differ_only_in_x_gates() -> None:
    def skeleton(probe: np.ndarray) -> list[tuple[str, tuple[float, ...]]]:
        return [
            (i.operation.name, tuple(i.operation.params))
            for i in match_oracle(probe, [0, 2, 3, 4]).data
            if i.operation.name != "x"
        ]

    # the ladder has x gates of its own; they are the same for every probe and drop out alike
    skeletons = [skeleton(probe) for probe in all_bits(5)]
    assert all(each == skeletons[0] for each in skeletons)


@pytest.mark.parametrize("num_controls", [1, 2, 3])
def test_distance_filter_is_a_power_of_the_cosine(
    num_controls: int, rng: np.random.Generator
) -> None:
    num_neurons = 4
    states = all_bits(num_neurons)
    for probe in all_bits(num_neurons)[::3]:
        known = np.flatnonzero(rng.random(num_neurons) < 0.7)
        circuit = distance_filter(probe, known, num_controls=num_controls)
        assert count(circuit).two_qubit_gates == 2 * num_controls * len(known)
        distance = (states[:, known] != probe[known]).sum(axis=1)
        expected = np.cos(np.pi * distance / (2 * max(1, len(known)))) ** num_controls
        size = 2**num_neurons
        np.testing.assert_allclose(
            Operator(circuit).data[:size, :size], np.diag(expected), atol=1e-12
        )


def test_a_scale_stretches_the_angle() -> None:
    circuit = distance_filter([1, 1, 1], [0, 1, 2], num_controls=1, scale=6)
    amplitude = Operator(circuit).data[0, 0]
    assert amplitude == pytest.approx(np.cos(np.pi * 3 / 12))


def test_join_shares_registers_by_name() -> None:
    first = match_oracle([1, 0, 1, 0], [0, 1, 2])
    second = distance_filter([1, 1, 1, 1], [0], num_controls=2)
    circuit = join([first, second])
    assert [(r.name, len(r)) for r in circuit.qregs] == [("memory", 4), ("flag", 2), ("ancilla", 1)]
    probabilities = Statevector(circuit).probabilities()
    assert probabilities[bits_to_integer([0] * 7)] == pytest.approx(np.cos(np.pi / 2) ** 4)


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: match_oracle([0, 1], [0, 0]), "distinct neurons"),
        (lambda: match_oracle([0, 1], [2]), "distinct neurons"),
        (lambda: match_oracle([0, 2], [0]), "bits should be 0 or 1"),
        (lambda: distance_filter([0, 1], [0], num_controls=0), "num_controls should be in"),
        (lambda: distance_filter([0, 1], [0], num_controls=1, scale=0), "scale should be positive"),
        (lambda: join([]), "at least one circuit"),
    ],
)
def test_bad_input_is_refused(build, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        build()
