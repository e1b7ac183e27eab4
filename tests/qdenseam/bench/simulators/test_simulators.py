"""Simulators side by side: every one installed obeys the laws, and the suite survives a file."""

import json

import numpy as np
import pytest
from qiskit import qasm3, qpy
from qiskit.quantum_info import Statevector

from qdenseam.bench.base import not_run, run
from qdenseam.bench.simulators import simulators
from qdenseam.bench.simulators.builders import SIMULATORS
from qdenseam.bench.simulators.cases import FAMILIES, recall_case
from qdenseam.bench.simulators.simulators import SimulatorBenchmark, measure
from qdenseam.bench.simulators.suite import MANIFEST, SUITE_GATES, CircuitSuite


@pytest.mark.parametrize("name", SIMULATORS)
def test_every_simulator_installed_obeys_the_laws(name):
    needs = SIMULATORS[name].needs
    lacking = needs and not_run(needs, SimulatorBenchmark.packages)
    if lacking:
        pytest.skip(lacking)
    for family in SIMULATORS[name].families:
        task = {"family": family, "num_neurons": 5, "num_patterns": 3, "seed": 0}
        row = measure({**task, "simulator": name})
        assert row["correct"], (family, row)
        assert row["seconds"] > 0
        assert (row.get("num_qubits") is None) == (SIMULATORS[name].circuit is None)


def test_rows_are_of_processes_and_ratios_of_one_case(monkeypatch):
    seconds = {"exact": 0.5, "aer": 1.0}

    def answer(arguments, **_):
        simulator = json.loads(arguments[-1])["simulator"]
        return {"seconds": seconds[simulator]} if simulator in seconds else {"note": "stopped"}

    monkeypatch.setattr(simulators, "in_child", answer)
    monkeypatch.setattr(simulators, "not_run", lambda *_: "not run: qulacs is not installed")
    only = ("exact", "branch", "diagonal", "aer", "aer-mps", "qulacs")
    benchmark = SimulatorBenchmark(sizes=((5, 3),), families=("product-filter",), only=only)
    assert [(row["simulator"], row["ratio"], row["note"]) for row in run(benchmark)] == [
        ("exact", 1.0, None),
        ("aer", 2.0, None),
        ("aer-mps", None, "stopped"),
        ("qulacs", None, "not run: qulacs is not installed"),
    ]


@pytest.mark.slow
def test_a_case_is_run_in_a_process_of_its_own():
    [row] = run(SimulatorBenchmark(sizes=((5, 3),), families=("amplification",), only=("exact",)))
    assert (row["case"], row["correct"]) == ("amplification-d5-k3", True)


def test_bad_sizes_and_families_are_refused_before_anything_is_run():
    with pytest.raises(ValueError, match=r"num_neurons should be at least 4\. Got 3"):
        run(SimulatorBenchmark(sizes=((3, 2),)))
    with pytest.raises(ValueError, match="family should be one of amplification"):
        recall_case("sudoku", 5, 3)


def state_without_measurements(circuit):
    circuit.remove_final_measurements()
    return np.abs(Statevector(circuit).data) ** 2


@pytest.fixture(scope="module")
def suite(tmp_path_factory):
    folder = tmp_path_factory.mktemp("suite") / "new"
    rows = run(CircuitSuite(folder=str(folder), sizes=((5, 3),)))
    assert len(rows) == len(FAMILIES)
    return folder / MANIFEST


@pytest.mark.parametrize("kind", ["qpy", "qasm"])
def test_the_exported_suite_obeys_its_laws(suite, kind):
    content = json.loads(suite.read_text())
    assert len(content["circuits"]) == len(FAMILIES)
    for entry in content["circuits"]:
        path = suite.parent / entry[kind]
        if kind == "qpy":
            with path.open("rb") as file:
                [circuit] = qpy.load(file)
        else:
            circuit = qasm3.loads(path.read_text())
        assert set(circuit.count_ops()) <= {*SUITE_GATES, "measure", "barrier"}
        assert {r.name: len(r) for r in circuit.cregs} == {
            name: len(bits) for name, bits in entry["bits"].items()
        }
        read = {
            circuit.find_bit(i.clbits[0]).index: circuit.find_bit(i.qubits[0]).index
            for i in circuit.data
            if i.name == "measure"
        }
        probabilities = state_without_measurements(circuit)
        states = np.arange(probabilities.size)
        accepted = np.ones(states.size, dtype=bool)
        for bit in entry["bits"].get("flag_bits", []):
            accepted &= (states >> read[bit] & 1) == 0
        memory = sum(
            (states >> read[bit] & 1) << i for i, bit in enumerate(entry["bits"]["memory_bits"])
        )
        joint = np.bincount(memory[accepted], weights=probabilities[accepted], minlength=32)
        stored = [int(pattern[::-1], 2) for pattern in entry["patterns"]]
        np.testing.assert_allclose(joint[stored], entry["joint"], atol=1e-10)
        assert joint.sum() == pytest.approx(1 - entry["rejected"])
        assert joint.sum() - joint[stored].sum() == pytest.approx(entry["spurious"], abs=1e-10)
        if "distribution" in entry:
            np.testing.assert_allclose(joint, entry["distribution"], atol=1e-10)
