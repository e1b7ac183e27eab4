"""What becomes of errors in code that is not ours: a user's backend, sampler or factory."""

from collections.abc import Iterator
from contextlib import contextmanager

from qdenseam.errors import BackendError, QDenseAMError
from qdenseam.execution.secrets import without_secrets


@contextmanager
def explained(failure: str, advice: str = "") -> Iterator[None]:
    """Turn whatever is raised in the context into a BackendError, in words without secrets.

    Args:
        failure: What could not be done, the beginning of the message.
        advice: What to do, its end.

    Raises:
        BackendError: Anything went wrong; errors of this suite stay as they are.
    """
    try:
        yield
    except QDenseAMError:
        raise
    except Exception as error:
        words = without_secrets(" ".join(str(error).split())).rstrip(".")
        said = f"{type(error).__name__}: {words}." if words else f"{type(error).__name__}."
        raise BackendError(f"{failure}: {said} {advice}".rstrip()) from error
