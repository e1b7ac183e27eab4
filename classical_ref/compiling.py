"""numba's compiler, with a word on stderr where one waits for it.

What it compiles is kept for later runs: in ``NUMBA_CACHE_DIR``, else beside the code.
"""

import sys
from time import perf_counter

from numba import njit as njit
from numba.core.event import Event, Listener, register

_LONG = 1.0
"""Seconds of compiling that are not worth a word."""


class CompilingNotice(Listener):
    """Tells once that compiling takes long."""

    def __init__(self) -> None:
        self._depth, self._since, self._spent, self._told = 0, 0.0, 0.0, False

    def on_start(self, event: Event) -> None:  # noqa: ARG002
        """Note the start; what is compiled may compile what it calls."""
        if self._depth == 0:
            self._since = perf_counter()
        self._depth += 1
        self._tell()

    def on_end(self, event: Event) -> None:  # noqa: ARG002
        """Note the end."""
        self._tell()
        self._depth -= 1
        if self._depth == 0:
            self._spent += perf_counter() - self._since

    def _tell(self) -> None:
        if self._told or self._spent + perf_counter() - self._since < _LONG:
            return
        self._told = True
        sys.stderr.write("Compiling numerical code, kept for later runs; this may take a minute.\n")
        sys.stderr.flush()


register("numba:compile", CompilingNotice())
