"""Angles are trained by a seed as by its generator, from a probe in text as in spins."""

import numpy as np
import pytest

from qdenseam import EnergyMemory
from qdenseam.methods import QAOA, VQE, ImaginaryTime


@pytest.mark.parametrize("method", [QAOA(1), VQE(1), ImaginaryTime(num_steps=3)])
def test_a_seed_trains_as_its_generator(method):
    memory = EnergyMemory(["0011", "0110"])
    spins = memory.check_probe("0?11")
    trained = method.trained(memory, "0?11", rng=1)
    assert trained != method
    assert trained == method.trained(memory, spins, rng=np.random.default_rng(1))
