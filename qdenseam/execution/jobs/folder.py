"""The folder of a submission: an intent, its circuits, and what happened since."""

import io
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from qiskit import QuantumCircuit, qpy

from classical_ref.files import sync_folder, write_whole
from qdenseam.errors import BackendError, ResultsFileError
from qdenseam.execution.job_service import Stage
from qdenseam.execution.jobs.intent import Intent, JobPlan
from qdenseam.execution.jobs.samples import load_samples
from qdenseam.execution.readout import Samples, check_samples, register_sizes
from qdenseam.execution.secrets import without_secrets
from qdenseam.files import append_row, lock, read_rows
from qdenseam.spelling.names import unknown_name

_INTENT, _CIRCUITS, _EVENTS = "intent.json", "circuits.qpy", "events.jsonl"
_REPAIR = "repair that line, do not delete it: it may hold the id of a job."


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
    """When its last request was last under way: when it failed, or began if that is not known."""
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
        """Return the compiled circuits of a job; see :meth:`every_circuit`."""
        return self.every_circuit()[plan.first : plan.first + plan.num_circuits]

    def every_circuit(self) -> list[QuantumCircuit]:
        """Return the compiled circuits, one per probe.

        Raises:
            ResultsFileError: Their file is damaged, or holds other circuits.
        """
        place = self.path / _CIRCUITS
        data = io.BytesIO(place.read_bytes())
        try:
            compiled: list[QuantumCircuit] = qpy.load(data)
        except Exception as error:  # a cut file fails in QPY in many ways
            raise ResultsFileError(
                f"{place} should hold the circuits of a submission. Got {type(error).__name__}: "
                f"{error}; submit again."
            ) from error
        if register_sizes(compiled) != self.intent.registers:
            raise ResultsFileError(
                f"{place} should hold the {len(self.intent.registers)} circuits of the intent, "
                f"with its registers. Got {len(compiled)} circuits, or other registers; submit "
                "again."
            )
        return compiled

    def record(self, job: int, event: str, **facts: object) -> None:
        """Put on disk what has happened, or is about to happen, to a job."""
        if "message" in facts:  # never an id, which has to stay as it is
            facts["message"] = without_secrets(str(facts["message"]))
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        append_row(self.path / _EVENTS, {"time": now, "job": job, "event": event, **facts})

    def jobs(self) -> list[JobRecord]:
        """Return what is known of each job.

        Raises:
            ResultsFileError: A row of what happened is damaged.
        """
        known: dict[int, dict[str, Any]] = {
            index: {"id": None, "stage": Stage.UNSENT, "message": "", "sent": None}
            | {"usage": None, "is_unwanted": False}
            for index in range(len(self.intent.jobs))
        }
        place = self.path / _EVENTS
        for number, row in enumerate(read_rows(place, advice=_REPAIR), start=1):
            try:
                known[row["job"]] |= _news(row)
            except (KeyError, TypeError, ValueError) as error:
                raise ResultsFileError(
                    f"{place}, line {number} should be what happened to one of "
                    f"{len(self.intent.jobs)} jobs. Got {type(error).__name__}: {error}; {_REPAIR}"
                ) from error
        return [
            JobRecord(plan=plan, has_results=self.results_path(plan).exists(), **known[index])
            for index, plan in enumerate(self.intent.jobs)
        ]

    def results_path(self, plan: JobPlan) -> Path:
        """Return where the shots of a job are kept."""
        return self.path / f"{plan.tag}.npz"

    def readings(self) -> Samples:
        """Return all shots of each circuit, in the order of the jobs; all jobs must have theirs.

        Raises:
            ResultsFileError: A file of shots is damaged, or does not hold what was asked for.
        """
        parts: list[dict[str, list[Any]]] = [
            {name: [] for name in registers} for registers in self.intent.registers
        ]
        for plan in self.intent.jobs:
            place = self.results_path(plan)
            samples = load_samples(place)
            expected = self.intent.registers[plan.first : plan.first + plan.num_circuits]
            try:
                check_samples(samples, expected, [plan.shots] * plan.num_circuits, str(place))
            except BackendError as error:
                raise ResultsFileError(
                    f"{error} Moved away, the file is fetched once more from a service that still "
                    "has these shots."
                ) from error
            for offset, registers in enumerate(samples):
                for name, bits in registers.items():
                    parts[plan.first + offset][name].append(bits)
        return [
            {name: np.concatenate(bits) for name, bits in registers.items()} for registers in parts
        ]


