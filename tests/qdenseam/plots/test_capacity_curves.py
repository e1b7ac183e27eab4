import numpy as np

from qdenseam.experiments.statistics import Estimate
from qdenseam.plots.capacity import plot_capacities
from qdenseam.plots.style import new_figure


def _row(label: str, num_neurons: int, pooled: float | None, mean: float) -> dict:
    estimate = Estimate(
        low=mean / 2, best=mean, high=mean * 2, method="", level=0.95, covers="probes"
    )
    sizes = {"num_neurons": num_neurons, "num_flips": 1}
    return sizes | {"label": label, "pooled": pooled, "mean": estimate, "sphere_packing": 100.0}


ROWS = [
    _row("Hamming ball", 16, 20.0, 40.0),
    _row("Hamming ball", 12, 10.0, 30.0),
    _row("nearest pattern", 12, None, 35.0),
    _row("nearest pattern", 16, None, 50.0),
]


def test_means_have_intervals_and_sizes_ascend():
    figure, axes = new_figure(1, 1, size=(4, 3))
    ax = plot_capacities(ROWS, ax=axes[0, 0])
    ball, nearest = ax.containers
    assert list(ball.lines[0].get_xdata()) == [12, 16]
    assert list(ball.lines[0].get_ydata()) == [30, 40]
    assert np.allclose(ball.lines[2][0].get_segments()[0][:, 1], [15, 60])
    assert list(nearest.lines[0].get_ydata()) == [35, 50]
    assert nearest.lines[0].get_color() == "black"
    by_label = {line.get_label(): line for line in ax.get_lines()}
    assert list(by_label["measure and accept (Hamming ball)"].get_ydata()) == [30, 40]
    assert list(by_label["sphere packing, $2^{D(1 - H_2(e/D))}$"].get_ydata()) == [100, 100]
    assert ax.get_yscale() == "log"
    figure.canvas.draw()


def test_pooled_leaves_out_what_has_no_pooled_capacity():
    figure, axes = new_figure(1, 1, size=(4, 3))
    ax = plot_capacities(ROWS, ax=axes[0, 0], pooled=True, baseline=None)
    (ball,) = ax.containers
    assert list(ball.lines[0].get_ydata()) == [10, 20]
    assert "pooled" in ax.get_ylabel()
    figure.canvas.draw()


def test_drawn_rows_are_named_distinct_and_repeat_no_filter():
    figure, axes = new_figure(1, 1, size=(4, 3))
    drawn = [
        _row("Hebb", 12, None, 3.0) | {"kind": "classical", "patterns": "distinct"},
        _row("nearest pattern", 12, None, 4.0) | {"kind": "classical", "patterns": "distinct"},
        _row("Hamming ball", 12, None, 4.0) | {"kind": "drawn filter", "patterns": "distinct"},
        _row("simulated", 12, None, 4.0) | {"kind": "baseline", "patterns": "distinct"},
    ]
    both = ROWS + [row | {"patterns": "distinct", "kind": "filter"} for row in ROWS]
    both = [{"patterns": "i.i.d.", "kind": "filter"} | row for row in both]
    ax = plot_capacities(both + drawn, ax=axes[0, 0])
    labels = [container.get_label() for container in ax.containers]
    assert labels == ["Hamming ball", "nearest pattern", "Hebb, distinct", "simulated, distinct"]
    assert list(ax.containers[0].lines[0].get_ydata()) == [30, 40]
    figure.canvas.draw()
