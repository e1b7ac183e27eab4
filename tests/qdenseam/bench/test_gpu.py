"""The GPU benchmark where there is no GPU: it runs on NumPy arrays, or says what is missing."""

import json

import numpy as np
import pytest
from typer.testing import CliRunner

from circuits.bit_order import all_bits
from classical_ref.spins import bits_to_spins
from qdenseam.bench import gpu
from qdenseam.bench.gpu import bench_gpu, hebb_diagonal
from qdenseam.cli.app import app


def test_the_energies_are_those_of_the_patterns(rng):
    patterns = rng.choice([-1.0, 1.0], (2, 5))
    states = bits_to_spins(all_bits(5)).astype(float)
    weights = patterns.T @ patterns / 5
    expected = [-0.5 * (s @ weights @ s - np.trace(weights)) for s in states]
    np.testing.assert_allclose(hebb_diagonal(np, patterns, np.float64), expected, atol=1e-12)


def test_our_engines_agree_on_any_array_module():
    rows = bench_gpu(
        sizes=(9, 10),
        max_cpu_qubits=9,
        engines=("cupy-diagonal", "cupy-branch"),
        array_module=np,
    )
    assert len(rows) == 8
    assert all(row.correct for row in rows), rows
    references = {(row.engine, row.num_qubits): row.reference for row in rows}
    assert references["cupy-diagonal", 9] == "cpu"
    assert references["cupy-diagonal", 10] == "norm"
    assert all((row.ratio is not None) == (row.num_qubits == 9) for row in rows)


def test_what_is_missing_is_said(monkeypatch, tmp_path):
    monkeypatch.setattr(gpu, "missing_for_aer", lambda: "needs qiskit-aer built for CUDA")
    monkeypatch.setattr(gpu, "missing_for_cupy", lambda: "needs CuPy")
    file = tmp_path / "rows.json"
    done = CliRunner().invoke(app, ["bench", "gpu", "--json", str(file)])
    assert done.exit_code == 0, done.output
    notes = {row["engine"]: row["note"] for row in json.loads(file.read_text())["rows"]}
    assert notes == {
        "aer-gpu": "needs qiskit-aer built for CUDA",
        "cupy-diagonal": "needs CuPy",
        "cupy-branch": "needs CuPy",
    }


def test_a_run_that_fails_is_a_row(monkeypatch):
    def full(*rest):
        raise MemoryError("out of memory\nallocating 32 GiB")

    monkeypatch.setitem(gpu._MEASURES, "cupy-diagonal", (full, "qaoa"))
    rows = bench_gpu(sizes=(9,), engines=("cupy-diagonal",), array_module=np)
    assert [row.note for row in rows] == ["MemoryError: out of memory allocating 32 GiB"] * 2


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
        bench_gpu(**change)
