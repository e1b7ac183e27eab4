"""The flag study: contenders of equal cost, Grover as in textbooks, one trial, and its table."""

import numpy as np
import pytest
from qiskit.quantum_info import Statevector

from circuits.bit_order import bits_to_integer
from circuits.loading import prepare
from circuits.resources import count
from qdenseam import AmplitudeMemory
from qdenseam.experiments import collect
from qdenseam.methods import AmplitudeAmplification
from qdenseam.studies.noise import flags as flag_study
from qdenseam.studies.noise.flags import (
    COPIED,
    contenders,
    flag_summary,
    flag_tasks,
)
from qdenseam.studies.noise.instances import instance
from qdenseam.studies.noise.textbook import textbook_grover, textbook_tasks
from qdenseam.studies.special import as_table


def test_contenders_have_equal_gates_and_keep_the_target_as_often() -> None:
    patterns, probe, target = instance(4, 4, 0, 1, 3)
    memory = AmplitudeMemory(patterns)
    methods = contenders(1)
    gates = {name: each.resources(memory, probe).two_qubit_gates for name, each in methods.items()}
    assert gates["one flag, 2 signals"] == gates["two flags, 1 signal each"]
    assert gates["one flag, 2 signals"] == gates["two controls"]
    assert gates["one flag, 4 signals"] == gates["two flags, 2 signals each"]
    assert gates["measure and accept"] == count(memory.preparation().circuit).two_qubit_gates
    for name, method in methods.items():
        kept = method.law(memory, probe).joint[target]
        assert kept > 0.15 if name == "two controls" else kept == pytest.approx(1 / 8, abs=1e-6)


def test_textbook_grover_has_the_law_of_amplification() -> None:
    for number, num_patterns in ((0, 4), (1, 8)):
        patterns, probe, _ = instance(5, num_patterns, 1, 0, number)
        memory, method = AmplitudeMemory(patterns), AmplitudeAmplification(schedule="plain")
        preparation = prepare(memory.bits, encoder="dense").circuit
        circuit = textbook_grover(preparation, probe, len(method.rounds(memory, probe != 0)))
        found = Statevector(circuit).probabilities()[bits_to_integer(memory.bits)]
        np.testing.assert_allclose(found, method.law(memory, probe).joint, atol=1e-10)


def test_a_trial_and_its_table(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    few = {name: each for name, each in contenders(1).items() if name in (COPIED, "two controls")}
    monkeypatch.setattr(flag_study, "contenders", lambda num_flips: few)
    tasks = flag_tasks(cells=[(4, 4)], devices=["fake:nairobi"], num_instances=1, shots=500)
    rows = as_table(flag_summary(collect(tasks, tmp_path / "flags.jsonl")))
    copied, controls = rows.to_dict("records")
    assert (copied["variant"], controls["variant"]) == (COPIED, "two controls")
    assert copied["detected"] > 0 == controls["detected"]
    for row in (copied, controls):
        assert row["success_low"] < row["success"] < row["success_high"]
        assert row["success"] < row["accept"] < 1
        assert row["purity"] <= row["checked"] <= row["stored"] <= 1
    assert copied["ideal_purity"] > controls["ideal_purity"]


@pytest.mark.slow
def test_the_textbook_circuits_run_under_noise(tmp_path) -> None:
    tasks = textbook_tasks(cells=[(4, 4)], devices=["fake:nairobi"], num_instances=1, shots=500)
    rows = as_table(flag_summary(collect(tasks, tmp_path / "textbook.jsonl"))).to_dict("records")
    assert [row["num_flips"] for row in rows] == [0, 0]
    assert all(0.25 < row["success"] < row["ideal"] == 1 for row in rows)
