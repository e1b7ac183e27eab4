"""Progress on stderr: a bar on a terminal, a plain line every few seconds elsewhere."""

import errno
import shlex
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path

import typer

from qdenseam.cli import interrupts
from qdenseam.progress import (
    SECONDS_BEFORE,
    OnProgress,
    Progress,
    bar,
    can_move,
    duration,
    followed,
    silent,
)

SECONDS_BETWEEN_LINES = 5.0


def is_full(error: Exception) -> bool:
    """Whether an error is of a disk without room."""
    full = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
    return isinstance(error, OSError) and error.errno in full


@contextmanager
def resumable(results: Path) -> Iterator[None]:
    """Have an interruption or a full disk say how to go on; finished work is in ``results``."""
    again = shlex.join(["qdenseam", *sys.argv[1:]])
    how = f"Finished work is in {results}; to go on from there, run the same command again: {again}"
    with interrupts.saying(f"Interrupted. {how}"):
        try:
            yield
        except OSError as error:
            if is_full(error) and results.exists():
                typer.echo(how, err=True)
            raise


@contextmanager
def shown_progress(label: str, *, last: str = "", quiet: bool = False) -> Iterator[OnProgress]:
    """Give the ``on_progress`` of a long call.

    A call that tells nothing is seen to go on all the same.

    Args:
        label: What is being done.
        last: What follows when all parts are done.
        quiet: Whether to draw nothing.
    """
    if quiet:
        drawn: AbstractContextManager[OnProgress] = nullcontext(silent)
    elif can_move():
        drawn = bar(label, last=last, after=SECONDS_BEFORE)
    else:
        drawn = _lines(label, last)

    def told(state: Progress) -> None:
        if state.seconds is None:
            update(state)
        else:
            typer.echo(f"{label}: {state.message}", err=True)

    with (
        drawn as update,
        followed(label, silent if quiet else told) as tell,
    ):  # calls inside draw nothing
        yield tell


@contextmanager
def _lines(label: str, last: str) -> Iterator[OnProgress]:
    began = time.monotonic()
    state = Progress(done=0, total=0, message="")
    first: tuple[float, int] | None = None  # when something was first done, and how much it was
    ends = threading.Event()

    def update(new: Progress) -> None:
        nonlocal state, first
        state, first = new, first or (time.monotonic(), new.done)
        if last and new.done == new.total:
            seconds = time.monotonic() - began
            typer.echo(f"{label}: {new.total} done in {seconds:.0f} s; {last}", err=True)

    def tell() -> None:
        pause = SECONDS_BEFORE
        while not ends.wait(pause):
            now = time.monotonic()
            done = f"{state.done} of {state.total} after" if state.total else "at work for"
            left = ""
            if first is not None and state.done > first[1]:  # earlier runs took no time of this one
                pace = (now - first[0]) / (state.done - first[1])
                left = f", about {duration(pace * (state.total - state.done))} left"
            typer.echo(f"{label}: {done} {now - began:.0f} s{left}", err=True)
            pause = SECONDS_BETWEEN_LINES

    thread = threading.Thread(target=tell, daemon=True)
    thread.start()
    try:
        yield update
    finally:
        ends.set()
        thread.join()
