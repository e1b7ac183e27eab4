"""Ctrl-C and SIGTERM at any moment: one sentence on stderr, status 130 or 143, no traceback.

While a command works, a signal becomes a ``KeyboardInterrupt``, so that files and workers are
closed. Before and after that and in the middle of an import, which may swallow the error, the
process ends at once; so it does at a second signal, and a few seconds after the first whatever it
is at. That loses nothing: what has finished is on disk, as after a kill.
"""

import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Any, NoReturn

_SECONDS_TO_CLOSE = 5.0
_SHOW_CURSOR = "\x1b[?25h"  # a bar hides it

_is_at_work = False
_heard: int | None = None
_words = ["Interrupted."]


def heed() -> None:
    """Listen to the signals that are not ignored, as a background job's Ctrl-C is."""
    for number in (signal.SIGINT, signal.SIGTERM):
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _on_signal)


def status() -> int:
    """Return the exit status of an interruption: 128 and the number of the signal."""
    return 128 + (_heard or signal.SIGINT)


@contextmanager
def at_work() -> Iterator[None]:
    """Let signals that :func:`heed` listens to interrupt the block by a ``KeyboardInterrupt``."""
    global _is_at_work
    if signal.getsignal(signal.SIGTERM) is _on_signal:
        sys.unraisablehook = _on_unraisable
        if sys.platform != "win32":
            _watch()
    _is_at_work = True
    with saying(_words[0]):
        try:
            yield
        finally:
            _is_at_work = False


@contextmanager
def saying(words: str) -> Iterator[None]:
    """Say how to go on if the block is interrupted, whatever error that became there."""
    _words.append(words)
    try:
        yield
    except BaseException as error:
        if _heard is None and not isinstance(error, KeyboardInterrupt):
            raise
        said = isinstance(error, KeyboardInterrupt) and error.args  # by a block inside this one
        raise KeyboardInterrupt(*(said or [words])) from None
    finally:
        _words.pop()


def _on_signal(number: int, frame: FrameType | None) -> None:
    global _is_at_work, _heard
    _heard = number
    if not _is_at_work or _is_importing(frame):
        _leave()
    _is_at_work = False
    raise KeyboardInterrupt


def _is_importing(frame: FrameType | None) -> bool:
    while frame is not None:
        if frame.f_code.co_filename.startswith("<frozen importlib"):
            return True
        frame = frame.f_back
    return False


def _on_unraisable(found: Any) -> None:
    """End where Python would print and forget an interruption: in callbacks and finalizers."""
    if issubclass(found.exc_type, KeyboardInterrupt):
        _leave()
    sys.__unraisablehook__(found)


def _watch() -> None:
    """End the process a while after a signal, in whatever compiled code it is by then."""
    told, tell = os.pipe()
    os.set_blocking(tell, False)
    signal.set_wakeup_fd(tell, warn_on_full_buffer=False)

    def watch() -> None:
        while os.read(told, 1)[0] not in (signal.SIGINT, signal.SIGTERM):
            pass
        time.sleep(_SECONDS_TO_CLOSE)
        _leave()

    threading.Thread(target=watch, daemon=True).start()


def _leave() -> NoReturn:
    cursor = _SHOW_CURSOR if os.isatty(2) else ""
    with suppress(OSError):
        os.write(2, f"{cursor}{_words[-1]}\n".encode())
    os._exit(status())
