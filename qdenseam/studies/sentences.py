"""What a table lets one say, each sentence by rule, none that its intervals deny."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from qdenseam.experiments.study import FigureSpec
from qdenseam.plots.study import line_name, study_panels
from qdenseam.report.special import shown_cell
from qdenseam.studies.checks import Check

if TYPE_CHECKING:
    import pandas as pd

_MOST = 4
"""Sentences about one figure, at most."""


def check_sentences(checks: Sequence[Check]) -> list[str]:
    """Return how many checks agree, and which do not."""
    failed = [each for each in checks if not each.passed]
    if not checks:
        return []
    if not failed:
        return [f"All {len(checks)} numbers agree with what was published or derived."]
    first = failed[0].to_row()
    return [
        f"{len(failed)} of {len(checks)} numbers do not agree, first {first['quantity']}: "
        f"{first['found']:.4g}, where {first['published']} is expected."
    ]


def leader_sentences(table: "pd.DataFrame", figures: Sequence[object]) -> list[str]:
    """Return who stands highest and who lowest at the end of each panel of figures with intervals.

    Two lines are told apart only where their 95 % intervals do not meet; those between that meet
    the interval of an end are named.
    """
    said = []
    for figure in figures:
        if not isinstance(figure, FigureSpec) or not len(figure.rows(table)):
            continue
        if f"{figure.y}_low" in table:
            _, panels = study_panels(table, figure)
            said += [_of_panel(figure, title, rows) for title, rows in panels][:_MOST]
    return [sentence for sentence in said if sentence]


def _of_panel(figure: FigureSpec, title: str, rows: "pd.DataFrame") -> str:
    last = rows[rows[figure.x] == rows[figure.x].max()].sort_values(figure.y)
    if len(last) < 2 or last[figure.y].isna().any():
        return ""
    y, x = (name.replace("_", " ") for name in (figure.y, figure.x))
    where = f"At {x} {last[figure.x].iloc[0]:g}" + (f" ({title})" if title else "")
    low, high = last.iloc[0], last.iloc[-1]
    names = [f"{line_name(row, figure.line)}, {shown_cell(row, figure.y)}" for row in (high, low)]
    if low[f"{figure.y}_high"] >= high[f"{figure.y}_low"]:
        return f"{where}, the highest and the lowest {y} are not told apart: {' and '.join(names)}."
    between = last.iloc[1:-1]
    beside = {
        "highest": between[between[f"{figure.y}_high"] >= high[f"{figure.y}_low"]],
        "lowest": between[between[f"{figure.y}_low"] <= low[f"{figure.y}_high"]],
    }
    unsure = [
        f"; not told apart from the {end}: "
        + "; ".join(line_name(row, figure.line) for _, row in meeting.iterrows())
        for end, meeting in beside.items()
        if len(meeting)
    ]
    said = f"{where}, {y} is highest for {names[0]}, and lowest for {names[1]}"
    return f"{said}{''.join(unsure)}."
