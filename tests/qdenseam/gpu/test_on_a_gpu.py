"""What needs a CUDA device: run with ``-m gpu``; each test says why it is skipped elsewhere."""

from importlib import import_module

import numpy as np
import pytest

from circuits.energy.ansatz import warm_start_angles
from classical_ref.patterns import random_patterns
from qdenseam.bench.base import run
from qdenseam.bench.simulators.gpu import GpuBenchmark
from qdenseam.bench.simulators.gpu_workloads import WORKLOADS
from qdenseam.execution.engines.gpu_support import free_memory, missing_for_aer, missing_for_cupy
from qdenseam.memories.amplitude import AmplitudeMemory
from qdenseam.memories.energy import EnergyMemory
from qdenseam.methods import QAOA, ProductFilter
from qdenseam.retrieval.verb import recall
from qdenseam.simulation import block_mixer
from qdenseam.simulation.diagonal import qaoa_expectation_and_gradient, qaoa_state
from qdenseam.testing import assert_counts_follow
from qdenseam.training.gradient_sources import mean_energy

pytestmark = pytest.mark.gpu


@pytest.fixture
def aer():
    if missing_for_aer():
        pytest.skip(missing_for_aer())


@pytest.fixture
def cupy():
    if missing_for_cupy():
        pytest.skip(missing_for_cupy())
    return import_module("cupy")


def test_recall_on_aer_gpu_follows_the_law(aer):
    patterns = random_patterns(3, 6, rng=0)
    memory, method = AmplitudeMemory(patterns), ProductFilter(0.25)
    law = method.law(memory, patterns[0])
    result = recall(memory, patterns[0], method=method, sampler="aer-gpu", shots=4000, rng=1)
    counts = [*result.counts, result.spurious, result.shots - result.accepted]
    assert_counts_follow(counts, [*law.joint, law.spurious, law.rejected])


def test_aer_gpu_is_correct_in_both_precisions(aer):
    rows = run(GpuBenchmark(sizes=(10, 16), engines=("aer-gpu",)))
    assert all(row["correct"] for row in rows), rows


@pytest.mark.parametrize("engine", ["cupy-diagonal", "cupy-branch"])
def test_our_engines_on_cupy_are_correct_in_both_precisions(cupy, engine):
    rows = run(GpuBenchmark(sizes=(10, 16, 23), engines=(engine,), max_cpu_qubits=16))
    assert all(row["correct"] for row in rows), rows
    assert all((row["ratio"] is not None) == (row["num_qubits"] <= 16) for row in rows)


@pytest.mark.parametrize("block_qubits", [5, 22])
@pytest.mark.parametrize(("dtype", "tolerance"), [(np.float64, 1e-10), (np.float32, 1e-5)])
def test_warm_states_and_gradients_are_the_cpus(
    cupy, dtype, tolerance, block_qubits, rng, monkeypatch
):
    monkeypatch.setattr(block_mixer, "_DEVICE_BLOCK_QUBITS", block_qubits)
    diagonal, start = (
        rng.normal(size=2**10),
        warm_start_angles(rng.choice([-1, 0, 1], 10).astype(np.int8), 0.25),
    )
    layers = {"gammas": rng.normal(size=3), "betas": rng.normal(size=3)}
    energies = cupy.asarray(diagonal, dtype=dtype)
    state = qaoa_state(energies, start, **layers, array_module=cupy)
    assert isinstance(state, cupy.ndarray)
    expected = qaoa_state(diagonal, start, **layers)
    np.testing.assert_allclose(cupy.asnumpy(state), expected, atol=tolerance)
    there = qaoa_expectation_and_gradient(energies, start, **layers, array_module=cupy)
    here = qaoa_expectation_and_gradient(diagonal, start, **layers)
    for mine, other in zip(there, here, strict=True):
        np.testing.assert_allclose(mine, other, rtol=0, atol=tolerance * (1 + np.abs(other).max()))


@pytest.mark.parametrize("level", [1.0, 0.3])
def test_training_on_cupy_is_training_on_the_cpu(cupy, level, rng):
    diagonal, start = rng.normal(size=2**10), rng.uniform(0, np.pi, 10)
    point = rng.normal(size=2), rng.normal(size=2)
    here = mean_energy(diagonal, start, level=level)(*point)
    there = mean_energy(diagonal, start, level=level, gradient_source="cupy")(*point)
    for mine, other in zip(here, there, strict=True):
        np.testing.assert_allclose(other, mine, rtol=0, atol=1e-10)
    memory = EnergyMemory(random_patterns(2, 8, rng=rng))
    method = QAOA(num_layers=1, num_restarts=1, gradient_source="cupy")
    assert np.isfinite(method.trained(memory, memory.patterns[0], rng=rng).cost)


def test_all_that_fits_runs_and_is_correct(cupy):
    for workload in WORKLOADS["cupy-diagonal"]:
        free = free_memory(cupy)
        size = max(d for d in range(9, 36) if workload.bytes_needed(d, "single") <= free)
        rows = run(
            GpuBenchmark(
                sizes=(size,),
                max_cpu_qubits=0,
                precisions=("single",),
                engines=("cupy-diagonal",),
            )
        )
        row = next(row for row in rows if row["workload"] == workload.name)
        assert row["correct"], row
