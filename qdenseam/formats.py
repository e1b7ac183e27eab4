"""What each stored file may hold: the forms of submissions and results, in one place.

:mod:`qdenseam.schema` checks them. Studies are :mod:`qdenseam.experiments.study`, saved memories
:mod:`classical_ref.saving`.
"""

from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal, NotRequired, TypedDict

import numpy as np
from numpy.typing import NDArray

from classical_ref.checks import Within
from qdenseam.schema import Array, Matching, Moment, Version
from qdenseam.streams import StreamState

SUBMISSION_SCHEMA = 1
"""Version of the folder of a submission. A reader refuses any other."""
RESULTS_SCHEMA = 2
"""Version of results files. A reader takes the one before too, and refuses any other."""
SUBMISSION_ID = r"\d{8}-\d{6}-[0-9a-f]{8}"
TAG = r"qdenseam-[0-9a-f]{32}-\d{1,9}"

Count = Annotated[int, Within("[0, 9007199254740992]")]
Positive = Annotated[int, Within("[1, 9007199254740992]")]
Size = Annotated[int, Within("[0, 1000000]")]
Seconds = Annotated[float, Within("[0, inf)")]
Share = Annotated[float, Within("[-1e-9, 1.000000001]")]
"""A probability, as rounding leaves it."""
Name = Annotated[str, Matching(r"(?s).+", "a name, a text that is not empty")]
Time = Annotated[str, Moment()]
Stream = Annotated[dict[str, Any], StreamState()]
Numbers = Annotated[NDArray[np.float64], Array(np.float64, 1)]
Shares = Annotated[NDArray[np.float64], Array(np.float64, 1, Within("[-1e-9, 1.000000001]"))]
Key = Annotated[str, Matching(r"[0-9a-f]{64}", "64 hexadecimal digits")]


# A submission: intent.json, events.jsonl; circuits.qpy and TAG.npz are checked against the intent.


@dataclass(frozen=True, slots=True, kw_only=True)
class JobPlan:
    """One job of a submission: some of its circuits, some of its shots, under a tag of its own."""

    tag: Annotated[str, Matching(TAG, "qdenseam-, 32 hexadecimal digits, - and a number")]
    """Carried by this job and no other, anywhere."""
    first: Size
    """Index of its first circuit."""
    num_circuits: Annotated[int, Within("[1, 1000000]")]
    """How many circuits it holds."""
    shots: Positive
    """Shots per circuit."""
    max_seconds: Positive | None
    """Seconds of quantum processor at which the service shall stop it."""
    stream: Stream
    """State of the generator that a local run draws its shots from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CostEstimate:
    """What a submission will take, known before it is sent; None where there is no calibration.

    References:
        IBM Quantum documentation, "Workload usage" (2025), for the seconds.
    """

    num_jobs: Count
    """Jobs that the circuits are split into."""
    num_circuits: Count
    """Compiled circuits, one per probe."""
    executions: Count
    """Shots over all circuits."""
    two_qubit_gates: Count | None
    """Of the largest circuit."""
    two_qubit_depth: Count | None
    """Of the deepest circuit."""
    fidelity: Share | None
    """Lowest expected fidelity of a circuit: the product of 1 - error over its gates and its
    measured bits, as reported by the device; idling is left out."""
    seconds: Seconds | None
    """Estimated seconds of quantum processor, see ``SECONDS_FORMULA``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """What a submission is, decided before anything is sent and never changed."""

    schema: Annotated[int, Version((SUBMISSION_SCHEMA,))]
    """Version of the format."""
    id: Annotated[str, Matching(SUBMISSION_ID, "a date, a time and 8 hexadecimal digits")]
    """Name of the submission in its store: when it was made, and eight random digits."""
    created: Time
    """When it was made, ISO 8601."""
    backend: Name
    """Name of the engine."""
    calibrated: str | None
    """When the device had last been calibrated, ISO 8601."""
    shots: Positive
    """Shots per circuit, over all jobs."""
    jobs: list[JobPlan]
    """The jobs that the circuits are split into."""
    registers: list[dict[str, Size]]
    """Size of each classical register, by name, for each circuit."""
    cost: CostEstimate
    """What it was estimated to cost."""
    versions: dict[str, str]
    """Versions of the packages that made it."""
    payload: dict[str, Any]
    """What the sender needs to read the shots, a :class:`Payload`: arrays are lists, read back."""
    circuits_sha256: Key | None = None
    """Of the file of circuits; submissions of version 0.1 lack it."""


