"""``qdenseam compare``: the main job, with every size an option."""

from pathlib import Path
from typing import Annotated

import typer
from typer import Option

from qdenseam.cli.export import Export
from qdenseam.cli.progress import resumable, shown_progress
from qdenseam.cli.study_folder import (
    Modules,
    Quiet,
    Scheduler,
    Workers,
    executor_of,
    load_modules,
    print_found,
    write_found,
)
from qdenseam.cli.tables import print_text
from qdenseam.cli.workers import share_cores, usable_cores
from qdenseam.studies.comparison_settings import ComparisonSettings


def compare(
    settings: ComparisonSettings,
    out: Annotated[
        Path, Option(help="Folder for results.jsonl, report.html, the table and the figures.")
    ] = Path("qdenseam-report"),
    workers: Workers = None,
    scheduler: Scheduler = None,
    import_module: Modules = None,
    quiet: Quiet = False,
    *,
    export: Export,
) -> None:
    """Compare classical and quantum recall.

    All methods get the same probes of the same data, and a report shows how they did. It is a
    study: qdenseam report OUT and qdenseam plot OUT show it as any other.

    Finished work is kept in OUT/results.jsonl: the same command goes on after an interruption, and
    does nothing more once it is done.
    """
    num_workers = share_cores(workers or usable_cores())  # before numpy reads the environment
    modules = load_modules(import_module)
    from qdenseam.studies.compare import compare as run_comparison

    with (
        export.ready() as write,
        resumable(out / "results.jsonl"),
        shown_progress("compare", last="writing the report", quiet=quiet) as on_progress,
        executor_of(scheduler) as executor,
    ):
        comparison = run_comparison(
            settings,
            out=out,
            num_workers=0 if executor else num_workers,
            executor=executor,
            on_progress=on_progress,
            modules=modules,
        )
        write_found(comparison.found, write)
        print_found(comparison.found, out / "table.csv")
        for sentence in comparison.found.sentences:
            print_text(f"- {sentence}")
        typer.echo(f"Report: {comparison.report}")
