"""Jobs on IBM's devices: posted under a tag, found by it, read in any process."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, Final

from qiskit import QuantumCircuit
from qiskit.primitives import PrimitiveResult

from qdenseam.execution.compiling.target_check import unsupported_instruction
from qdenseam.execution.ibm.account import renew_access, single_requests
from qdenseam.execution.ibm.requests import Answer, asked, clean
from qdenseam.execution.ibm.sampler import Program, default_program, ibm_sampler
from qdenseam.execution.job_service import (
    JobService,
    JobStatus,
    NotCarriedOutError,
    RequestRefusedError,
    ServiceUnreachableError,
    Stage,
)
from qdenseam.execution.readout import Samples, named_bits

if TYPE_CHECKING:
    from qiskit_ibm_runtime import IBMBackend, QiskitRuntimeService

_STATES: Final = {
    "INITIALIZING": Stage.QUEUED,
    "QUEUED": Stage.QUEUED,
    "RUNNING": Stage.RUNNING,
    "DONE": Stage.DONE,
    "ERROR": Stage.FAILED,
    "CANCELLED": Stage.CANCELLED,
}
_CHARGES = ("qpu_charge_time_seconds", "quantum_seconds")


SETTLE_SECONDS: Final = 600.0
"""How long after a lost answer a job that is not listed may still appear; then it counts as not
posted and is posted again. IBM's service takes no key that would make a repeated post harmless, and
how soon it lists what it has stored is said nowhere; seconds are usual. Beside that delay, this
covers a request that was still under way when its sender died, and clocks of two machines that
differ by minutes. A wait of ten minutes is short beside most queues and is rare: only an answer
that was lost and a job that is not listed lead to it. A job sent twice would be paid twice."""


class IBMJobService(JobService):
    """Jobs of one device; shots are raw: no twirling, decoupling or mitigation at the service.

    Only posting needs the device: what became of a job is asked for by its id or its tag, also
    where the account does not list the device any more.

    Args:
        backend: The ``IBMBackend``, which carries its account; for a device that is gone, its name.
        service: The ``QiskitRuntimeService``; by default the backend's.
        program: Which of IBM's programs runs the circuits.

    References:
        IBM Quantum documentation, "Job limits" (2026), for the executions in one job.
    """

    max_executions: int | None = 10_000_000
    settle_seconds: ClassVar[float] = SETTLE_SECONDS

    def __init__(
        self,
        backend: "IBMBackend | str",
        *,
        service: "QiskitRuntimeService | None" = None,
        program: Program | None = None,
    ) -> None:
        self._is_gone = isinstance(backend, str)
        self.backend: Any = backend
        self.service: Any = getattr(backend, "service", None) if service is None else service
        self.program = program or default_program()

    def post(
        self,
        circuits: Sequence[QuantumCircuit],
        *,
        shots: int,
        tag: str,
        max_seconds: float | None = None,
    ) -> str:
        """Send one job; never repeated here, not even by the runtime's connection.

        Raises:
            RequestRefusedError: If the device is gone or out of service, or a circuit holds an
                instruction that it does not have.
            NotCarriedOutError: If no answer came and nothing was posted yet.
        """
        if self._is_gone:
            raise RequestRefusedError(
                f"A job should go to one of this account's devices. {self.backend!r} is none any "
                "more; nothing was sent. Submit again to another device."
            )
        circuits = list(circuits)
        try:
            target = self._asked(lambda: self.backend.target, "Asking for the gates")
            status = self._asked(self._device_status, "Asking for the state")
        except ServiceUnreachableError as error:
            raise NotCarriedOutError(str(error)) from None
        for circuit in circuits:
            problem = unsupported_instruction(circuit, target)
            if problem is not None:
                raise RequestRefusedError(
                    f"A job for {self.backend.name!r} should hold circuits compiled for it. "
                    f"{circuit.name!r} {problem}; compile it with this device's engine."
                )
        if not status.operational:
            raise RequestRefusedError(
                f"{self.backend.name!r} should be in service. It is not ({status.status_msg}); "
                "nothing was sent. Try later or another device."
            )
        sampler = ibm_sampler(self.backend, self.program, tags=(tag,), max_seconds=max_seconds)
        with single_requests(self.backend):
            job = self._asked(lambda: sampler.run(circuits, shots=shots), "Posting", repeat=False)
        return _text(job.job_id(), "a job's id")

    def find(self, tag: str) -> list[str]:
        """Return the ids of the jobs under a tag, oldest first."""

        def listed() -> list[str]:
            jobs = self.service.jobs(
                limit=None, job_tags=[tag], instance=self._instance, descending=False
            )
            return [_text(job.job_id(), "a job's id") for job in jobs if tag in (job.tags or ())]

        return self._asked(listed, f"Looking for jobs under {tag!r}")

    def status(self, job_id: str) -> JobStatus:
        """Return how a job stands, with IBM's words where it failed.

        A state that is not known here counts as queued, and the message names it.
        """

        def stand() -> JobStatus:
            job = self.service.job(job_id)
            shown = _text(job.status(), "a job's state")
            state = _STATES.get(shown)
            if state is None:
                words = clean(
                    f"IBM calls its state {shown!r}, which is not known here; it counts as queued."
                )
                return JobStatus(state=Stage.QUEUED, message=words)
            failure = job.error_message() if state is Stage.FAILED else None
            words = clean(failure or "", self._tokens())
            return JobStatus(state=state, message=words.removeprefix(f"Job {job_id} has failed: "))

        return self._asked(stand, f"Asking for job {job_id!r}")

    def results(self, job_id: str) -> Samples:
        """Return the shots of a job that is done."""
        status = self.status(job_id)
        if status.state is not Stage.DONE:
            raise RequestRefusedError(
                f"Job {job_id!r} should be done before its shots are read. It is {status}"
            )
        return self._asked(
            lambda: _samples(self.service.job(job_id).result()), f"Reading job {job_id!r}"
        )

    def cancel(self, job_id: str) -> None:
        """Ask for a job to be stopped; one that has ended stays as it is."""
        from qiskit_ibm_runtime.exceptions import RuntimeInvalidStateError

        def stopped() -> None:
            try:
                self.service.job(job_id).cancel()
            except RuntimeInvalidStateError:
                return

        self._asked(stopped, f"Cancelling job {job_id!r}")

    def usage(self, job_id: str) -> float | None:
        """Return the seconds that a job was charged, None until IBM has settled them."""

        def charged() -> float | None:
            metrics = self.service.job(job_id).metrics()
            if not metrics:
                raise ServiceUnreachableError("IBM's answer should hold metrics. Got none.")
            usage = metrics.get("usage") or {}
            if usage.get("status") == "pending":
                return None
            charges = [float(usage[key]) for key in _CHARGES if usage.get(key) is not None]
            return charges[0] if charges else None

        return self._asked(charged, f"Asking for the cost of job {job_id!r}")

    def _device_status(self) -> Any:
        status = self.backend.status()
        if not status.operational and not status.status_msg:  # what an empty answer is read as
            raise ServiceUnreachableError("IBM's answer should hold the device's state. Got none.")
        return status

    @property
    def _name(self) -> str:
        return str(self.backend if self._is_gone else self.backend.name)

    @property
    def _instance(self) -> str | None:
        return getattr(self.backend, "_instance", None)

    def _asked(self, request: Callable[[], Answer], what: str, *, repeat: bool = True) -> Answer:
        doing = f"{what} at {self._name!r}"
        renew = partial(renew_access, self.service)
        return asked(request, doing, repeat=repeat, tokens=self._tokens(), renew=renew)

    def _tokens(self) -> list[str]:
        token = (self.service.active_account() or {}).get("token")
        return [token] if token else []


def _samples(result: Any) -> Samples:
    if not isinstance(result, PrimitiveResult):
        raise TypeError(f"A job's answer should be a sampler's result. Got {type(result).__name__}")
    return [named_bits(pub) for pub in result]


def _text(value: Any, what: str) -> str:
    if not isinstance(value, str) or not value:
        raise ServiceUnreachableError(f"IBM's answer should hold {what}. Got {value!r}.")
    return value
