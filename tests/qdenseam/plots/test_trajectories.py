"""Energies on the way of dynamics, of training and over angles."""

import numpy as np
import pytest

from classical_ref import (
    Coupling,
    HopfieldMemory,
    Identity,
    ModularMemory,
    NeuronLayer,
    Outcome,
    Softmax,
    flip,
    random_patterns,
)
from qdenseam import EnergyMemory, recall
from qdenseam.methods import QAOA, method_from_dict
from qdenseam.plots.style import new_figure
from qdenseam.plots.trajectories import plot_energies, plot_qaoa_landscape, plot_training


@pytest.fixture
def ax():
    return new_figure(1, 1, size=(4, 3))[1][0, 0]


def test_energies_end_with_the_dynamics(ax) -> None:
    memory = HopfieldMemory(random_patterns(12, 60, rng=0))
    probes = flip(memory.patterns, 12, rng=1)
    result = memory.recall(probes, update="synchronous", trajectory=True, rng=0)
    assert set(result.outcome) == {Outcome.FIXED_POINT, Outcome.TWO_CYCLE}
    np.testing.assert_allclose(result.energy_trajectory, memory.energy(result.trajectory))
    np.testing.assert_allclose(result.energy_trajectory[-1], result.energies)
    plot_energies(result, ax=ax)
    lines, ends = ax.lines[::2], ax.lines[1::2]
    for line, end, sweeps, energy in zip(lines, ends, result.sweeps, result.energies, strict=True):
        assert len(line.get_xdata()) == sweeps + 1
        assert line.get_ydata()[-1] == end.get_ydata()[0] == energy
    assert [end.get_marker() == "^" for end in ends] == list(result.outcome == Outcome.TWO_CYCLE)
    told = [text.get_text() for text in ax.get_legend().get_texts()]
    assert sorted(told) == ["fixed point", "two-cycle"]
    short = memory.recall(probes, update="synchronous", rng=0)
    assert short.energy_trajectory is None
    with pytest.raises(ValueError, match=r"should be kept. Got none; recall\(trajectory=True\)"):
        plot_energies(short, ax=ax)


def test_energies_of_a_modular_memory(ax) -> None:
    layers = {"visible": NeuronLayer(2, Identity()), "hidden": NeuronLayer(2, Softmax(9.0))}
    memory = ModularMemory(layers, [(Coupling(np.eye(2)), ("hidden", "visible"))])
    result = memory.recall({"visible": np.ones((3, 2)), "hidden": np.zeros((3, 2))})
    assert result.summary.startswith("3 of 3 probes converged after")
    plot_energies(result, ax=ax)
    assert len(ax.lines) == 3
    assert all((np.diff(line.get_ydata()) <= 1e-12).all() for line in ax.lines)


def test_training_and_landscape(ax) -> None:
    memory = EnergyMemory(random_patterns(2, 6, rng=0))
    probe = memory.patterns[0]
    result = recall(memory, probe, method=QAOA(num_layers=2), rng=0)
    plot_training(result.training, ax=ax)
    every, lowest = ax.lines
    assert lowest.get_ydata()[-1] == min(every.get_ydata())
    method = method_from_dict(result.method)
    with pytest.raises(ValueError, match="a trajectory should be kept"):
        plot_training(recall(memory, probe, method=method, rng=0).training, ax=ax)
    wide = new_figure(1, 1, size=(4, 3))[1][0, 0]
    plot_qaoa_landscape(memory, probe, method, layer=1, num_angles=15, ax=wide)
    means = np.asarray(wide.collections[0].get_array())
    law = method.law(memory, probe)
    mean = float(law.distribution @ memory.diagonal(probe))
    assert means.min() >= mean - 1e-9  # trained angles are the lowest point of their own landscape
    assert means.min() < mean + 0.3 * np.ptp(means)
    (star,) = wide.lines
    assert star.get_xdata()[0] == method.gammas[1]
    assert star.get_ydata()[0] == method.betas[1]
    plain = new_figure(1, 1, size=(4, 3))[1][0, 0]
    plot_qaoa_landscape(memory, probe, num_angles=5, ax=plain)
    corner = np.asarray(plain.collections[0].get_array()).ravel()[0]
    unmoved = QAOA(num_layers=1, gammas=(0.0,), betas=(0.0,)).law(memory, probe)
    assert corner == pytest.approx(float(unmoved.distribution @ memory.diagonal(probe)))
    with pytest.raises(ValueError, match=r"layer should be in \[0, 1\]"):
        plot_qaoa_landscape(memory, probe, method, layer=2, ax=plain)
