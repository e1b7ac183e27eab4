"""The runtime's two samplers: the client-side one on the executor, and the older ``SamplerV2``."""

import warnings
from math import ceil
from typing import TYPE_CHECKING, Any, Literal

from qiskit.primitives import BaseSamplerV2

if TYPE_CHECKING:
    from qiskit_ibm_runtime import IBMBackend

Program = Literal["executor", "sampler"]
"""IBM's program behind a job: the executor, with a client-side ``Sampler``, or ``SamplerV2``'s."""


def default_program() -> Program:
    """Return ``"executor"`` where the runtime has its sampler, else ``"sampler"``."""
    try:
        from qiskit_ibm_runtime.executor_sampler import Sampler  # noqa: F401
    except ImportError:
        return "sampler"
    return "executor"


def ibm_sampler(
    backend: "IBMBackend",
    program: Program,
    *,
    tags: tuple[str, ...] = (),
    max_seconds: float | None = None,
) -> BaseSamplerV2:
    """Return a fresh sampler of raw shots: no twirling, decoupling or mitigation.

    Args:
        backend: An ``IBMBackend``.
        program: Which of the two samplers.
        tags: Tags of its jobs.
        max_seconds: Seconds of quantum processor after which IBM stops a job, rounded up.
    """
    sampler = _plain_sampler(backend, program)
    sampler.options.environment.job_tags = list(tags)
    if max_seconds is not None:
        sampler.options.max_execution_time = max(1, ceil(max_seconds))
    return sampler


def _plain_sampler(backend: Any, program: Program) -> BaseSamplerV2:
    if program == "executor":
        from qiskit_ibm_runtime.executor_sampler import Sampler

        return Sampler(mode=backend)
    from qiskit_ibm_runtime import SamplerV2

    with warnings.catch_warnings():
        # It was asked for by name, or there is no other.
        warnings.simplefilter("ignore", DeprecationWarning)
        return SamplerV2(mode=backend)
