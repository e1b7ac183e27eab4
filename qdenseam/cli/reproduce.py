"""``qdenseam reproduce``: published results made again."""

from pathlib import Path
from typing import Annotated

import typer
from typer import Argument, Option

from qdenseam.cli.export import Export
from qdenseam.cli.study_folder import Quick, Quiet, Workers, collect_into
from qdenseam.cli.tables import print_text
from qdenseam.cli.workers import share_cores, usable_cores


def reproduce(
    name: Annotated[str | None, Argument(help="Which one; see --list.", show_default=False)] = None,
    show_list: Annotated[bool, Option("--list", help="List the reproductions and stop.")] = False,
    out: Annotated[
        Path | None,
        Option(help="Folder, by default named after the reproduction.", show_default=False),
    ] = None,
    quick: Quick = False,
    workers: Workers = None,
    quiet: Quiet = False,
    *,
    export: Export,
) -> None:
    """Make a published result again, and say how well it agrees.

    It is a study like those of qdenseam collect, with checks: the exit status is 1 where one
    fails. Tolerances are wider where --quick samples less.
    """
    num_workers = share_cores(workers or usable_cores())  # before numpy reads the environment
    from qdenseam.spelling.names import unknown_name
    from qdenseam.studies.registry import reproductions

    known = {study.name: study for study in reproductions()}
    if show_list:
        for study in known.values():
            typer.echo(study.name)
            print_text(study.title, indent="  ")
            print_text(study.source, indent="  ")
        return
    if name not in known:
        raise unknown_name("name", name or "none", known)
    study = known[name].smaller() if quick else known[name]
    folder = out or Path(study.name)
    found = collect_into(study, folder, study.name, workers=num_workers, quiet=quiet, export=export)
    if not all(check.passed for check in found.checks):
        raise typer.Exit(1)
