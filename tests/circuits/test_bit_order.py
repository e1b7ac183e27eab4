"""The bit order is one and the same in arrays, integers and circuits."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from qiskit import QuantumCircuit
from qiskit.quantum_info import Statevector

from circuits.bit_order import (
    all_bits,
    bits_to_integer,
    check_bits,
    integer_to_bits,
)


def test_an_x_on_qubit_zero_lights_column_zero() -> None:
    circuit = QuantumCircuit(3)
    circuit.x(0)
    state = Statevector(circuit)
    assert list(state.probabilities_dict()) == ["001"]
    assert bits_to_integer([1, 0, 0]) == np.argmax(np.abs(state.data)) == 1


@given(st.lists(st.integers(0, 1), min_size=1, max_size=40))
def test_round_trips(bits: list[int]) -> None:
    np.testing.assert_array_equal(integer_to_bits(bits_to_integer(bits), len(bits)), bits)
    assert bits_to_integer(bits) == int("".join(map(str, reversed(bits))), 2)


def test_all_bits_is_indexed_by_the_integer() -> None:
    np.testing.assert_array_equal(bits_to_integer(all_bits(5)), np.arange(32))


def test_bad_bits_are_refused() -> None:
    with pytest.raises(ValueError, match="0 or 1"):
        check_bits([[1, -1]])
    with pytest.raises(ValueError, match="2 non-empty axes"):
        check_bits([1, 0])
    with pytest.raises(ValueError, match="at most 62 bits"):
        bits_to_integer(np.zeros(63))
