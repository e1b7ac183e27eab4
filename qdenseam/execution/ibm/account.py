"""Open a device of the IBM Quantum account that the runtime finds on this machine."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from typing import TYPE_CHECKING, Any

from qiskit.providers import BackendV2

from qdenseam.execution.ibm.requests import NO_ACCESS_TOKEN, asked, told
from qdenseam.execution.job_service import RequestRefusedError, ServiceUnreachableError
from qdenseam.spelling.names import unknown_name

if TYPE_CHECKING:
    from qiskit_ibm_runtime import IBMBackend, QiskitRuntimeService
    from requests.adapters import HTTPAdapter
    from urllib3.util.retry import Retry

ANSWER_SECONDS = 60.0
"""How long a request may stay without any byte of an answer, where the runtime sets no limit."""


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
    never_waiting_for_ever(service)
    return service


def renew_access(service: "QiskitRuntimeService") -> None:
    """Let the next request of each connection ask for a new access token first."""
    for connection in _connections(service):
        connection.auth = deepcopy(connection.auth)  # copied without its tokens


def _connections(service: "QiskitRuntimeService") -> "list[Any]":
    clients = getattr(service, "_api_clients", {}).values()
    return [client._session for client in clients if hasattr(client, "_session")]  # noqa: SLF001


def never_waiting_for_ever(service: "QiskitRuntimeService") -> None:
    """Give up requests that stay without an answer, for which the runtime would wait for ever."""
    for connection in _connections(service):
        if connection.base_url in connection.adapters:
            continue
        retries = connection.get_adapter(connection.base_url).max_retries
        connection.mount(connection.base_url, _adapter(retries.new(read=2)))


def _adapter(retries: "Retry | int") -> "HTTPAdapter":
    from requests.adapters import HTTPAdapter

    class Adapter(HTTPAdapter):
        def send(self, request: Any, *, timeout: Any = None, **options: Any) -> Any:  # type: ignore[override]
            connect, read = timeout if isinstance(timeout, tuple) else (timeout, timeout)
            waits = (connect or ANSWER_SECONDS, read or ANSWER_SECONDS)
            return super().send(request, timeout=waits, **options)

    return Adapter(max_retries=retries)


@contextmanager
def single_requests(backend: "IBMBackend") -> Iterator[None]:
    """Keep the runtime from repeating requests about jobs by itself while the context lasts.

    Its connection repeats a POST that was answered by a server's error; had the job been stored
    before that, it would be stored twice.

    References:
        Public report 1114 of qiskit-ibm-runtime (2023): one posting with answers 500, six jobs.
    """
    connections = _connections(backend.service)
    for connection in connections:
        connection.mount(f"{connection.base_url}/jobs", _adapter(0))
    try:
        yield
    finally:
        for connection in connections:
            connection.adapters.pop(f"{connection.base_url}/jobs").close()
