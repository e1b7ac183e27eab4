"""The main job: classical and quantum recall on the same data, compared and reported."""

import shlex
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from qdenseam.experiments import Progress, Record, collect
from qdenseam.experiments.comparison_tasks import (
    ComparisonSettings,
    FittedSettings,
    check_feasible,
    comparison_tasks,
)

__all__ = ["Comparison", "ComparisonSettings", "compare", "comparison_tasks", "rerun_command"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What :func:`compare` returns."""

    settings: FittedSettings
    """All sizes, fitted to the data."""
    records: list[Record] = field(repr=False)
    table: Any = field(repr=False)
    """One row per contender, engine and corruption, a pandas ``DataFrame``."""
    takeaways: list[str]
    """What to take home, by rule from the rows."""
    report: Path
    """The HTML page."""


def compare(
    settings: ComparisonSettings | None = None,
    *,
    out: str | Path = "qdenseam-report",
    num_workers: int = 0,
    on_progress: Callable[[Progress], None] | None = None,
) -> Comparison:
    """Run the comparison, resuming what ``out`` already holds, and write the report.

    Args:
        settings: All sizes; those not named are fitted to the data. The defaults take about two
            minutes on two cores.
        out: Folder for ``results.jsonl``, ``report.html`` and the figures.
        num_workers: Worker processes; 0 runs in this one.
        on_progress: Called as cells finish.

    Returns:
        The records, their table and the path of the report.

    Raises:
        ValueError: A size that was named does not fit the data.
        OSError: ``out`` cannot be written; nothing was run.
        ResultsFileError: ``out`` holds a damaged results file.
    """
    from qdenseam.experiments.findings import standings, takeaways
    from qdenseam.experiments.summary import comparison_table
    from qdenseam.report.comparison import write_report

    asked = settings or ComparisonSettings()
    check_feasible(asked)
    fitted = asked.fitted()
    folder = Path(out)
    tasks = comparison_tasks(fitted)
    records = collect(
        tasks,
        folder / "results.jsonl",
        num_workers=num_workers,
        on_progress=on_progress,
        modules=("qdenseam.experiments.trials",),
    )
    table = comparison_table(records)
    report = write_report(records, table, asdict(fitted), folder, command=rerun_command(asked))
    return Comparison(
        settings=fitted,
        records=records,
        table=table,
        takeaways=takeaways(standings(records), table, asdict(fitted)),
        report=report,
    )


def rerun_command(settings: ComparisonSettings) -> str:
    """Return the command line that makes the report again."""
    words = ["qdenseam", "compare"]
    for each in fields(settings):
        value = getattr(settings, each.name)
        if value != each.default:
            words.append(f"--{each.name.replace('_', '-')}")
            if value is not True:
                words.append(",".join(map(str, value)) if isinstance(value, tuple) else str(value))
    return shlex.join(words)
