"""The GPU benchmark where there is no GPU: on a stand-in, or it says what is missing."""

import sys

import numpy as np
import pytest
from device_arrays import device

from circuits.bit_order import all_bits
from classical_ref.spins import bits_to_spins
from qdenseam.bench.base import run
from qdenseam.bench.simulators import gpu
from qdenseam.bench.simulators.gpu import GpuBenchmark
from qdenseam.bench.simulators.gpu_workloads import WORKLOADS, ProductQAOA, Workload
from qdenseam.simulation.diagonal import qaoa_state

OURS = ("cupy-diagonal", "cupy-branch")


@pytest.fixture
def cupy(monkeypatch):
    monkeypatch.setitem(sys.modules, "cupy", device)


def test_our_engines_follow_the_law_on_another_array_module(cupy):
    rows = run(GpuBenchmark(sizes=(9, 10), max_cpu_qubits=9, engines=OURS))
    assert len(rows) == 2 * 2 * 3
    assert all(row["correct"] for row in rows), rows
    assert all((row["ratio"] is not None) == (row["num_qubits"] == 9) for row in rows)
    assert all(row["seconds"] > 0 and row["gibibytes"] > 0 for row in rows)


def test_the_product_law_is_that_of_all_states_and_has_one_likely_state():
    law = ProductQAOA(9)
    energies = law.energies(np.float64, np)
    np.testing.assert_allclose(energies, bits_to_spins(all_bits(9)) @ law.fields, atol=1e-12)
    layers = {"gammas": (0.4, 0.3), "betas": (0.5, 0.3)}
    state = qaoa_state(energies, np.full(9, np.pi / 2), **layers)
    found = law.probabilities(np.arange(2**9))
    np.testing.assert_allclose(np.abs(state) ** 2, found, atol=1e-13)
    assert found.argmax() == law.likeliest
    assert ProductQAOA(33).probabilities(np.array([ProductQAOA(33).likeliest])) > 0.1


def test_what_the_free_memory_does_not_hold_is_not_tried(cupy):
    rows = run(GpuBenchmark(sizes=(30,), precisions=("single",), engines=("cupy-diagonal",)))
    needed = [12.5, 20.5]
    notes = [f"needs {gib} GiB on the device. Got 8.0 GiB free" for gib in needed]
    assert [row["note"] for row in rows] == notes
    assert [row["gibibytes"] for row in rows] == needed
    assert {row["seconds"] for row in rows} == {row["correct"] for row in rows} == {None}


def test_what_is_missing_is_said(monkeypatch):
    monkeypatch.setattr(gpu, "missing_for_aer", lambda: "needs qiskit-aer built for CUDA")
    monkeypatch.setattr(gpu, "missing_for_cupy", lambda: "needs CuPy")
    assert {row["engine"]: row["note"] for row in run(GpuBenchmark())} == {
        "aer-gpu": "not run: needs qiskit-aer built for CUDA",
        "cupy-diagonal": "not run: needs CuPy",
        "cupy-branch": "not run: needs CuPy",
    }


def test_want_of_memory_is_a_row_and_a_mistake_of_ours_is_none(cupy, monkeypatch):
    def failing(error):
        def run_(*rest):
            raise error

        workloads = (Workload(name="qaoa", run=run_),)
        monkeypatch.setitem(WORKLOADS, "cupy-diagonal", workloads)
        return run(GpuBenchmark(sizes=(9,), engines=("cupy-diagonal",)))

    rows = failing(MemoryError("out of memory\nallocating 32 GiB"))
    assert [row["note"] for row in rows] == ["MemoryError: out of memory allocating 32 GiB"] * 2
    with pytest.raises(TypeError, match="no such argument"):
        failing(TypeError("no such argument"))
