"""What is known of a study's rows, and the table of it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from classical_ref.shown import Shown
from qdenseam.experiments.collecting.records import Record
from qdenseam.experiments.estimates.set_rates import rate_over_sets
from qdenseam.experiments.study import Study
from qdenseam.experiments.study_cells import StudyRow
from qdenseam.experiments.study_rates import MEASURED, RATES, rates_and_costs
from qdenseam.experiments.trials import corruption

if TYPE_CHECKING:
    import pandas as pd

UNFINISHED = "unfinished"
_OF_A_ROW = ("label", "recall", "memory", "mitigation", "kind", "peeks", "engine", "block")


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class RowResult(Shown):
    """One contender on one engine in one cell, and what it answered so far."""

    row: StudyRow
    records: Sequence[Record]
    """Its finished tasks, in the order of the pattern sets; none where it was not run."""
    values: dict[str, list[Any]]
    """Counts, one entry for each pattern set; nothing where it was not run."""
    shown: Mapping[str, Any] | None
    """What a gallery shows of it, see :func:`~.trials.gallery_trial`."""
    stopped: str
    """Why there are no more sets, or :data:`UNFINISHED`."""

    @property
    def line(self) -> tuple[str, str]:
        """Label and engine: what one line of a figure shows."""
        return self.row.label, self.row.engine

    @cached_property
    def columns(self) -> Mapping[str, Any]:
        """Rates with intervals and costs; the row was run."""
        superposed = self.row.memory.startswith("amplitude") and not self.row.peeks
        return MappingProxyType(rates_and_costs(self.values, superposed=superposed))


def row_result(row: StudyRow, records: Sequence[Record]) -> RowResult:
    """Return the result of a row from its finished tasks, that of a gallery among them."""
    values: dict[str, list[Any]] = {}
    counted = [record for record in records if record.kind == "study"]
    for record in counted:
        for name, counts in record.values.items():
            values.setdefault(name, []).extend(counts)
    return RowResult(
        row=row,
        records=counted,
        values=values,
        shown=next((record.values for record in records if record.kind == "gallery"), None),
        stopped=_stopped(row, values),
    )


def study_table(results: Sequence[RowResult]) -> "pd.DataFrame":
    """Return one line for each row that was run; see :func:`~.run_study.run_study`."""
    import pandas as pd

    return pd.DataFrame(
        [
            {
                **known_columns(each.row),
                **each.columns,
                "seconds": sum(record.seconds for record in each.records),
                "stopped": each.stopped,
            }
            for each in results
            if each.records
        ],
        columns=table_columns([each.row for each in results]),
    )


def known_columns(row: StudyRow) -> dict[str, Any]:
    """Return the columns of a row that are known before anything is run."""
    known = {name: getattr(row, name) for name in _OF_A_ROW}
    return {**known, **row.cell, "corruption": corruption(row.cell)}


def table_columns(rows: Iterable[StudyRow]) -> list[str]:
    """Return the columns of the table of these rows, whichever of them were run."""
    rows = list(rows)
    axes = dict.fromkeys(axis for row in rows for axis in row.cell)
    left_out = () if any(row.mitigation != "none" for row in rows) else MEASURED
    rates = [name for name in RATES if name not in left_out]
    return [*_OF_A_ROW, *axes, "corruption", *rates, "seconds", "stopped"]


def shown_results(study: Study, results: Sequence[RowResult]) -> list[RowResult]:
    """Return the results that a study shows as numbers, all or those of its tables, by cell."""
    shown = [
        each
        for each in results
        if not study.tables or any(t.takes(each.row.block, each.row.cell) for t in study.tables)
    ]
    blocks = {block.name: place for place, block in enumerate(study.axes)}
    cells = {
        place: number for number, place in enumerate(dict.fromkeys(r.row.place for r in shown))
    }
    return sorted(shown, key=lambda each: (blocks[each.row.block], cells[each.row.place]))


def _stopped(row: StudyRow, values: dict[str, list[Any]]) -> str:
    until, num_sets = row.sampling.until, len(values.get("probes", ()))
    if until is None:
        return "as asked" if num_sets >= row.sampling.pattern_sets else UNFINISHED
    if num_sets < until.at_least_sets:
        return UNFINISHED
    found = rate_over_sets(values["failures"], values["probes"])
    if found.high - found.low <= 2 * until.half_width:
        return "narrow enough"
    return "at_most_sets" if num_sets >= until.at_most_sets else UNFINISHED
