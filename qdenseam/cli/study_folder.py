"""The folder of a study, what is written there, and modules that register methods of one's own."""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer import Argument, Option

from qdenseam.cli.progress import resumable, shown_progress
from qdenseam.cli.rows import print_rows

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from qdenseam.studies.base import Findings
    from qdenseam.studies.registry import AnyStudy

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
) -> "Findings":
    """Run what a folder lacks of a study, and write its table and figures there.

    Raises:
        ValueError: A setting of the study is wrong, or the folder is another's; nothing is written.
        QDenseAMError: A trial failed; finished rows are kept.
        OSError: The folder cannot be written.
    """
    from qdenseam.experiments.collecting.results_table import write_table
    from qdenseam.versions import mixed_versions

    study.checked()  # what cannot be run leaves no folder
    results = folder / "results.jsonl"
    with (
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
    print_found(found)
    for sentence in mixed_versions(record.versions for record in found.records):
        typer.echo(sentence)
    typer.echo(f"Table: {folder / 'table.csv'}")
    for name, each in found.named(study.figures):
        picture = folder / f"{name}.png"
        found.drawn(each).savefig(picture)
        typer.echo(f"Figure: {picture}")
    return found


def print_found(found: "Findings") -> None:
    """Print the table of a study, an interval behind its number, and its checks."""
    from qdenseam.report.special import main_columns, shown_cell

    def shown(rows: list[dict[str, Any]], columns: list[str]) -> None:
        cells = [{name: shown_cell(row, name) for name in columns} for row in rows]
        print_rows(cells, right=[n for n in columns if not isinstance(rows[0].get(n), str)])

    if not found.checks:
        rows = found.table if found.brief is None else found.brief
        shown(rows.to_dict("records"), main_columns(found.columns))
        if len(rows) < len(found.table):
            typer.echo(f"These are {len(rows)} of {len(found.table)} rows; table.csv holds all.")
    else:
        names = ["quantity", "found", "published", "tolerance", "agrees"]
        shown([check.to_row() for check in found.checks], names)


@contextmanager
def executor_of(scheduler: str | None) -> "Iterator[Executor | None]":
    """Yield the executor of a Dask scheduler, or None where none is named."""
    if scheduler is None:
        yield None
        return
    from qdenseam.experiments.collecting.clusters import dask_executor

    with dask_executor(scheduler) as executor:
        yield executor
