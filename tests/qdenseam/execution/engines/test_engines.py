"""Bit order, seeds and laws, for every engine that runs here."""

import numpy as np
import pytest
from qiskit import ClassicalRegister, QuantumCircuit, QuantumRegister
from qiskit.circuit.library import StatePreparation
from qiskit.primitives import StatevectorSampler
from qiskit.providers.fake_provider import GenericBackendV2
from qiskit.quantum_info import Statevector
from qiskit_aer import AerSimulator
from qiskit_aer.primitives import SamplerV2 as AerSampler

from circuits.bit_order import all_bits
from circuits.loading import pattern_superposition
from qdenseam.errors import BackendError
from qdenseam.execution import engine
from qdenseam.progress import Progress
from qdenseam.testing import check_engine

IDEAL = {
    "statevector": lambda: "statevector",
    "aer": lambda: "aer",
    "aer-mps": lambda: "aer-mps",
    "AerSimulator": lambda: AerSimulator(),
    "StatevectorSampler": lambda: StatevectorSampler(seed=np.random.default_rng(5)),
    "Aer's SamplerV2": lambda: AerSampler(seed=5),
}
NOISY = {
    "fake:manila": lambda: "fake:manila",
    "GenericBackendV2": lambda: GenericBackendV2(5, seed=3),
}
ALL = IDEAL | NOISY


def tilted(angles: list[float]) -> QuantumCircuit:
    """A product of RY rotations, measured into "memory"."""
    circuit = QuantumCircuit(
        QuantumRegister(len(angles), "memory"), ClassicalRegister(len(angles), "memory")
    )
    for qubit, angle in enumerate(angles):
        circuit.ry(angle, qubit)
    circuit.measure(range(len(angles)), range(len(angles)))
    return circuit


@pytest.mark.statistical
@pytest.mark.parametrize("name", ALL)
def test_every_engine_keeps_what_is_promised(name, rng):
    check_engine(ALL[name](), rng=rng)


def test_registers_wider_than_a_byte_keep_their_order():
    chosen = engine("aer")
    circuit = QuantumCircuit(QuantumRegister(11), ClassicalRegister(11, "memory"))
    circuit.x([1, 9])
    circuit.measure(range(11), range(11))
    [sample] = chosen.sample(chosen.compile([circuit], seed=1), 5, 1)
    assert np.flatnonzero(sample["memory"][0]).tolist() == [1, 9]
    assert (sample["memory"] == sample["memory"][0]).all()


@pytest.mark.parametrize("name", ["statevector", "fake:manila"])
def test_same_seed_same_shots_and_batches_differ(name, monkeypatch):
    chosen = engine(name)
    monkeypatch.setattr(type(chosen), "circuits_per_run", 2)
    circuits = chosen.compile([tilted([1.2, 1.9])] * 4, seed=1)
    once = [sample["memory"] for sample in chosen.sample(circuits, 200, 7)]
    again = [sample["memory"] for sample in chosen.sample(circuits, 200, np.random.default_rng(7))]
    other = chosen.sample(circuits, 200, 8)[0]["memory"]
    assert all(np.array_equal(a, b) for a, b in zip(once, again, strict=True))
    assert not np.array_equal(once[0], other)
    for i in range(4):
        for j in range(i):
            assert not np.array_equal(once[i], once[j]), (i, j)


def test_one_generator_gives_fresh_shots_at_every_call():
    chosen = engine("aer")
    circuits = chosen.compile([tilted([1.2, 1.9])], seed=1)
    rng = np.random.default_rng(3)
    first, second = (chosen.sample(circuits, 200, rng)[0]["memory"] for _ in range(2))
    assert not np.array_equal(first, second)


def test_user_sampler_with_a_generator_goes_on():
    chosen = engine(StatevectorSampler(seed=np.random.default_rng(5)))
    circuits = chosen.compile([tilted([1.2, 1.9])], seed=1)
    first, second = (chosen.sample(circuits, 200, 1)[0]["memory"] for _ in range(2))
    assert not np.array_equal(first, second)


COMPILED = IDEAL | {
    "ddsim": lambda: "ddsim",
    "a ring": lambda: GenericBackendV2(
        5, coupling_map=[[i, (i + 1) % 5] for i in range(5)], noise_info=False
    ),
}


@pytest.mark.parametrize("name", COMPILED)
def test_compiling_for_no_noise_keeps_small_amplitudes(name, rng):
    if name == "ddsim":
        pytest.importorskip("mqt.ddsim")
    for ratio in (1e-3, 1e-9, 1e-9, 1e-9):
        amplitudes = ratio ** np.linspace(0, 1, 6)
        amplitudes /= np.linalg.norm(amplitudes)
        bits = all_bits(5)[rng.permutation(32)[:6]]
        circuit = pattern_superposition(bits, amplitudes, encoder="schmidt")
        circuit.add_register(ClassicalRegister(5, "memory"))
        circuit.measure(range(5), range(5))
        (compiled,) = engine(COMPILED[name]()).compile([circuit], seed=3)
        read = {
            i.clbits[0]: compiled.find_bit(i.qubits[0]).index for i in compiled.data if i.clbits
        }
        places = [read[bit] for bit in compiled.clbits]
        compiled.remove_final_measurements()
        prepared = Statevector(compiled).probabilities(places)[bits.astype(int) @ 2 ** np.arange(5)]
        np.testing.assert_allclose(np.sqrt(prepared), amplitudes, rtol=1e-3)


def test_progress_counts_circuits(monkeypatch):
    chosen = engine("aer")
    monkeypatch.setattr(type(chosen), "circuits_per_run", 2)
    seen: list[Progress] = []
    chosen.sample(chosen.compile([tilted([0.1])] * 5, seed=1), 3, 1, on_progress=seen.append)
    assert [(step.done, step.total) for step in seen] == [(2, 5), (4, 5), (5, 5)]


def test_refusals_at_the_door():
    chosen = engine("aer")
    with pytest.raises(ValueError, match=r"shots should be at least 1. Got 0\."):
        chosen.sample([tilted([0.1])], 0)
    with pytest.raises(ValueError, match="at least one named classical register"):
        chosen.sample([QuantumCircuit(2)], 10)
    from qiskit.circuit import Parameter

    free = tilted([0.1])
    free.ry(Parameter("gamma"), 0)
    with pytest.raises(ValueError, match=r"no free parameters. Got gamma in"):
        chosen.sample([free], 10)


def test_a_failing_sampler_is_a_backend_error():
    uncompiled = QuantumCircuit(QuantumRegister(2), ClassicalRegister(2, "memory"))
    uncompiled.append(StatePreparation([0.6, 0, 0, 0.8]), [0, 1])
    uncompiled.measure([0, 1], [0, 1])
    with pytest.raises(
        BackendError, match=r"'aer' could not run 1 circuits of 10 shots: .*unknown instruction"
    ):
        engine("aer").sample([uncompiled], 10, 1)
