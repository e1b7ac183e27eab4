"""The job service: one face for everything that takes a job now and answers it later."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain, repeat
from typing import ClassVar

from qiskit import QuantumCircuit

from qdenseam.errors import BackendError
from qdenseam.execution.readout import Samples

POLL_SECONDS = (1.0, 2.0, 5.0, 10.0, 20.0)
"""Pauses between two looks at a waiting job; the last one stays."""


def poll_pauses() -> Iterator[float]:
    """Yield the seconds between looks at a waiting job, without end."""
    return chain(POLL_SECONDS, repeat(POLL_SECONDS[-1]))


class ServiceUnreachableError(BackendError):
    """No answer came, or one that says nothing about the request: asking again may help.

    Lost connections, time-outs, too many requests, a server's own failure and malformed answers
    are of this kind. The request **may have been carried out**: after a failed
    :meth:`JobService.post` only :meth:`JobService.find` tells.
    """


class NotCarriedOutError(ServiceUnreachableError):
    """The request surely did nothing, and asking again may help: the service is too busy."""


class RequestRefusedError(BackendError):
    """The service answered no: a wrong token, an unknown job, circuits it does not take.

    Nothing was carried out, and asking again gives the same answer.
    """


class AccessRefusedError(RequestRefusedError):
    """The service does not accept the account's token, whatever is asked; another one may help."""


class Stage(StrEnum):
    """How far a job has come, as its service says or, of one it has not, as its sender knows."""

    UNSENT = "unsent"
    """Nothing was sent yet."""
    UNANSWERED = "unanswered"
    """It was sent, or was about to be, and no answer is known: it may exist at the service."""
    REFUSED = "refused"
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_final(self) -> bool:
        """Whether the job will stay as it is."""
        return self in (Stage.REFUSED, Stage.DONE, Stage.FAILED, Stage.CANCELLED)


@dataclass(frozen=True, slots=True, kw_only=True)
class JobStatus:
    """The state of a job, with the service's own words, such as why it failed."""

    state: Stage
    message: str = ""

    def __str__(self) -> str:
        return f"{self.state}: {self.message}" if self.message else f"{self.state}."


class JobService(ABC):
    """Takes jobs under a tag, says how they stand and hands out their shots, in any process.

    Every method raises :class:`ServiceUnreachableError` where no answer came and
    :class:`RequestRefusedError` where the answer was no. A service may repeat a request by itself,
    but never the one of :meth:`post`. No message holds a token.
    """

    max_executions: int | None = None
    """Most executions (circuits times shots) in one job; None is no limit."""
    max_circuits: int | None = None
    """Most circuits in one job; None is no limit."""
    settle_seconds: ClassVar[float] = 0.0
    """How long after a lost answer of :meth:`post`, by the clock of whoever asks, its job may still
    be missing in :meth:`find`."""

    @abstractmethod
    def post(
        self,
        circuits: Sequence[QuantumCircuit],
        *,
        shots: int,
        tag: str,
        max_seconds: float | None = None,
    ) -> str:
        """Send one job of compiled circuits and return its id.

        Args:
            circuits: What the engine compiled, at most ``max_circuits``.
            shots: Shots per circuit; times the circuits at most ``max_executions``.
            tag: Letters, digits and hyphens, at most 64 of them, carried by no other job.
            max_seconds: Seconds of quantum processor after which the service shall stop the job,
                where it can.
        """

    @abstractmethod
    def find(self, tag: str) -> list[str]:
        """Return the ids of all jobs that carry the tag, oldest first, whatever their state."""

    @abstractmethod
    def status(self, job_id: str) -> JobStatus:
        """Return how a job stands."""

    @abstractmethod
    def results(self, job_id: str) -> Samples:
        """Return the shots of a job that is done, one dictionary per circuit.

        As :meth:`Engine.sample <qdenseam.execution.Engine.sample>`: for each circuit a mapping from
        the name of a classical register to booleans of shape ``(shots, register size)`` whose
        column ``i`` is classical bit ``i``.

        Raises:
            RequestRefusedError: The job is not done.
        """

    @abstractmethod
    def cancel(self, job_id: str) -> None:
        """Ask for a job to be stopped; one that has ended stays as it is."""

    @abstractmethod
    def usage(self, job_id: str) -> float | None:
        """Return the seconds of quantum processor that a job was charged, None until known."""
