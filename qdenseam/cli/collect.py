"""``qdenseam collect``: run or resume a study, one of ours or a file of one's own."""

import shlex
from pathlib import Path
from typing import Annotated

import typer
from typer import Argument, Option

from qdenseam.cli.export import Export
from qdenseam.cli.study_folder import (
    Modules,
    Quick,
    Quiet,
    Scheduler,
    Workers,
    collect_into,
    load_modules,
)
from qdenseam.cli.tables import print_pairs
from qdenseam.cli.workers import share_cores, usable_cores


def collect(
    study: Annotated[
        str | None, Argument(help="A study by its name, see --list, or a TOML file of your own.")
    ] = None,
    show_list: Annotated[bool, Option("--list", help="List the studies and stop.")] = False,
    show: Annotated[
        bool, Option("--show", help="Print the study as a TOML file to change, and stop.")
    ] = False,
    out: Annotated[
        Path | None,
        Option(help="Folder, by default named after the study.", show_default=False),
    ] = None,
    quick: Quick = False,
    workers: Workers = None,
    scheduler: Scheduler = None,
    import_module: Modules = None,
    quiet: Quiet = False,
    *,
    export: Export,
) -> None:
    """Run a study, print its table, and draw its figures.

    Finished batches are kept: the same command goes on after an interruption. The folder gets
    results.jsonl, table.csv, the figures, and the study itself as study.toml.
    """
    num_workers = share_cores(workers or usable_cores())  # before numpy reads the environment
    modules = load_modules(import_module)
    from qdenseam.studies.registry import open_study, study_named, study_names, study_text

    if show_list:
        print_pairs((name, study_named(name).title) for name in study_names())
        return
    if study is None:
        raise ValueError(
            "study should be a name, such as qdenseam collect ledger --quick, or a TOML file. Got "
            "none; qdenseam collect --list shows the names."
        )
    asked = study
    is_file = asked.endswith(".toml")
    if show:
        if is_file:
            raise ValueError(f"--show should go with the name of a study. {asked} is a file.")
        typer.echo(study_text(asked), nl=False)
        return
    found = open_study(asked) if is_file else study_named(asked)
    folder = out or Path(Path(asked).stem if is_file else asked)
    collect_into(
        found.smaller() if quick else found,
        folder,
        asked,
        workers=num_workers,
        scheduler=scheduler,
        modules=modules,
        quiet=quiet,
        export=export,
    )
    typer.echo(f"Next: qdenseam report {shlex.quote(str(folder))}", err=export.to_stdout)
