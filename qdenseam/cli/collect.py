"""``qdenseam collect``: run or resume a study."""

from pathlib import Path
from typing import Annotated

import typer
from typer import Argument, Option

from qdenseam.cli.progress import resumable, shown_progress
from qdenseam.cli.rows import print_rows
from qdenseam.cli.workers import share_cores, usable_cores


def collect(
    preset: Annotated[str | None, Argument(help="Which study; see --list.")] = None,
    show_list: Annotated[bool, Option("--list", help="List the studies and stop.")] = False,
    out: Annotated[
        Path | None,
        Option(help="Results file. By default qdenseam-PRESET.jsonl.", show_default=False),
    ] = None,
    workers: Annotated[
        int | None,
        Option(
            min=1,
            help="Processes that share the work; 1 does it in this one. By default one per core.",
            show_default=False,
        ),
    ] = None,
    quiet: Annotated[bool, Option("--quiet", help="Show no progress.")] = False,
) -> None:
    """Run a study and print its table.

    Finished batches are kept in the results file: the same command goes on after an interruption.
    """
    num_workers = share_cores(workers or usable_cores())  # before numpy reads the environment
    from qdenseam.experiments import collect as run
    from qdenseam.experiments.presets import PRESETS
    from qdenseam.versions import mixed_versions

    if show_list:
        for each in PRESETS.values():
            typer.echo(f"{each.name}\n  {each.title}")
        return
    if preset not in PRESETS:
        raise ValueError(f"preset should be one of {', '.join(PRESETS)}. Got {preset!r}.")
    chosen = PRESETS[preset]
    path = out or Path(f"qdenseam-{preset}.jsonl")
    with resumable(path), shown_progress(preset, last="summing up", quiet=quiet) as on_progress:
        records = run(chosen.tasks(), path, num_workers=num_workers, on_progress=on_progress)
    print_rows(chosen.summary(records))
    for sentence in mixed_versions(record.versions for record in records):
        typer.echo(sentence)
    typer.echo(f"Records: {path}")
