"""A job service for engines without one: jobs run in the calling process, at once."""

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from qiskit import QuantumCircuit

from classical_ref.files import write_whole
from qdenseam.errors import BackendError, CapacityError
from qdenseam.execution.base import Engine
from qdenseam.execution.job_service import (
    JobService,
    JobStatus,
    RequestRefusedError,
    Stage,
)
from qdenseam.execution.jobs.samples import load_samples, save_samples
from qdenseam.execution.readout import Samples

_TAG = re.compile("[A-Za-z0-9-]{1,64}")


class LocalJobs(JobService):
    """Runs each job inside :meth:`post` and leaves its shots in a folder; a job's id is its tag.

    A run that was killed is run again by a simulator, which costs nothing; one that takes a seed
    gives the same shots. A user's own backend, or a plugin's device, may have cost something: there
    it counts as failed, and is not repeated.

    Args:
        engine: What runs the circuits.
        folder: Where the shots of a job are kept, as ``TAG.npz``.
        rng: Source of the shots of the next job.
    """

    def __init__(self, engine: Engine, folder: Path, rng: np.random.Generator) -> None:
        self._engine = engine
        self._folder = folder
        self._rng = rng
        self._repeats = engine.is_free

    def post(
        self,
        circuits: Sequence[QuantumCircuit],
        *,
        shots: int,
        tag: str,
        max_seconds: float | None = None,  # noqa: ARG002  no quantum processor is used
    ) -> str:
        """Run the circuits and return the tag."""
        if not self._repeats:
            write_whole(self._begun(tag), b"", mode=0o600)
        try:
            samples = self._engine.sample(circuits, shots, self._rng)
        except (BackendError, CapacityError, ValueError) as error:
            self._begun(tag).unlink(missing_ok=True)
            raise RequestRefusedError(str(error)) from error
        save_samples(self._done(tag), samples)
        return tag

    def find(self, tag: str) -> list[str]:
        """Return the tag if its job was begun."""
        return [tag] if self._done(tag).exists() or self._begun(tag).exists() else []

    def status(self, job_id: str) -> JobStatus:
        """Return DONE, or FAILED where a run that may not be repeated was cut off."""
        is_own = _TAG.fullmatch(job_id) is not None  # an id out of a file names no other path
        if is_own and self._done(job_id).exists():
            return JobStatus(state=Stage.DONE)
        if is_own and self._begun(job_id).exists():
            return JobStatus(
                state=Stage.FAILED,
                message=f"the run on {self._engine.name!r} was cut off and is not repeated",
            )
        raise RequestRefusedError(f"A job should have been run in {self._folder}. Got {job_id!r}.")

    def results(self, job_id: str) -> Samples:
        """Return the shots of a finished run."""
        status = self.status(job_id)
        if status.state is not Stage.DONE:
            raise RequestRefusedError(f"Job {job_id} has no results: {status.message}.")
        return load_samples(self._done(job_id))

    def cancel(self, job_id: str) -> None:
        """Do nothing: a job has ended when it gets its id."""

    def usage(self, job_id: str) -> float:  # noqa: ARG002
        """Return 0: no quantum processor is used."""
        return 0.0

    def _done(self, tag: str) -> Path:
        return self._folder / f"{tag}.npz"

    def _begun(self, tag: str) -> Path:
        return self._folder / f"{tag}.begun"
