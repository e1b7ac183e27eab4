import numpy as np
import pytest

from qdenseam.plots.optimizers import plot_imbalance, plot_losses, plot_scaling
from qdenseam.plots.style import new_figure


@pytest.fixture
def ax():
    figure, axes = new_figure(1, 1, size=(3.0, 3.0))
    yield axes[0, 0]
    figure.canvas.draw()


def test_losses_begin_at_the_first_step_and_may_vanish(ax):
    assert plot_losses({"a": [4.0, 2.0, 1.0, 0.0]}, ax=ax) is ax
    line = ax.get_lines()[0]
    assert line.get_xdata().tolist() == [1, 2, 3]
    assert np.array_equal(line.get_ydata(), [2, 1, np.nan], equal_nan=True)


def test_the_legend_tells_the_imbalance(ax):
    assert plot_imbalance({"GD": [0.1, 2.0], "Muon": [1.0, 1.5]}, [0.8, 0.2], ax=ax) is ax
    labels = [line.get_label() for line in ax.get_lines()]
    assert labels == ["GD: 20 to 1", "Muon: 1.5 to 1"]


def test_exponents_are_fitted(ax):
    steps = np.array([64.0, 128.0, 256.0])
    plot_scaling({"Muon": 3 / steps**2}, {"Muon": steps}, ax=ax)
    assert ax.get_lines()[1].get_label() == "Muon: -2.00 ± 0.00"
    assert ax.get_xlabel() == "steps T"
