"""The refusal of states that do not fit, before anything is allocated."""

import re

import pytest
from qiskit import QuantumCircuit

from qdenseam.errors import CapacityError
from qdenseam.execution import engine
from qdenseam.execution.engines import memory_limits

GIB = 2**30


@pytest.fixture
def four_gib(monkeypatch):
    monkeypatch.setattr(memory_limits, "available_memory", lambda: 4 * GIB)


def test_sizes():
    assert memory_limits.state_bytes(0) == 16
    assert memory_limits.state_bytes(30) == 16 * GIB
    assert memory_limits.state_bytes(14, 2) == 4 * GIB


def test_largest_state_is_the_boundary(four_gib):
    most = memory_limits.max_state_qubits()
    assert most == 27  # 2 GiB, half of the memory
    assert memory_limits.fits(memory_limits.state_bytes(most))
    assert not memory_limits.fits(memory_limits.state_bytes(most + 1))


@pytest.mark.parametrize("name", ["statevector", "aer"])
def test_refusal_says_sizes_and_alternatives(name, four_gib):
    chosen = engine(name)
    assert chosen.max_qubits == 27
    wide = QuantumCircuit(30, 1)
    message = (
        f"'{name}' should get circuits of at most 27 qubits, whose state fits in 2.0 GiB (half of "
        "the memory available now). Got 30 qubits, which need 16.0 GiB. Use 'exact' (needs no "
        "circuit), 'aer-mps', or fewer qubits."
    )
    with pytest.raises(CapacityError, match=re.escape(message)):
        chosen.compile([wide], seed=1)
    with pytest.raises(CapacityError, match=r"16\.0 GiB"):
        chosen.sample([wide], 1, 1)


def test_matrix_products_take_wide_circuits():
    chosen = engine("aer-mps")
    assert chosen.max_qubits is None
    circuit = QuantumCircuit(80, 80)
    circuit.x(79)
    circuit.measure(range(80), range(80))
    [sample] = chosen.sample(chosen.compile([circuit], seed=1), 3, 1)
    assert sample["c"].sum(axis=0).tolist() == [0] * 79 + [3]


def test_a_density_matrix_holds_half_as_many_qubits(four_gib):
    most = memory_limits.max_state_qubits(2)
    assert most == 13
    assert memory_limits.fits(memory_limits.state_bytes(most, 2))
    assert not memory_limits.fits(memory_limits.state_bytes(most + 1, 2))
    mixed, pure = engine("pennylane:default.mixed"), engine("pennylane:default.qubit")
    assert (mixed.max_qubits, pure.max_qubits) == (13, 27)
    with pytest.raises(CapacityError, match=r"at most 13 qubits.* Got 14 qubits, which need 4\.0"):
        mixed.compile([QuantumCircuit(14, 1)], seed=1)
    pure.check_capacity(QuantumCircuit(14, 1))
