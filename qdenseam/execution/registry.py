"""From a name, a backend or a sampler to an engine."""

from dataclasses import replace
from typing import TypeAlias

from qiskit.primitives import BaseSamplerV2
from qiskit.providers import BackendV2

from qdenseam.execution.base import Engine
from qdenseam.execution.engine_table import engine_table, families
from qdenseam.execution.factories import backend_of_factory, is_factory, is_importable
from qdenseam.spelling.names import UnknownNameError, meant

_FACTORY = "a BackendV2 of any provider: imports the module and calls it, so runs code"
Source: TypeAlias = str | BackendV2 | BaseSamplerV2 | Engine
"""What :func:`engine` takes."""


def engine_names() -> dict[str, str]:
    """Return the names that :func:`engine` knows, each with one line about it.

    Words in capitals stand for many: ``fake:NAME`` for all of
    :func:`~qdenseam.execution.fake_device_names`. ``module:factory`` is whatever the caller wrote:
    it imports ``module`` and calls ``factory()``, so it runs code.
    """
    known = {each.name: each.description for each in engine_table().values()}
    return known | {"module:factory": _FACTORY}


def engine(source: Source) -> Engine:
    """Return the engine of a name, of a ``BackendV2`` or of a V2 sampler.

    Args:
        source: One of :func:`engine_names` (case does not matter), a backend (the runtime's device
            models run like ``fake:NAME``, its devices like ``ibm:NAME``), a V2 sampler, or an
            engine, returned as it is.

    Raises:
        ValueError: If the name is unknown, or is ``"exact"``.
        TypeError: If the object is none of these.
        BackendError: If the engine is known but cannot run here.

    Examples:
        >>> engine("aer").supports_mid_circuit
        True
    """
    if isinstance(source, Engine):
        return source
    if isinstance(source, str):
        return _named_engine(source.strip())
    # what compiles for devices is imported where there is one
    from qdenseam.execution.engines.user_objects import UserEngine

    if isinstance(source, BackendV2):
        from qdenseam.execution.engines.fake_devices import FakeDeviceEngine, is_fake_device
        from qdenseam.execution.ibm.engine import engine_of_backend, is_ibm_device

        if is_fake_device(source):
            return FakeDeviceEngine(name=source.name.replace("fake_", "fake:", 1), backend=source)
        if is_ibm_device(source):
            return engine_of_backend(source)
        return UserEngine(name=source.name or type(source).__name__, backend=source)
    if isinstance(source, BaseSamplerV2):
        return UserEngine.of_sampler(source)
    raise TypeError(
        "A sampler should be a name, a BackendV2 or a V2 sampler. Got "
        f"{type(source).__name__}; names: {', '.join(engine_names())}."
    )


def _named_engine(name: str) -> Engine:
    word, colon, member = name.partition(":")
    if word.lower() == "exact":
        raise ValueError(
            "An engine runs circuits. Got 'exact', which draws from a method's law and needs "
            "no engine; pass it to recall(..., sampler='exact')."
        )
    entry = engine_table().get(word.lower())
    if entry is not None and (word.lower() in families() if colon else ":" not in entry.name):
        return entry.make(member) if colon else entry.make()
    from qdenseam.execution.near_names import near_names  # imports what knows the devices

    near = near_names(name, [*(each for each in engine_names() if ":" not in each), "exact"])
    if is_factory(name) and (not near or is_importable(name)):
        found = engine(backend_of_factory(name))
        return replace(found, name=name)  # a name that finds it again, with the same account
    raise UnknownNameError(
        f"An engine's name should be one of {', '.join(engine_names())}. Got {name!r}.{meant(near)}"
    )
