"""Simulators side by side: every one installed obeys the laws, and the suite survives a file."""

import json
from types import SimpleNamespace

import numpy as np
import pytest
from qiskit import qasm3, qpy
from qiskit.quantum_info import Statevector
from typer.testing import CliRunner

from qdenseam.bench import simulators
from qdenseam.bench.circuit_suite import SUITE_GATES, export_suite
from qdenseam.bench.recall_cases import FAMILIES, recall_case
from qdenseam.bench.simulator_runs import SIMULATORS, missing
from qdenseam.bench.simulators import EXACT, bench_simulators, measure
from qdenseam.cli.app import app

SINGLE = {"qsim"}
"""Simulators in single precision."""


def task(family, simulator):
    return {
        "family": family,
        "num_neurons": 5,
        "num_patterns": 3,
        "seed": 0,
        "simulator": simulator,
    }


@pytest.mark.parametrize("name", [EXACT, *SIMULATORS])
def test_every_simulator_installed_obeys_the_laws(name):
    if name != EXACT and missing(name):
        pytest.skip(missing(name))
    for family in FAMILIES:
        row = measure(task(family, name))
        assert row["error"] < (1e-6 if name in SINGLE else 1e-10), family
        assert row["seconds"] >= 0


@pytest.mark.slow
def test_rows_come_from_processes_of_their_own(monkeypatch):
    monkeypatch.setattr(simulators, "missing", lambda name: "not installed: pip install it")
    rows = list(
        bench_simulators(
            sizes=((5, 3),),
            families=("amplification",),
            simulators=[EXACT, "qulacs"],
        )
    )
    assert [row.simulator for row in rows] == [EXACT, "qulacs"]
    assert rows[0].error == 0
    assert rows[0].case == "amplification-d5-k3"
    assert rows[1].note == "not installed: pip install it"
    assert rows[1].seconds is None


def test_a_run_that_lasts_or_fails_says_so(monkeypatch):
    child = SimpleNamespace(pid=1, kill=lambda: None, returncode=1)
    monkeypatch.setattr(simulators.subprocess, "Popen", lambda *a, **k: child)
    child.communicate = lambda timeout=None: ("", "Traceback\nMemoryError: too large\n")
    assert simulators._in_child({}, 1, 30)["note"] == "MemoryError: too large"
    child.communicate, child.returncode = lambda timeout=None: ("", ""), -9
    assert simulators._in_child({}, 1, 30)["note"] == "ended with -9"

    def lasts(timeout=None):
        if timeout is not None:
            raise simulators.subprocess.TimeoutExpired("run", timeout)

    child.communicate = lasts
    monkeypatch.setattr(simulators, "_processor_seconds", lambda pid: 31.0)
    assert simulators._in_child({}, 1, 30)["note"] == "stopped after 30 s"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"simulators": ["abacus"]}, "simulators should be among exact, statevector"),
        ({"num_threads": 0}, "num_threads should be at least 1 and limit above 0. Got 0, 60"),
        ({"sizes": ((3, 2),)}, "num_neurons should be at least 4. Got 3"),
        ({"families": ["sudoku"]}, "family should be one of amplification"),
    ],
)
def test_bad_input_is_refused(change, message):
    with pytest.raises(ValueError, match=message):
        list(bench_simulators(**change))


def state_without_measurements(circuit):
    circuit.remove_final_measurements()
    return np.abs(Statevector(circuit).data) ** 2


@pytest.fixture(scope="module")
def suite(tmp_path_factory):
    cases = [recall_case(family, 5, 3, rng=0) for family in FAMILIES]
    return export_suite(tmp_path_factory.mktemp("suite") / "new", cases)


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


def test_the_command_exports_and_measures(tmp_path, monkeypatch):
    run = CliRunner().invoke
    done = run(app, ["bench", "simulators", "--sizes", "4:2", "--export", str(tmp_path)])
    assert done.exit_code == 0, done.output
    assert "4 circuits" in done.output
    assert len(list(tmp_path.glob("*.qasm"))) == len(list(tmp_path.glob("*.qpy"))) == 4
    file = tmp_path / "rows.json"
    arguments = ["--sizes", "4:2", "--only", "qulacs", "--json", str(file)]
    monkeypatch.setattr(simulators, "missing", lambda name: "not installed")
    done = run(app, ["bench", "simulators", *arguments])
    assert done.exit_code == 0, done.output
    assert len(json.loads(file.read_text())["rows"]) == len(FAMILIES)
    refused = run(app, ["bench", "simulators", "--sizes", "four"])
    assert refused.exit_code == 2
    assert "sizes should be D:K,D:K" in refused.stderr
