"""A client of the loopback service in a process of its own, whose waits are short."""

import logging
from contextlib import suppress

import numpy as np
import qiskit_ibm_runtime.executor_sampler  # noqa: F401  imported once, before processes are forked
from urllib3.util.retry import Retry

from qdenseam import AmplitudeMemory
from qdenseam.errors import BackendError
from qdenseam.execution import job_service
from qdenseam.execution.ibm import account, requests
from qdenseam.execution.ibm.jobs import IBMJobService
from qdenseam.methods import SampleAndAccept
from qdenseam.retrieval.submission import fetch, submit

PATTERNS = np.array([[1, 1, -1, -1], [-1, 1, 1, -1], [-1, -1, 1, 1]])
SETTLE_SECONDS = 8.0
"""How long a job with a lost answer is looked for here; the service has to list it much sooner."""


def run(command: str, store: str, argument: int | str) -> None:
    """Submit two probes with a seed, which makes four jobs, or fetch a submission by its id."""
    logging.disable()  # the runtime tells of every failure
    requests.PAUSES = (0.0,) * 4
    job_service.POLL_SECONDS = (0.05,)
    account.ANSWER_SECONDS = 2.0
    IBMJobService.settle_seconds = SETTLE_SECONDS
    IBMJobService.max_executions = 20
    Retry.sleep = lambda *_, **__: None
    with suppress(BackendError):
        if command == "fetch":
            fetch(argument, store=store, wait=0.5)
        else:
            submit(
                AmplitudeMemory(PATTERNS),
                ["0000", "1111"],
                method=SampleAndAccept(),
                backend="ibm:manila",
                shots=30,
                rng=argument,
                store=store,
            )
