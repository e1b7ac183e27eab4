"""Recall in two halves: submit now, fetch in another process, another day."""

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, TypedDict, Unpack, overload

import numpy.typing as npt

from classical_ref.checks import Rng, Within, checked
from classical_ref.files import check_folder
from qdenseam.errors import BackendError, ResultsFileError
from qdenseam.execution import jobs
from qdenseam.execution.job_service import poll_pauses
from qdenseam.execution.jobs import Draft, Note, SubmissionFolder
from qdenseam.methods.adaptive import AdaptiveMethod
from qdenseam.methods.base import RecallMethod
from qdenseam.progress import Progress, followed, silent
from qdenseam.retrieval.circuits_kept import StoredCircuit
from qdenseam.retrieval.draft import EngineName, draft
from qdenseam.retrieval.preparing import ManyProbes, OneProbe, Settings
from qdenseam.retrieval.reading import Memory, Reader, kept_memory
from qdenseam.retrieval.result import RecallResult
from qdenseam.retrieval.submitted import (
    AnySubmission,
    Results,
    Submission,
    payload_of,
    seen,
    undamaged,
)

STORE = "qdenseam-jobs"
"""Default folder of submissions, in the current directory."""


class _Options(Settings, total=False):
    store: str | Path
    max_seconds: float | None


@overload
def submit(
    memory: Memory, probes: OneProbe, *, backend: str, **options: Unpack[_Options]
) -> Submission[RecallResult]: ...
@overload
def submit(
    memory: Memory, probes: ManyProbes, *, backend: str, **options: Unpack[_Options]
) -> Submission[list[RecallResult]]: ...
@checked
def submit(
    memory: Memory,
    probes: npt.ArrayLike | Sequence[str],
    *,
    method: RecallMethod | AdaptiveMethod | str = "auto",
    backend: EngineName,
    shots: int = 1000,
    bits: bool | None = None,
    rng: Rng = None,
    store: str | Path = STORE,
    max_seconds: Annotated[float, Within("(0, inf)")] | None = None,
    expected_flips: int | None = None,
) -> AnySubmission:
    """Submit recalls as jobs and return at once; :func:`fetch` gets their results.

    Everything that reading the answer takes is on disk before anything is sent, so that a process
    that ends at any moment loses nothing, and nothing is sent twice. Engines that are no remote
    service run their jobs here and now.

    Args:
        memory: An ``AmplitudeMemory`` or ``EnergyMemory``.
        probes: One probe, shape ``(D,)``, or many, ``(P, D)``: one job as far as the service's
            limits allow.
        method: How to recall, as for ``recall``; adaptive methods cannot wait and are refused.
        backend: Name of an engine, one of ``engine_names()``.
        shots: Shots per probe.
        bits: Whether the probes are bits, as for ``recall``.
        rng: Seed or generator. The one that ``recall`` would be given repeats its shots on a local
            engine, for methods without a classical acceptance rule.
        store: Folder that keeps submissions; made if it is missing.
        max_seconds: Cap on the seconds of quantum processor: a higher estimate is refused, and the
            service is asked to stop there, in whole seconds, at least one for each job.
        expected_flips: How many known bits of a probe may be wrong, as for ``recall``.

    Returns:
        The submission. A service that refused or did not answer shows in its ``stage``.

    Raises:
        ValueError: A probe, the shots or a name is malformed; nothing is sent, here and below.
        TypeError: The method is adaptive or needs the other kind of memory, or the backend is no
            name.
        CapacityError: A circuit does not fit the device, or the estimate exceeds the cap.
        BackendError: The engine is missing, has no account or cannot be reached.
        OSError: The store cannot be written.
    """
    check_folder(store, name="store")  # before drafting, which may take long
    with followed("submit"):
        drafted = draft(
            memory,
            probes,
            method=method,
            backend=backend,
            shots=shots,
            bits=bits,
            rng=rng,
            expected_flips=expected_flips,
        )
        return send(drafted, store=store, max_seconds=max_seconds)


@checked
def send(
    drafted: Draft,
    *,
    store: str | Path = STORE,
    max_seconds: Annotated[float, Within("(0, inf)")] | None = None,
) -> AnySubmission:
    """Write a draft into a store and send it.

    Args:
        drafted: What :func:`draft` returned.
        store: Folder that keeps submissions.
        max_seconds: Cap on the seconds of quantum processor.

    Raises:
        ValueError: The cap is not positive and finite; nothing is written or sent, here and below.
        CapacityError: The estimate exceeds the cap, or there are more jobs than seconds.
    """
    if max_seconds is not None:
        drafted.require_at_most(max_seconds)
    folder = jobs.create(Path(store), drafted.intent(max_seconds), drafted.circuits)
    return seen(folder, jobs.advance(folder, drafted.engine))


class _Waiting(TypedDict, total=False):
    store: str | Path
    wait: float
    on_progress: Callable[[AnySubmission], None] | None


