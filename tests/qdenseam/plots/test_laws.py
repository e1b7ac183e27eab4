"""What figures of laws, curves and landscapes draw is what they are given."""

import numpy as np
import pytest

from qdenseam.experiments.estimates.statistics import rate
from qdenseam.plots.landscape import plot_landscape
from qdenseam.plots.laws import plot_curves, plot_laws, plot_overlaps
from qdenseam.plots.pictures import plot_angles, plot_memories
from qdenseam.plots.style import new_figure


@pytest.fixture
def ax():
    figure, axes = new_figure(1, 1, size=(4, 3))
    yield axes[0, 0]
    figure.canvas.draw()


def test_lines_are_laws_and_points_what_was_measured(ax):
    laws = {"ball": [1.0, 1.0, 0.0], "other": [1.0, 0.5, 0.2]}
    plot_laws(laws, {"ball": [100, 90, 0], "unknown": [0, 0, 0]}, ax=ax, x=[0, 2, 4], shots=100)
    lines = {line.get_label(): line for line in ax.get_lines() if line.get_linestyle() == "-"}
    assert list(lines) == list(laws)
    assert np.array_equal(lines["other"].get_ydata(), laws["other"])
    (bars,) = ax.containers
    assert np.allclose(bars.lines[0].get_ydata(), [1, 0.9, 0])
    assert np.array_equal(bars.lines[0].get_xdata(), [0, 2, 4])
    segments = np.array(bars.lines[2][0].get_segments())
    assert segments[2, 1, 1] > 0.01  # an interval at zero counts too


def test_curves_have_places_of_their_own_and_intervals(ax):
    rates = [rate(9, 10), rate(0, 10)]
    plot_curves({"a": ([1, 2, 3], [4.0, np.nan, 6.0]), "b": ([1, 2], rates)}, ax=ax)
    plain, with_sides = (container.lines for container in ax.containers)
    assert np.array_equal(plain[0].get_ydata(), [4, np.nan, 6], equal_nan=True)
    assert plain[0].get_markerfacecolor() == "white"
    assert not plain[2]
    assert np.array(with_sides[2][0].get_segments())[1, 1, 1] == pytest.approx(rates[1].high)


def test_overlaps_are_markers_beside_lines(ax):
    simulated, theory = np.array([[1.0, 0.9], [0.5, 0.2]]), np.array([[1.0, 0.95], [0.5, 0.1]])
    plot_overlaps(simulated, theory, ax=ax)
    drawn = [line.get_ydata() for line in ax.get_lines()]
    assert np.array_equal(drawn, [theory[0], simulated[0], theory[1], simulated[1]])


def test_a_landscape_shows_the_lowest_and_the_mean(ax):
    plot_landscape({"hebb": ([-3, -1, 0], [-3, 0, 1], [-3, 2, 2])}, ax=ax)
    lowest, mean = ax.get_lines()
    assert list(lowest.get_ydata()) == [-3, -1, 0]
    assert list(mean.get_ydata()) == [-3, 0, 1]


def test_pictures_keep_their_pixels(ax):
    plot_memories(np.arange(24).reshape(6, 4) / 24, (2, 2), ax=ax, num_columns=4)
    (image,) = ax.get_images()
    mosaic = image.get_array()
    assert mosaic.shape == (5, 11)
    assert mosaic[:2, :2].ravel().tolist() == pytest.approx([0, 1 / 24, 2 / 24, 3 / 24])
    assert mosaic[3:, 3:5].ravel().tolist() == pytest.approx([20 / 24, 21 / 24, 22 / 24, 23 / 24])


def test_a_map_has_mixer_angles_upwards(ax):
    success = np.array([[0.0, 0.25], [0.5, 1.0]])
    plot_angles([0, np.pi], success, ax=ax)
    assert np.array_equal(ax.collections[0].get_array().reshape(2, 2), success)
