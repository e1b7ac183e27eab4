"""Jobs that are never lost: an intent on disk, then a request, then its answer on disk."""

from qdenseam.execution.jobs.cost import SECONDS_FORMULA, CostEstimate, estimate_cost
from qdenseam.execution.jobs.delivery import Notes, advance, cancel, look
from qdenseam.execution.jobs.folder import (
    JobRecord,
    Stage,
    SubmissionFolder,
    create,
    folders,
    open_folder,
)
from qdenseam.execution.jobs.intent import Intent, JobPlan, plan_intent, split
from qdenseam.execution.jobs.local import LocalJobs
from qdenseam.execution.jobs.streams import stream, stream_state

__all__ = [
    "SECONDS_FORMULA",
    "CostEstimate",
    "Intent",
    "JobPlan",
    "JobRecord",
    "LocalJobs",
    "Notes",
    "Stage",
    "SubmissionFolder",
    "advance",
    "cancel",
    "create",
    "estimate_cost",
    "folders",
    "look",
    "open_folder",
    "plan_intent",
    "split",
    "stream",
    "stream_state",
]