def _news(row: dict[str, Any]) -> dict[str, Any]:
    """Return what a row of events tells of its job."""
    match row["event"]:
        case "sending":
            sent = datetime.fromisoformat(row["time"])
            return {"stage": Stage.UNANSWERED, "sent": sent, "message": ""}
        case "unanswered":  # a request may take long: its job may be as young as this
            return {"message": row["message"], "sent": datetime.fromisoformat(row["time"])}
        case "unsent":
            return {"stage": Stage.UNSENT, "sent": None, "message": row["message"]}
        case "sent":
            if not isinstance(row["id"], str):
                raise TypeError(f"a job's id should be text, not {row['id']!r}")
            return {"stage": Stage.QUEUED, "id": row["id"], "message": ""}
        case "state":
            return {"stage": Stage(row["state"]), "message": row["message"]}
        case "usage":
            return {"usage": float(row["seconds"])}
        case "unwanted":
            return {"is_unwanted": True}
    raise ValueError(f"no event is called {row['event']!r}")


def create(store: Path, intent: Intent, compiled: Sequence[QuantumCircuit]) -> SubmissionFolder:
    """Write a new submission into a store; after a kill it is there whole or not at all."""
    buffer = io.BytesIO()
    qpy.dump(list(compiled), buffer)
    written = intent.to_json()  # before there is a folder: what cannot be written leaves none
    store.mkdir(parents=True, exist_ok=True)
    partial = store / f".{intent.id}"
    partial.mkdir()
    try:
        write_whole(partial / _CIRCUITS, buffer.getvalue())
        write_whole(partial / _INTENT, written)
        os.rename(partial, store / intent.id)  # noqa: PTH104  one name for tests to stop at
    except OSError:
        shutil.rmtree(partial, ignore_errors=True)
        raise
    sync_folder(store)
    return load(store / intent.id)


def open_folder(store: Path, submission_id: str) -> SubmissionFolder:
    """Return a submission of a store.

    Raises:
        ValueError: None or several are meant, see :func:`find`.
        ResultsFileError: Its intent is damaged.
    """
    return load(find(store, submission_id))


def find(store: Path, start: str) -> Path:
    """Return where the submission is whose id, or the random end of it, begins so.

    Raises:
        ValueError: None does, or several do; the message names them.
    """
    names = [path.name for path in paths(store)]
    meant = [name for name in names if start == name] or [
        name for name in names if start and start in (name[: len(start)], _end(name)[: len(start)])
    ]
    if len(meant) == 1:
        return store / meant[0]
    if meant:
        raise ValueError(
            f"A submission should be named by more of its id. Got {start!r}, with which begin "
            f"{', '.join(meant)}."
        )
    wanted, more = f"be one of those in {store}:", " (name the store if it is another folder)"
    raise unknown_name("A submission", start, names, wanted=wanted, more=more)


def _end(name: str) -> str:
    return name.rpartition("-")[2]


def paths(store: Path) -> list[Path]:
    """Return where the submissions of a store are; none if there is no such folder."""
    return [path.parent for path in sorted(store.glob(f"[!.]*/{_INTENT}"))]


def load(path: Path) -> SubmissionFolder:
    """Return the submission at a place that :func:`paths` named.

    Raises:
        ResultsFileError: Its intent is damaged.
    """
    place = path / _INTENT
    return SubmissionFolder(path, Intent.from_json(place.read_bytes(), str(place)))


@contextmanager
def only_writer(folder: Path) -> Iterator[None]:
    """Keep other processes from working on a folder meanwhile; a kill ends the hold.

    Raises:
        BackendError: Another process is at work there, or the file system has no locks.
    """
    with (folder / "lock").open("a+b") as file:
        try:
            lock(file)
        except BlockingIOError:
            raise BackendError(
                f"A submission should be worked on by one process at a time. {folder.name} is held "
                "by another one; try again when that has ended."
            ) from None
        except OSError as error:
            raise BackendError(
                f"A store of jobs should be on a file system with locks, so that no job is "
                f"submitted twice. Got {folder.parent}: {error.strerror}; choose another folder."
            ) from error
        yield
