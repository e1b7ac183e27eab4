import numpy as np
import pytest

from qdenseam.plots.failure_map import plot_best_success, plot_failure_map
from qdenseam.plots.style import new_figure


def test_the_map_has_a_column_per_load_and_a_row_per_number_of_rounds():
    figure, axes = new_figure(1, 1, size=(4, 3))
    success = np.linspace(0, 1, 12).reshape(4, 3)
    ax = plot_failure_map(success, 2.0 ** np.arange(-4, 0), ax=axes[0, 0])
    assert ax is axes[0, 0]
    (mesh,) = ax.collections
    assert np.array_equal(np.asarray(mesh.get_array()).reshape(3, 4), success.T)
    assert mesh.get_clim() == (0, 1)
    assert len(figure.axes) == 2  # the color bar
    figure.canvas.draw()


def test_a_map_of_other_loads_is_refused():
    _, axes = new_figure(1, 1, size=(4, 3))
    with pytest.raises(ValueError, match=r"success should have shape .* Got \(2, 3\)"):
        plot_failure_map(np.zeros((2, 3)), [0.1, 0.2, 0.3], ax=axes[0, 0])


def test_curves_are_drawn_as_given_and_the_failing_one_is_shaded():
    figure, axes = new_figure(1, 1, size=(4, 3))
    curves = {"historic": [0.1, 0.9], "amplification": [1.0, 1.0]}
    ax = plot_best_success([0.01, 0.25], curves, ax=axes[0, 0], failing="historic")
    assert {line.get_label(): list(line.get_ydata()) for line in ax.get_lines()} == curves
    assert len(ax.collections) == 1
    figure.canvas.draw()
