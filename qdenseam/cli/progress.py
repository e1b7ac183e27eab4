"""Progress on stderr: a bar on a terminal, a plain line every few seconds elsewhere."""

import shlex
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import typer

from qdenseam.progress import Progress

SECONDS_BETWEEN_LINES = 5.0


@contextmanager
def resumable(results: Path) -> Iterator[None]:
    """Turn Ctrl-C into a word on how to go on and status 130; finished work is in ``results``."""
    try:
        yield
    except KeyboardInterrupt:
        again = shlex.join(["qdenseam", *sys.argv[1:]])
        typer.echo(
            f"Interrupted. Finished work is in {results}; to go on from there, run the same "
            f"command again: {again}",
            err=True,
        )
        raise typer.Exit(130) from None


@contextmanager
def shown_progress(
    label: str, *, last: str, quiet: bool = False
) -> Iterator[Callable[[Progress], None] | None]:
    """Give the ``on_progress`` of a long call, or ``None`` when quiet.

    Args:
        label: What is being done.
        last: What follows when all parts are done.
        quiet: Whether to draw nothing.
    """
    if quiet:
        yield None
    elif sys.stderr.isatty():
        with _bar(label, last) as update:
            yield update
    else:
        yield _lines(label, last)


@contextmanager
def _bar(label: str, last: str) -> Iterator[Callable[[Progress], None]]:
    from rich import progress as rich
    from rich.console import Console

    columns = (
        rich.TextColumn("{task.description}"),
        rich.BarColumn(),
        rich.MofNCompleteColumn(),
        rich.TimeElapsedColumn(),
    )
    with rich.Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(label, total=None)

        def update(state: Progress) -> None:
            text = last if state.done == state.total else label
            bar.update(task, completed=state.done, total=state.total, description=text)

        yield update


def _lines(label: str, last: str) -> Callable[[Progress], None]:
    start = time.monotonic()
    told = start

    def update(state: Progress) -> None:
        nonlocal told
        now = time.monotonic()
        if state.done == state.total:
            typer.echo(f"{label}: {state.total} done in {now - start:.0f} s; {last}", err=True)
        elif now - told >= SECONDS_BETWEEN_LINES:
            told = now
            typer.echo(
                f"{label}: {state.done} of {state.total} after {now - start:.0f} s", err=True
            )

    return update
