"""A stand-in for IBM's quantum service on this machine, for the runtime's own client.

``with LoopbackIBM() as ibm`` serves identity, instances, devices, jobs, sessions and usage, and Aer
runs the jobs. ``python -m ibm_loopback`` does the same as a process of its own.
"""

from ibm_loopback.devices import LoopbackDevice, snapshot
from ibm_loopback.faults import TRANSIENT_FAULTS, Fault, FaultKind, FaultPlan
from ibm_loopback.server import LoopbackIBM
from ibm_loopback.state import CRN, TOKEN, SeenRequest, ServiceState, StoredJob

__all__ = [
    "CRN",
    "TOKEN",
    "TRANSIENT_FAULTS",
    "Fault",
    "FaultKind",
    "FaultPlan",
    "LoopbackDevice",
    "LoopbackIBM",
    "SeenRequest",
    "ServiceState",
    "StoredJob",
    "snapshot",
]
