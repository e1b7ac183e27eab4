"""The figures of the comparison draw what the table says."""

import numpy as np
import pandas as pd
import pytest

from qdenseam.plots.gallery import plot_gallery
from qdenseam.plots.rates import plot_costs, plot_engines, plot_failure_rate
from qdenseam.plots.style import new_figure

ROWS = [
    ("amplification", "quantum", "aer", 0, 0.1, 0.2, 0.3, 3.0),
    ("amplification", "quantum", "aer", 2, 0.4, 0.5, 0.6, float("inf")),
    ("nearest", "baseline", "classical", 0, 0.0, 0.0, 0.1, None),
    ("nearest", "baseline", "classical", 2, 0.0, 0.0, 0.1, None),
]
TABLE = pd.DataFrame(
    ROWS,
    columns=[
        "contender", "kind", "engine", "num_flips",
        "failure_low", "failure_rate", "failure_high", "state_preparations",
    ],
).assign(label=lambda t: t["contender"])  # fmt: skip


@pytest.fixture
def ax():
    return new_figure(1, 1, size=(4, 3))[1][0, 0]


def test_failure_rates_are_drawn_with_their_intervals(ax) -> None:
    assert plot_failure_rate(TABLE, "num_flips", ax=ax) is ax
    first = ax.containers[0]
    np.testing.assert_allclose(first.lines[0].get_ydata(), [0.2, 0.5])
    low, high = (cap.get_ydata() for cap in first.lines[1])
    np.testing.assert_allclose(low, [0.1, 0.4])
    np.testing.assert_allclose(high, [0.3, 0.6])
    assert len(ax.containers) == 2


def test_engines_stand_side_by_side_and_the_device_is_hatched(ax) -> None:
    cell = pd.concat([TABLE.iloc[[0, 2]], TABLE.iloc[[1]].assign(engine="fake:fez")])
    plot_engines(cell, ax=ax, engines=["classical", "aer", "fake:fez"], hatched="fake:fez")
    heights = sorted(bar.get_height() for bar in ax.patches)
    np.testing.assert_allclose(heights, [0.0, 0.2, 0.5])
    assert [bar.get_height() for bar in ax.patches if bar.get_hatch()] == [0.5]


def test_a_cost_that_was_never_paid_back_is_said_in_words(ax) -> None:
    plot_costs(TABLE, "state_preparations", ax=ax)
    words = [text.get_text() for text in ax.texts]
    assert "no correct recall" in words
    assert "3" in words
    assert len(ax.patches) == 1


def test_gallery_frames_say_right_and_wrong() -> None:
    targets = np.array([[1, -1], [-1, -1]])
    answers = np.array([[1, -1], [1, -1]])
    probes = np.array([[1, 0], [0, 0]])
    _, axes = new_figure(2, 3, size=(4, 3))
    plot_gallery(
        {"stored": targets, "probe": probes, "recall": answers}, targets, (1, 2), axes=axes
    )
    colors = [axes[row, 2].spines["left"].get_edgecolor() for row in range(2)]
    assert colors[0] != colors[1]
    assert [len(axes[row, 1].texts) for row in range(2)] == [1, 2]
