"""Jobs that are never lost: an intent on disk, then a request, then its answer on disk."""

from qdenseam.execution.job_service import Stage
from qdenseam.execution.jobs.cost import SECONDS_FORMULA
from qdenseam.execution.jobs.delivery import Note, advance, cancel, look
from qdenseam.execution.jobs.draft import Draft
from qdenseam.execution.jobs.folder import (
    JobRecord,
    SubmissionFolder,
    create,
    find,
    load,
    open_folder,
    paths,
)
from qdenseam.execution.jobs.local import LocalJobs
from qdenseam.formats import CostEstimate, Intent
from qdenseam.streams import stream, stream_state

__all__ = [
    "SECONDS_FORMULA",
    "CostEstimate",
    "Draft",
    "Intent",
    "JobRecord",
    "LocalJobs",
    "Note",
    "Stage",
    "SubmissionFolder",
    "advance",
    "cancel",
    "create",
    "find",
    "load",
    "look",
    "open_folder",
    "paths",
    "stream",
    "stream_state",
]
