"""The figures of the comparison draw what the table says."""

import numpy as np
import pandas as pd
import pytest

from qdenseam.experiments.contenders import CONTENDERS
from qdenseam.plots.gallery import plot_gallery
from qdenseam.plots.rates import line_style, plot_costs, plot_engines, plot_failure_rate
from qdenseam.plots.style import new_figure

ROWS = [
    ("amplification", "quantum", "aer", 0, 0.05, 0.1, 0.2, 0.3, 3.0),
    ("amplification", "quantum", "aer", 2, 0.25, 0.4, 0.5, 0.6, float("inf")),
    ("nearest", "baseline", "classical", 0, 0.05, 0.0, 0.0, 0.1, None),
    ("nearest", "baseline", "classical", 2, 0.25, 0.0, 0.0, 0.1, None),
]
TABLE = pd.DataFrame(
    ROWS,
    columns=[
        "contender", "kind", "engine", "num_flips", "ambiguous",
        "failure_low", "failure_rate", "failure_high", "state_preparations",
    ],
).assign(
    label=lambda t: t["contender"],
    state_preparations_low=lambda t: t["state_preparations"] - 1,
    state_preparations_high=lambda t: t["state_preparations"] + 1,
)  # fmt: skip


@pytest.fixture
def ax():
    return new_figure(1, 1, size=(4, 3))[1][0, 0]


def test_failure_rates_are_drawn_with_their_intervals(ax) -> None:
    assert plot_failure_rate(TABLE, "num_flips", ax=ax) is ax
    first = ax.containers[0]
    np.testing.assert_allclose(first.lines[0].get_ydata(), [0.2, 0.5])
    ends = [segment[:, 1] for segment in first.lines[2][0].get_segments()]
    np.testing.assert_allclose(ends, [[0.1, 0.3], [0.4, 0.6]])
    assert len(ax.containers) == 2


def test_the_share_of_ambiguous_probes_stands_behind_the_rates(ax) -> None:
    plot_failure_rate(TABLE, "num_flips", ax=ax)
    (area,) = ax.collections[:1]
    assert area.get_label() == "share of ambiguous probes"
    corners = {tuple(point) for point in area.get_paths()[0].vertices.round(6).tolist()}
    assert {(0.0, 0.05), (2.0, 0.25)} <= corners


def test_lines_of_one_panel_differ_in_color_and_marker() -> None:
    classical = [name for name, each in CONTENDERS.items() if each.kind == "classical"]
    others = [name for name in CONTENDERS if name not in classical]
    for panel in ([*classical, "nearest"], others):
        styles = [line_style(name) for name in panel]
        assert len({style["marker"] for style in styles}) == len(panel)
        assert len({(style["color"], style["linestyle"]) for style in styles}) == len(panel)


def test_engines_stand_side_by_side_and_the_device_is_hatched(ax) -> None:
    cell = pd.concat([TABLE.iloc[[0, 2]], TABLE.iloc[[1]].assign(engine="fake:fez")])
    plot_engines(cell, ax=ax, engines=["classical", "aer", "fake:fez"], hatched="fake:fez")
    heights = sorted(bar.get_height() for bar in ax.patches)
    np.testing.assert_allclose(heights, [0.0, 0.2, 0.5])
    assert [bar.get_height() for bar in ax.patches if bar.get_hatch()] == [0.5]


def test_a_cost_that_was_never_paid_back_is_said_in_words(ax) -> None:
    plot_costs(TABLE, "state_preparations", ax=ax)
    words = [text.get_text().strip() for text in ax.texts]
    assert sorted(words) == ["3", "no correct recall", "–", "–"]
    assert len(ax.patches) == 1
    assert ax.lines[0].get_xdata().tolist() == [2, 4]


def test_gallery_frames_say_right_and_wrong() -> None:
    targets = np.array([[1, -1], [-1, -1]])
    answers = np.array([[1, -1], [1, -1]])
    probes = np.array([[1, 0], [0, 0]], dtype=np.int8)
    _, axes = new_figure(2, 3, size=(4, 3))
    plot_gallery(
        {"stored": targets, "probe": probes, "recall": answers}, targets, (1, 2), axes=axes
    )
    colors = [axes[row, 2].spines["left"].get_edgecolor() for row in range(2)]
    assert colors[0] != colors[1]
    assert [len(axes[row, 1].texts) for row in range(2)] == [1, 2]
