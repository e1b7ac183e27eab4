"""What needs a CUDA device: run with ``-m gpu``; each test says why it is skipped elsewhere."""

import numpy as np
import pytest
from distribution_checks import assert_counts_follow

from classical_ref.patterns import random_patterns
from qdenseam.bench.gpu import bench_gpu
from qdenseam.execution.gpu_support import missing_for_aer, missing_for_cupy
from qdenseam.memories.amplitude import AmplitudeMemory
from qdenseam.methods import ProductFilter
from qdenseam.retrieval import recall

pytestmark = pytest.mark.gpu


@pytest.fixture
def aer():
    if missing_for_aer():
        pytest.skip(missing_for_aer())


@pytest.fixture
def cupy():
    if missing_for_cupy():
        pytest.skip(missing_for_cupy())


def test_recall_on_aer_gpu_follows_the_law(aer):
    patterns = random_patterns(3, 6, rng=0)
    memory, method = AmplitudeMemory(patterns), ProductFilter(0.25)
    law = method.law(memory, patterns[0])
    result = recall(memory, patterns[0], method=method, sampler="aer-gpu", shots=4000, rng=1)
    counts = [*result.counts, result.spurious, result.shots - result.accepted]
    assert_counts_follow(counts, [*law.joint, law.spurious, law.rejected])


def test_aer_gpu_is_correct_in_both_precisions(aer):
    rows = bench_gpu(sizes=(10, 16), engines=("aer-gpu",))
    assert all(row.correct for row in rows), rows


@pytest.mark.parametrize("engine", ["cupy-diagonal", "cupy-branch"])
def test_our_engines_on_cupy_are_correct_in_both_precisions(cupy, engine):
    rows = bench_gpu(sizes=(10, 16), engines=(engine,))
    assert all(row.correct for row in rows), rows
    assert all(np.isfinite(row.ratio) for row in rows)
