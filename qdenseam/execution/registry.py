"""From a name, a backend or a sampler to an engine."""

from dataclasses import replace
from typing import Final

from qiskit.primitives import BaseSamplerV2
from qiskit.providers import BackendV2

from qdenseam.execution.base import Engine
from qdenseam.execution.engines.ddsim import DDSimEngine
from qdenseam.execution.engines.fake_devices import (
    FakeDeviceEngine,
    fake_device_engine,
    is_fake_device,
)
from qdenseam.execution.engines.pennylane_engine import PENNYLANE_PREFIX, PennyLaneEngine
from qdenseam.execution.engines.simulators import AerEngine, StatevectorEngine
from qdenseam.execution.engines.user_objects import BackendEngine, SamplerEngine
from qdenseam.execution.factories import backend_of_factory, is_factory, is_importable
from qdenseam.execution.ibm.engine import engine_of_backend, ibm_engine, is_ibm_device
from qdenseam.execution.near_names import near_names

_DESCRIPTIONS: Final = {
    "statevector": "Qiskit's state vector, exact amplitudes, measurements at the end only",
    "aer": "Aer's state vector on the CPU, with mid-circuit measurement",
    "aer-mps": "Aer's matrix product state, for many qubits with little entanglement",
    "aer-gpu": "Aer's state vector on a CUDA device, needs qiskit-aer-gpu",
    "fake:NAME": "a snapshot of an IBM device with its noise, such as fake:fez or fake:torino",
    "ibm:NAME": "a device of your IBM Quantum account, such as ibm:fez, or ibm:fez+fractional with "
    "its fractional gates rx and rzz: waits, may cost money",
    "pennylane:DEVICE": "a PennyLane device, such as pennylane:lightning.qubit",
    "ddsim": "decision diagrams, small where few patterns are stored, needs mqt-ddsim",
    "module:factory": "a BackendV2 of any provider: imports the module and calls it, so runs code",
}
_FAKE, _IBM = "fake:", "ibm:"


def engine_names() -> dict[str, str]:
    """Return the names that :func:`engine` knows, each with one line about it.

    Words in capitals stand for many: ``fake:NAME`` for all of
    :func:`~qdenseam.execution.fake_device_names`. ``module:factory`` is whatever the caller wrote:
    it imports ``module`` and calls ``factory()``, so it runs code.
    """
    return dict(_DESCRIPTIONS)


def engine(source: str | BackendV2 | BaseSamplerV2 | Engine) -> Engine:
    """Return the engine of a name, of a ``BackendV2`` or of a V2 sampler.

    Args:
        source: One of :func:`engine_names` (case does not matter), a backend (the runtime's device
            models run like ``fake:NAME``, its devices like ``ibm:NAME``), a V2 sampler, or an
            engine, returned as it is.

    Raises:
        ValueError: If the name is unknown, or is ``"exact"``.
        TypeError: If the object is none of these.
        BackendError: If the engine is known but cannot run here.
    """
    if isinstance(source, Engine):
        return source
    if isinstance(source, str):
        return _named_engine(source.strip())
    if isinstance(source, BackendV2):
        if is_fake_device(source):
            return FakeDeviceEngine(name=source.name.replace("fake_", _FAKE, 1), device=source)
        if is_ibm_device(source):
            return engine_of_backend(source)
        return BackendEngine(name=source.name or type(source).__name__, backend=source)
    if isinstance(source, BaseSamplerV2):
        return SamplerEngine(name=type(source).__name__, sampler=source)
    raise TypeError(
        "A sampler should be a name, a BackendV2 or a V2 sampler. Got "
        f"{type(source).__name__}; names: {', '.join(_DESCRIPTIONS)}."
    )


def _named_engine(name: str) -> Engine:
    match name.lower():
        case "statevector":
            return StatevectorEngine()
        case "aer":
            return AerEngine(name="aer")
        case "aer-mps":
            return AerEngine(name="aer-mps", method="matrix_product_state")
        case "aer-gpu":
            return AerEngine(name="aer-gpu", device="GPU")
        case "exact":
            raise ValueError(
                "An engine runs circuits. Got 'exact', which draws from a method's law and needs "
                "no engine; pass it to recall(..., sampler='exact')."
            )
        case lowered if lowered.startswith(_FAKE):
            return fake_device_engine(name[len(_FAKE) :])
        case lowered if lowered.startswith(_IBM):
            return ibm_engine(name[len(_IBM) :])
        case "ddsim":
            return DDSimEngine()
        case lowered if lowered.startswith(PENNYLANE_PREFIX):
            return PennyLaneEngine(name=lowered, device=lowered[len(PENNYLANE_PREFIX) :])
    near = near_names(name, [*(each for each in _DESCRIPTIONS if ":" not in each), "exact"])
    if is_factory(name) and (not near or is_importable(name)):
        found = engine(backend_of_factory(name))
        return replace(found, name=name)  # a name that finds it again, with the same account
    hint = f" Did you mean {' or '.join(map(repr, near))}?" if near else ""
    raise ValueError(
        f"An engine's name should be one of {', '.join(_DESCRIPTIONS)}. Got {name!r}.{hint}"
    )
