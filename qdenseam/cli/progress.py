"""Progress on stderr: a bar on a terminal, a plain line every few seconds elsewhere."""

import os
import shlex
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import typer

from qdenseam.progress import Progress

SECONDS_BEFORE = 2.0
"""What takes less is not told of."""
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
    label: str, *, last: str = "", quiet: bool = False
) -> Iterator[Callable[[Progress], None] | None]:
    """Give the ``on_progress`` of a long call, or ``None`` when quiet.

    A call that tells nothing is seen to go on all the same.

    Args:
        label: What is being done.
        last: What follows when all parts are done.
        quiet: Whether to draw nothing.
    """
    if quiet:
        yield None
        return
    can_move = sys.stderr.isatty() and os.environ.get("TERM") not in ("dumb", "unknown")
    with _bar(label, last) if can_move else _lines(label, last) as update:
        yield update


@contextmanager
def _bar(label: str, last: str) -> Iterator[Callable[[Progress], None]]:
    from rich import progress as rich
    from rich.console import Console

    bar = rich.Progress(
        rich.TextColumn("{task.description}"),
        rich.BarColumn(),
        rich.TextColumn("{task.fields[parts]}"),
        rich.TimeElapsedColumn(),
        console=Console(stderr=True),
        transient=True,
        redirect_stdout=False,  # it would print there what is meant for stdout
    )
    task = bar.add_task(label, total=None, parts="")
    start = threading.Timer(SECONDS_BEFORE, bar.start)
    start.daemon = True
    start.start()

    def update(state: Progress) -> None:
        text = last if last and state.done == state.total else label
        parts = f"{state.done}/{state.total}"
        bar.update(task, completed=state.done, total=state.total, description=text, parts=parts)

    try:
        yield update
    finally:
        start.cancel()
        start.join()
        bar.stop()


@contextmanager
def _lines(label: str, last: str) -> Iterator[Callable[[Progress], None]]:
    began = time.monotonic()
    state = Progress(done=0, total=0, message="")
    ends = threading.Event()

    def update(new: Progress) -> None:
        nonlocal state
        state = new
        if last and new.done == new.total:
            seconds = time.monotonic() - began
            typer.echo(f"{label}: {new.total} done in {seconds:.0f} s; {last}", err=True)

    def tell() -> None:
        pause = SECONDS_BEFORE
        while not ends.wait(pause):
            done = f"{state.done} of {state.total} after" if state.total else "at work for"
            typer.echo(f"{label}: {done} {time.monotonic() - began:.0f} s", err=True)
            pause = SECONDS_BETWEEN_LINES

    thread = threading.Thread(target=tell, daemon=True)
    thread.start()
    try:
        yield update
    finally:
        ends.set()
        thread.join()
