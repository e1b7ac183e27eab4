"""What does not fit is refused before it is allocated; what takes long is foretold."""

import re

import numpy as np
import pytest
from qiskit import QuantumCircuit

from qdenseam import AmplitudeMemory, EnergyMemory, effort, recall
from qdenseam.errors import CapacityError
from qdenseam.execution import engine
from qdenseam.methods import QAOA

GIB = 2**30


@pytest.fixture
def four_gib(monkeypatch):
    monkeypatch.setattr(effort, "available_memory", lambda: 4 * GIB)


def test_sizes():
    assert effort.state_bytes(0) == 16
    assert effort.state_bytes(30) == 16 * GIB
    assert effort.state_bytes(14, 2) == 4 * GIB


def test_largest_state_is_the_boundary(four_gib):
    most = effort.max_state_qubits()
    assert most == 27  # 2 GiB, half of the memory
    assert effort.fits(effort.state_bytes(most))
    assert not effort.fits(effort.state_bytes(most + 1))


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
    most = effort.max_state_qubits(2)
    assert most == 13
    assert effort.fits(effort.state_bytes(most, 2))
    assert not effort.fits(effort.state_bytes(most + 1, 2))
    mixed, pure = engine("pennylane:default.mixed"), engine("pennylane:default.qubit")
    assert (mixed.max_qubits, pure.max_qubits) == (13, 27)
    with pytest.raises(CapacityError, match=r"at most 13 qubits.* Got 14 qubits, which need 4\.0"):
        mixed.compile([QuantumCircuit(14, 1)], seed=1)
    pure.check_capacity(QuantumCircuit(14, 1))


def test_what_takes_over_a_minute_is_foretold():
    told = []
    effort.foretell("the work", 60.0, told.append)
    assert not told
    effort.foretell("the work", 7300.0, told.append)
    [state] = told
    assert (state.done, state.seconds) == (0, 7300.0)
    assert state.message == "the work takes about 2 h on one core"


def test_an_engine_foretells_from_gates_entries_and_shots(monkeypatch):
    told = []
    chosen = engine("aer")
    circuit = QuantumCircuit(20, 1)
    circuit.h(range(20))
    assert chosen.expected_seconds(circuit, 5) == pytest.approx(2.5e-9 * 20 * 2**20)
    circuit.measure(0, 0)
    circuit.x(0)  # from here on each shot is a run of its own
    assert chosen.expected_seconds(circuit, 5) == pytest.approx(5 * 2.5e-9 * 22 * 2**20)
    monkeypatch.setattr(effort, "SECONDS_FORETOLD", 1e-9)
    short = QuantumCircuit(2, 2)
    short.measure(range(2), range(2))
    chosen.sample([short] * 2, 3, 1, on_progress=told.append)
    assert told[0].message.startswith("aer for 2 circuits takes about 0 s")
    assert told[0].seconds == pytest.approx(2 * 2.5e-9 * 2 * 4)
    assert [state.done for state in told] == [0, 2]


def test_searches_and_training_are_foretold(monkeypatch):
    told = []
    monkeypatch.setattr(effort, "SECONDS_FORETOLD", 1e-9)
    patterns = np.array([[1, 1, 1, -1], [1, -1, 1, 1]], dtype=np.int8)
    recall(AmplitudeMemory(patterns), "0?10", method="amplification", sampler="aer", shots=5,
           rng=1, on_progress=told.append)  # fmt: skip
    assert told[0].message.startswith("the search for a cheap preparation takes about")
    told.clear()
    method = QAOA(num_layers=2, num_restarts=1, max_evaluations=5)
    recall(EnergyMemory(patterns), "0?10", method=method, shots=5, rng=1, on_progress=told.append)
    assert told[0].message.startswith("training of 'qaoa' takes about")
    assert told[0].seconds == method.training_seconds(EnergyMemory(patterns))
