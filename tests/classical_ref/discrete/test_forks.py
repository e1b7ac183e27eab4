"""Kernels that use all cores still work in forked processes, Linux's default of Python 3.11."""

import os
import subprocess
import sys

import pytest

SCRIPT = """
import multiprocessing, warnings
from concurrent.futures import ProcessPoolExecutor
import numpy as np
from classical_ref import DenseMemory, Exponential, Polynomial, flip, random_patterns

warnings.simplefilter("ignore")  # newer Pythons warn of forks beside threads
patterns = random_patterns(600, 128, rng=0)
probes = flip(np.repeat(patterns, 1, axis=0)[:100], 4, rng=1)
MEMORIES = [DenseMemory(patterns, separation=each) for each in (Polynomial(3), Exponential())]

def recalled(index):
    memory = MEMORIES[index % 2]
    states = memory.recall(probes, update="synchronous", engine="numba", rng=0).states
    return states.tobytes(), memory.energy(states).tobytes()

expected = [recalled(index) for index in range(4)]
context = multiprocessing.get_context("fork")
with ProcessPoolExecutor(2, mp_context=context) as pool:
    assert list(pool.map(recalled, range(4))) == expected
with context.Pool(2) as pool:
    assert pool.map(recalled, range(4)) == expected
assert [recalled(index) for index in range(4)] == expected
print("all equal")
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no forks here")
def test_pools_of_forked_processes():
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], capture_output=True, text=True, timeout=120
    )
    assert done.stdout == "all equal\n", done.stderr
