"""How far a long call has come: told to whoever asked, else drawn where somebody watches.

A call of over two seconds draws a bar, on stderr of a terminal or in a notebook, and takes it away
at its end. Elsewhere, in scripts whose output is kept, in worker processes and threads, and in
calls by a call that already tells its progress, nothing is drawn.
"""

import multiprocessing
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeAlias

SECONDS_BEFORE = 2.0
"""Seconds after which a call draws its progress."""
_SECONDS_BETWEEN = 0.2  # messages to a browser


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """``done`` of ``total`` parts: circuits of a run, batches of a collection."""

    done: int
    """Finished parts, in a collection those of earlier runs included."""
    total: int
    """All parts."""
    message: str
    """One line about the part that has just ended, or about what begins."""
    seconds: float | None = None
    """What all of it is expected to take, where that is over a minute and nothing is done yet."""


OnProgress: TypeAlias = Callable[[Progress], None]
"""What is told the progress of a call."""


def duration(seconds: float) -> str:
    """Return seconds as people say them, such as ``"3 min"``."""
    for unit, size in (("days", 86400.0), ("h", 3600.0), ("min", 60.0)):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} s"


def silent(progress: Progress) -> None:
    """Draw nothing: ``recall(..., on_progress=silent)``."""


_outermost = threading.Lock()


@contextmanager
def followed(label: str, on_progress: OnProgress | None = None) -> Iterator[OnProgress]:
    """Give what a long call tells its progress to.

    Args:
        label: What is being done.
        on_progress: What the caller asked to be told; ``None`` draws a bar if nobody else does.
    """
    is_outermost = _outermost.acquire(blocking=False)
    try:
        if on_progress is not None:
            yield on_progress
        elif is_outermost and _is_watched():
            with bar(label, after=SECONDS_BEFORE) as tell:
                yield tell
        else:
            yield silent
    finally:
        if is_outermost:
            _outermost.release()


@contextmanager
def bar(label: str, *, last: str = "", after: float = 0.0) -> Iterator[OnProgress]:
    """Draw a bar on stderr.

    Args:
        label: What is being done.
        last: What follows when all parts are done.
        after: Seconds before it appears.
    """
    drawn = _Bar(label, last)
    timer = threading.Timer(after, drawn.start)
    timer.daemon = True
    if after:
        timer.start()
    else:
        drawn.start()
    try:
        yield drawn.tell
    finally:
        timer.cancel()
        drawn.stop()


class _Bar:
    """A bar that may appear late, drawn from another thread."""

    def __init__(self, label: str, last: str) -> None:
        self._words = label, last or label
        self._began = time.monotonic()
        self._state: Progress | None = None
        self._lock = threading.Lock()
        self._drawn: _InTerminal | _InNotebook | None = None
        self._is_over = False

    def start(self) -> None:
        with self._lock:
            if not self._is_over:
                kind = _InNotebook if _is_notebook() else _InTerminal
                self._drawn = kind(self._words[0], self._began)
        self._draw()

    def tell(self, state: Progress) -> None:
        self._state = state
        self._draw()

    def stop(self) -> None:
        with self._lock:
            self._is_over = True
            if self._drawn is not None:
                self._drawn.stop()

    def _draw(self) -> None:
        state, drawn = self._state, self._drawn
        if drawn is not None and state is not None:
            drawn.draw(self._words[state.done == state.total], state)


class _InTerminal:
    """Rich's bar."""

    def __init__(self, label: str, began: float) -> None:
        from rich import progress as rich
        from rich.console import Console

        columns = (
            rich.TextColumn("{task.description}"),
            rich.BarColumn(),
            rich.TextColumn("{task.fields[parts]}"),
            rich.TimeElapsedColumn(),
            rich.TimeRemainingColumn(elapsed_when_finished=True),
        )
        self._bar = rich.Progress(
            *columns,
            console=Console(file=sys.stderr),
            transient=True,
            redirect_stdout=False,  # it would print there what is meant for stdout
        )
        self._task = self._bar.add_task(label, total=None, parts="")
        self._bar.tasks[0].start_time = self._bar.get_time() - (time.monotonic() - began)
        self._bar.start()

    def draw(self, words: str, state: Progress) -> None:
        parts = f"{state.done}/{state.total}"
        self._bar.update(
            self._task, completed=state.done, total=state.total, description=words, parts=parts
        )

    def stop(self) -> None:
        self._bar.stop()


class _InNotebook:
    """The browser's bar: it needs no widgets, and leaves nothing in a notebook that is saved."""

    def __init__(self, label: str, began: float) -> None:
        from html import escape

        from IPython.display import HTML, display

        self._began, self._last, self._html = began, 0.0, HTML
        self._place = display(HTML(f"<progress></progress> {escape(label)}"), display_id=True)

    def draw(self, words: str, state: Progress) -> None:
        now = time.monotonic()
        if now - self._last < _SECONDS_BETWEEN and state.done < state.total:
            return
        self._last = now
        from html import escape

        told = f"{words} {state.done}/{state.total}, {now - self._began:.0f} s"
        share = f"value={state.done} max={state.total}"
        self._place.update(self._html(f"<progress {share}></progress> {escape(told)}"))

    def stop(self) -> None:
        self._place.update(self._html(""))


def _is_watched() -> bool:
    """Return whether somebody sees what the main thread of the main process draws."""
    is_main = threading.current_thread() is threading.main_thread()
    if not is_main or multiprocessing.parent_process() is not None:
        return False
    return can_move() or _is_notebook()


def can_move() -> bool:
    """Return whether stderr is a terminal on which what was drawn can be drawn over."""
    return sys.stderr.isatty() and os.environ.get("TERM") not in ("dumb", "unknown")


def _is_notebook() -> bool:
    """Return whether this runs in a kernel of IPython's."""
    ipython = sys.modules.get("IPython")
    shell = None if ipython is None else ipython.get_ipython()
    return hasattr(shell, "kernel")
