"""Backends of any provider by ``module:factory``: a name that imports and calls code."""

import difflib
import re
from importlib import import_module

from qiskit.providers import BackendV2

from qdenseam.errors import BackendError

_FACTORY = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*:[^\W\d]\w*(\.[^\W\d]\w*)*")
_FAMILIES = ("fake", "pennylane", "ibm")


def is_factory(name: str) -> bool:
    """Return whether an engine's name is ``module:factory``, and so would run code of its own."""
    module, _, _ = name.partition(":")
    return _FACTORY.fullmatch(name.strip()) is not None and module.lower() not in _FAMILIES


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
    if name.strip().lower().startswith("ibm:"):
        raise ValueError(
            f"An engine of a study should cost nothing. Got {name!r}, which would post paid jobs "
            "without asking; use submit() or `qdenseam submit`, which estimates costs first."
        )


def backend_of_factory(name: str) -> BackendV2:
    """Import a module, call its factory without arguments, and return the backend it makes.

    Args:
        name: ``module:factory``, such as ``my_pkg.backends:make``; the module must be importable.

    Raises:
        BackendError: The module or the factory cannot be found, fails, or makes something else.
    """
    module_name, _, path = name.partition(":")
    try:
        found = import_module(module_name)
    except Exception as error:  # a module may fail in any way
        raise BackendError(
            f"The module of {name!r} could not be imported: {type(error).__name__}: {error}. It "
            "should be installed, or lie in a folder on PYTHONPATH."
        ) from error
    for part in path.split("."):
        if not hasattr(found, part):
            near = difflib.get_close_matches(part, dir(found), n=3)
            hint = f" Did you mean {' or '.join(map(repr, near))}?" if near else ""
            raise BackendError(f"{module_name!r} should have {path!r}. It has no {part!r}.{hint}")
        found = getattr(found, part)
    if not callable(found):
        raise BackendError(
            f"{name!r} should be a function that returns a BackendV2. Got "
            f"{type(found).__name__}, which cannot be called."
        )
    try:
        backend = found()
    except Exception as error:  # a factory may fail in any way
        raise BackendError(
            f"{name!r} failed when it was called without arguments: {type(error).__name__}: {error}"
        ) from error
    if not isinstance(backend, BackendV2):
        raise BackendError(
            f"{name!r} should return a qiskit BackendV2. Got {type(backend).__name__}; a V2 "
            "sampler is passed as an object."
        )
    return backend
