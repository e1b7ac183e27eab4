"""Sending a submission and getting its answer, from whatever point an earlier process left it.

The order of steps is the whole safety: the intent is on disk before anything is sent, the sending
of a job is on disk before its request leaves, and a job whose answer is not known is looked for by
its tag before it is sent again.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime

from qdenseam.errors import BackendError
from qdenseam.execution.base import Engine
from qdenseam.execution.factories import is_factory
from qdenseam.execution.ibm.engine import gone_ibm_jobs
from qdenseam.execution.job_service import (
    AccessRefusedError,
    JobService,
    NotCarriedOutError,
    RequestRefusedError,
    ServiceUnreachableError,
    Stage,
)
from qdenseam.execution.jobs.folder import (
    JobRecord,
    StoreClosedError,
    SubmissionFolder,
    only_writer,
)
from qdenseam.execution.jobs.local import LocalJobs
from qdenseam.execution.jobs.samples import save_samples
from qdenseam.execution.readout import check_samples
from qdenseam.execution.registry import engine as find_engine
from qdenseam.execution.secrets import without_secrets
from qdenseam.streams import stream


@dataclass(frozen=True, slots=True)
class Note:
    """What could not be done at a look, in words."""

    words: str
    is_refusal: bool
    """Whether the answer was no, so that calling again gives the same one."""


_Step = Callable[[SubmissionFolder, int, JobService], None]


def advance(folder: SubmissionFolder, engine: Engine | None = None) -> list[Note]:
    """Send what is not sent, ask how the rest stands, and store the shots of what is done.

    Nothing happens to jobs that have ended and are stored: they cost no request.

    Args:
        folder: The submission.
        engine: What compiled it, if at hand; else it is looked up by its name.

    Raises:
        BackendError: Another process works on the submission.
        ResultsFileError: Its folder is damaged.
    """
    return _each(folder, engine, (_recover, _withdraw, _send, _stop, _ask, _store, _charge))


def look(folder: SubmissionFolder) -> list[Note]:
    """Ask how the jobs of a submission stand; nothing is sent, nothing is stored but that.

    A backend named ``module:factory`` is not asked: that would run code which a file names.
    """
    backend = folder.intent.backend
    if is_factory(backend):
        done = all(_is_settled(job) for job in folder.jobs())
        return [] if done else [Note(f"{backend!r} runs code: only fetching asks it.", False)]
    return _each(folder, None, (_recover, _withdraw, _ask, _charge))


def cancel(folder: SubmissionFolder) -> list[Note]:
    """Stop the jobs of a submission that have not ended; what was not sent never will be."""
    if not all(job.stage.is_final or job.is_unwanted for job in folder.jobs()):
        with only_writer(folder.path):
            for index, job in enumerate(folder.jobs()):
                if not job.stage.is_final and not job.is_unwanted:
                    folder.record(index, "unwanted")
    return _each(folder, None, (_recover, _withdraw, _stop, _ask, _charge))


def _each(folder: SubmissionFolder, engine: Engine | None, steps: tuple[_Step, ...]) -> list[Note]:
    """Take each job through the steps; one that meets no answer waits for the next time."""
    if all(map(_is_settled, folder.jobs())):  # it is only read: nobody need hold or write it
        return []
    try:
        with only_writer(folder.path):
            return _worked_on(folder, engine, steps)
    except StoreClosedError as error:
        return [_note(error)]


def _worked_on(
    folder: SubmissionFolder, engine: Engine | None, steps: tuple[_Step, ...]
) -> list[Note]:
    notes: list[Note] = []
    try:
        service_of = _services(folder, engine)
    except (BackendError, ValueError) as error:
        return [_note(error)]
    for index, job in enumerate(folder.jobs()):
        if _is_settled(job):
            continue
        try:
            service = service_of(job)
            for step in steps:
                step(folder, index, service)
        except BackendError as error:
            notes.append(_note(error, f"job {index}: "))
    return notes


def _note(error: Exception, where: str = "") -> Note:
    refused = not isinstance(error, ServiceUnreachableError)
    return Note(without_secrets(f"{where}{error}"), refused)


def _services(folder: SubmissionFolder, engine: Engine | None) -> Callable[[JobRecord], JobService]:
    """Return what gives a job its service, also on a device that the account no longer lists."""
    name = folder.intent.backend
    try:
        engine = find_engine(name) if engine is None else engine
    except ValueError:
        if not name.startswith("ibm:"):
            raise
        gone = gone_ibm_jobs(name)
        return lambda _: gone
    remote = engine.job_service()
    if remote is not None:
        return lambda _: remote
    return lambda job: LocalJobs(engine, folder.path, stream(job.plan.stream))


def _is_settled(job: JobRecord) -> bool:
    return (
        job.stage.is_final
        and (job.has_results or job.stage is not Stage.DONE)
        and (job.usage is not None or job.id is None)
    )


def _recover(folder: SubmissionFolder, index: int, service: JobService) -> None:
    """Look for a job that was sent and whose answer is not known."""
    job = folder.jobs()[index]
    if job.stage is Stage.UNANSWERED:
        found = service.find(job.plan.tag)
        if found:
            folder.record(index, "sent", id=found[0])


def _send(folder: SubmissionFolder, index: int, service: JobService) -> None:
    """Send a job that is not at the service."""
    job = folder.jobs()[index]
    if job.is_unwanted or job.stage not in (Stage.UNSENT, Stage.UNANSWERED):
        return
    _require_settled(folder, index, service)
    circuits = folder.circuits(job.plan)
    folder.record(index, "sending")
    try:
        job_id = service.post(
            circuits,
            shots=job.plan.shots,
            tag=job.plan.tag,
            max_seconds=job.plan.max_seconds,
        )
    except (NotCarriedOutError, AccessRefusedError) as error:
        folder.record(index, "unsent", message=str(error))
        raise
    except RequestRefusedError as error:
        folder.record(index, "state", state=Stage.REFUSED, message=str(error))
    except ServiceUnreachableError as error:
        folder.record(index, "unanswered", message=str(error))
        with suppress(BackendError):  # what is known is on disk, and the next look asks again
            _recover(folder, index, service)
    else:
        folder.record(index, "sent", id=job_id)


def _withdraw(folder: SubmissionFolder, index: int, service: JobService) -> None:
    """Give up an unwanted job that is not at the service."""
    job = folder.jobs()[index]
    if job.is_unwanted and job.stage in (Stage.UNSENT, Stage.UNANSWERED):
        _require_settled(folder, index, service)
        folder.record(index, "state", state=Stage.CANCELLED, message="cancelled before it was sent")


def _require_settled(folder: SubmissionFolder, index: int, service: JobService) -> None:
    """Refuse to take a job as not sent while its request may still be under way."""
    job = folder.jobs()[index]
    if job.sent is None or not service.settle_seconds:
        return
    waited = (datetime.now(UTC) - job.sent).total_seconds()
    if waited < 0:  # a clock was wrong: by this one, the wait begins now
        folder.record(index, "unanswered", message=job.message)
        waited = 0.0
    if waited < service.settle_seconds:
        raise ServiceUnreachableError(
            "the last request had no answer and its job is not listed yet; it counts as lost "
            f"{service.settle_seconds - waited:.0f} s from now."
        )


def _stop(folder: SubmissionFolder, index: int, service: JobService) -> None:
    """Cancel an unwanted job at the service."""
    job = folder.jobs()[index]
    if job.is_unwanted and job.id is not None and not job.stage.is_final:
        service.cancel(job.id)


def _ask(folder: SubmissionFolder, index: int, service: JobService) -> None:
    """Note how a job stands."""
    job = folder.jobs()[index]
    if job.id is not None and not job.stage.is_final:
        status = service.status(job.id)
        if (status.state, status.message) != (job.stage, job.message):
            folder.record(index, "state", state=status.state, message=status.message)


def _store(folder: SubmissionFolder, index: int, service: JobService) -> None:
    """Put the shots of a finished job on disk."""
    job = folder.jobs()[index]
    if job.stage is not Stage.DONE or job.has_results or job.id is None:
        return
    samples = service.results(job.id)
    plan = job.plan
    registers = folder.intent.registers[plan.first : plan.first + plan.num_circuits]
    source = f"The answer of {folder.intent.backend!r} to job {job.id!r}"
    check_samples(samples, registers, [plan.shots] * plan.num_circuits, source)
    save_samples(folder.results_path(plan), samples)


def _charge(folder: SubmissionFolder, index: int, service: JobService) -> None:
    """Note what a job that has ended was charged."""
    job = folder.jobs()[index]
    if job.id is not None and job.stage.is_final and job.usage is None:
        seconds = service.usage(job.id)
        if seconds is not None:
            folder.record(index, "usage", seconds=seconds)
