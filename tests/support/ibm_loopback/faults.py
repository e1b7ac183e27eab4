"""Failures of the loopback service: on demand, or at a rate from a seeded generator."""

import threading
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np


class FaultKind(StrEnum):
    """How the answer to one request fails."""

    SERVER_ERROR = "500"
    UNAVAILABLE = "503"
    TOO_MANY_REQUESTS = "429"
    FORBIDDEN = "403"
    DROPPED = "dropped"
    MALFORMED = "malformed"
    TRUNCATED = "truncated"
    """Half of the answer comes, then the connection is cut."""
    TIMED_OUT = "timed out"
    """No answer comes for ``GATEWAY_SECONDS``, then the connection is cut."""
    STALLED = "stalled"
    """The answer never comes, and the connection stays."""
    EXPIRED = "401"
    """The access token is not valid any more."""


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One failure; ``carried_out`` says whether the request was done before its answer failed."""

    kind: FaultKind
    carried_out: bool = False


TRANSIENT_FAULTS = (
    *(Fault(kind=FaultKind.SERVER_ERROR, carried_out=done) for done in (False, True)),
    *(Fault(kind=FaultKind.DROPPED, carried_out=done) for done in (False, True)),
    *(Fault(kind=FaultKind.MALFORMED, carried_out=done) for done in (False, True)),
    *(Fault(kind=FaultKind.TIMED_OUT, carried_out=done) for done in (False, True)),
    Fault(kind=FaultKind.TRUNCATED, carried_out=True),
    Fault(kind=FaultKind.UNAVAILABLE),
    Fault(kind=FaultKind.TOO_MANY_REQUESTS),
)
"""What a network and a busy service do."""
WEATHER = (*TRANSIENT_FAULTS, Fault(kind=FaultKind.EXPIRED))
"""What is drawn with equal chance at a given ``rate``."""
GATEWAY_SECONDS = 0.5


@dataclass(kw_only=True)
class FaultPlan:
    """Which requests fail.

    Attributes:
        rate: Share of the requests that fail at random.
        seed: Seed of that choice.
    """

    rate: float = 0.0
    seed: int = 0
    _planned: list[tuple[str, str, Fault]] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self.rng = np.random.default_rng(self.seed)

    def next(self, method: str, path: str, fault: Fault, *, times: int = 1) -> None:
        """Let the next ``times`` requests of this method, whose path ends so, fail."""
        with self._lock:
            self._planned += [(method, path, fault)] * times

    def clear(self) -> None:
        """Forget the failures planned by :meth:`next`."""
        with self._lock:
            self._planned.clear()

    def draw(self, method: str, path: str) -> Fault | None:
        """Return how this request fails, or None where it does not."""
        with self._lock:
            for plan in self._planned:
                if plan[0] == method and path.endswith(plan[1]):
                    self._planned.remove(plan)
                    return plan[2]
            if self.rng.random() < self.rate:
                drawn = TRANSIENT_FAULTS if path == "/identity/token" else WEATHER
                return drawn[self.rng.integers(len(drawn))]
            return None

    def malformed(self, body: bytes) -> bytes:
        """Return something else than the answer: cut off, empty, or not of its kind."""
        with self._lock:
            choice = int(self.rng.integers(4))
        return (body[: len(body) // 2], b"{}", b"null", b"<html>Bad gateway</html>")[choice]
