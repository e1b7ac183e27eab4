"""What an engine returns is checked against what it was asked for, whoever samples."""

import numpy as np
import pytest
from qiskit import ClassicalRegister, QuantumCircuit, QuantumRegister
from qiskit.primitives import (
    BaseSamplerV2,
    BitArray,
    DataBin,
    PrimitiveJob,
    PrimitiveResult,
    SamplerPubResult,
    StatevectorSampler,
)
from qiskit_aer import AerSimulator

from qdenseam import AmplitudeMemory, BackendError, CapacityError, recall
from qdenseam.execution import engine
from qdenseam.execution.engines.shot_sampler import ShotSampler
from qdenseam.execution.readout import check_samples
from qdenseam.methods import AdaptiveAmplification, AmplitudeAmplification, ProbabilisticRecall
from qdenseam.retrieval.submission import fetch, submit

STORED = np.array([[1, 1, -1, -1], [-1, 1, 1, -1], [-1, -1, 1, 1]], dtype=np.int8)


class Liar(BaseSamplerV2):
    """Asks Qiskit's sampler and changes its answer."""

    def __init__(self, change) -> None:
        self.change = change

    def run(self, pubs, *, shots=None):
        result = StatevectorSampler(seed=1).run(pubs, shots=shots).result()
        changed = [
            SamplerPubResult(DataBin(**self.change(dict(each.data.items())), shape=()))
            for each in result
        ]
        job = PrimitiveJob(lambda: PrimitiveResult(self.circuits(changed)))
        job._submit()
        return job

    def circuits(self, results):
        return results


class Forgetful(Liar):
    def circuits(self, results):
        return results[:-1]


def rows(number):
    def change(data):
        return {
            name: BitArray.from_bool_array(
                np.resize(bits.to_bool_array(), (number, bits.num_bits)), order="big"
            )
            for name, bits in data.items()
        }

    return change


def without_flags(data):
    return {"memory_bits": data["memory_bits"]}


def with_another(data):
    return data | {"extra": data["memory_bits"]}


def narrower(data):
    bits = data["memory_bits"].to_bool_array()[:, 1:]
    return data | {"memory_bits": BitArray.from_bool_array(bits, order="big")}


def nested(data):
    return {name: BitArray(bits.array[None], bits.num_bits) for name, bits in data.items()}


@pytest.mark.parametrize(
    ("change", "got"),
    [
        (rows(2000), "Got 2000 shots of flag_bits.*2000 shots of memory_bits"),
        (rows(4001), "Got 4001 shots"),
        (rows(1), "Got 1 shots"),
        (without_flags, r"Got 4000 shots of memory_bits\[4\];"),
        (with_another, r"4000 shots of extra\[4\]"),
        (narrower, r"4000 shots of memory_bits\[3\]"),
        (nested, r"memory_bits of shape \(1, 4000, 4\)"),
    ],
)
def test_a_recall_refuses_another_answer_than_it_asked_for(change, got) -> None:
    """A sampler that returned 2000 of 4000 shots halved the acceptance, and no word was said."""
    with pytest.raises(BackendError, match=rf"'Liar' should return 4000 shots of flag_bits.*{got}"):
        recall(
            AmplitudeMemory(STORED),
            "0011",
            method=ProbabilisticRecall(1),
            sampler=Liar(change),
            shots=4000,
        )


def test_a_missing_circuit_is_missed() -> None:
    with pytest.raises(BackendError, match=r"shots of 2 circuits. Got 1"):
        recall(
            AmplitudeMemory(STORED),
            ["0011", "1100"],
            method=ProbabilisticRecall(1),
            sampler=Forgetful(dict),
        )


def test_rounds_are_checked_too() -> None:
    with pytest.raises(BackendError, match="should return 100 shots of memory_bits"):
        recall(
            AmplitudeMemory(STORED),
            "00??",
            method=AdaptiveAmplification(),
            sampler=Liar(rows(7)),
            shots=100,
        )


