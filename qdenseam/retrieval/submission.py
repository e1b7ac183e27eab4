"""Recall in two halves: submit now, fetch in another process, another day."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from qdenseam.errors import BackendError, ResultsFileError
from qdenseam.execution import jobs
from qdenseam.execution.job_service import poll_pauses
from qdenseam.execution.jobs import CostEstimate, JobRecord, Note, Stage, SubmissionFolder
from qdenseam.methods.base import RecallLaw, RecallMethod, Spins
from qdenseam.retrieval.draft import Draft, draft
from qdenseam.retrieval.facts import law_from_facts, result_from_facts
from qdenseam.retrieval.result import RecallResult
from qdenseam.retrieval.verb import Memory

STORE = "qdenseam-jobs"
"""Default folder of submissions, in the current directory."""

_TROUBLE = (Stage.REFUSED, Stage.FAILED, Stage.CANCELLED)
_ON_THE_WAY = (Stage.UNSENT, Stage.UNANSWERED, Stage.QUEUED, Stage.RUNNING)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Submission:
    """A submission as its folder knew it when it was looked at."""

    id: str
    """Its name in the store."""
    store: Path
    """The folder of submissions."""
    backend: str
    """Name of the engine."""
    created: str
    """When it was submitted, ISO 8601, UTC."""
    shots: int
    """Shots per probe."""
    probes: Spins
    """The probes, shape ``(P, D)``."""
    patterns: Spins
    """The memory's patterns, shape ``(K, D)``."""
    laws: tuple[RecallLaw, ...]
    """The law of each probe's recall, as it was when submitted."""
    cost: CostEstimate
    """What it was estimated to take."""
    jobs: tuple[JobRecord, ...]
    """The jobs it was split into."""
    notes: tuple[str, ...] = ()
    """What could not be done at this look, in words."""
    is_refused: bool = False
    """Whether that was refused, so that waiting does not help: no account, an unknown job."""

    @property
    def stage(self) -> Stage:
        """Of a job that came to nothing if there is one, else of the one that is farthest back."""
        stages = {job.stage for job in self.jobs}
        return next((each for each in (*_TROUBLE, *_ON_THE_WAY) if each in stages), Stage.DONE)

    @property
    def is_fetched(self) -> bool:
        """Whether all shots are in the store."""
        return all(job.has_results for job in self.jobs)

    @property
    def came_to_nothing(self) -> bool:
        """Whether a job was refused, has failed or was cancelled."""
        return self.stage in _TROUBLE

    @property
    def is_settled(self) -> bool:
        """Whether nothing more will come: of each job the shots are here, or never will be."""
        return all(job.has_results or job.stage in _TROUBLE for job in self.jobs)

    @property
    def usage(self) -> float | None:
        """Seconds of quantum processor charged so far; None while no job has said."""
        known = [job.usage for job in self.jobs if job.usage is not None]
        return sum(known) if known else None

    @property
    def trouble(self) -> str:
        """Why there is no answer yet, in the words of the service and of this look; may be empty.

        Words of jobs that are done are left out.
        """
        said = [job.message for job in self.jobs if job.stage is not Stage.DONE and job.message]
        return " ".join(dict.fromkeys((*said, *self.notes)))

    def __str__(self) -> str:
        probes, jobs = (
            f"{number} {word}{'' if number == 1 else 's'}"
            for number, word in ((len(self.probes), "probe"), (len(self.jobs), "job"))
        )
        return (
            f"{self.id} on {self.backend}: {probes} of {self.shots} shots in {jobs}, {self.stage}"
        )


