"""The intent: everything needed to send a submission and to read its answer, written first."""

import json
from dataclasses import asdict, dataclass, fields
from typing import Any, Self

import numpy as np

from qdenseam.errors import ResultsFileError
from qdenseam.execution.jobs.cost import CostEstimate

SCHEMA = 1
"""Version of the folder of a submission. A reader refuses any other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobPlan:
    """One job of a submission: some of its circuits, some of its shots, under a tag of its own."""

    tag: str
    """Carried by this job and no other, anywhere."""
    first: int
    """Index of its first circuit."""
    num_circuits: int
    """How many circuits it holds."""
    shots: int
    """Shots per circuit."""
    max_seconds: int | None
    """Seconds of quantum processor at which the service shall stop it."""
    stream: dict[str, Any]
    """State of the generator that a local run draws its shots from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """What a submission is, decided before anything is sent and never changed."""

    schema: int = SCHEMA
    """Version of the format."""
    id: str
    """Name of the submission in its store: when it was made, and eight random digits."""
    created: str
    """When it was made, ISO 8601."""
    backend: str
    """Name of the engine."""
    calibrated: str | None
    """When the device had last been calibrated, ISO 8601."""
    shots: int
    """Shots per circuit, over all jobs."""
    jobs: list[JobPlan]
    """The jobs that the circuits are split into."""
    registers: list[dict[str, int]]
    """Size of each classical register, by name, for each circuit."""
    cost: CostEstimate
    """What it was estimated to cost."""
    versions: dict[str, str]
    """Versions of the packages that made it."""
    payload: dict[str, Any]
    """What the sender needs to read the shots: plain data and arrays, opaque here; read back, the
    arrays are lists."""

    def to_json(self) -> bytes:
        """Return the intent as JSON."""
        text = json.dumps(asdict(self), allow_nan=False, indent=1, default=_plain)
        return f"{text}\n".encode()

    @classmethod
    def from_json(cls, data: bytes, place: str) -> Self:
        """Return the intent that :meth:`to_json` wrote; ``place`` names it in errors.

        Raises:
            ResultsFileError: The data is no intent, or one of another version.
        """
        try:
            row = json.loads(data)
            if row["schema"] != SCHEMA:
                raise ResultsFileError(
                    f"{place} should have schema {SCHEMA}. Got {row['schema']!r}; read it with the "
                    "version of qdenseam that wrote it."
                )
            row["jobs"] = [JobPlan(**job) for job in row["jobs"]]
            row["cost"] = CostEstimate(**row["cost"])
            return cls(**{field.name: row[field.name] for field in fields(cls)})
        except (ValueError, KeyError, TypeError) as error:
            if isinstance(error, ResultsFileError):
                raise
            raise ResultsFileError(
                f"{place} should be the intent of a submission. Got {type(error).__name__}: "
                f"{error}."
            ) from error


def _plain(value: Any) -> Any:
    if isinstance(value, np.ndarray | np.generic):
        return value.tolist()
    raise TypeError(f"a payload should be plain data and arrays. Got {type(value).__name__}.")
