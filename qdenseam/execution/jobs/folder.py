"""The folder of a submission: an intent, its circuits, and what happened since."""

import io
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

import numpy as np
from qiskit import QuantumCircuit, qpy

from qdenseam.execution.jobs.files import append_row, read_rows, sync_folder, write_whole
from qdenseam.execution.jobs.intent import Intent, JobPlan
from qdenseam.execution.jobs.samples import Samples, load_samples
from qdenseam.execution.secrets import without_secrets

_INTENT, _CIRCUITS, _EVENTS = "intent.json", "circuits.qpy", "events.jsonl"


class Stage(StrEnum):
    """How far a job has come, as far as its folder knows."""

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
class JobRecord:
    """One job and what is known of it."""

    plan: JobPlan
    id: str | None
    """The service's name for it, None until an answer is known."""
    stage: Stage
    message: str
    """The service's own words."""
    sent: datetime | None
    """When it was last sent."""
    has_results: bool
    """Whether its shots are in the folder."""
    usage: float | None
    """Seconds of quantum processor it was charged, None until the service has said so."""
    is_unwanted: bool
    """Whether it was cancelled by the user; it may still exist."""


@dataclass(frozen=True, slots=True)
class SubmissionFolder:
    """One submission of a store; what happened to it is read from disk anew at every call."""

    path: Path
    intent: Intent
    """What was submitted."""

    def circuits(self, plan: JobPlan) -> list[QuantumCircuit]:
        """Return the compiled circuits of a job."""
        with (self.path / _CIRCUITS).open("rb") as file:
            compiled: list[QuantumCircuit] = qpy.load(file)
        return compiled[plan.first : plan.first + plan.num_circuits]

    def record(self, job: int, event: str, **facts: Any) -> None:
        """Put on disk what has happened, or is about to happen, to a job."""
        if "message" in facts:  # never an id, which has to stay as it is
            facts["message"] = without_secrets(facts["message"])
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        append_row(self.path / _EVENTS, {"time": now, "job": job, "event": event, **facts})

    def jobs(self) -> list[JobRecord]:
        """Return what is known of each job."""
        rows = read_rows(self.path / _EVENTS)
        return [
            self._folded(plan, [row for row in rows if row["job"] == index])
            for index, plan in enumerate(self.intent.jobs)
        ]

    def _folded(self, plan: JobPlan, rows: Sequence[dict[str, Any]]) -> JobRecord:
        facts: dict[str, Any] = {"id": None, "stage": Stage.UNSENT, "message": "", "sent": None}
        facts |= {"usage": None, "is_unwanted": False}
        for row in rows:
            match row["event"]:
                case "sending":
                    sent = datetime.fromisoformat(row["time"])
                    facts |= {"stage": Stage.UNANSWERED, "sent": sent, "message": ""}
                case "unanswered":
                    facts |= {"message": row["message"]}
                case "sent":
                    facts |= {"stage": Stage.QUEUED, "id": row["id"], "message": ""}
                case "state":
                    facts |= {"stage": Stage(row["state"]), "message": row["message"]}
                case "usage":
                    facts |= {"usage": row["seconds"]}
                case "unwanted":
                    facts |= {"is_unwanted": True}
        return JobRecord(plan=plan, has_results=self.results_path(plan).exists(), **facts)

    def results_path(self, plan: JobPlan) -> Path:
        """Return where the shots of a job are kept."""
        return self.path / f"{plan.tag}.npz"

    def readings(self) -> Samples:
        """Return all shots of each circuit, in the order of the jobs; all jobs must have theirs."""
        parts: list[dict[str, list[Any]]] = [
            {name: [] for name in registers} for registers in self.intent.registers
        ]
        for plan in self.intent.jobs:
            for offset, registers in enumerate(load_samples(self.results_path(plan))):
                for name, bits in registers.items():
                    parts[plan.first + offset][name].append(bits)
        return [
            {name: np.concatenate(bits) for name, bits in registers.items()} for registers in parts
        ]


def create(store: Path, intent: Intent, compiled: Sequence[QuantumCircuit]) -> SubmissionFolder:
    """Write a new submission into a store; after a kill it is there whole or not at all."""
    store.mkdir(parents=True, exist_ok=True)
    partial = store / f".{intent.id}"
    partial.mkdir()
    buffer = io.BytesIO()
    qpy.dump(list(compiled), buffer)
    write_whole(partial / _CIRCUITS, buffer.getvalue())
    write_whole(partial / _INTENT, intent.to_json())
    os.rename(partial, store / intent.id)  # noqa: PTH104  one name for tests to stop at
    sync_folder(store)
    return _load(store / intent.id)


def open_folder(store: Path, submission_id: str) -> SubmissionFolder:
    """Return a submission of a store.

    Raises:
        ValueError: There is none of that name.
        ResultsFileError: Its intent is damaged.
    """
    names = [path.name for path in _paths(store)]
    if submission_id not in names:
        raise ValueError(
            f"A submission should be one of those in {store}: {', '.join(names) or 'none'}. "
            f"Got {submission_id!r}; name the store if it is another folder."
        )
    return _load(store / submission_id)


def folders(store: Path) -> list[SubmissionFolder]:
    """Return the submissions of a store, oldest first; none if there is no such folder."""
    return sorted(map(_load, _paths(store)), key=lambda folder: folder.intent.created)


def _paths(store: Path) -> list[Path]:
    return [path.parent for path in sorted(store.glob(f"[!.]*/{_INTENT}"))]


def _load(path: Path) -> SubmissionFolder:
    place = path / _INTENT
    return SubmissionFolder(path, Intent.from_json(place.read_bytes(), str(place)))
