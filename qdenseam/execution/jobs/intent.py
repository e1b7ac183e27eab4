"""The intent: everything needed to send a submission and to read its answer, written first."""

import json
import uuid
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from math import ceil
from typing import Any, Self

import numpy as np
from qiskit import QuantumCircuit

from qdenseam.errors import ResultsFileError
from qdenseam.execution.base import Engine
from qdenseam.execution.job_service import JobService
from qdenseam.execution.jobs.cost import JOB_SECONDS, CostEstimate
from qdenseam.execution.jobs.streams import stream_state
from qdenseam.versions import versions

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


def split(num_circuits: int, shots: int, service: JobService | None) -> list[tuple[int, int, int]]:
    """Return (first circuit, circuits, shots) of each job, within the limits of a service.

    Shots beyond what one circuit may have in a job go into further jobs of the same circuits.
    """
    executions = service.max_executions if service else None
    shots_at_once = min(shots, executions or shots)
    at_once = min(
        num_circuits,
        (service.max_circuits if service else None) or num_circuits,
        executions // shots_at_once if executions else num_circuits,
    )
    return [
        (first, min(at_once, num_circuits - first), min(shots_at_once, shots - done))
        for done in range(0, shots, shots_at_once)
        for first in range(0, num_circuits, at_once)
    ]


def plan_intent(
    engine: Engine,
    compiled: Sequence[QuantumCircuit],
    *,
    parts: Sequence[tuple[int, int, int]],
    shots: int,
    cost: CostEstimate,
    rng: np.random.Generator,
    payload: dict[str, Any],
    max_seconds: float | None = None,
) -> Intent:
    """Return a new intent; only its id and tags are random, and not drawn from ``rng``.

    The first job's shots come from ``rng`` as it stands, those of others from spawned generators.

    Args:
        engine: What compiled the circuits.
        compiled: One circuit per probe.
        parts: What :func:`split` returned.
        shots: Shots per circuit.
        cost: The estimate.
        rng: Source of the shots of local runs.
        payload: Plain data and arrays that are kept for the sender.
        max_seconds: Cap on the seconds of quantum processor, at least one a job. The jobs' caps
            are whole seconds, which services count in, and add up to no more: what each job is
            estimated to take beside its shots, and of the rest a share by executions.
    """
    unique = uuid.uuid4().hex
    now = datetime.now(UTC)
    streams = [rng, *rng.spawn(len(parts) - 1)]

    def cap(executions: int) -> int | None:
        if max_seconds is None:
            return None
        least = min(ceil(JOB_SECONDS), int(max_seconds) // len(parts))
        rest = int(max_seconds) - least * len(parts)
        return least + rest * executions // (len(compiled) * shots)

    return Intent(
        id=f"{now:%Y%m%d-%H%M%S}-{unique[:8]}",
        created=now.isoformat(timespec="milliseconds"),
        backend=engine.name,
        calibrated=engine.calibration_time(),
        shots=shots,
        jobs=[
            JobPlan(
                tag=f"qdenseam-{unique}-{index}",
                first=first,
                num_circuits=count,
                shots=part,
                max_seconds=cap(count * part),
                stream=stream_state(stream),
            )
            for index, ((first, count, part), stream) in enumerate(zip(parts, streams, strict=True))
        ],
        registers=[{each.name: each.size for each in circuit.cregs} for circuit in compiled],
        cost=cost,
        versions=versions(),
        payload=payload,
    )


def _plain(value: Any) -> Any:
    if isinstance(value, np.ndarray | np.generic):
        return value.tolist()
    raise TypeError(f"a payload should be plain data and arrays. Got {type(value).__name__}.")