class Law(TypedDict):
    """A :class:`~qdenseam.methods.RecallLaw` without its distribution."""

    joint: Shares
    spurious: Share
    rejected: Share


class Cost(TypedDict):
    """A :class:`~qdenseam.methods.RecallResources`."""

    num_qubits: Count
    two_qubit_gates: Count
    two_qubit_depth: Count
    state_preparations: Count


class Energies(TypedDict):
    """A :class:`~qdenseam.memories.stored_energies.StoredEnergies`."""

    stored: Numbers
    num_neurons: Count
    probe: float | None


class Rates(TypedDict):
    """A :class:`~qdenseam.execution.readout_errors.ReadoutErrors`."""

    zero_read_as_one: Numbers
    one_read_as_zero: Numbers


class Recall(TypedDict):
    """One probe; submissions of version 0.1 lack what is not required."""

    probe: Annotated[NDArray[np.int8], Array(np.int8, 1, Within("[-1, 1]"))]
    method: dict[str, Any]
    acceptance: Shares | None
    law: Law
    state_preparations: Count
    evaluations: Count
    resources: Cost
    routed_two_qubit_gates: Count | None
    memory: NotRequired[str | None]
    shape: NotRequired[tuple[Size, Size] | None]
    present: NotRequired[Annotated[NDArray[np.bool_], Array(np.bool_, 1)] | None]
    trajectory: NotRequired[tuple[float, ...]]
    shot_seconds: NotRequired[Seconds | None]
    readout_errors: NotRequired[Rates | None]
    physical_qubits: NotRequired[tuple[Size, ...] | None]
    energies: NotRequired[Energies | None]


class Payload(TypedDict):
    """The memory and the probes of a submission."""

    is_single: bool
    patterns: Annotated[NDArray[np.int8], Array(np.int8, 2, Within("[-1, 1]"))]
    weights: Annotated[NDArray[np.float64], Array(np.float64, 1, Within("[0, inf)"))] | None
    compilation_seed: Count
    reading: Stream
    recalls: list[Recall]


class _Event(TypedDict):
    time: Time
    job: Size
    event: str


class Said(_Event):
    """No answer came, or the request surely was not carried out; in the service's words."""

    message: str


class Sent(_Event):
    """The service has the job under a name of its own."""

    id: Name


class State(_Event):
    """The service said how the job stands."""

    state: Literal["unsent", "unanswered", "refused", "queued", "running", "done", "failed",
                   "cancelled"]  # fmt: skip
    message: str


class Usage(_Event):
    """The service said what it charged."""

    seconds: Seconds


EVENTS: Final = {
    "sending": _Event,
    "unanswered": Said,
    "unsent": Said,
    "sent": Sent,
    "state": State,
    "usage": Usage,
    "unwanted": _Event,
}
"""Rows of events.jsonl by what happened."""


# A results file: results.jsonl


class VersionsRow(TypedDict):
    """Opens every run."""

    schema: Annotated[int, Version((1, RESULTS_SCHEMA))]
    versions: dict[str, str]


class TaskRow(TypedDict):
    """Stands before the first batch of its task."""

    task: Key
    kind: Name
    params: dict[str, Any]
    seed: Annotated[int, Within("[0, inf)")]


class BatchRow(TypedDict):
    """One finished batch."""

    key: Key
    batch: Count
    values: dict[str, Any]
    seconds: float
    backend: NotRequired[Name | None]


class BatchRow1(BatchRow):
    """The same in schema 1, where it repeats all else."""

    schema: Annotated[int, Version((1,))]
    kind: Name
    params: dict[str, Any]
    seed: Annotated[int, Within("[0, inf)")]
    versions: dict[str, str]
