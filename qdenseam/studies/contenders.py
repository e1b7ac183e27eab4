"""A study of contenders, as a TOML file says it, with the face of all studies."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Unpack

from classical_ref.shown import Shown
from qdenseam.experiments.run_study import finished_study, read_study
from qdenseam.experiments.study import DATA_AXES, FigureSpec, Study
from qdenseam.experiments.study_cells import StudyRow, study_rows
from qdenseam.experiments.study_findings import study_sentences
from qdenseam.experiments.study_rates import COSTS
from qdenseam.experiments.study_results import (
    known_columns,
    shown_results,
    study_table,
    table_columns,
)
from qdenseam.studies.base import Findings, How

_SHOWN = (
    "failure_rate",
    "failure_rate_low",
    "failure_rate_high",
    "ambiguous",
    "probes",
    "acceptance",
    "state_preparations",
    "two_qubit_gates",
    "device_seconds",
)
_FEW_SETS = 2


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ContenderStudy(Shown):
    """Data, contenders and axes, answered by the one generic trial."""

    study: Study
    title: str = field(init=False)
    figures: tuple[FigureSpec, ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "title", self.study.title or "A study")
        object.__setattr__(self, "figures", self.study.figures)

    def _facts(self) -> Mapping[str, object]:
        return self.study._facts()  # noqa: SLF001

    def _more_html(self) -> str:
        return self.study._more_html()  # noqa: SLF001

    def checked(self) -> None:
        """Refuse spellings that cannot be understood, data that cannot serve, unclear figures."""
        rows = study_rows(self.study)
        for number, figure in enumerate(self.figures, start=1):
            try:
                _check_figure(figure, rows)
            except ValueError as error:
                raise ValueError(f"figure {number}: {error}") from error

    def smaller(self) -> "ContenderStudy":
        """Return it with two pattern sets a cell."""
        sampling = self.study.sampling
        few = replace(sampling, pattern_sets=min(_FEW_SETS, sampling.pattern_sets), until=None)
        axes = [
            replace(block, sampling={**block.sampling, "pattern_sets": few.pattern_sets})
            for block in self.study.axes
        ]
        return ContenderStudy(replace(self.study, sampling=few, axes=tuple(axes)))

    def keep(self, path: Path) -> None:
        """Write the TOML file that says it."""
        self.study.keep(path)

    def run(self, path: Path, **how: Unpack[How]) -> None:
        """Run what a results file lacks."""
        finished_study(self.study, path, **how)

    def read(self, path: Path) -> Findings:
        """Return what a results file holds of it."""
        results = read_study(self.study, path)
        if not any(each.records for each in results):
            raise ValueError(
                f"{path} should hold rows of this study. Got none; have its data changed? Run "
                "qdenseam collect."
            )
        named = dict.fromkeys(axis for block in self.study.axes for axis in block.values)
        axes = [axis for axis in dict.fromkeys((*DATA_AXES, *named)) if axis in named]
        brief = study_table(shown_results(self.study, results))
        return Findings(
            table=study_table(results),
            columns=("label", "engine", *axes, *_SHOWN),
            sentences=study_sentences(self.study, results),
            records=[record for each in results for record in each.records],
            results=results,
            brief=brief.drop(
                columns=[f"{cost}_{end}" for cost in COSTS for end in ("low", "high")]
            ),
        )

    def write_report(self, found: Findings, folder: Path, *, command: str) -> Path:
        """Write the page."""
        from qdenseam.report.study import write_study_report

        return write_study_report(self.study, found.results, folder, command=command)


def _check_figure(figure: FigureSpec, rows: Sequence[StudyRow]) -> None:
    """Refuse unknown columns, lines of failure rates that meet an x twice, bars of many cells."""
    import pandas as pd

    figure.check_columns(table_columns(rows))
    table = pd.DataFrame([{**known_columns(row), "place": row.place} for row in rows])
    texts = {"stopped", *(name for name in table if isinstance(table[name].iloc[0], str))}
    for name in {figure.x, figure.y} & texts if figure.kind in ("lines", "bars") else ():
        raise ValueError(f"x and y should be columns of numbers. Got {name!r}.")
    names = [*filter(None, (figure.x, figure.by)), *figure.line]
    is_known = {*names, *figure.where} <= {*table.columns}
    is_clear = figure.kind == "lines" and figure.y != "failure_rate"
    if figure.kind not in ("lines", "bars") or is_clear or not is_known:
        return
    drawn = replace(figure, y=figure.x).rows(table)
    if figure.kind == "bars":
        drawn = drawn.drop_duplicates([*names, "place"])
    if drawn.duplicated(names).any():
        one = (
            f"a line of a figure should have one row for each {figure.x}"
            if figure.x
            else ("a bar of a figure should be of one cell")
        )
        raise ValueError(
            f"{one}. Got several of {figure.line}; choose a block of `axes`, or name the other "
            "axis in `by` (or `line`, `where`)."
        )
