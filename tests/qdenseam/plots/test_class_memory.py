import numpy as np
import pytest

from qdenseam.plots.class_memory import plot_by_order, plot_gaps, plot_memories
from qdenseam.plots.style import new_figure


@pytest.fixture
def ax():
    figure, axes = new_figure(1, 1, size=(3.0, 3.0))
    yield axes[0, 0]
    figure.canvas.draw()


def test_means_are_lines_and_repetitions_dots(ax):
    values = np.array([[0.9, 1.0], [0.5, 0.7]])
    assert plot_by_order([2, 10], {"test": values}, ax=ax, thresholds={"test": 0.8}) is ax
    dots, mean, level = ax.get_lines()[:2], ax.get_lines()[2], ax.get_lines()[3]
    assert [line.get_ydata().tolist() for line in dots] == values.T.tolist()
    assert mean.get_ydata().tolist() == pytest.approx([0.95, 0.6])
    assert list(level.get_ydata()) == [0.8, 0.8]
    assert [tick.get_text() for tick in ax.get_xticklabels()] == ["2", "10"]


def test_memories_stand_in_a_mosaic(ax):
    pixels = np.arange(18.0).reshape(3, 6) / 18
    assert plot_memories(pixels, (2, 3), ax=ax, num_columns=2) is ax
    mosaic = np.ma.filled(ax.get_images()[0].get_array(), np.nan)
    assert mosaic.shape == (5, 7)
    assert np.array_equal(mosaic[:2, 4:], pixels[1].reshape(2, 3))
    assert np.array_equal(mosaic[3:, :3], pixels[2].reshape(2, 3))
    assert np.isnan(mosaic[2]).all()


def test_gaps_show_zero_and_leave_out_nan(ax):
    gaps = {"odd": [0.0, np.nan, 48.0], "even": [np.nan, 0.0, np.nan]}
    assert plot_gaps(gaps, [1, 2, 3], ax=ax) is ax
    odd, even = ax.get_lines()
    assert odd.get_xdata().tolist() == [1, 3]
    assert even.get_ydata().tolist() == [0]
