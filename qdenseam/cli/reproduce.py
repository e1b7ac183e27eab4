"""``qdenseam reproduce``: published results made again."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from typer import Argument, Option

from qdenseam.cli.progress import resumable, shown_progress
from qdenseam.cli.workers import share_cores, usable_cores

if TYPE_CHECKING:
    from qdenseam.reproduce import Reproduced


def reproduce(
    name: Annotated[str | None, Argument(help="Which one; see --list.", show_default=False)] = None,
    show_list: Annotated[bool, Option("--list", help="List the reproductions and stop.")] = False,
    out: Annotated[
        Path | None,
        Option(
            help="Folder for results.jsonl, the figure and the agreement. By default "
            "qdenseam-reproduce/NAME.",
            show_default=False,
        ),
    ] = None,
    quick: Annotated[bool, Option("--quick", help="Sample less, within wider tolerances.")] = False,
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
    """Make a published result again.

    Draws the figure, and prints how well it agrees. The exit status is 1 where it does not.

    Finished work is kept in OUT/results.jsonl: the same command goes on after an interruption.
    """
    num_workers = share_cores(workers or usable_cores())  # before numpy reads the environment
    from qdenseam.reproduce import REPRODUCTIONS
    from qdenseam.reproduce import reproduce as run

    if show_list:
        for each in REPRODUCTIONS.values():
            typer.echo(f"{each.name}\n  {each.title}\n  {each.source}")
        return
    if name is None:
        raise ValueError(f"name should be one of {', '.join(REPRODUCTIONS)}. Got none.")
    folder = Path("qdenseam-reproduce") / name if out is None else out
    with (
        resumable(folder / "results.jsonl"),
        shown_progress(name, last="drawing", quiet=quiet) as on_progress,
    ):
        reproduced = run(
            name, out=folder, quick=quick, num_workers=num_workers, on_progress=on_progress
        )
    _print(reproduced)
    if not reproduced.passed:
        raise typer.Exit(1)


def _print(reproduced: "Reproduced") -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table()
    table.add_column("quantity")
    for heading in ("value", "expected", "tolerance"):
        table.add_column(heading, justify="right")
    table.add_column("")
    for check in reproduced.checks:
        bound = "" if check.sense == "equal" else f"{check.sense} "
        numbers = (f"{check.value:.4g}", f"{bound}{check.expected:.4g}", f"{check.tolerance:.2g}")
        table.add_row(check.quantity, *numbers, "pass" if check.passed else "FAIL")
    console = Console()
    if not console.is_terminal:  # a file or a pipe has no width to keep to
        console.width = 200
    console.print(table)
    typer.echo(f"Figure: {reproduced.figure}")
