"""The GPU benchmark where there is no GPU: on other array modules, or it says what is missing."""

import json
import sys

import numpy as np
import pytest
from device_arrays import device
from typer.testing import CliRunner

from qdenseam.bench import gpu
from qdenseam.bench.gpu import bench_gpu
from qdenseam.bench.gpu_workloads import WORKLOADS, Workload
from qdenseam.cli.app import app


@pytest.mark.parametrize("module", [np, device], ids=["numpy", "device"])
def test_our_engines_follow_the_law_on_any_array_module(module):
    rows = list(
        bench_gpu(
            sizes=(9, 10),
            max_cpu_qubits=9,
            engines=("cupy-diagonal", "cupy-branch"),
            array_module=module,
        )
    )
    assert len(rows) == 2 * 2 * 4
    assert all(row.correct for row in rows), rows
    assert {row.workload.rpartition(": ")[2] for row in rows} > {"state", "expectation", "gradient"}
    assert all((row.ratio is not None) == (row.num_qubits == 9) for row in rows)
    assert all(row.seconds > 0 and row.gibibytes > 0 for row in rows)


def test_what_the_free_memory_does_not_hold_is_not_tried():
    rows = list(
        bench_gpu(
            sizes=(30,), precisions=("single",), engines=("cupy-diagonal",), array_module=device
        )
    )
    needed = [12.5, 12.5, 20.5]
    notes = [f"needs {gib} GiB on the device. Got 8.0 GiB free" for gib in needed]
    assert [row.note for row in rows] == notes
    assert [row.gibibytes for row in rows] == needed
    assert {row.seconds for row in rows} == {row.correct for row in rows} == {None}


def test_what_is_missing_is_said(monkeypatch, tmp_path):
    monkeypatch.setattr(gpu, "missing_for_aer", lambda: "needs qiskit-aer built for CUDA")
    monkeypatch.setattr(gpu, "missing_for_cupy", lambda: "needs CuPy")
    file = tmp_path / "rows.json"
    done = CliRunner().invoke(app, ["bench", "gpu", "--json", str(file)])
    assert done.exit_code == 0, done.output
    assert "Nothing was measured: no engine finds a GPU here." in done.output
    notes = {row["engine"]: row["note"] for row in json.loads(file.read_text())["rows"]}
    assert notes == {
        "aer-gpu": "needs qiskit-aer built for CUDA",
        "cupy-diagonal": "needs CuPy",
        "cupy-branch": "needs CuPy",
    }


def test_one_command_measures_what_is_there(monkeypatch):
    monkeypatch.setitem(sys.modules, "cupy", device)
    monkeypatch.setattr(gpu, "missing_for_aer", lambda: "needs qiskit-aer built for CUDA")
    command = ["bench", "gpu", "--sizes", "9", "--max-cpu-qubits", "9"]
    done = CliRunner().invoke(app, command)
    assert done.exit_code == 0, done.output
    assert "cupy-diagonal qaoa, 2 layers: gradient, D = 9, single" in done.output
    assert "Nothing was measured" not in done.output
    wrong = Workload(name="qaoa", run=lambda *_: (1.0, None, 1e-3))
    monkeypatch.setitem(WORKLOADS, "cupy-diagonal", (wrong,))
    done = CliRunner().invoke(app, command)
    assert done.exit_code == 1
    assert "At least one result is wrong" in done.output


def test_a_run_that_fails_is_a_row(monkeypatch):
    def full(*rest):
        raise MemoryError("out of memory\nallocating 32 GiB")

    monkeypatch.setitem(WORKLOADS, "cupy-diagonal", (Workload(name="qaoa", run=full),))
    rows = list(bench_gpu(sizes=(9,), engines=("cupy-diagonal",), array_module=np))
    assert [row.note for row in rows] == ["MemoryError: out of memory allocating 32 GiB"] * 2


def test_a_mistake_of_our_engines_is_no_row(monkeypatch):
    def mistaken(*rest):
        raise TypeError("no such argument")

    monkeypatch.setitem(WORKLOADS, "cupy-diagonal", (Workload(name="qaoa", run=mistaken),))
    with pytest.raises(TypeError, match="no such argument"):
        list(bench_gpu(sizes=(9,), engines=("cupy-diagonal",), array_module=np))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"engines": ["abacus"]}, "engines should be among aer-gpu"),
        ({"precisions": ["half"]}, "precisions should be 'double' or 'single'. Got 'half'"),
        ({"sizes": (3,)}, "sizes should be at least 9"),
    ],
)
def test_bad_input_is_refused(change, message):
    with pytest.raises(ValueError, match=message):
        list(bench_gpu(**change))
