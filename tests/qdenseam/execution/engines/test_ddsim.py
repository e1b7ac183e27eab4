"""The decision-diagram engine: what it says where it is missing, and its laws where it is not."""

from importlib.util import find_spec

import numpy as np
import pytest
from cases import case
from method_examples import SPREAD, example_id
from qiskit import ClassicalRegister, QuantumCircuit

from classical_ref.discrete.dense import DenseMemory
from classical_ref.patterns import random_patterns
from classical_ref.separation import LogSumExp
from qdenseam.errors import BackendError, CapacityError
from qdenseam.execution import engine
from qdenseam.execution.engines import ddsim
from qdenseam.memories.amplitude import AmplitudeMemory
from qdenseam.memories.energy import EnergyMemory
from qdenseam.methods import AmplitudeAmplification, ProbabilisticRecall
from qdenseam.retrieval.verb import recall
from qdenseam.testing import assert_counts_follow

needs_ddsim = pytest.mark.skipif(
    not (find_spec("mqt") and find_spec("mqt.ddsim")), reason="mqt-ddsim is not installed"
)


def test_without_the_package_it_says_what_to_install(monkeypatch):
    def absent(name, *rest):
        raise ImportError(name)

    monkeypatch.setattr("builtins.__import__", absent)
    with pytest.raises(BackendError, match=r"'ddsim' needs MQT DDSIM.*pip install mqt-ddsim"):
        ddsim.require_ddsim("ddsim")


@needs_ddsim
@pytest.mark.statistical
def test_methods_of_every_kind_follow_their_laws(rng):
    patterns = random_patterns(3, 4, rng=0)
    for method in SPREAD:
        memory = AmplitudeMemory(patterns)
        if method.memory_type is EnergyMemory:
            memory = EnergyMemory(DenseMemory(patterns, separation=LogSumExp()))
        law = method.law(memory, patterns[0])
        result = recall(memory, patterns[0], method=method, sampler="ddsim", shots=2000, rng=rng)
        counts = [*result.counts, result.spurious, result.shots - result.accepted]
        with case(example_id(method)):
            assert_counts_follow(counts, [*law.joint, law.spurious, law.rejected])


@needs_ddsim
def test_shots_are_seeded_and_in_order():
    chosen = engine("ddsim")
    circuit = QuantumCircuit(11)
    circuit.add_register(ClassicalRegister(11, "memory"))
    circuit.x([1, 9])
    circuit.h(4)
    circuit.measure(range(11), range(11))
    [once], [again] = (chosen.sample(chosen.compile([circuit], seed=1), 50, 7) for _ in range(2))
    assert np.array_equal(once["memory"], again["memory"])
    assert once["memory"][:, [1, 9]].all()
    assert 0 < once["memory"][:10, 4].sum() < 10  # shuffled, not sorted by outcome
    assert not np.delete(once["memory"], [1, 4, 9], axis=1).any()


@needs_ddsim
def test_measurements_in_the_middle():
    patterns = random_patterns(3, 4, rng=0)
    memory = AmplitudeMemory(patterns)
    method = ProbabilisticRecall(2, reuse_control=True)
    law = method.law(memory, patterns[0])
    result = recall(memory, patterns[0], method=method, sampler="ddsim", shots=500, rng=1)
    counts = [*result.counts, result.spurious, result.shots - result.accepted]
    assert_counts_follow(counts, [*law.joint, law.spurious, law.rejected])


@needs_ddsim
def test_sparse_memories_beyond_a_state_vector():
    patterns = random_patterns(4, 40, rng=0)
    memory = AmplitudeMemory(patterns)
    probe = patterns[2].copy()
    probe[:20] = 0
    method = AmplitudeAmplification()
    result = recall(memory, probe, method=method, sampler="ddsim", shots=100, rng=1)
    assert result.counts[2] == 100


@needs_ddsim
def test_too_many_qubits_are_refused():
    with pytest.raises(CapacityError, match=r"at most 128 qubits. Got 129"):
        engine("ddsim").compile([QuantumCircuit(129)], seed=1)
