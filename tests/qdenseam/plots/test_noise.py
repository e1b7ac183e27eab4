"""Figures of recall under noise."""

from qdenseam.plots.noise import plot_error_budget, plot_prediction, plot_success
from qdenseam.plots.style import new_figure

ROW = {
    "num_neurons": 4, "num_patterns": 4, "success": 0.9, "success_low": 0.88, "success_high": 0.92,
    "mitigated": 0.95, "decoded": 0.96,
    "predicted": 0.91, "baseline": 0.5, "baseline_ideal": 0.58, "label_writing": 0.97, "scan": 1.0,
    "two_qubit": 0.95, "one_qubit": 0.99, "readout": 0.97,
    "idling": 0.98,
}  # fmt: skip


def test_bars_and_lines_of_a_row() -> None:
    _, axes = new_figure(1, 3, size=(9, 3))
    ax = plot_success([ROW, ROW], ax=axes[0, 0])
    assert len(ax.patches) == 10
    named = ax.get_legend_handles_labels()[1]
    assert "label-writing (peeks)" in named
    assert {"measure and accept", "measure and accept, no noise", "scan, told the flips"} < set(
        named
    )
    assert [text.get_text() for text in ax.get_xticklabels()] == ["4/4", "4/4"]
    ax = plot_error_budget([ROW], ax=axes[0, 1])
    assert len(ax.patches) == 4
    ax = plot_prediction([(0.5, 0.6)], ax=axes[0, 2], label="here")
    assert len(ax.lines) == 2
