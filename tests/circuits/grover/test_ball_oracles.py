"""Ball oracles equal their diagonal definition on every basis state, and clean up."""

import numpy as np
import pytest
from qiskit.quantum_info import Operator

from circuits.bit_order import all_bits
from circuits.grover.ball_oracles import counter_ball_oracle, signal_ball_oracle
from circuits.resources import count

BOTH = pytest.mark.parametrize("oracle", [counter_ball_oracle, signal_ball_oracle])


@BOTH
@pytest.mark.parametrize("num_neurons", [1, 2, 3, 5])
def test_a_ball_oracle_is_the_phase_on_the_ball(
    oracle, num_neurons: int, rng: np.random.Generator
) -> None:
    states = all_bits(num_neurons)
    size = len(states)
    for num_known in range(num_neurons + 1):
        known = np.sort(rng.choice(num_neurons, num_known, replace=False))
        probe = rng.integers(0, 2, num_neurons)
        distance = (states[:, known] != probe[known]).sum(axis=1)
        for radius in range(num_known + 1):
            angle = float(rng.uniform(-3, 3))
            block = Operator(oracle(probe, known, radius, angle=angle)).data[:size, :size]
            expected = np.diag(np.exp(1j * angle * (distance <= radius)))
            np.testing.assert_allclose(block, expected, atol=1e-10)


def test_the_oracles_cost_what_they_say() -> None:
    probe, known = np.zeros(7, dtype=int), np.arange(7)
    assert count(signal_ball_oracle(probe, known, 1)).two_qubit_gates == 2 * 2 * 7**2
    counted = count(counter_ball_oracle(probe, known, 1)).two_qubit_gates
    adding, transform = 2 * 7 * 3, 2 * 3  # counted twice, three counter qubits
    comparing = 2  # r + 1 = 2 is 010: one phase on the two upper bits
    assert counted == 2 * (adding + transform) + comparing


@BOTH
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([0, 1], [0, 1], -1), "radius should be in"),
        (([0, 2], [0, 1], 1), "bits should be 0 or 1"),
        (([0, 1], [0, 2], 1), "distinct neurons"),
    ],
)
def test_bad_input_is_refused(oracle, arguments: tuple, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        oracle(*arguments)
