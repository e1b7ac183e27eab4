"""Requests to IBM's service: which failures may be repeated, told in words without secrets."""

import time
import warnings
from collections.abc import Callable, Collection, Iterator
from typing import TypeVar

from qdenseam.errors import BackendError
from qdenseam.execution.job_service import RequestRefusedError, ServiceUnreachableError
from qdenseam.execution.secrets import without_secrets

Answer = TypeVar("Answer")

PAUSES = (0.5, 1.0, 2.0, 4.0)
"""Seconds before each repetition of a request that got no answer."""
NO_ACCESS_TOKEN = "Unable to retrieve IBM Cloud access token"  # noqa: S105
"""How the runtime warns that it goes on with the account's token in the place of another one."""

_MAY_PASS = frozenset({408, 425, 429})  # the 4xx that speak of the moment, not of the request
_MOST_WORDS = 400


def asked(
    request: Callable[[], Answer],
    doing: str,
    *,
    repeat: bool = True,
    tokens: Collection[str] = (),
) -> Answer:
    """Return what a request answers, with the runtime's errors as those of a job service.

    Args:
        request: Calls the runtime; where it is repeated, carrying it out twice does no harm.
        doing: What it does, the beginning of an error message.
        repeat: Whether to repeat it, with growing pauses, while no answer comes.
        tokens: Tokens in use beside those of the environment and of saved accounts; no error's
            words hold any of them.

    Raises:
        RequestRefusedError: If the answer was no.
        ServiceUnreachableError: If no answer came, or none that can be read.
    """
    for pause in PAUSES if repeat else ():
        try:
            return _translated(request, doing, tokens)
        except ServiceUnreachableError:
            time.sleep(pause)
    return _translated(request, doing, tokens)


def _translated(request: Callable[[], Answer], doing: str, tokens: Collection[str]) -> Answer:
    try:
        with warnings.catch_warnings():
            # The runtime would go on with the API key where an access token belongs.
            warnings.filterwarnings("error", message=NO_ACCESS_TOKEN)
            return request()
    except BackendError:
        raise
    except Exception as error:  # what the runtime raises on an answer that it cannot read is open
        failure = _failure(error, doing, tokens)
    # Outside of the handler: the error that is left behind may hold a token.
    raise failure


def _failure(error: Exception, doing: str, tokens: Collection[str]) -> BackendError:
    from qiskit_ibm_runtime.accounts.exceptions import AccountNotFoundError, InvalidAccountError
    from qiskit_ibm_runtime.exceptions import (
        IBMInputValueError,
        IBMNotAuthorizedError,
        RuntimeJobNotFound,
    )

    status = next(_status_codes(error), None)
    refused = status is not None and 400 <= status < 500 and status not in _MAY_PASS
    if isinstance(error, AccountNotFoundError):
        return RequestRefusedError(
            f"{doing} needs an IBM Quantum account. None is saved here; save one with "
            "qiskit_ibm_runtime.QiskitRuntimeService.save_account(token=..., instance=...) or set "
            "QISKIT_IBM_TOKEN and QISKIT_IBM_INSTANCE."
        )
    if isinstance(error, IBMNotAuthorizedError) or (
        isinstance(error, InvalidAccountError) and (refused or error.__cause__ is None)
    ):
        return RequestRefusedError(
            f"{doing} was refused: IBM does not accept the account's token. Save a valid one with "
            "qiskit_ibm_runtime.QiskitRuntimeService.save_account(token=..., overwrite=True), or "
            f"correct QISKIT_IBM_TOKEN, which goes first. {told(error, tokens)}"
        )
    if refused or isinstance(error, IBMInputValueError | RuntimeJobNotFound):
        return RequestRefusedError(f"{doing} was refused. {told(error, tokens)}")
    if isinstance(error, InvalidAccountError) and isinstance(error.__cause__, Exception):
        error = error.__cause__  # what happened, not the runtime's guess at a wrong token
    return ServiceUnreachableError(f"{doing} got no answer. {told(error, tokens)}")


def _status_codes(error: BaseException | None) -> Iterator[int]:
    """Yield the HTTP status codes of an error and of those that led to it, the last one first."""
    while error is not None:
        status = getattr(error, "status_code", None)
        if isinstance(status, int) and status > 0:
            yield status
        error = error.__cause__ or error.__context__


def told(error: Exception, tokens: Collection[str] = ()) -> str:
    """Return an error's kind and its own words, see :func:`clean`."""
    words = clean(str(error).strip("'\""), tokens)
    return f"{type(error).__name__}: {words}" if words else f"{type(error).__name__}."


def clean(words: str, tokens: Collection[str] = ()) -> str:
    """Return the service's words on one line, short, without any token.

    Left out are the given ones, those of the environment and of saved accounts, and whatever a
    quoted header of a request grants access with.
    """
    words = without_secrets(" ".join(words.split()))
    for secret in (*tokens, *_saved_tokens()):
        words = words.replace(secret, "[secret]")
    return words if len(words) <= _MOST_WORDS else f"{words[:_MOST_WORDS]} ..."


def _saved_tokens() -> list[str]:
    from qiskit_ibm_runtime import QiskitRuntimeService

    try:
        accounts = QiskitRuntimeService.saved_accounts()
    except Exception:  # a damaged account file is told by whatever needs the account
        return []
    return [account["token"] for account in accounts.values() if account.get("token")]
