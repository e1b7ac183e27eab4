"""The page of a study with a trial of its own: wide tables, checks and drawn figures."""

import numpy as np
import pandas as pd
import pytest
from page_checks import checked_page

from qdenseam.experiments.study import FigureSpec
from qdenseam.plots.style import framed, new_figure
from qdenseam.report.special import write_special_report


@pytest.fixture
def path(tmp_path):
    names = [f"share_of_kind_{number}" for number in range(12)]
    interval = (("", 0.25), ("_low", 0.1), ("_high", 0.4))
    row = {"device": "fake:torino"} | {n + end: value for n in names for end, value in interval}
    row["share_of_kind_11_low"] = -np.inf  # as of a correlation of few points
    table = pd.DataFrame([row | {"load": load, "note": None} for load in (1, 2, 4)])
    drawing, axes = new_figure(1, 3, size=(12, 4))
    for ax in axes[0]:
        framed(ax, "x", "y").plot([0, 1], [0, 1])
    check = {
        "quantity": "slope",
        "found": 0.98,
        "published": 1.0,
        "tolerance": 0.05,
        "agrees": True,
    }
    return write_special_report(
        tmp_path,
        title="shares of kinds",
        source="Somebody (2020), figure 1",
        note="Over all probes.",
        sentences=[],
        figures={
            "lines": ("Lines.", drawing),
            "figure-2": FigureSpec(x="load", y=names[0], line=("device",)),
        },
        table=table,
        columns=list(table),
        checks=[check | {"agrees": True}],
        records=[],
        command="qdenseam collect shares",
    )


def test_the_page(path):
    page = checked_page(path.read_text())
    assert ["slope", "0.98", "1", "0.05", "yes"] in page.rows
    row = next(row for row in page.rows if row[0].startswith("fake"))
    assert row[1:13] == ["0.25 [0.1, 0.4]"] * 11 + ["0.25 [-∞, 0.4]"]
    assert page.texts["h1"] == "Shares of kinds"
    assert not page.all("ol")
    assert "Lines." in page.alts
    assert {given["href"] for given in page.all("a")} == {
        "table.csv", "lines.png", "figure-2.png"
    }  # fmt: skip


def test_nothing_is_cut(path, laid_out):
    laid_out(path)
