"""Requests to IBM's service: which failures may be repeated, told in words without secrets."""

import time
import warnings
from collections.abc import Callable, Collection, Iterator
from typing import TypeVar

from qdenseam.errors import BackendError
from qdenseam.execution.job_service import (
    AccessRefusedError,
    NotCarriedOutError,
    RequestRefusedError,
    ServiceUnreachableError,
)
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
    renew: Callable[[], None] = lambda: None,
) -> Answer:
    """Return what a request answers, with the runtime's errors as those of a job service.

    An access token may end before its time, or while nobody grants another one: what was refused
    for that reason did nothing, and is asked once more after ``renew``, a posting too.

    Args:
        request: Calls the runtime; where it is repeated, carrying it out twice does no harm.
        doing: What it does, the beginning of an error message.
        repeat: Whether to repeat it, with growing pauses, while no answer comes.
        tokens: Tokens in use beside those of the environment and of saved accounts; no error's
            words hold any of them.
        renew: Lets the next request be granted a new access token.

    Raises:
        AccessRefusedError: If the account's token is not accepted.
        RequestRefusedError: If the answer was no.
        NotCarriedOutError: If the service was too busy, or granted no access just now.
        ServiceUnreachableError: If no answer came, or none that can be read.
    """
    pauses, renewed = iter(PAUSES if repeat else ()), False
    while True:
        try:
            return _translated(request, doing, tokens)
        except AccessRefusedError:
            if renewed:
                raise
            renewed = True
            renew()
        except ServiceUnreachableError as error:
            pause = next(pauses, None)
            if pause is None:
                raise
            if NO_ACCESS_TOKEN in str(error):
                renew()  # else the runtime would wait for a minute before it asks for a token
            time.sleep(pause)


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
    no_token = isinstance(error, UserWarning) and NO_ACCESS_TOKEN in str(error)
    if isinstance(error, AccountNotFoundError):
        return RequestRefusedError(
            f"{doing} needs an IBM Quantum account. None is saved here; save one with "
            "qiskit_ibm_runtime.QiskitRuntimeService.save_account(token=..., instance=...) or set "
            "QISKIT_IBM_TOKEN and QISKIT_IBM_INSTANCE."
        )
    if (
        isinstance(error, IBMNotAuthorizedError)
        or (isinstance(error, InvalidAccountError) and (refused or error.__cause__ is None))
        or (no_token and "Status code: 4" in str(error))
    ):
        return AccessRefusedError(
            f"{doing} was refused: IBM does not accept the account's token. Save a valid one with "
            "qiskit_ibm_runtime.QiskitRuntimeService.save_account(token=..., overwrite=True), or "
            f"correct QISKIT_IBM_TOKEN, which goes first. {told(error, tokens)}"
        )
    if refused or isinstance(error, IBMInputValueError | RuntimeJobNotFound):
        return RequestRefusedError(f"{doing} was refused. {told(error, tokens)}")
    if isinstance(error, InvalidAccountError) and isinstance(error.__cause__, Exception):
        error = error.__cause__  # what happened, not the runtime's guess at a wrong token
    kind = NotCarriedOutError if no_token or status in _MAY_PASS else ServiceUnreachableError
    return kind(f"{doing} got no answer. {told(error, tokens)}")


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
