"""Bars and galleries draw what the table says, lines of a study can be told apart."""

import numpy as np
import pandas as pd
import pytest

from classical_ref.spins import spins_to_text
from qdenseam.experiments.study_shown import FigureSpec
from qdenseam.plots.bars import plot_bars
from qdenseam.plots.gallery import plot_gallery, study_gallery
from qdenseam.plots.study import has_numbers, line_styles, study_figure, study_panels
from qdenseam.plots.style import new_figure, plain_log

ROWS = [
    ("amplification", "quantum", "aer", 9, 0.05, 0.1, 0.2, 0.3, 3.0),
    ("amplification", "quantum", "fake:fez", 9, 0.05, 0.4, 0.5, 0.6, float("inf")),
    ("nearest", "baseline", "classical", 9, 0.05, 0.0, 0.0, 0.1, float("nan")),
    ("nearest", "baseline", "classical", 3, 0.25, 0.0, 0.0, 0.1, float("nan")),
]
TABLE = pd.DataFrame(
    ROWS,
    columns=[
        "label", "kind", "engine", "probes", "ambiguous",
        "failure_rate_low", "failure_rate", "failure_rate_high", "state_preparations",
    ],
).assign(
    block="", peeks=False,
    state_preparations_low=lambda t: t["state_preparations"] - 1,
    state_preparations_high=lambda t: t["state_preparations"] + 1,
)  # fmt: skip


@pytest.fixture
def ax():
    return new_figure(1, 1, size=(4, 3))[1][0, 0]


def draw(column, ax):
    figure = FigureSpec(kind="bars", y=column)
    _, [(_, rows)] = study_panels(TABLE, figure)
    colors = ["red"] * len(rows)
    return plot_bars(rows, column, [*rows["label"]], colors, ax=ax)


def test_engines_stand_below_each_other_and_the_second_is_hatched(ax) -> None:
    assert draw("failure_rate", ax) is ax
    assert [bar.get_width() for bar in ax.patches] == [0.2, 0.5, 0.0]
    assert [bar.get_width() for bar in ax.patches if bar.get_hatch()] == [0.5]
    assert [line.get_xdata().tolist() for line in ax.lines[:3]] == [
        [0.1, 0.3],
        [0.4, 0.6],
        [0, 0.1],
    ]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["amplification"] * 2 + [
        "nearest"
    ]


def test_of_one_cell_asked_twice_the_one_with_more_probes_is_shown() -> None:
    rows, _ = study_panels(TABLE, FigureSpec(kind="bars"))
    assert rows["probes"].tolist() == [9, 9, 9]


def test_a_cost_that_was_never_paid_back_is_said_in_words(ax) -> None:
    draw("state_preparations", ax)
    assert [text.get_text().strip() for text in ax.texts] == ["3", "no correct recall"]
    assert len(ax.patches) == 1
    assert ax.lines[0].get_xdata().tolist() == [2, 4]


def test_bars_of_any_table() -> None:
    table = pd.DataFrame({"coin": ["fair", "bent"], "failure_rate": [0.5, 0.25]})
    drawing = study_figure(table, FigureSpec(kind="bars", line=("coin",)))
    assert [bar.get_width() for bar in drawing.axes[0].patches] == [0.5, 0.25]
    with pytest.raises(ValueError, match="columns that make a bar"):
        FigureSpec(kind="bars", line=())


def test_a_figure_without_any_number_is_known() -> None:
    figure = FigureSpec(kind="bars", y="state_preparations", line=("label", "engine"))
    assert has_numbers(TABLE, figure)
    scans = TABLE[TABLE["label"] == "nearest"]
    assert not has_numbers(scans, figure)
    never = TABLE[np.isinf(TABLE["state_preparations"])]
    assert has_numbers(never, figure), "no correct recall is said in words"
    assert not has_numbers(never, FigureSpec(x="probes", y="state_preparations"))


@pytest.mark.parametrize(("high", "is_plain"), [(9, True), (90, True), (2000, False)])
def test_short_logarithmic_axes_have_plain_numbers(ax, high, is_plain) -> None:
    ax.set_xscale("log")
    plain_log(ax.xaxis)
    ax.set_xlim(1.5, high)
    ax.figure.canvas.draw()
    labels = ax.get_xticklabels(which="both")
    words = [each.get_text() for each in labels if 1.5 <= each.get_position()[0] <= high]
    words = [word for word in words if word]
    assert words
    assert all(word.isdigit() == is_plain for word in words)
    assert not is_plain or words == [w for w in ("10", "2", "5", "20", "50") if w in words]


def test_lines_of_one_panel_differ_in_color_and_marker() -> None:
    names = [f"m{i}" for i in range(24)]
    table = pd.DataFrame({"label": names, "engine": "exact", "kind": "quantum", "peeks": False})
    styles = line_styles(table).values()
    assert len({(each["color"], each["marker"]) for each in styles}) == 24
    two = line_styles(TABLE)
    assert two["amplification", "aer"]["color"] == two["amplification", "fake:fez"]["color"]
    assert two["amplification", "aer"]["linestyle"] != two["amplification", "fake:fez"]["linestyle"]


def test_baselines_stand_in_every_panel_of_a_kind() -> None:
    table = TABLE.assign(x=[1, 2, 1, 2])
    _, panels = study_panels(table, FigureSpec(x="x", by="kind"))
    assert [title for title, _ in panels] == ["quantum; baselines dashed"]
    assert panels[0][1]["label"].tolist() == table["label"].tolist()


TARGETS = np.array([[1, -1], [-1, -1]])
ANSWERS = np.array([[1, -1], [1, -1]])
PROBES = np.array([[1, 0], [0, 0]], dtype=np.int8)


def test_gallery_frames_say_right_and_wrong() -> None:
    _, axes = new_figure(2, 3, size=(4, 3))
    columns = {"stored": TARGETS, "probe": PROBES, "recall": ANSWERS}
    plot_gallery(columns, TARGETS, (1, 2), axes=axes)
    right, wrong = (axes[row, 2].spines["left"] for row in range(2))
    assert right.get_edgecolor() != wrong.get_edgecolor()
    assert right.get_linestyle() != wrong.get_linestyle()
    unknown = [axes[row, 1].lines[0] for row in range(2)]
    assert [(marks.get_marker(), len(marks.get_xdata())) for marks in unknown] == [
        ("$?$", 1), ("$?$", 2)
    ]  # fmt: skip


def test_a_studys_gallery_has_a_row_for_each_contender() -> None:
    stored, probes, answers = map(spins_to_text, (TARGETS, PROBES, ANSWERS))
    shown = {
        "shape": [1, 2],
        "stored": stored,
        "probes": probes,
        "answers": answers,
        "ambiguous": [False, True],
    }
    (ax,) = study_gallery({"scan": shown, "filter": shown | {"answers": stored}}).axes
    names = [label.get_text() for label in ax.get_yticklabels()]
    assert names == ["stored", "probe", "scan", "filter"]
    frames = [(frame.get_edgecolor(), frame.get_linestyle()) for frame in ax.patches]
    right, wrong = frames[4:6]
    assert frames[6:] == [right, right]
    assert right[0] != wrong[0]
    assert right[1] != wrong[1]
    assert [label.get_text() for label in ax.get_xticklabels()] == ["", "ambi-\nguous"]
    assert len(ax.texts) == 3  # unknown neurons of the probes
