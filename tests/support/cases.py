"""Many cases in one test: what fails names its case."""

from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def case(*name: object) -> Iterator[None]:
    """Add the name of a case to whatever fails inside."""
    try:
        yield
    except BaseException as error:  # pytest's own failures are no Exception
        error.add_note("case: " + ", ".join(map(str, name)))
        raise
