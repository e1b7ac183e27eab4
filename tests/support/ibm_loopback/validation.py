"""What the service refuses by itself, with the codes of IBM's registry of errors."""

from typing import TYPE_CHECKING, Any

from ibm_loopback.programs import PROGRAMS, circuits_of

if TYPE_CHECKING:
    from ibm_loopback.state import ServiceState

Refusal = tuple[int, int, str]
"""HTTP status, IBM's code, IBM's words."""


def refusal(state: "ServiceState", body: dict[str, Any], num_bytes: int) -> Refusal | None:
    """Return why a posted job is not taken, None if it is.

    The limits are those of the state; the codes are of IBM's error registry, the HTTP statuses and
    the largest payload are assumed.
    """
    tags = body.get("tags", [])
    session = state.sessions.get(body.get("session_id"), {"accepting_jobs": True})
    if num_bytes > state.max_bytes:
        return 413, 3248, "Your job is too long."
    if body["program_id"] not in PROGRAMS:
        return 404, 1, f"No such program: {body['program_id']}"
    if body["backend"] not in state.devices:
        return 400, 1007, f"Backend not found: {body['backend']}"
    if len(tags) > state.max_tags:
        return 400, 1204, f"A job can have at most {state.max_tags} tags."
    if any(len(tag) > state.max_tag_length for tag in tags):
        return 400, 1205, f"A job tag can have at most {state.max_tag_length} characters."
    if not session["accepting_jobs"]:
        return 400, 4001, "Job is part of a session that's been closed"
    return None if state.validates_late else invalid(state, body)


def invalid(state: "ServiceState", body: dict[str, Any]) -> Refusal | None:
    """Return what is wrong with the circuits of a job, None if nothing is."""
    from qdenseam.execution.compiling.target_check import unsupported_instruction

    jobs = circuits_of(body["program_id"], body["params"])
    executions = sum(shots for _, shots in jobs)
    if executions > state.max_executions:
        return 400, 6000, f"Too many shots given ({executions} > {state.max_executions})."
    for circuit, _ in jobs:
        problem = unsupported_instruction(circuit, state.devices[body["backend"]].target)
        if problem is not None:
            return 400, 7001, f"Instruction is not supported: the circuit {problem}."
    return None
