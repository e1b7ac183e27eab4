"""Backends of any provider by ``module:factory``: a name that imports and calls code."""

import re
import sys
from importlib import import_module
from importlib.util import find_spec

from qiskit.providers import BackendV2

from qdenseam.errors import BackendError
from qdenseam.execution.engine_table import engine_table, families
from qdenseam.execution.foreign_code import explained
from qdenseam.plugins import plugged_in
from qdenseam.spelling.names import near

_FACTORY = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*:[^\W\d]\w*(\.[^\W\d]\w*)*")


def is_factory(name: str) -> bool:
    """Return whether an engine's name is ``module:factory``, and so would run code of its own."""
    module, _, _ = name.partition(":")
    return _FACTORY.fullmatch(name.strip()) is not None and module.lower() not in families()


def is_importable(name: str) -> bool:
    """Return whether the outermost package of a ``module:factory`` is there; nothing is run."""
    package = name.strip().partition(":")[0].partition(".")[0]
    return package in sys.modules or find_spec(package) is not None


def check_study_engine(name: str) -> None:
    """Refuse engines that a study must not use: its settings may come from somebody else's file.

    Raises:
        ValueError: The name is ``module:factory``, or a device whose time is paid for.
    """
    if is_factory(name):
        raise ValueError(
            f"An engine of a study should be a name that runs no code of its own. Got {name!r}, "
            "which would import a module and call it; use it with recall() or `qdenseam recall`."
        )
    if name.strip().lower().startswith("ibm:") or _is_sent_away(name.strip()):
        raise ValueError(
            f"An engine of a study should cost nothing. Got {name!r}, which would post paid jobs "
            "without asking; use submit() or `qdenseam submit`, which estimates costs first."
        )


def _is_sent_away(name: str) -> bool:
    """Return whether an engine of an installed package runs as jobs of a service."""
    word, colon, member = name.partition(":")
    if word.lower() not in {each.lower() for each in plugged_in("engines")}:
        return False
    found = engine_table()[word.lower()].make(*([member] if colon else []))
    return found.job_service() is not None and not found.is_free


def backend_of_factory(name: str) -> BackendV2:
    """Import a module, call its factory without arguments, and return the backend it makes.

    Args:
        name: ``module:factory``, such as ``my_pkg.backends:make``; the module must be importable.

    Raises:
        BackendError: The module or the factory cannot be found, fails, or makes something else.
    """
    module_name, _, path = name.partition(":")
    with explained(
        f"The module of {name!r} could not be imported",
        "It should be installed, or lie in a folder on PYTHONPATH.",
    ):
        found = import_module(module_name)
    for part in path.split("."):
        if not hasattr(found, part):
            raise BackendError(
                f"{module_name!r} should have {path!r}. It has no {part!r}.{near(part, dir(found))}"
            )
        found = getattr(found, part)
    if not callable(found):
        raise BackendError(
            f"{name!r} should be a function that returns a BackendV2. Got "
            f"{type(found).__name__}, which cannot be called."
        )
    with explained(f"{name!r} failed when it was called without arguments"):
        backend = found()
    if not isinstance(backend, BackendV2):
        raise BackendError(
            f"{name!r} should return a qiskit BackendV2. Got {type(backend).__name__}; a V2 "
            "sampler is passed as an object."
        )
    return backend
