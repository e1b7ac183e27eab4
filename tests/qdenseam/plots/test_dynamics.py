import numpy as np

from qdenseam.plots.dynamics import plot_overlaps
from qdenseam.plots.style import new_figure


def test_theory_is_a_thin_line_and_simulation_open_markers():
    figure, axes = new_figure(1, 1, size=(3.0, 3.0))
    simulated = np.linspace(0, 1, 12).reshape(3, 4)
    ax = plot_overlaps(simulated, simulated / 2, ax=axes[0, 0])
    assert ax is axes[0, 0]
    lines = ax.get_lines()
    assert len(lines) == 6
    for row, (theory, markers) in enumerate(zip(lines[::2], lines[1::2], strict=True)):
        assert np.array_equal(markers.get_ydata(), simulated[row])
        assert np.array_equal(theory.get_ydata(), simulated[row] / 2)
        assert markers.get_markerfacecolor() == "none"
        assert theory.get_linewidth() < 1
    figure.canvas.draw()
