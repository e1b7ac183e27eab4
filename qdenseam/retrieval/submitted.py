"""A submission as its folder knew it when it was looked at."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeAlias, TypeVar

import numpy as np

from classical_ref.shown import Shown
from qdenseam.errors import ResultsFileError
from qdenseam.execution.jobs import CostEstimate, JobRecord, Note, Stage, SubmissionFolder
from qdenseam.methods.base import RecallLaw, Spins
from qdenseam.retrieval.reading import Reader
from qdenseam.retrieval.result import RecallResult

Results = TypeVar("Results", bound=RecallResult | list[RecallResult], covariant=True)
"""What a submission gives, to a type checker: the result of one probe, or those of many."""

_TROUBLE = (Stage.REFUSED, Stage.FAILED, Stage.CANCELLED)
_ON_THE_WAY = (Stage.UNSENT, Stage.UNANSWERED, Stage.QUEUED, Stage.RUNNING)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Submission(Shown, Generic[Results]):
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
    """The law of each probe's recall, as it was when submitted, without a distribution."""
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

    def _facts(self) -> Mapping[str, object]:
        return {
            "id": self.id,
            "backend": self.backend,
            "stage": str(self.stage),
            "probes": len(self.probes),
            "shots": self.shots,
            "jobs": len(self.jobs),
            "seconds": self.cost.seconds,
            "trouble": self.trouble,
        }

    def __str__(self) -> str:
        probes, jobs = (
            f"{number} {word}{'' if number == 1 else 's'}"
            for number, word in ((len(self.probes), "probe"), (len(self.jobs), "job"))
        )
        return (
            f"{self.id} on {self.backend}: {probes} of {self.shots} shots in {jobs}, {self.stage}"
        )


AnySubmission: TypeAlias = Submission[RecallResult | list[RecallResult]]
"""A submission of one probe or of many."""


def seen(folder: SubmissionFolder, notes: Sequence[Note]) -> AnySubmission:
    """Return a submission after a look with some notes.

    Raises:
        ResultsFileError: Its folder is damaged.
    """
    intent = folder.intent
    with undamaged(folder):
        patterns = np.array(intent.payload["patterns"], dtype=np.int8)
        readers = [Reader.from_dict(facts, patterns) for facts in intent.payload["recalls"]]
        return Submission(
            id=intent.id,
            store=folder.path.parent,
            backend=intent.backend,
            created=intent.created,
            shots=intent.shots,
            probes=np.array([reader.probe for reader in readers]),
            patterns=patterns,
            laws=tuple(reader.law for reader in readers if reader.law is not None),
            cost=intent.cost,
            jobs=tuple(folder.jobs()),
            notes=tuple(note.words for note in notes),
            is_refused=any(note.is_refusal for note in notes),
        )


@contextmanager
def undamaged(folder: SubmissionFolder) -> Iterator[None]:
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
