"""``qdenseam report``: one page for a study, and its table as a file."""

import shlex
from pathlib import Path
from typing import Annotated

import typer
from typer import Option

from qdenseam.cli.outputs import output_file
from qdenseam.cli.progress import shown_progress
from qdenseam.cli.study_folder import Folder, Modules, load_modules
from qdenseam.cli.tables import print_text


def report(
    folder: Folder,
    table: Annotated[
        Path | None,
        Option(
            callback=output_file(".csv", ".parquet"),
            metavar="FILE",
            help="Also write the table, to FILE.csv or FILE.parquet.",
        ),
    ] = None,
    import_module: Modules = None,
) -> None:
    """Write what a study shows as one page, FOLDER/report.html.

    The page needs no other file. Nothing is run; what is missing is said.
    """
    modules = load_modules(import_module)
    from qdenseam.experiments.collecting.results_table import write_table
    from qdenseam.studies.folder import read_folder

    study, found = read_folder(folder)

    if table is not None:
        write_table(found.table, table)
        typer.echo(f"Table: {table}")
    words = ["qdenseam", "collect", str(folder / "study.toml"), "--out", str(folder)]
    words += [word for module in modules for word in ("--import", module)]
    with shown_progress("report"):
        page = study.write_report(found, folder, command=shlex.join(words))
    for sentence in found.sentences:
        print_text(f"- {sentence}")
    typer.echo(f"Report: {page}")
