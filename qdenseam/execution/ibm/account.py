"""Open a device of the IBM Quantum account that the runtime finds on this machine."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from qiskit.providers import BackendV2

from qdenseam.execution.ibm.requests import NO_ACCESS_TOKEN, asked, told
from qdenseam.execution.job_service import RequestRefusedError, ServiceUnreachableError
from qdenseam.spelling.names import unknown_name

if TYPE_CHECKING:
    from qiskit_ibm_runtime import IBMBackend, QiskitRuntimeService


def ibm_backend(name: str, *, fractional: bool = False) -> BackendV2:
    """Return a device of the runtime's default account, with its target loaded.

    The account is that of ``QiskitRuntimeService()``: ``QISKIT_IBM_TOKEN``, else the saved one.

    Args:
        name: The device's name; ``fez`` stands for ``ibm_fez``.
        fractional: Whether the target holds the device's gates rx, of any angle, and rzz, of angles
            in [0, π/2].

    Raises:
        ValueError: If the account has no such device, or the device no such gates.
        RequestRefusedError: If there is no account, or its token or instance is not accepted.
        ServiceUnreachableError: If IBM's service does not answer.
    """
    name = full_name(name)
    for _ in range(2):
        # The runtime takes what got lost on the way for something that is not there, so that only
        # a second look, by a new service object, tells.
        found = asked(lambda: _open(name, fractional), _doing(name))
        if isinstance(found, BackendV2):
            return found
    raise found


def full_name(name: str) -> str:
    """Return IBM's name of a device; ``fez`` stands for ``ibm_fez``."""
    name = name.strip().lower()
    return name if "_" in name else f"ibm_{name}"


def ibm_service() -> "QiskitRuntimeService":
    """Return the ``QiskitRuntimeService`` of the default account, for what needs no device.

    Raises:
        RequestRefusedError: If there is no account, or its token or instance is not accepted.
        ServiceUnreachableError: If IBM's service does not answer.
    """
    return asked(_service, "Opening the account")


def _open(name: str, fractional: bool) -> BackendV2 | Exception:
    """Return the device, or the error that tells what is missing."""
    from qiskit.providers.exceptions import QiskitBackendNotFoundError
    from qiskit_ibm_runtime.exceptions import IBMInputValueError

    try:
        service = _service()
    except IBMInputValueError as error:  # the account shows no such instance
        return RequestRefusedError(f"{_doing(name)} was refused. {told(error)}")
    try:
        backend = service.backend(name, use_fractional_gates=fractional)
    except IBMInputValueError:
        return ValueError(
            f"A device with fractional gates should have rx and rzz. Got {name!r}, which has "
            f"neither; use 'ibm:{name}'."
        )
    except QiskitBackendNotFoundError:
        names = sorted(backend.name for backend in service.backends())
        if name in names or not names:
            raise ServiceUnreachableError(
                f"{_doing(name)} got no answer. IBM's service shows "
                f"{'the device without its description' if names else 'no devices at all'}."
            ) from None
        return unknown_name("A device", name, names, wanted="be one of this account's:")
    # An empty answer counts as a device without calibration, whose target would know no errors.
    if not backend.configuration().simulator and backend.properties() is None:
        raise ServiceUnreachableError(f"{_doing(name)} got no calibration of it.")
    _ = backend.target  # made of both, and kept
    return backend


def _doing(name: str) -> str:
    return f"Opening the device {name!r}"


def _service() -> "QiskitRuntimeService":
    from qiskit_ibm_runtime import QiskitRuntimeService

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        service = QiskitRuntimeService()
    # The constructor goes on without an access token, and asking this object for one again would
    # sleep for a minute: only a new object helps.
    for warning in caught:
        if str(warning.message).startswith(NO_ACCESS_TOKEN):
            raise ServiceUnreachableError("IBM's identity service gave no access token.")
        warnings.warn_explicit(warning.message, warning.category, warning.filename, warning.lineno)
    return service


@contextmanager
def single_requests(backend: "IBMBackend") -> Iterator[None]:
    """Keep the runtime from repeating requests about jobs by itself while the context lasts.

    Its connection repeats a POST that was answered by a server's error; had the job been stored
    before that, it would be stored twice.
    """
    from requests.adapters import HTTPAdapter

    clients = getattr(backend.service, "_api_clients", {}).values()
    connections = [client._session for client in clients if hasattr(client, "_session")]  # noqa: SLF001
    for connection in connections:
        connection.mount(f"{connection.base_url}/jobs", HTTPAdapter(max_retries=0))
    try:
        yield
    finally:
        for connection in connections:
            connection.adapters.pop(f"{connection.base_url}/jobs").close()
