"""A job service made of files, whose requests fail and whose callers die on demand."""

import json
import os
import signal
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from qiskit import qpy

from qdenseam.errors import BackendError
from qdenseam.execution.engines.simulators import StatevectorEngine
from qdenseam.execution.job_service import (
    JobService,
    JobStatus,
    RequestRefusedError,
    ServiceUnreachableError,
    Stage,
)

KILL = "TOY_KILL"
"""Environment variable: before which request, or after which, the caller dies."""


@dataclass
class Weather:
    """What goes wrong, and what has gone wrong."""

    rate: float = 0.0
    rng: np.random.Generator = field(default_factory=lambda: np.random.default_rng(0))
    requests: int = 0
    failures: int = 0


class ToyService(JobService):
    """Jobs in a folder, run when their results are asked for."""

    def __init__(self, folder: Path, weather: Weather | None = None) -> None:
        self.folder = folder
        self.weather = weather or Weather()
        self.first_state = "done"
        folder.mkdir(exist_ok=True)

    def post(self, circuits, *, shots, tag, max_seconds=None):
        def create() -> str:
            name = f"toy-job-{len(list(self.folder.glob('*.json'))):04}"
            with (self.folder / f"{name}.qpy").open("wb") as file:
                qpy.dump(list(circuits), file)
            facts = {"tag": tag, "shots": shots, "max_seconds": max_seconds}
            state = {"state": self.first_state, "message": f"the job is {self.first_state}"}
            (self.folder / f"{name}.json").write_text(json.dumps(facts | state))
            return name

        return self._request("post", create)

    def find(self, tag):
        return self._request(
            "find", lambda: [name for name, facts in self.jobs().items() if facts["tag"] == tag]
        )

    def status(self, job_id):
        def stand() -> JobStatus:
            facts = self._facts(job_id)
            return JobStatus(state=Stage(facts["state"]), message=facts["message"])

        return self._request("status", stand)

    def results(self, job_id):
        def run() -> list:
            with (self.folder / f"{job_id}.qpy").open("rb") as file:
                return StatevectorEngine().sample(qpy.load(file), self._facts(job_id)["shots"], 1)

        return self._request("results", run)

    def cancel(self, job_id):
        def stop() -> None:
            if not Stage(self._facts(job_id)["state"]).is_final:
                self.set(job_id, state="cancelled", message="the job is cancelled")

        self._request("cancel", stop)

    def usage(self, job_id):
        return self._request("usage", lambda: 1.5)

    def jobs(self) -> dict:
        """Return what the service knows of its jobs, by id."""
        return {
            path.stem: json.loads(path.read_text()) for path in sorted(self.folder.glob("*.json"))
        }

    def set(self, job_id: str, **facts) -> None:
        """Change what the service knows of a job."""
        (self.folder / f"{job_id}.json").write_text(json.dumps(self._facts(job_id) | facts))

    def _facts(self, job_id: str) -> dict:
        if job_id not in self.jobs():
            raise RequestRefusedError(f"no job {job_id!r}")
        return self.jobs()[job_id]

    def _request(self, name, action):
        """Do what is asked, or fail: before doing it or, as cruel, after."""
        self.weather.requests += 1
        _die(f"before {name}")
        fails = self.weather.rng.random() < self.weather.rate
        self.weather.failures += fails
        if fails and self.weather.rng.random() < 0.5:
            raise ServiceUnreachableError(f"{name}: no answer")
        answer = action()
        _die(f"after {name}")
        if fails:
            raise ServiceUnreachableError(f"{name}: the answer was lost")
        return answer


def _die(moment: str) -> None:
    if os.environ.get(KILL) == moment:
        os.kill(os.getpid(), signal.SIGKILL)


@dataclass(frozen=True, slots=True, kw_only=True)
class ToyEngine(StatevectorEngine):
    """An engine whose circuits run at a toy service."""

    name: str = "toy"
    service: JobService

    def job_service(self) -> JobService:
        return self.service

    def calibration_time(self) -> str | None:
        return "2026-01-02T03:04:05+00:00"


def install(service: JobService, replace=setattr):
    """Make ``"toy"`` the name of an engine at this service, besides the names there are."""
    from qdenseam.execution import engine
    from qdenseam.execution.jobs import delivery
    from qdenseam.retrieval import preparing

    def find(name):
        if name == "no account":
            raise BackendError("There is no account here.")
        return ToyEngine(service=service) if name == "toy" else engine(name)

    for module in (delivery, preparing):
        replace(module, "find_engine", find)
