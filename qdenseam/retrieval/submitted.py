"""A submission as its folder knew it when it was looked at."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from classical_ref.shown import Shown
from qdenseam.execution.jobs import CostEstimate, JobRecord, Note, Stage, SubmissionFolder
from qdenseam.formats import Payload
from qdenseam.methods.base import RecallLaw, Spins
from qdenseam.retrieval.reading import Reader
from qdenseam.retrieval.result import RecallResult
from qdenseam.schema import door, read_as

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
        payload = payload_of(folder)
        patterns = payload["patterns"]
        readers = [Reader.from_dict(facts, patterns) for facts in payload["recalls"]]
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


def payload_of(folder: SubmissionFolder) -> Payload:
    """Return what a submission keeps of its memory and its probes.

    Raises:
        ValueError: Its parts do not fit together, or are not as their form says.
        TypeError: One is of another kind.
    """
    payload: Payload = read_as(Payload, folder.intent.payload, "payload")
    (num_patterns, num_neurons), recalls = payload["patterns"].shape, payload["recalls"]
    if len(recalls) != len(folder.intent.registers) or (payload["is_single"] and len(recalls) > 1):
        raise ValueError(
            f"payload.recalls should be {len(folder.intent.registers)}. Got {len(recalls)}."
        )
    expected: dict[str, tuple[Sequence[Any] | NDArray[Any] | None, int]] = {
        "weights": (payload["weights"], num_patterns)
    }
    for index, recall in enumerate(recalls):
        at, energies = f"recalls[{index}]", recall.get("energies")
        expected[f"{at}.probe"] = recall["probe"], num_neurons
        expected[f"{at}.acceptance"] = (
            recall["acceptance"],
            int(np.count_nonzero(recall["probe"])) + 1,
        )
        expected[f"{at}.law.joint"] = recall["law"]["joint"], num_patterns
        expected[f"{at}.present"] = recall.get("present"), num_patterns
        expected[f"{at}.energies.stored"] = energies and energies["stored"], num_patterns
    for name, (array, length) in expected.items():
        if array is not None and len(array) != length:
            raise ValueError(f"payload.{name} should have {length} entries. Got {len(array)}.")
    return payload


def undamaged(folder: SubmissionFolder) -> AbstractContextManager[None]:
    """Take what does not fit in a payload for what it is: a damaged intent."""
    return door(folder.path / "intent.json", "Restore the file from a copy.")