def test_a_backend_that_stops_early_is_noticed() -> None:
    class Hasty(AerSimulator):
        def run(self, circuits, *, shots, **options):
            return super().run(circuits, shots=shots // 2, **options)

    with pytest.raises(BackendError, match=r"Got .*50 shots of memory_bits|could not run"):
        recall(
            AmplitudeMemory(STORED),
            "00??",
            method=AmplitudeAmplification(),
            sampler=Hasty(),
            shots=100,
        )


def test_one_row_is_not_taken_for_all() -> None:
    class Once(ShotSampler):
        def shots_of(self, circuit, shots, seed):
            return np.ones((1, circuit.num_clbits), dtype=bool)

    with pytest.raises(BackendError, match=r"shape \(100, 5\)"):
        recall(
            AmplitudeMemory(STORED),
            "0011",
            method=ProbabilisticRecall(1),
            sampler=Once(1),
            shots=100,
        )


def test_a_submission_refuses_it_as_well(tmp_path, monkeypatch) -> None:
    from qdenseam.execution.engines.simulators import AerEngine

    monkeypatch.setattr(AerEngine, "make_sampler", lambda self, seed: Liar(rows(3)), raising=True)
    submission = submit(
        AmplitudeMemory(STORED), "0011", method=ProbabilisticRecall(1), backend="aer", shots=50,
        store=tmp_path,
    )  # fmt: skip
    with pytest.raises(BackendError, match=r"should return 50 shots.*Got 3 shots"):
        fetch(submission)


def flipped(num_qubits: int, one: int) -> QuantumCircuit:
    circuit = QuantumCircuit(QuantumRegister(num_qubits), ClassicalRegister(num_qubits, "c"))
    circuit.x(one)
    circuit.measure(range(num_qubits), range(num_qubits))
    return circuit


@pytest.mark.parametrize(
    "source",
    ["statevector", "aer", "aer-mps", "fake:manila", "ddsim", "pennylane:lightning.qubit",
     StatevectorSampler(seed=1), AerSimulator(seed_simulator=1)],
    ids=lambda source: source if isinstance(source, str) else type(source).__name__,
)  # fmt: skip
def test_every_circuit_may_have_its_own_shots(source) -> None:
    if source == "ddsim":
        pytest.importorskip("mqt.ddsim")
    chosen = engine(source)
    compiled = chosen.compile([flipped(2, 0), flipped(2, 1), flipped(3, 2)], seed=1)
    samples = chosen.sample(compiled, [7, 3, 7], 1)
    assert [each["c"].shape for each in samples] == [(7, 2), (3, 2), (7, 3)]
    same = chosen.sample(compiled[:2], np.array([4, 4]), 1)
    assert [each["c"].shape for each in same] == [(4, 2), (4, 2)]
    with pytest.raises(ValueError, match=r"shots should be 3 numbers. Got 2"):
        chosen.sample(compiled, [1, 2])
    with pytest.raises(ValueError, match=r"at least 1. Got 0"):
        chosen.sample(compiled, [1, 0, 2])


@pytest.mark.parametrize("source", ["statevector", "aer"])
def test_more_shots_than_the_memory_holds_are_refused(source) -> None:
    with pytest.raises(CapacityError, match=r"1000000000000 shots of 1 circuits take about"):
        recall(
            AmplitudeMemory(STORED),
            "00??",
            method=AmplitudeAmplification(),
            sampler=source,
            shots=10**12,
        )


def test_a_fitting_answer_passes() -> None:
    check_samples([{"c": np.ones((4, 3), dtype=bool)}], [{"c": 3}], [4], "it")
    for samples in ([], [{"c": np.ones((4, 2))}], [{"c": np.ones((0, 3))}], [{}]):
        with pytest.raises(BackendError, match="it should return"):
            check_samples(samples, [{"c": 3}], [4], "it")