def submit(
    memory: Memory,
    probes: npt.ArrayLike | str | Sequence[str],
    *,
    method: RecallMethod | str = "auto",
    backend: str,
    shots: int = 1000,
    bits: bool | None = None,
    rng: np.random.Generator | int | None = None,
    store: str | Path = STORE,
    max_seconds: float | None = None,
    expected_flips: int | None = None,
) -> Submission:
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
    """
    return send(
        draft(
            memory,
            probes,
            method=method,
            backend=backend,
            shots=shots,
            bits=bits,
            rng=rng,
            expected_flips=expected_flips,
        ),
        store=store,
        max_seconds=max_seconds,
    )


def send(
    drafted: Draft, *, store: str | Path = STORE, max_seconds: float | None = None
) -> Submission:
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
    intent = jobs.plan_intent(
        drafted.engine,
        drafted.circuits,
        parts=drafted.parts,
        shots=drafted.shots,
        cost=drafted.cost,
        rng=drafted.rng,
        payload=drafted.payload,
        max_seconds=max_seconds,
    )
    folder = jobs.create(Path(store), intent, drafted.circuits)
    return _seen(folder, jobs.advance(folder, drafted.engine))


def fetch(
    submission: Submission | str,
    *,
    store: str | Path = STORE,
    wait: float = 0.0,
    on_progress: Callable[[Submission], None] | None = None,
) -> RecallResult | list[RecallResult]:
    """Return the results of a submission, as ``recall`` would have.

    What an interrupted ``submit`` left unsent is sent first. Shots are kept in the store: fetching
    again asks nobody and gives the same results. A backend named ``module:factory`` is imported and
    called while shots are missing, so code runs that the folder names.

    Args:
        submission: What :func:`submit` returned, or its id.
        store: The folder of submissions, where an id is given.
        wait: Seconds to wait for the jobs to end; ``float("inf")`` waits as long as it takes.
            Waiting ends early where nothing can come: a job has failed, the service said no.
        on_progress: Called before each pause with the submission as it stands.

    Returns:
        A ``RecallResult`` for one probe, a list of them for many.

    Raises:
        ValueError: There is no such submission.
        BackendError: A job was refused, has failed or was cancelled, or is not done yet; the
            message says which, with the service's words.
        ResultsFileError: The submission's folder is damaged.
    """
    seen = update(submission, store=store)
    deadline = time.monotonic() + wait
    for pause in poll_pauses():
        left = deadline - time.monotonic()
        if left <= 0 or seen.is_fetched or seen.came_to_nothing or seen.is_refused:
            break
        if on_progress is not None:
            on_progress(seen)
        time.sleep(min(pause, left))
        seen = update(seen)
    return read(seen)


def update(submission: Submission | str, *, store: str | Path = STORE) -> Submission:
    """Take a submission as far as it goes now and return it; see :func:`fetch`.

    Raises:
        ValueError: There is no such submission.
        BackendError: Another process works on it.
        ResultsFileError: Its folder is damaged.
    """
    folder = _folder(submission, store)
    return _seen(folder, jobs.advance(folder))


def read(submission: Submission | str, *, store: str | Path = STORE) -> Any:
    """Return the results that are in the store, without asking anybody; see :func:`fetch`.

    Raises:
        ValueError: There is no such submission.
        BackendError: Not all shots are there.
        ResultsFileError: Its folder is damaged.
    """
    folder = _folder(submission, store)
    seen = submission if isinstance(submission, Submission) else _seen(folder, [])
    if seen.is_refused and not (seen.is_fetched or seen.came_to_nothing):
        raise BackendError(
            f"Submission {seen.id} on {seen.backend!r} was {seen.stage} when last seen, and "
            f"waiting does not help: {seen.trouble}"
        )
    if not seen.is_fetched:
        words = f": {seen.trouble}" if seen.trouble else "."
        raise BackendError(f"Submission {seen.id} on {seen.backend!r} is {seen.stage}{words}")
    intent = folder.intent
    payload = intent.payload
    with _undamaged(folder):
        rng = jobs.stream(payload["reading"])
        patterns = np.array(payload["patterns"], dtype=np.int8)
        results = [
            result_from_facts(facts, patterns, bits, intent.backend, rng)
            for facts, bits in zip(payload["recalls"], folder.readings(), strict=True)
        ]
        return results[0] if payload["is_single"] else results


def submissions(
    store: str | Path = STORE,
    *,
    ask: bool = True,
    on_damage: Callable[[ResultsFileError], None] | None = None,
) -> list[Submission]:
    """Return all submissions of a store, oldest first; nothing is sent, no ``module:factory`` run.

    Args:
        store: The folder of submissions.
        ask: Whether to ask the services how unfinished jobs stand, or tell what is known.
        on_damage: Called with the error of each submission whose folder is damaged, which is left
            out. By default the error is raised.

    Raises:
        ResultsFileError: A folder is damaged, and there is no ``on_damage``.
    """
    found = []
    for path in jobs.paths(Path(store)):
        try:
            folder = jobs.load(path)
            try:
                notes = jobs.look(folder) if ask else []
            except BackendError as error:  # another process works on it
                notes = [Note(str(error), is_refusal=False)]
            found.append(_seen(folder, notes))
        except ResultsFileError as error:
            if on_damage is None:
                raise
            on_damage(error)
    return sorted(found, key=lambda each: each.created)


def cancel(submission: Submission | str, *, store: str | Path = STORE) -> Submission:
    """Stop what has not ended and return the submission; what was not sent never will be.

    Where the service does not answer, the wish is kept: the next look repeats it.

    Raises:
        ValueError: There is no such submission.
        BackendError: Another process works on it.
    """
    folder = _folder(submission, store)
    return _seen(folder, jobs.cancel(folder))


def _folder(submission: Submission | str, store: str | Path) -> SubmissionFolder:
    if isinstance(submission, Submission):
        return jobs.open_folder(submission.store, submission.id)
    return jobs.open_folder(Path(store), submission)


def _seen(folder: SubmissionFolder, notes: Sequence[Note]) -> Submission:
    intent = folder.intent
    with _undamaged(folder):
        recalls = intent.payload["recalls"]
        return Submission(
            id=intent.id,
            store=folder.path.parent,
            backend=intent.backend,
            created=intent.created,
            shots=intent.shots,
            probes=np.array([facts["probe"] for facts in recalls], dtype=np.int8),
            patterns=np.array(intent.payload["patterns"], dtype=np.int8),
            laws=tuple(law_from_facts(facts) for facts in recalls),
            cost=intent.cost,
            jobs=tuple(folder.jobs()),
            notes=tuple(note.words for note in notes),
            is_refused=any(note.is_refusal for note in notes),
        )


@contextmanager
def _undamaged(folder: SubmissionFolder) -> Iterator[None]:
    """Take what does not fit in a payload for what it is: a damaged intent."""
    try:
        yield
    except ResultsFileError:
        raise
    except (LookupError, TypeError, ValueError) as error:
        raise ResultsFileError(
            f"{folder.path} should hold a submission's patterns, probes and laws. Got "
            f"{type(error).__name__}: {error}."
        ) from error
