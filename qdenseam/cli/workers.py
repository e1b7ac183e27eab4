"""How many processes share the work of a command, and how many threads each of them gets."""

import os

_THREAD_VARIABLES = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "RAYON_NUM_THREADS",
)


def usable_cores() -> int:
    """Return the number of cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def share_cores(num_workers: int) -> int:
    """Return the ``num_workers`` of a collection: 0, in this process, for one worker.

    Every worker gets one thread: together they fill the cores, and a few small matrix products
    only wait for each other's threads. It must be called before numpy is imported. Numba is left
    out: it refuses a number of threads that changes under a process that has compiled already.
    """
    for name in _THREAD_VARIABLES:
        os.environ.setdefault(name, "1")
    return num_workers if num_workers > 1 else 0
