"""IBM's devices as engines: circuits compiled for one, posted as a job, waited for."""

import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from qiskit import QuantumCircuit
from qiskit.primitives import BaseSamplerV2
from qiskit.providers import BackendV2
from qiskit.transpiler import Target

from classical_ref.checks import Rng
from qdenseam.errors import BackendError
from qdenseam.execution.base import Engine, NumLayouts, shots_of_each
from qdenseam.execution.compiling.compilation import onto_backend, predicted_layout, widened
from qdenseam.execution.compiling.target_check import unsupported_instruction
from qdenseam.execution.ibm.account import (
    full_name,
    ibm_backend,
    ibm_service,
    never_waiting_for_ever,
)
from qdenseam.execution.ibm.jobs import IBMJobService
from qdenseam.execution.ibm.requests import asked
from qdenseam.execution.ibm.sampler import Program, default_program, ibm_sampler
from qdenseam.execution.job_service import (
    JobStatus,
    NotCarriedOutError,
    RequestRefusedError,
    ServiceUnreachableError,
    Stage,
    poll_pauses,
)
from qdenseam.execution.readout import Samples, check_samples, register_sizes
from qdenseam.progress import Progress

if TYPE_CHECKING:
    from qiskit_ibm_runtime import IBMBackend

FRACTIONAL = "+fractional"
"""At the end of an engine's name: with the device's fractional gates rx and rzz."""
_MOST_SILENCES = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class IBMEngine(Engine):
    """A device of an IBM Quantum account.

    :meth:`sample` posts one job and waits for it, which may take hours and costs what the account's
    plan says; :meth:`job_service` is for jobs that are fetched later.

    Attributes:
        backend: The ``IBMBackend``, which carries its account.
        num_layouts: Routings tried per circuit; the one of largest predicted success is kept.
        program: ``"executor"`` or ``"sampler"``, IBM's programs; None takes the newer one that the
            runtime has.
    """

    circuits_per_run: ClassVar[int | None] = None

    backend: "IBMBackend"
    num_layouts: NumLayouts = 12
    program: Program | None = None

    @property
    def target(self) -> Target | None:
        """The device's gates and couplings, with their errors as last calibrated."""
        return asked(lambda: self.backend.target, f"Asking for the gates of {self.name!r}")

    @property
    def max_qubits(self) -> int | None:
        """The number of qubits of the device."""
        return int(self.backend.num_qubits)

    def calibration_time(self) -> str | None:
        """Return when the device was last calibrated, ISO 8601."""
        properties = asked(self.backend.properties, f"Asking for the calibration of {self.name!r}")
        return None if properties is None else str(properties.last_update_date.isoformat())

    def job_service(self) -> IBMJobService:
        """Return the device's jobs; any process with the same account sees the same ones."""
        return IBMJobService(self.backend, program=self.program)

    def compile(self, circuits: Sequence[QuantumCircuit], *, seed: int) -> list[QuantumCircuit]:
        """Lay out where success is predicted, and route; circuits become as wide as the device.

        Wide circuits and those with classical control are compiled for few two-qubit gates, see
        :func:`~qdenseam.execution.compiling.compilation.predicted_layout`.
        """
        for circuit in circuits:
            self.check_capacity(circuit)
        target = self.target  # loaded here, where a lost answer is asked for again
        assert target is not None
        tries, compiled = self.num_layouts, []
        for circuit in circuits:
            found = predicted_layout(circuit, target, num_seeds=tries, seed=seed)
            if found is None:
                compiled += onto_backend(
                    [circuit], self.backend, seed=seed, num_layouts=min(3, tries)
                )
            else:
                compiled.append(widened(found, target.num_qubits))
        for circuit in compiled:
            problem = unsupported_instruction(circuit, target)
            if problem is not None:
                raise BackendError(f"{self.name!r} cannot run {circuit.name!r}, which {problem}.")
        return compiled

    def make_sampler(self, seed: int) -> BaseSamplerV2:  # noqa: ARG002
        """Return a fresh sampler of the runtime; a device takes no seed."""
        return ibm_sampler(self.backend, self.program or default_program())

    def sample(
        self,
        circuits: Sequence[QuantumCircuit],
        shots: int | Sequence[int],
        rng: Rng = None,  # noqa: ARG002
        *,
        on_progress: Callable[[Progress], None] | None = None,
    ) -> Samples:
        """Post jobs, wait until they are done, and return every shot.

        A job takes one number of shots for all its circuits: one job where it is the same for all.
        A lost answer loses nothing: the job is looked for by its tag before it is posted again, and
        waiting goes on when the service does not answer for a while.

        Arguments and result are those of :meth:`Engine.sample`, but that ``rng`` is not used, since
        a device's randomness is its own, and ``on_progress`` is called whenever a job's state was
        asked for.

        Raises:
            ValueError: If shots or a circuit cannot be run as they are.
            CapacityError: If a circuit does not fit.
            RequestRefusedError: If IBM refuses a job; nothing of it was run.
            ServiceUnreachableError: If IBM does not answer any more; the message names the job.
            BackendError: If a job failed, was cancelled, or returns anything but what was asked
                for.
        """
        circuits = list(circuits)
        wanted = shots_of_each(circuits, shots)
        for circuit in circuits:
            self.check_runnable(circuit)
        service = self.job_service()
        places = {
            number: [place for place, each in enumerate(wanted) if each == number]
            for number in sorted(set(wanted))
        }
        posted = {  # all of them before any is waited for
            number: _posted_once(service, [circuits[place] for place in members], number)
            for number, members in places.items()
        }
        samples: Samples = [{} for _ in circuits]
        done = 0

        def report(job_id: str, state: str) -> None:
            if on_progress is not None:
                message = f"{self.name}: job {job_id} is {state}"
                on_progress(Progress(done=done, total=len(circuits), message=message))

        for number, job_id in posted.items():
            members = places[number]
            found = self._answer(service, job_id, partial(report, job_id))
            registers = register_sizes(circuits[place] for place in members)
            source = f"Job {job_id!r} of {self.name!r}"
            check_samples(found, registers, [number] * len(members), source)
            for place, shown in zip(members, found, strict=True):
                samples[place] = shown
            done += len(members)
            report(job_id, "read")
        return samples

    def _answer(
        self, service: IBMJobService, job_id: str, report: Callable[[str], None]
    ) -> Samples:
        """Wait for a job and return its shots."""
        status = _ended(service, job_id, report)
        if status.state is not Stage.DONE:
            verb = "has" if status.state is Stage.FAILED else "was"
            raise BackendError(f"Job {job_id!r} of {self.name!r} {verb} {status}")
        return service.results(job_id)


