"""What the loopback service remembers: accounts, devices, jobs and every request; its clock."""

import base64
import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from ibm_loopback.devices import LoopbackDevice
from ibm_loopback.faults import FaultPlan
from ibm_loopback.programs import Shots, run_program
from ibm_loopback.validation import invalid

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
    posted: float = 0.0
    started: float | None = None
    ended: float | None = None
    charge: float = 0.0
    status: str = "Queued"
    reason: str | None = None
    reason_code: int | None = None
    results: str | None = None
    shots: Shots = field(default_factory=list)

    @property
    def created(self) -> str:
        """A time that grows with the job's number."""
        minutes, seconds = divmod(self.number, 60)
        return f"2026-01-01T00:{minutes:02d}:{seconds:02d}.000000Z"

    def described(self, *, with_params: bool = False) -> dict[str, Any]:
        state = {"status": self.status, "reason": self.reason, "reasonCode": self.reason_code}
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
        clock: The service's time in seconds; tests may move it.
        hold: Whether jobs stay queued; else a job is run when it is first asked about.
        queue_seconds: How long a job waits before it runs.
        run_seconds: How long a job runs on the device; more than its limit and it is cancelled.
        charging_seconds: How long after a job's end it is not known what it costs.
        listing_seconds: How long a new job is missing in lists; by its id it is there at once.
        token_seconds: Life of an access token.
        max_executions: Most shots times circuits of a job.
        max_bytes: Longest body of a posting.
        max_tags: Most tags of a job.
        max_tag_length: Most characters of a tag.
        validates_late: Whether a job with bad circuits is taken, and fails when it should run.
        latency: Seconds before every answer.
        fail_jobs_with: Reason with which every job fails that is run from now on, or None.
        quotes_secrets: Whether error messages quote the token of the request.
        usage: What ``/instances/usage`` says.
    """

    devices: dict[str, LoopbackDevice]
    seed: int
    faults: FaultPlan
    token: str = TOKEN
    clock: Callable[[], float] = time.monotonic
    hold: bool = False
    queue_seconds: float = 0.0
    run_seconds: float = 0.0
    charging_seconds: float = 0.0
    listing_seconds: float = 0.0
    token_seconds: int = 3600
    max_executions: int = 10_000_000
    max_bytes: int = 50_000_000
    max_tags: int = 8
    max_tag_length: int = 86
    validates_late: bool = False
    latency: float = 0.0
    fail_jobs_with: str | None = None
    quotes_secrets: bool = False
    usage: dict[str, Any] = field(
        default_factory=lambda: {"usage_consumed_seconds": 12, "usage_limit_seconds": 600}
    )
    jobs: dict[str, StoredJob] = field(default_factory=dict)
    sessions: dict[str, dict[str, Any]] = field(default_factory=dict)
    requests: list[SeenRequest] = field(default_factory=list)
    access_tokens: dict[str, float] = field(default_factory=dict)
    """Each token that was granted, with the time it ends."""
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

    def grants(self, access_token: str) -> bool:
        """Whether an access token is one of this service's, and still valid."""
        return self.access_tokens.get(access_token, 0) > time.time()

    def new_access_token(self) -> str:
        """Return a decodable token."""
        now = int(time.time())
        claims = {"iat": now, "exp": now + self.token_seconds, "n": len(self.access_tokens)}
        parts = ({"alg": "none", "typ": "JWT"}, claims)
        token = ".".join(
            base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()
            for part in parts
        )
        self.access_tokens[f"{token}.sign"] = now + self.token_seconds
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
            posted=self.clock(),
        )
        self.jobs[job.id] = job
        return job

    def is_listed(self, job: StoredJob) -> bool:
        """Whether lists show a job already."""
        return self.clock() >= job.posted + self.listing_seconds

    def advance(self, job: StoredJob) -> None:
        """Take a job as far as it has come by now, unless jobs are held."""
        now = self.clock()
        if not self.hold and job.status == "Queued" and now >= job.posted + self.queue_seconds:
            job.status, job.started = "Running", now
        if job.status != "Running" or job.started is None:
            return
        limit = job.max_seconds or self.run_seconds
        if now < job.started + min(self.run_seconds, limit):
            return
        if self.fail_jobs_with is not None:
            self._end(job, "Failed", 0.0, self.fail_jobs_with, 1517)
        elif self.run_seconds > limit:
            self._end(job, "Cancelled", limit, "Ran too long", 1305)
        elif self.validates_late and (refused := invalid(self, vars(job))):
            self._end(job, "Failed", 1.0, refused[2], refused[1])
        else:
            try:
                seed = self.seed + job.number + 1
                job.results, job.shots = run_program(job.program_id, job.params, seed)
            except Exception as error:
                self._end(job, "Failed", 0.0, f"{type(error).__name__}: {error}")
            else:
                self._end(job, "Completed", self.run_seconds or 2.0)

    def cancel(self, job: StoredJob) -> bool:
        """Stop a job, which is charged for as long as it ran; return whether it had not ended."""
        if job.status not in ("Queued", "Running"):
            return False
        ran = 0.0 if job.started is None else self.clock() - job.started
        self._end(job, "Cancelled", ran, "Cancelled by the user")
        return True

    def _end(
        self,
        job: StoredJob,
        status: str,
        charge: float,
        reason: str | None = None,
        code: int | None = None,
    ) -> None:
        job.status, job.charge, job.reason, job.reason_code = status, charge, reason, code
        job.ended = self.clock()
        if status != "Completed":
            job.results = f"... Traceback: {reason}"

    def metrics(self, job: StoredJob) -> dict[str, Any]:
        """Return what a job has cost, once that is settled, and when it ran."""
        settled = job.ended is not None and self.clock() >= job.ended + self.charging_seconds
        usage = {"status": "final" if settled else "pending"}
        if settled:
            usage["qpu_charge_time_seconds"] = job.charge
        return {"usage": usage, "timestamps": {"created": job.created, "running": job.started}}
