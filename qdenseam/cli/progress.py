"""Progress on stderr: a bar on a terminal, a plain line every few seconds elsewhere."""

import shlex
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import typer

SECONDS_BETWEEN_LINES = 5.0


class Done(Protocol):
    """What a long call reports: ``done`` of ``total``."""

    @property
    def done(self) -> int:
        """Finished parts."""

    @property
    def total(self) -> int:
        """All parts."""


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
) -> Iterator[Callable[[Done], None] | None]:
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
def _bar(label: str, last: str) -> Iterator[Callable[[Done], None]]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(label, total=None)

        def update(state: Done) -> None:
            text = last if state.done == state.total else label
            progress.update(task, completed=state.done, total=state.total, description=text)

        yield update


def _lines(label: str, last: str) -> Callable[[Done], None]:
    start = time.monotonic()
    told = start

    def update(state: Done) -> None:
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
