"""Training on a GPU is training here: on a stand-in for CuPy that refuses hidden transfers."""

import sys
from dataclasses import replace

import numpy as np
import pytest
from device_arrays import device

from qdenseam.errors import BackendError
from qdenseam.memories.energy import EnergyMemory
from qdenseam.methods import QAOA
from qdenseam.simulation.diagonal import qaoa_expectation_and_gradient
from qdenseam.training import gradient_sources
from qdenseam.training.gradient_sources import mean_energy
from qdenseam.training.objectives import conditional_value_at_risk


@pytest.fixture
def cupy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cupy", device)


@pytest.mark.usefixtures("cupy")
@pytest.mark.parametrize("level", [1.0, 0.3])
def test_both_sources_give_the_same_numbers(level: float, rng: np.random.Generator) -> None:
    diagonal, start = rng.normal(size=2**6), rng.uniform(0, np.pi, 6)
    point = rng.normal(size=2), rng.normal(size=2)
    here = mean_energy(diagonal, start, level=level)(*point)
    there = mean_energy(diagonal, start, level=level, gradient_source="cupy")(*point)
    direct = qaoa_expectation_and_gradient(
        diagonal,
        start,
        gammas=point[0],
        betas=point[1],
        observable=conditional_value_at_risk(diagonal, level),
    )
    for mine, other, expected in zip(here, there, direct, strict=True):
        np.testing.assert_array_equal(mine, expected)
        np.testing.assert_allclose(other, mine, rtol=0, atol=1e-12)


@pytest.mark.usefixtures("cupy")
def test_qaoa_trains_on_a_gpu_to_the_same_angles() -> None:
    patterns = np.array([[1, 1, 1, 1, 1], [1, -1, 1, -1, 1]], dtype=np.int8)
    memory, probe = EnergyMemory(patterns), patterns[1] * np.array([1, 1, -1, 1, 1], dtype=np.int8)
    here, there = (
        replace(QAOA(num_layers=2, num_restarts=1), gradient_source=source).trained(
            memory, probe, rng=np.random.default_rng(0)
        )
        for source in ("diagonal", "cupy")
    )
    np.testing.assert_allclose(there.gammas, here.gammas, atol=1e-5)
    np.testing.assert_allclose(there.betas, here.betas, atol=1e-5)
    assert there.cost == pytest.approx(here.cost, abs=1e-9)


def test_what_a_gpu_lacks_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gradient_sources, "missing_for_cupy", lambda: "needs CuPy")
    with pytest.raises(BackendError, match=r"'cupy' needs CuPy; mend that or use 'diagonal'\."):
        mean_energy(np.ones(2), [1.0], gradient_source="cupy")
