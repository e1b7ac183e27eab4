"""Models of IBM's devices, run with the noise of the qubits a circuit uses."""

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from qiskit import QuantumCircuit
from qiskit.primitives import BaseSamplerV2
from qiskit.providers import BackendV2
from qiskit.transpiler import Target

from qdenseam.errors import CapacityError
from qdenseam.execution.base import Engine
from qdenseam.execution.circuit_facts import active_qubits, restricted_to
from qdenseam.execution.compilation import onto_backend
from qdenseam.execution.device_noise import PHYSICAL_QUBITS, DeviceNoiseSampler
from qdenseam.execution.device_parts import DevicePart, working_part
from qdenseam.execution.memory_limits import require_statevector


@dataclass(frozen=True, slots=True, kw_only=True)
class FakeDeviceEngine(Engine):
    """A snapshot of a device: its gates, its couplings and its errors.

    Circuits are compiled for the working part of the device, without the qubits and couplings whose
    calibration failed. Compiled circuits keep only the qubits they act on, and only those are
    simulated, with the gate, relaxation and readout errors that the device reports for them. A
    density matrix is evolved where that is cheaper than one noisy state vector per shot.

    Attributes:
        device: The backend that describes the device.
        num_layouts: Compilations tried per circuit; the one with fewest two-qubit gates is kept.
    """

    device: BackendV2
    num_layouts: int = 3

    def __post_init__(self) -> None:
        if self.num_layouts < 1:
            raise ValueError(f"num_layouts should be at least 1. Got {self.num_layouts}.")

    @property
    def target(self) -> Target | None:
        """The whole device, failed operations included."""
        return self.device.target

    @property
    def supports_mid_circuit(self) -> bool:
        """True: the simulation measures, resets and branches wherever a circuit does."""
        return True

    @property
    def max_qubits(self) -> int | None:
        """The qubits of the device that work and hang together; memory may allow fewer."""
        return len(working_part(self.device).qubits)

    def check_capacity(self, circuit: QuantumCircuit) -> None:
        """Raise a CapacityError if even one state vector does not fit in memory."""
        require_statevector(self.name, circuit.num_qubits)

    def compile(self, circuits: Sequence[QuantumCircuit], *, seed: int) -> list[QuantumCircuit]:
        """Lay out and route on the working part of the device, then drop the qubits left idle.

        ``metadata["physical_qubits"]`` of a compiled circuit lists the device's qubit behind each
        of its own.
        """
        part = working_part(self.device)
        for circuit in circuits:
            if circuit.num_qubits > len(part.qubits):
                raise CapacityError(
                    f"A circuit for {self.name!r} should have at most {len(part.qubits)} qubits, "
                    f"those that work and are connected. Got {circuit.num_qubits}; use another "
                    "device or fewer qubits."
                )
        compiled = onto_backend(circuits, part, seed=seed, num_layouts=self.num_layouts)
        return [_narrowed(circuit, part) for circuit in compiled]

    def make_sampler(self, seed: int) -> BaseSamplerV2:
        """Return a fresh sampler of the device's noise."""
        return DeviceNoiseSampler(self.device, seed=seed)


def _narrowed(circuit: QuantumCircuit, part: DevicePart) -> QuantumCircuit:
    active = active_qubits(circuit)
    narrow = restricted_to(circuit, active)
    physical = tuple(part.qubits[qubit] for qubit in active)
    narrow.metadata = {**(circuit.metadata or {}), PHYSICAL_QUBITS: physical}
    return narrow


@cache
def fake_device_names() -> tuple[str, ...]:
    """Return the short names of all device models, such as ``"fez"`` for ``FakeFez``."""
    return tuple(sorted(_device_classes()))


@cache
def _device_classes() -> dict[str, type[BackendV2]]:
    from qiskit_ibm_runtime import fake_provider

    return {
        _short_name(name): member
        for name, member in vars(fake_provider).items()
        if name.startswith("Fake") and isinstance(member, type) and issubclass(member, BackendV2)
    }


def _short_name(name: str) -> str:
    name = name.lower().replace("_", "").removeprefix("fake").removeprefix("ibm")
    return name.removesuffix("v2").removesuffix("backend")


def fake_device(name: str) -> BackendV2:
    """Return the device model of a name; ``fez``, ``FakeFez`` and ``fake_fez`` are the same.

    Raises:
        ValueError: If there is no such model.
    """
    classes = _device_classes()
    short = _short_name(name)
    if short not in classes:
        near = difflib.get_close_matches(short, classes, n=3)
        hint = f"Did you mean {' or '.join(near)}? " if near else ""
        raise ValueError(
            f"A device model should be one of {len(classes)} names. Got {name!r}. {hint}"
            f"Known: {', '.join(fake_device_names())}."
        )
    return _loaded(short)


@cache
def _loaded(short: str) -> BackendV2:
    return _device_classes()[short]()


def fake_device_engine(name: str) -> FakeDeviceEngine:
    """Return the engine of a device model given by name."""
    return FakeDeviceEngine(name=f"fake:{_short_name(name)}", device=fake_device(name))


def is_fake_device(backend: Any) -> bool:
    """Return whether a backend is one of the runtime's device models, without importing it."""
    return any(
        base.__module__.startswith("qiskit_ibm_runtime.fake_provider")
        for base in type(backend).__mro__
    )
