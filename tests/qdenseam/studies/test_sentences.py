"""What is said of a table is what its intervals support, on planted tables."""

import numpy as np
import pandas as pd
import pytest

from qdenseam.experiments.estimates.statistics import Estimate
from qdenseam.report.special import shown_cell
from qdenseam.studies import FigureSpec, held, mean_of
from qdenseam.studies.sentences import check_sentences, leader_sentences
from qdenseam.studies.special import as_table

FIGURE = FigureSpec(x="size", y="score", by="noise", line=("who",))


def planted(*ends):
    rows = [
        {"who": who, "noise": "low", "size": 2, "score": best, "score_low": low, "score_high": high}
        for who, (low, best, high) in zip("abc", ends, strict=False)
    ]
    return pd.DataFrame([{**rows[0], "size": 1, "score": 9.0}, *rows])


def test_lines_apart_are_named_and_others_are_not_told_apart():
    (said,) = leader_sentences(
        planted((0.1, 0.2, 0.3), (0.5, 0.6, 0.7), (0.35, 0.4, 0.45)), [FIGURE]
    )
    assert said == (
        "At size 2 (noise: low), score is highest for b, 0.6 [0.5, 0.7], and lowest for a, "
        "0.2 [0.1, 0.3]."
    )
    (said,) = leader_sentences(
        planted((0.1, 0.2, 0.3), (0.5, 0.6, 0.7), (0.25, 0.4, 0.45)), [FIGURE]
    )
    assert said.endswith("0.2 [0.1, 0.3]; not told apart from the lowest: c.")
    (said,) = leader_sentences(
        planted((0.1, 0.2, 0.3), (0.5, 0.6, 0.7), (0.25, 0.4, 0.6)), [FIGURE]
    )
    assert said.endswith("; not told apart from the highest: c; not told apart from the lowest: c.")
    (said,) = leader_sentences(planted((0.1, 0.2, 0.5), (0.5, 0.6, 0.7)), [FIGURE])
    assert "not told apart: b, 0.6 [0.5, 0.7] and a, 0.2 [0.1, 0.5]" in said
    (said,) = leader_sentences(planted((-np.inf, 0.2, np.inf), (0.5, 0.6, 0.7)), [FIGURE])
    assert "not told apart: b, 0.6 [0.5, 0.7] and a, 0.2." in said
    assert leader_sentences(planted((0.1, 0.2, 0.3)), [FIGURE]) == []
    assert leader_sentences(planted((0.1, np.nan, 0.3), (0.5, 0.6, 0.7)), [FIGURE]) == []
    without = planted((0.1, 0.2, 0.3), (0.5, 0.6, 0.7)).drop(columns=["score_low", "score_high"])
    assert leader_sentences(without, [FIGURE]) == []


def test_checks_that_fail_are_named():
    good, bad = held("a", 1.0, 1.0), held("b", 2.0, 1.0)
    assert check_sentences([]) == []
    assert check_sentences([good, good])[0].startswith("All 2 numbers agree")
    assert check_sentences([good, bad]) == [
        "1 of 2 numbers do not agree, first b: 2, where 1 is expected."
    ]


def test_an_interval_stands_behind_its_number():
    sides = Estimate(low=0.5, best=0.75, high=np.inf, method="", level=0.95, covers="")
    single, several = mean_of([0.5], "runs"), mean_of([1.0, 2.0, 3.0], "runs")
    (row,) = as_table(
        [{"a": sides, "b": single, "c": several, "d": None, "e": "x", "f": 2}]
    ).to_dict("records")
    assert [shown_cell(row, name) for name in "abdef"] == ["0.75 [0.5, ∞]", "0.5", "–", "x", "2"]
    student = 4.30265273  # of two degrees of freedom
    assert several.high - several.best == pytest.approx(student / np.sqrt(3))
