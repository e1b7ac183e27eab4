"""The folder of a submission: an intent, its circuits, and what happened since."""

import hashlib
import io
import os
import re
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from qiskit import QuantumCircuit, qpy

from classical_ref.checks import Within, shown
from classical_ref.files import read_whole, sync_folder, write_whole
from qdenseam.errors import BackendError, ResultsFileError
from qdenseam.execution.job_service import Stage
from qdenseam.execution.jobs.intent import from_json, to_json
from qdenseam.execution.jobs.samples import load_samples
from qdenseam.execution.readout import Samples, check_samples, register_sizes
from qdenseam.execution.secrets import without_secrets
from qdenseam.files import append_row, lock, open_own, row_of, whole_lines
from qdenseam.formats import EVENTS, SUBMISSION_ID, Intent, JobPlan
from qdenseam.schema import door, read_as
from qdenseam.spelling.names import unknown_name

_INTENT, _CIRCUITS, _EVENTS = "intent.json", "circuits.qpy", "events.jsonl"
_REPAIR = "Repair that line, do not delete it: it may hold the id of a job."
_OLDEST_QPY = b"\x0d"
"""Older circuits hold formulas that reading them would evaluate; qdenseam never wrote such."""


class StoreClosedError(BackendError):
    """A submission can be read and not be written."""


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
        with door(place, "Submit again."):
            data = bytes_of(place)
            expected, found = self.intent.circuits_sha256, hashlib.sha256(data).hexdigest()
            if expected not in (None, found) or data[6:7] < _OLDEST_QPY:
                raise ValueError("it should hold the circuits of the intent. Got other bytes.")
            try:
                compiled: list[QuantumCircuit] = qpy.load(io.BytesIO(data))
            except Exception as error:  # a cut file fails in QPY in many ways
                raise ValueError(
                    f"it should hold circuits. Got {type(error).__name__}: {error}."
                ) from error
            if register_sizes(compiled) != self.intent.registers:
                raise ValueError(
                    f"it should hold the {len(self.intent.registers)} circuits of the intent, with "
                    f"its registers. Got {len(compiled)} circuits, or other registers."
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
        place, last = self.path / _EVENTS, len(self.intent.jobs) - 1
        is_there = place.exists() or self.intent.circuits_sha256 is not None  # not before 0.1
        lines = whole_lines(bytes_of(place)).splitlines() if is_there else []
        for number, line in enumerate(lines, start=1):
            with door(f"{place}, line {number}", _REPAIR):
                row = row_of(line)
                event = row.get("event")
                if not isinstance(event, str) or event not in EVENTS:
                    raise ValueError(
                        f"event should be one of {', '.join(EVENTS)}. Got {shown(event)}: another "
                        "version may have written it."
                    )
                row = read_as(EVENTS[event], row)
                Within(f"[0, {last}]").check("job", row["job"])
                known[row["job"]] |= _news(row)
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
            return {"stage": Stage.QUEUED, "id": row["id"], "message": ""}
        case "state":
            return {"stage": Stage(row["state"]), "message": row["message"]}
        case "usage":
            return {"usage": float(row["seconds"])}
    return {"is_unwanted": True}


def create(store: Path, intent: Intent, compiled: Sequence[QuantumCircuit]) -> SubmissionFolder:
    """Write a new submission into a store; after a kill it is there whole or not at all."""
    buffer = io.BytesIO()
    qpy.dump(list(compiled), buffer)
    circuits = buffer.getvalue()
    digest = hashlib.sha256(circuits).hexdigest()
    written = to_json(replace(intent, circuits_sha256=digest))  # what cannot be leaves no folder
    store.mkdir(mode=0o700, parents=True, exist_ok=True)
    partial = store / f".{intent.id}"
    partial.mkdir(mode=0o700)
    try:
        write_whole(partial / _CIRCUITS, circuits, mode=0o600)
        write_whole(partial / _EVENTS, b"", mode=0o600)  # one that is lost is not taken for unsent
        write_whole(partial / _INTENT, written, mode=0o600)
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
    """Return where the submissions of a store are, damaged and renamed ones too; none if no folder.

    Raises:
        OSError: The store cannot be read.
    """
    inside = sorted(store.iterdir()) if store.exists() else []
    return [
        each
        for each in inside
        if re.fullmatch(SUBMISSION_ID, each.name)
        or (not each.name.startswith(".") and os.path.lexists(each / _INTENT))
    ]


def load(path: Path) -> SubmissionFolder:
    """Return the submission at a place that :func:`paths` named.

    Raises:
        ResultsFileError: Its intent is damaged, or it was renamed.
    """
    if path.is_symlink():
        raise ResultsFileError(
            f"{path} should be a folder. Got a link, which is not followed: move the folder here, "
            "or name the store where it is."
        )
    intent = from_json(bytes_of(path / _INTENT), path / _INTENT)
    if intent.id != path.name:
        raise ResultsFileError(
            f"{path} should be named as its submission, {intent.id}. Got {path.name!r}: rename the "
            "folder; of a copy, keep one only."
        )
    return SubmissionFolder(path, intent)


def bytes_of(place: Path) -> bytes:
    """Return the content of a file of a submission.

    Raises:
        ResultsFileError: It cannot be read.
    """
    try:
        return read_whole(place)
    except (OSError, ValueError) as error:
        raise ResultsFileError(
            f"{place} should be a file that can be read. Got: {error} Restore it from a copy, or "
            "allow yourself to read it."
        ) from error


@contextmanager
def only_writer(folder: Path) -> Iterator[None]:
    """Keep other processes from working on a folder meanwhile; a kill ends the hold.

    Raises:
        StoreClosedError: The folder cannot be written.
        BackendError: Another process is at work there, or the file system has no locks.
    """
    try:
        file = open_own(folder / "lock")
    except OSError as error:
        raise StoreClosedError(
            f"{folder} cannot be written ({error.strerror or error}), so that nothing is sent or "
            "asked from it: move its store to a disk of your own, or allow yourself to write it."
        ) from error
    with file:
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
