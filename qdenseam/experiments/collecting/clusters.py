"""Dask clusters as executors."""

from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager

from qdenseam.errors import BackendError


@contextmanager
def dask_executor(address: str) -> Iterator[Executor]:
    """Yield an executor on the workers of a running Dask scheduler.

    The workers need the same packages; a worker that is lost costs nothing, since its batches are
    run again elsewhere.

    Args:
        address: Where the scheduler listens, such as ``tcp://10.0.0.1:8786``.

    Raises:
        BackendError: No scheduler answers there, or Dask is not installed.
    """
    try:
        from distributed import Client
    except ImportError as error:
        raise BackendError(
            'a Dask scheduler needs Dask. Install it by pip install "qdenseam[cluster]".'
        ) from error
    try:
        client = Client(address, timeout=10, set_as_default=False)
    except (OSError, ValueError) as error:
        raise BackendError(
            f"scheduler should be the address of a running Dask scheduler, such as "
            f"tcp://10.0.0.1:8786. Got {address!r} ({error})."
        ) from error
    with client, client.get_executor(pure=False) as executor:
        yield executor
