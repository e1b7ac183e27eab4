import numpy as np

from qdenseam.methods import HammingBall, Posterior
from qdenseam.plots.filters import plot_filters
from qdenseam.plots.style import new_figure


def test_lines_are_the_squared_tables_and_points_what_was_measured():
    tables = {"ball": HammingBall(2).table(8), "posterior": Posterior(0.2).table(8)}
    figure, axes = new_figure(1, 1, size=(4, 3))
    ax = plot_filters(tables, ax=axes[0, 0], accepted={"ball": tables["ball"] ** 2})
    assert ax is axes[0, 0]
    lines = ax.get_lines()
    assert [line.get_label() for line in lines if line.get_linestyle() == "-"] == list(tables)
    drawn = [line for line in lines if line.get_linestyle() == "-"]
    for line, table in zip(drawn, tables.values(), strict=True):
        assert np.array_equal(line.get_xdata(), np.arange(9))
        assert np.array_equal(line.get_ydata(), table**2)
    (points,) = (line for line in lines if line.get_linestyle() == "None")
    assert np.array_equal(points.get_ydata(), tables["ball"] ** 2)
    figure.canvas.draw()


def test_counts_are_drawn_as_rates_with_intervals():
    figure, axes = new_figure(1, 1, size=(4, 3))
    counts = {"ball": [100, 50, 0], "unknown": [0, 0, 0]}
    ax = plot_filters({"ball": [1, 0.7, 0]}, ax=axes[0, 0], accepted=counts, shots=100)
    (bars,) = ax.containers
    assert np.allclose(bars.lines[0].get_ydata(), [1, 0.5, 0])
    segments = np.array(bars.lines[2][0].get_segments())
    assert (segments[:, 0, 1] <= [1, 0.5, 0]).all()
    assert (segments[:, 1, 1] >= [1, 0.5, 0]).all()
    assert segments[2, 1, 1] > 0.01  # an interval at zero counts too
    figure.canvas.draw()