@overload
def fetch(submission: Submission[Results], **options: Unpack[_Waiting]) -> Results: ...
@overload
def fetch(submission: str, **options: Unpack[_Waiting]) -> RecallResult | list[RecallResult]: ...
@checked
def fetch(
    submission: AnySubmission | str,
    *,
    store: str | Path = STORE,
    wait: Annotated[float, Within("[0, inf]")] = 0.0,
    on_progress: Callable[[AnySubmission], None] | None = None,
) -> RecallResult | list[RecallResult]:
    """Return the results of a submission, as ``recall`` would have.

    What an interrupted ``submit`` left unsent is sent first. Shots are kept in the store: fetching
    again asks nobody and gives the same results. A backend named ``module:factory`` is imported and
    called while shots are missing, so code runs that the folder names.

    Args:
        submission: What :func:`submit` returned, its id, or a beginning of the id or of its last
            part that no other has.
        store: The folder of submissions, where an id is given.
        wait: Seconds to wait for the jobs to end; ``float("inf")`` waits as long as it takes.
            Waiting ends early where nothing can come: a job has failed, the service said no.
        on_progress: Called before each pause with the submission as it stands; by default a
            terminal or a notebook shows a bar after two seconds.

    Returns:
        A ``RecallResult`` for one probe, a list of them for many.

    Raises:
        ValueError: There is no such submission.
        BackendError: A job was refused, has failed or was cancelled, or is not done yet; the
            message says which, with the service's words.
        ResultsFileError: The submission's folder is damaged.
    """
    now = update(submission, store=store)
    deadline = time.monotonic() + wait
    with followed(f"wait for {now.id} on {now.backend}", on_progress and silent) as tell:
        for pause in poll_pauses():
            left = deadline - time.monotonic()
            if left <= 0 or now.is_fetched or now.came_to_nothing or now.is_refused:
                break
            fetched = sum(job.has_results for job in now.jobs)
            tell(Progress(done=fetched, total=len(now.jobs), message=str(now.stage)))
            if on_progress is not None:
                on_progress(now)
            time.sleep(min(pause, left))
            now = update(now)
    return read(now)


@checked
def update(submission: AnySubmission | str, *, store: str | Path = STORE) -> AnySubmission:
    """Take a submission as far as it goes now and return it; see :func:`fetch`.

    Raises:
        ValueError: There is no such submission.
        BackendError: Another process works on it.
        ResultsFileError: Its folder is damaged.
    """
    folder = _folder(submission, store)
    return seen(folder, jobs.advance(folder))


@checked
def read(
    submission: AnySubmission | str, *, store: str | Path = STORE
) -> RecallResult | list[RecallResult]:
    """Return the results that are in the store, without asking anybody; see :func:`fetch`.

    Raises:
        ValueError: There is no such submission.
        BackendError: Not all shots are there.
        ResultsFileError: Its folder is damaged.
    """
    folder = _folder(submission, store)
    now = submission if isinstance(submission, Submission) else seen(folder, [])
    said = f"Submission {now.id} on {now.backend!r}"
    if now.is_refused and not (now.is_fetched or now.came_to_nothing):
        raise BackendError(
            f"{said} was {now.stage} when last seen, and waiting does not help: {now.trouble}"
        )
    if not now.is_fetched:
        raise BackendError(f"{said} is {now.stage}{f': {now.trouble}' if now.trouble else '.'}")
    with undamaged(folder):
        payload = payload_of(folder)
        rng, patterns = jobs.stream(payload["reading"]), payload["patterns"]
        chosen = {facts.get("memory"): facts for facts in payload["recalls"]}
        memories = {  # each shared by all probes that are recalled from it
            name: kept_memory(facts, patterns, payload["weights"]) for name, facts in chosen.items()
        }
        results = [
            Reader.from_dict(
                facts,
                patterns,
                memories[facts.get("memory")],
                StoredCircuit(now.store, now.id, place),
            ).read(bits, now.backend, rng)
            for place, (facts, bits) in enumerate(
                zip(payload["recalls"], folder.readings(), strict=True)
            )
        ]
        return results[0] if payload["is_single"] else results


@checked
def submissions(
    store: str | Path = STORE,
    *,
    ask: bool = True,
    ids: Sequence[str] = (),
    on_damage: Callable[[ResultsFileError], None] | None = None,
) -> list[AnySubmission]:
    """Return all submissions of a store, oldest first; nothing is sent, no ``module:factory`` run.

    Args:
        store: The folder of submissions.
        ask: Whether to ask the services how unfinished jobs stand, or tell what is known.
        ids: Of which, as for :func:`fetch`; by default of all.
        on_damage: Called with the error of each submission whose folder is damaged, which is left
            out. By default the error is raised.

    Raises:
        ValueError: There is no such submission.
        ResultsFileError: A folder is damaged, and there is no ``on_damage``.
    """
    found = []
    for path in [jobs.find(Path(store), each) for each in ids] or jobs.paths(Path(store)):
        try:
            folder = jobs.load(path)
            try:
                notes = jobs.look(folder) if ask else []
            except (BackendError, OSError) as error:  # another process works on it, a full disk
                notes = [Note(str(error), is_refusal=False)]
            found.append(seen(folder, notes))
        except ResultsFileError as error:
            if on_damage is None:
                raise
            on_damage(error)
    return sorted(found, key=lambda each: each.created)


@checked
def cancel(submission: AnySubmission | str, *, store: str | Path = STORE) -> AnySubmission:
    """Stop what has not ended and return the submission; what was not sent never will be.

    Where the service does not answer, the wish is kept: the next look repeats it.

    Raises:
        ValueError: There is no such submission.
        BackendError: Another process works on it.
    """
    folder = _folder(submission, store)
    return seen(folder, jobs.cancel(folder))


def _folder(submission: AnySubmission | str, store: str | Path) -> SubmissionFolder:
    if isinstance(submission, Submission):
        return jobs.open_folder(submission.store, submission.id)
    return jobs.open_folder(Path(store), submission)
