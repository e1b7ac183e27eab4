"""The folder of a study, what is written there, and modules that register methods of one's own."""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer import Argument, Option

from qdenseam.cli.export import Export, Write
from qdenseam.cli.progress import resumable, shown_progress
from qdenseam.cli.tables import heading, print_rows, print_text

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from qdenseam.studies.base import Findings
    from qdenseam.studies.registry import AnyStudy

_MOST_ROWS = 24
"""Of contenders in whole cells on a terminal; one cell is shown whatever its size."""

Folder = Annotated[Path, Argument(help="What qdenseam collect or compare wrote.")]
Modules = Annotated[
    list[str] | None,
    Option(
        "--import",
        metavar="MODULE",
        help="Import a module first, here and in workers: it registers methods or studies of your "
        "own. Its code is run. May be given several times.",
        show_default=False,
    ),
]
Workers = Annotated[
    int | None,
    Option(
        min=1,
        help="Processes that share the work; 1 does it in this one. By default one per core.",
        show_default=False,
    ),
]
Scheduler = Annotated[
    str | None,
    Option(
        metavar="ADDRESS",
        help="Have the workers of a Dask scheduler do it, such as tcp://10.0.0.1:8786.",
        show_default=False,
    ),
]
Quick = Annotated[bool, Option("--quick", help="Sample less, for a first look.")]
Quiet = Annotated[bool, Option("--quiet", help="Show no progress.")]


def load_modules(names: list[str] | None) -> tuple[str, ...]:
    """Import modules and return their names.

    Raises:
        ValueError: One cannot be imported.
    """
    for name in names or ():
        try:
            import_module(name)
        except ImportError as error:
            raise ValueError(
                f"--import should name a module that can be imported. Got {name!r} ({error}); is "
                "its folder on PYTHONPATH?"
            ) from error
    return tuple(names or ())


def collect_into(
    study: "AnyStudy",
    folder: Path,
    label: str,
    *,
    workers: int,
    scheduler: str | None = None,
    modules: tuple[str, ...] = (),
    quiet: bool = False,
    export: Export,
) -> "Findings":
    """Run what a folder lacks of a study, and write its table and figures there.

    Raises:
        ValueError: A setting of the study is wrong, or the folder is another's; nothing is written.
        QDenseAMError: A trial failed; finished rows are kept.
        OSError: The folder cannot be written.
    """
    from classical_ref.files import check_folder
    from qdenseam.experiments.collecting.results_table import write_table
    from qdenseam.experiments.study_shown import figure_names, page_files
    from qdenseam.plots.style import save_figure
    from qdenseam.versions import mixed_versions

    study.checked()  # what cannot be run leaves no folder
    check_folder(folder, page_files(figure_names(study.figures)), name="--out")
    results = folder / "results.jsonl"
    with (
        export.ready() as write,
        resumable(results),
        shown_progress(label, last="summing up", quiet=quiet) as on_progress,
        executor_of(scheduler) as executor,
    ):
        study.keep(folder / "study.toml")
        study.run(
            results,
            num_workers=0 if executor or workers == 1 else workers,
            executor=executor,
            on_progress=on_progress,
            modules=modules,
        )
        found = study.read(results)
        write_table(found.table, folder / "table.csv")
        write_found(found, write)
        print_found(found, folder / "table.csv")
        for sentence in mixed_versions(record.versions for record in found.records):
            print_text(sentence)
        typer.echo(f"Table: {folder / 'table.csv'}")
        for name, each in found.named(study.figures):
            picture = folder / f"{name}.png"
            save_figure(found.drawn(each), picture)
            typer.echo(f"Figure: {picture}")
    return found


def write_found(found: "Findings", write: Write) -> None:
    """Write the whole table of a study, with its checks."""
    rows = found.table.to_dict("records")
    checks = {"checks": [each.to_row() for each in found.checks]} if found.checks else {}
    write(rows, {"rows": rows, "sentences": list(found.sentences), **checks})


def print_found(found: "Findings", file: Path) -> None:
    """Print the main rows of a study by cell, an interval behind its number, or its checks.

    What is the same in all rows of a cell is said once; ``file`` holds all rows and columns.
    """
    from qdenseam.report.special import main_columns

    if found.checks:
        names = ["quantity", "found", "published", "tolerance", "agrees"]
        _print_cells([check.to_row() for check in found.checks], names, file)
        return
    table = found.table if found.brief is None else found.brief
    names = main_columns(found.columns)
    is_of_contenders = found.brief is not None
    axes = names[2 : names.index("failure_rate")] if is_of_contenders else []
    num_shown = 0
    rows: list[dict[str, Any]] = table.to_dict("records")
    for _, group in groupby(rows, key=lambda row: [str(row.get(axis)) for axis in axes]):
        cell = list(group)
        if num_shown and num_shown + len(cell) > _MOST_ROWS:
            break
        if num_shown:
            typer.echo()
        num_shown += len(cell)
        _print_cells(cell, names, file, says_same=True)
    if num_shown < len(found.table):
        print_text(f"These are {num_shown} of {len(found.table)} rows; {file} holds all.")


def _print_cells(
    rows: list[dict[str, Any]], names: list[str], file: Path, *, says_same: bool = False
) -> None:
    from qdenseam.report.special import shown_cell

    cells = [{name: shown_cell(row, name) for name in names} for row in rows]
    told = names[1:] if says_same and len(rows) > 1 else []
    same = [n for n in told if n != "failure_rate" and len({row[n] for row in cells}) == 1]
    if said := ", ".join(f"{heading(n)} {cells[0][n]}" for n in same if cells[0][n] != "–"):
        print_text(f"In these rows: {said}.")
    shown = [name for name in names if name not in same]
    right = [name for name in shown if not isinstance(rows[0].get(name), str)]
    print_rows(cells, columns=shown, right=right, rest=f"see {file}")


@contextmanager
def executor_of(scheduler: str | None) -> "Iterator[Executor | None]":
    """Yield the executor of a Dask scheduler, or None where none is named."""
    if scheduler is None:
        yield None
        return
    from qdenseam.experiments.collecting.clusters import dask_executor

    with dask_executor(scheduler) as executor:
        yield executor
