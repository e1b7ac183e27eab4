"""What the loopback service remembers: accounts, devices, jobs and every request."""

import base64
import json
import threading
import time
from dataclasses import dataclass, field
from typing import Any

from ibm_loopback.devices import LoopbackDevice
from ibm_loopback.faults import FaultPlan
from ibm_loopback.programs import run_program

TOKEN = "loopback-" + "k" * 35
CRN = (
    "crn:v1:bluemix:public:quantum-computing:us-east:a/"
    "0123456789abcdef0123456789abcdef:11111111-2222-3333-4444-555555555555::"
)


@dataclass(kw_only=True)
class StoredJob:
    """One job, as the service keeps it."""

    id: str
    number: int
    program_id: str
    backend: str
    params: dict[str, Any]
    tags: list[str]
    session_id: str | None = None
    max_seconds: int | None = None
    private: bool = False
    status: str = "Queued"
    reason: str | None = None
    reason_code: int | None = None
    results: str | None = None

    @property
    def created(self) -> str:
        """A time that grows with the job's number."""
        minutes, seconds = divmod(self.number, 60)
        return f"2026-01-01T00:{minutes:02d}:{seconds:02d}.000000Z"

    def described(self, *, with_params: bool = False) -> dict[str, Any]:
        state = {"status": self.status, "reason": self.reason, "reason_code": self.reason_code}
        described = {
            "id": self.id,
            "backend": self.backend,
            "status": self.status,
            "state": state,
            "created": self.created,
            "program": {"id": self.program_id},
            "tags": self.tags,
            "session_id": self.session_id,
            "private": self.private,
        }
        return described | {"params": self.params} if with_params else described


@dataclass(frozen=True, kw_only=True)
class SeenRequest:
    """One request and what became of it; ``failure`` names the fault that its answer met."""

    method: str
    path: str
    failure: str | None


@dataclass(kw_only=True)
class ServiceState:
    """The service's memory and its switches.

    Attributes:
        hold: Whether jobs stay queued; else a job is run when it is first asked about.
        latency: Seconds before every answer.
        fail_jobs_with: Reason with which every job fails that is run from now on, or None.
        quotes_secrets: Whether error messages quote the token of the request.
        usage: What ``/instances/usage`` says.
    """

    devices: dict[str, LoopbackDevice]
    seed: int
    faults: FaultPlan
    token: str = TOKEN
    hold: bool = False
    latency: float = 0.0
    fail_jobs_with: str | None = None
    quotes_secrets: bool = False
    usage: dict[str, Any] = field(
        default_factory=lambda: {"usage_consumed_seconds": 12, "usage_limit_seconds": 600}
    )
    jobs: dict[str, StoredJob] = field(default_factory=dict)
    sessions: dict[str, dict[str, Any]] = field(default_factory=dict)
    requests: list[SeenRequest] = field(default_factory=list)
    access_tokens: set[str] = field(default_factory=set)
    lock: threading.RLock = field(default_factory=threading.RLock)
    closing: threading.Event = field(default_factory=threading.Event)

    @property
    def num_posts(self) -> int:
        """How many requests wanted to post a job."""
        return sum((seen.method, seen.path) == ("POST", "/jobs") for seen in self.requests)

    @property
    def num_failures(self) -> int:
        """How many requests were answered by a fault."""
        return sum(request.failure is not None for request in self.requests)

    def new_access_token(self) -> str:
        """Return a decodable token that the client takes for an hour's."""
        now = int(time.time())
        claims = {"iat": now, "exp": now + 3600, "n": len(self.access_tokens)}
        parts = ({"alg": "none", "typ": "JWT"}, claims)
        token = ".".join(
            base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()
            for part in parts
        )
        self.access_tokens.add(f"{token}.sign")
        return f"{token}.sign"

    def store(self, body: dict[str, Any]) -> StoredJob:
        """Keep a posted job."""
        number = len(self.jobs)
        job = StoredJob(
            id=f"loop{number:016d}",
            number=number,
            program_id=body["program_id"],
            backend=body["backend"],
            params=body["params"],
            tags=body.get("tags", []),
            session_id=body.get("session_id"),
            max_seconds=body.get("cost"),
            private=body.get("private", False),
        )
        self.jobs[job.id] = job
        return job

    def advance(self, job: StoredJob) -> None:
        """Run a queued job unless jobs are held."""
        if self.hold or job.status != "Queued":
            return
        if self.fail_jobs_with is not None:
            job.status, job.reason, job.reason_code = "Failed", self.fail_jobs_with, 1517
            return
        try:
            job.results = run_program(job.program_id, job.params, self.seed + job.number + 1)
        except Exception as error:
            job.status, job.reason = "Failed", f"{type(error).__name__}: {error}"
        else:
            job.status = "Completed"
