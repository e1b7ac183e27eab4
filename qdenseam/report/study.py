"""The report of any study: sentences, its figures, its table, and how it was made."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from classical_ref.files import check_folder, write_whole
from qdenseam.experiments.challenge import CLASSICAL
from qdenseam.experiments.collecting.results_table import write_table
from qdenseam.experiments.standings import Standing, lines_of, shown_name, standings
from qdenseam.experiments.study import Study
from qdenseam.experiments.study_capacities import capacity_rows
from qdenseam.experiments.study_findings import FEW_PROBES, counted, study_sentences
from qdenseam.experiments.study_parts import Entrant
from qdenseam.experiments.study_results import UNFINISHED, RowResult, shown_results, study_table
from qdenseam.experiments.study_shown import figure_names, page_files
from qdenseam.experiments.trials import corruption
from qdenseam.report.figures import left_out, shown_figures
from qdenseam.report.page import render, shown_number, shown_rate
from qdenseam.toml_text import toml_text
from qdenseam.versions import versions_in

_COSTS = {
    "acceptance": ("acceptance", 1.0),
    "success per shot": ("success_per_shot", 1.0),
    "state preparations": ("state_preparations", 1.0),
    "two-qubit gates": ("two_qubit_gates", 1.0),
    "device ms": ("device_seconds", 1e3),
    "training evaluations a probe": ("evaluations", 1.0),
}
"""Name in the page, column of the table and factor; shown where any row has such a number."""


def write_study_report(
    study: Study, results: Sequence[RowResult], folder: str | Path, *, command: str
) -> Path:
    """Write ``report.html`` into a folder and return its path.

    The page needs no other file; ``table.csv`` and every figure as PNG stand beside it for other
    uses.

    Args:
        study: What was asked.
        results: Of :func:`~qdenseam.experiments.run_study.read_study`.
        folder: Where the page goes; it exists.
        command: The command line that makes the results again.

    Raises:
        ValueError: A figure names a column that the table does not have.
        OSError: The page cannot be written.
    """
    folder = check_folder(folder, page_files(figure_names(study.figures)))
    table = study_table(results)
    write_table(table, folder / "table.csv")
    records = [record for each in results for record in each.records]
    shown = shown_results(study, results)
    rows = [(each, _row(each.columns) if each.records else {}) for each in shown]
    page = render(
        "study.html.j2",
        title=study.title or "A study",
        sentences=study_sentences(study, results),
        standings=[_standing(each) for each in standings(lines_of(results)) if each.floor.is_scan],
        figures=list(shown_figures(study, results, table, folder)),
        left_out=left_out(study, table),
        columns=[
            name
            for name in (*_row_names(), *_COSTS)
            if any(row.get(name, "–") != "–" for _, row in rows)
        ],
        cells=list(_cells(rows)),
        num_left_out=len(results) - len(shown),
        is_sequential=any(each.row.sampling.until for each in results),
        capacities=[
            (asked, [_capacity(row) for row in capacity_rows(results, asked)])
            for asked in study.capacities
        ],
        contenders=[_contender(each, results) for each in study.contenders],
        is_quantum=any(each.row.kind == "quantum" for each in results),
        command=command,
        seconds=round(sum(record.seconds for record in records)),
        versions=versions_in(record.versions for record in records),
        toml=toml_text(study.to_dict()),
    )
    path = folder / "report.html"
    write_whole(path, page)
    return path


def _row_names() -> tuple[str, ...]:
    return "failures", "failure rate", "where unambiguous", "as measured"


def _row(columns: Mapping[str, Any]) -> dict[str, str]:
    costs = {
        name: shown_number(None if value is None else factor * value)
        for name, (column, factor) in _COSTS.items()
        for value in [columns[column] if column != "evaluations" else columns[column] or None]
    }
    rates = [shown_rate(columns, name) for name in ("failure_rate", "clear_rate")]
    is_inferred = "measured_failure_rate" in columns
    rates.append(shown_rate(columns, "measured_failure_rate") if is_inferred else "–")
    counts = f"{columns['failures']} of {columns['probes']}"
    return dict(zip(_row_names(), (counts, *rates), strict=True), **costs)


def _cells(rows: list[tuple[RowResult, dict[str, str]]]) -> Iterator[dict[str, Any]]:
    """The cells in the order asked; in each what every contender answered, or why nothing."""
    everyone = list(dict.fromkeys(_shown_name(each) for each, _ in rows))
    places = dict.fromkeys((each.row.place, each.row.params["num_probes"]) for each, _ in rows)
    for place in places:
        here = {
            each.line: (each, row)
            for each, row in rows
            if (each.row.place, each.row.params["num_probes"]) == place
        }
        listed = []
        for result, values in here.values():
            name = _shown_name(result)
            name += " (unfinished)" if values and result.stopped == UNFINISHED else ""
            num_probes = sum(result.values["probes"]) if values else FEW_PROBES
            name += f" ({counted(num_probes, 'probe')} only)" if num_probes < FEW_PROBES else ""
            listed.append({"name": name, "word": "" if values else "not run", "numbers": values})
        asked = {_shown_name(result) for result, _ in here.values()}
        yield {
            "name": _cell_name([result for result, _ in here.values()]),
            "rows": listed,
            "not_asked": [name for name in everyone if name not in asked],
        }


def _shown_name(result: RowResult) -> str:
    return shown_name(*result.line, peeks=result.row.peeks)


def _cell_name(results: Sequence[RowResult]) -> str:
    cell = results[0].row.cell
    words = [", ".join(f"{axis.replace('_', ' ')} {value}" for axis, value in cell.items())]
    ran = next((each for each in results if each.records), None)
    if ran is not None:
        columns = ran.columns
        words.append(
            f"{columns['ambiguous']:.0%} of {counted(columns['probes'], 'probe')} ambiguous"
        )
        independent = np.sqrt(2 / (np.pi * float(cell["num_neurons"])))
        words.append(
            f"mean absolute overlap of patterns {columns['overlap']:.2f} (independent ones "
            f"{independent:.2f})"
        )
        if ran.row.sampling.until:
            why = dict.fromkeys(each.stopped.replace("_", " ") for each in results if each.records)
            words.append(f"{counted(columns['sets'], 'pattern set')} ({', '.join(why)})")
    return "; ".join(words)


def _standing(found: Standing) -> dict[str, str]:
    difference = found.difference
    return {
        "name": found.line.name,
        "scan": found.floor.first.row.label,
        "failures": f"{found.failures} of {found.probes}",
        "of the scan": str(found.floor_failures),
        "difference of rates": f"{difference.best:+.3f} "
        f"[{difference.low:+.3f}, {difference.high:+.3f}]",
        "fails": found.verdict,
        "where unambiguous": f"{found.clear_failures} of {found.clear_probes}",
    }


def _capacity(row: dict[str, Any]) -> dict[str, str]:
    return {
        "name": shown_name(row["label"], row["engine"]),
        "neurons": str(row["num_neurons"]),
        "corruption": corruption(row),
        "over all probes": row["capacity"],
        "where unambiguous": row["clear_capacity"],
        "note": row["note"] or "–",
    }


def _contender(entrant: Entrant, results: Sequence[RowResult]) -> dict[str, str]:
    own = [each.row for each in results if each.row.entrant == entrant]
    told = ["the number of flipped bits"] if own and own[0].told_flips else []
    told += ["the answer, read classically"] if own and own[0].peeks else []
    held = any(row.cell["erasures"] and not row.cell["flips"] for row in own)
    completes = own and not own[0].corrects
    engines = dict.fromkeys(row.engine for row in own)
    inferred = "" if entrant.mitigation == "none" else f", then {entrant.mitigation}"
    return {
        "name": entrant.name,
        "recall": entrant.recall + inferred,
        "note": entrant.note,
        "memory": "" if CLASSICAL in engines else entrant.memory,
        "engines": ", ".join(engines),
        "certain": "known bits, always" if completes else "known bits" if held else "nothing",
        "told": " and ".join(told) or "nothing",
    }
