"""A submission compiled and priced: nothing of it is written or sent yet."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from math import ceil, floor, inf
from typing import Any, Self

import numpy as np
from qiskit import QuantumCircuit

from classical_ref.shown import Shown
from qdenseam.errors import CapacityError
from qdenseam.execution.base import Engine
from qdenseam.execution.job_service import JobService
from qdenseam.execution.jobs.cost import (
    JOB_SECONDS,
    SECONDS_FORMULA,
    estimate_cost,
)
from qdenseam.execution.readout import register_sizes
from qdenseam.formats import SUBMISSION_SCHEMA, CostEstimate, Intent, JobPlan
from qdenseam.streams import stream_state
from qdenseam.versions import versions


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Draft(Shown):
    """A submission that is compiled and priced; nothing of it is written or sent."""

    engine: Engine
    """What it is compiled for."""
    circuits: Sequence[QuantumCircuit]
    """The compiled circuits, one per probe."""
    parts: Sequence[tuple[int, int, int]]
    """(First circuit, circuits, shots) of each job."""
    shots: int
    """Shots per circuit."""
    cost: CostEstimate
    """What it will take."""
    rng: np.random.Generator
    """Source of the shots of a local run."""
    payload: dict[str, Any]
    """What is needed to read the shots: plain data and arrays."""

    @classmethod
    def of(
        cls,
        engine: Engine,
        circuits: Sequence[QuantumCircuit],
        *,
        shots: int,
        rng: np.random.Generator,
        payload: dict[str, Any],
    ) -> Self:
        """Split what an engine has compiled into jobs, and price it.

        Raises:
            ValueError: A circuit cannot be run as it is, as for :meth:`Engine.check_runnable`.
            BackendError: The engine lacks what it needs.
            CapacityError: It does not fit.
        """
        for circuit in circuits:
            engine.check_runnable(circuit)
        parts = split(len(circuits), shots, engine.job_service())
        cost = estimate_cost(engine, circuits, shots=shots, num_jobs=len(parts))
        return cls(
            engine=engine,
            circuits=circuits,
            parts=parts,
            shots=shots,
            cost=cost,
            rng=rng,
            payload=payload,
        )

    def require_at_most(self, max_seconds: float) -> None:
        """Refuse a draft whose estimate exceeds a cap on the seconds of quantum processor.

        Services stop jobs at whole seconds, so that a fraction of a second in the cap is lost.

        Raises:
            ValueError: The cap is not positive and finite.
            CapacityError: The estimate exceeds it, the device tells no durations to make one, or
                the cap leaves less than a second for each job.
        """
        if not 0 < max_seconds < inf:
            raise ValueError(f"max_seconds should be positive and finite. Got {max_seconds}.")
        seconds = self.cost.seconds
        if seconds is None and self.engine.target is not None:
            raise CapacityError(
                f"A capped submission should have an estimate. {self.engine.name!r} reports no "
                "durations to make one from; submit without max_seconds, or to another backend."
            )
        if seconds is not None and seconds > floor(max_seconds):
            raise CapacityError(
                f"A submission should take at most {max_seconds:g} s of quantum processor, in "
                f"whole seconds. Got an estimate of {seconds:.1f} s ({SECONDS_FORMULA}); use "
                "fewer shots or probes, or raise max_seconds."
            )
        if max_seconds < len(self.parts):
            raise CapacityError(
                f"A cap should leave a whole second for each of {len(self.parts)} jobs. Got "
                f"max_seconds {max_seconds:g}; use fewer shots or probes, or raise max_seconds."
            )

    def intent(self, max_seconds: float | None = None) -> Intent:
        """Return a new intent; only its id and tags are random, and not drawn from ``rng``.

        The first job's shots come from ``rng`` as it stands, those of others from spawned
        generators.

        Args:
            max_seconds: Cap on the seconds of quantum processor, at least one a job. The jobs' caps
                are whole seconds, which services count in, and add up to no more: what each job is
                estimated to take beside its shots, and of the rest a share by executions.
        """
        unique, now = uuid.uuid4().hex, datetime.now(UTC)
        streams = [self.rng, *self.rng.spawn(len(self.parts) - 1)]

        def cap(executions: int) -> int | None:
            if max_seconds is None:
                return None
            least = min(ceil(JOB_SECONDS), int(max_seconds) // len(self.parts))
            rest = int(max_seconds) - least * len(self.parts)
            return least + rest * executions // (len(self.circuits) * self.shots)

        return Intent(
            schema=SUBMISSION_SCHEMA,
            id=f"{now:%Y%m%d-%H%M%S}-{unique[:8]}",
            created=now.isoformat(timespec="milliseconds"),
            backend=self.engine.name,
            calibrated=self.engine.calibration_time(),
            shots=self.shots,
            jobs=[
                JobPlan(
                    tag=f"qdenseam-{unique}-{index}",
                    first=first,
                    num_circuits=count,
                    shots=shots,
                    max_seconds=cap(count * shots),
                    stream=stream_state(streams[index]),
                )
                for index, (first, count, shots) in enumerate(self.parts)
            ],
            registers=register_sizes(self.circuits),
            cost=self.cost,
            versions=versions(),
            payload=self.payload,
        )


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
