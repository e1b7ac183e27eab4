"""Engines by name: ours and those of installed packages; none is imported until it is asked for."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from qdenseam.errors import BackendError
from qdenseam.execution.foreign_code import explained
from qdenseam.plugins import plugged_in

if TYPE_CHECKING:
    from qdenseam.execution.base import Engine


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineEntry:
    """How an engine is made, or each of a family such as ``fake:NAME``."""

    name: str
    description: str
    make: Callable[..., "Engine"]
    """Called without arguments; for one of a family with what stands after the colon."""


_OURS: Final[tuple[tuple[str, str, dict[str, str], str], ...]] = (
    (
        "statevector",
        "engines.simulators:StatevectorEngine",
        {},
        "Qiskit's state vector, exact amplitudes, measurements at the end only",
    ),
    (
        "aer",
        "engines.simulators:AerEngine",
        {"name": "aer"},
        "Aer's state vector on the CPU, with mid-circuit measurement",
    ),
    (
        "aer-mps",
        "engines.simulators:AerEngine",
        {"name": "aer-mps", "method": "matrix_product_state"},
        "Aer's matrix product state, for many qubits with little entanglement",
    ),
    (
        "aer-gpu",
        "engines.simulators:AerEngine",
        {"name": "aer-gpu", "device": "GPU"},
        "Aer's state vector on a CUDA device, needs qiskit-aer-gpu",
    ),
    (
        "fake:NAME",
        "engines.fake_devices:fake_device_engine",
        {},
        "a snapshot of an IBM device with its noise, such as fake:fez or fake:torino",
    ),
    (
        "ibm:NAME",
        "ibm.engine:ibm_engine",
        {},
        "a device of your IBM Quantum account, such as ibm:fez, or ibm:fez+fractional with its "
        "fractional gates rx and rzz: waits, may cost money",
    ),
    (
        "pennylane:DEVICE",
        "engines.pennylane_engine:pennylane_engine",
        {},
        "a PennyLane device, such as pennylane:lightning.qubit",
    ),
    (
        "ddsim",
        "engines.ddsim:DDSimEngine",
        {},
        "decision diagrams, small where few patterns are stored, needs mqt-ddsim",
    ),
)
"""Name, place below this room, settings, and one line about it."""


def engine_table() -> dict[str, EngineEntry]:
    """Return how engines are made, by name, or by the word before the colon of a family.

    A package adds to it by the entry points ``qdenseam.engines``: classes of engines, or functions
    that return one. With ``my-engine`` a function is called without arguments, with
    ``my-engine:WORD`` with the word. The first line of the docstring describes it.
    """
    found = {
        name.partition(":")[0]: EngineEntry(
            name=name, description=said, make=partial(_made, place, settings)
        )
        for name, place, settings, said in _OURS
    }
    for name, made in plugged_in("engines").items():
        said = (getattr(made, "__doc__", None) or "an engine of another package").strip()
        entry = EngineEntry(
            name=name, description=said.splitlines()[0], make=partial(_made_elsewhere, name, made)
        )
        found.setdefault(name.lower(), entry)
    return found


def families() -> list[str]:
    """Return the words that may stand before a colon."""
    added = [name.lower() for name in plugged_in("engines")]
    return [word for word, each in engine_table().items() if ":" in each.name or word in added]


def _made(place: str, settings: dict[str, str], *member: str) -> "Engine":
    room, _, attribute = place.partition(":")
    made: Callable[..., Engine] = getattr(import_module(f"qdenseam.execution.{room}"), attribute)
    return made(*member, **settings)


def _made_elsewhere(name: str, made: Any, *member: str) -> "Engine":
    from qdenseam.execution.base import Engine

    with explained(f"{name!r}, an engine of another package, could not be made"):
        found = made(*member)
    if not isinstance(found, Engine):
        raise BackendError(f"{name!r} should make an engine. Got {type(found).__name__}.")
    return found