def gone_ibm_jobs(name: str) -> IBMJobService:
    """Return the jobs of a device, ``ibm:NAME``, that the account does not list any more.

    Posting another one is refused.

    Raises:
        RequestRefusedError: If there is no account, or its token is not accepted.
        ServiceUnreachableError: If IBM's service does not answer.
    """
    device = full_name(name.partition(":")[2].removesuffix(FRACTIONAL))
    return IBMJobService(device, service=ibm_service())


def ibm_engine(name: str) -> IBMEngine:
    """Return the engine of a device of the runtime's default account.

    Args:
        name: The device's name, such as ``fez``; ``fez+fractional`` also has its fractional gates:
            rx, and rzz, which is one two-qubit gate in the place of two.

    Raises:
        ValueError: If the account has no such device, it has no fractional gates, or something else
            than ``fractional`` is asked for.
        RequestRefusedError: If there is no account, or its token is not accepted.
        ServiceUnreachableError: If IBM's service does not answer.
    """
    device, plus, wish = name.strip().lower().partition("+")
    if plus and wish != "fractional":
        raise ValueError(
            f"What is asked for after a device's name should be 'fractional'. Got {wish!r}; use "
            f"'ibm:{device}{FRACTIONAL}' or 'ibm:{device}'."
        )
    return engine_of_backend(ibm_backend(device, fractional=bool(plus)))


def engine_of_backend(backend: BackendV2) -> IBMEngine:
    """Return the engine of an ``IBMBackend``, named so that it is found again as it is."""
    never_waiting_for_ever(backend.service)
    fractional = getattr(backend.options, "use_fractional_gates", False)
    return IBMEngine(name=f"ibm:{backend.name}{FRACTIONAL if fractional else ''}", backend=backend)


def is_ibm_device(backend: BackendV2) -> bool:
    """Return whether a backend is a device of an IBM account, without importing the runtime."""
    return any(
        base.__module__ == "qiskit_ibm_runtime.ibm_backend" for base in type(backend).__mro__
    )


def _posted_once(service: IBMJobService, circuits: Sequence[QuantumCircuit], shots: int) -> str:
    """Post a job; after a lost answer, again only when it is known not to be there."""
    tag, pauses = f"qdenseam-{uuid.uuid4().hex}", poll_pauses()
    for _ in range(_MOST_SILENCES):
        try:
            return service.post(circuits, shots=shots, tag=tag)
        except NotCarriedOutError as error:
            failure = str(error)
            time.sleep(next(pauses))
        except ServiceUnreachableError as error:
            failure = str(error)
            found = _listed(service, tag)
            if found is not None:
                return found
    raise ServiceUnreachableError(f"{failure} Its tag is {tag!r}; no job is there under it.")


def _listed(service: IBMJobService, tag: str) -> str | None:
    """Look for a job until it is listed, or so late that it is known not to be there."""
    deadline, silences = time.monotonic() + service.settle_seconds, 0
    for pause in poll_pauses():
        is_late = time.monotonic() >= deadline  # before asking: the answer is not older
        try:
            found = service.find(tag)
        except ServiceUnreachableError as error:
            silences += 1
            if silences > _MOST_SILENCES:
                raise ServiceUnreachableError(
                    f"{error} A job may be there; look for its tag {tag!r} later."
                ) from None
        else:
            if found or is_late:
                return found[0] if found else None
        time.sleep(pause)
    raise AssertionError  # the pauses have no end


def _ended(service: IBMJobService, job_id: str, report: Callable[[str], None]) -> JobStatus:
    """Wait until a job stays as it is."""
    silences, pauses = 0, poll_pauses()
    while True:
        try:
            status = service.status(job_id)
        except (ServiceUnreachableError, RequestRefusedError) as error:
            # A refusal too may be of the moment: a job not known everywhere yet, access withdrawn.
            silences += 1
            if silences > _MOST_SILENCES:
                raise type(error)(
                    f"{error} Job {job_id!r} may go on without this process; ask for it later."
                ) from None
        else:
            silences = 0
            report(str(status).removesuffix("."))
            if status.state.is_final:
                return status
        time.sleep(next(pauses))
