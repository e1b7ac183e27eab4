import numpy as np

from qdenseam.plots.calibration import plot_born_frequencies, plot_reliability
from qdenseam.plots.style import new_figure


def test_law_and_shots_stand_over_the_posterior():
    figure, axes = new_figure(1, 1, size=(4, 4))
    posterior = np.array([[0.7, 0.3], [0.5, 0.5]])
    counts = np.array([[70, 30], [1, 3]])
    ax = plot_born_frequencies(posterior, posterior, ax=axes[0, 0], counts=counts)
    by_label = {line.get_label(): line for line in ax.get_lines()}
    assert np.array_equal(by_label["law"].get_xdata(), posterior.ravel())
    assert np.array_equal(by_label["law"].get_ydata(), posterior.ravel())
    (shots,) = ax.containers
    assert np.allclose(shots.lines[0].get_ydata(), [0.7, 0.3, 0.25, 0.75])
    figure.canvas.draw()


def test_accepted_shots_may_be_more_than_those_that_show_a_pattern():
    _, axes = new_figure(1, 1, size=(4, 4))
    row = [[0.5, 0.5]]
    ax = plot_born_frequencies(row, row, ax=axes[0, 0], counts=[[2, 4]], accepted=[8])
    assert np.allclose(ax.containers[0].lines[0].get_ydata(), [0.25, 0.5])


def test_reliability_is_the_share_of_targets_in_each_bin():
    figure, axes = new_figure(1, 1, size=(4, 4))
    stated = [0.1, 0.15, 0.9, 0.95, 1.0, 1.0]
    ax = plot_reliability(stated, [False, True, True, True, True, False], ax=axes[0, 0], num_bins=2)
    (points,) = ax.containers
    assert np.allclose(points.lines[0].get_xdata(), [0.125, 0.9625])
    assert np.allclose(points.lines[0].get_ydata(), [0.5, 0.75])
    figure.canvas.draw()
