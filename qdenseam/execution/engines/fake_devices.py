"""Models of IBM's devices, run with the noise of the qubits a circuit uses."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from qiskit import QuantumCircuit
from qiskit.primitives import BaseSamplerV2
from qiskit.providers import BackendV2
from qiskit.transpiler import Target

from qdenseam.errors import CapacityError
from qdenseam.execution.base import Engine, NumLayouts
from qdenseam.execution.compiling.compilation import onto_backend, predicted_layout
from qdenseam.execution.compiling.routing import narrowed
from qdenseam.execution.devices.error_budget import with_delays
from qdenseam.execution.devices.noise import (
    DeviceNoiseSampler,
    physical_qubits,
    require_simulable,
)
from qdenseam.execution.devices.parts import DevicePart, calibration_key, working_part
from qdenseam.spelling.names import UnknownNameError, near


@dataclass(frozen=True, slots=True, kw_only=True)
class FakeDeviceEngine(Engine):
    """A snapshot of a device: its gates, its couplings and its errors.

    Circuits go where the calibration predicts most success (the gates' and the measurements'), on
    working qubits and couplings only. Wide ones and those with classical control are compiled for
    few two-qubit gates, see :func:`~qdenseam.execution.compiling.compilation.predicted_layout`.
    Compiled circuits keep only the qubits they act on, and only those are simulated, with the gate,
    relaxation and readout errors that the device reports for them: by a density matrix, or by
    trajectories, as state vectors or matrix products, whichever is cheapest.

    Attributes:
        backend: What describes the device.
        num_layouts: Routings tried per circuit, 1 to 10,000.
        idling: Whether waits become delays, so that waiting qubits relax in the simulation too.
    """

    is_free = True

    backend: BackendV2
    num_layouts: NumLayouts = 12
    idling: bool = False

    @property
    def target(self) -> Target | None:
        """The whole device, failed operations included."""
        return self.backend.target

    @property
    def max_qubits(self) -> int | None:
        """The qubits of the device that work and hang together; memory may allow fewer."""
        return len(working_part(self.backend).qubits)

    def calibration_time(self) -> str | None:
        """Return when the device was as this snapshot says, ISO 8601; None if it tells none."""
        if not hasattr(self.backend, "properties"):
            return None
        return str(self.backend.properties().last_update_date.isoformat())

    def check_capacity(self, circuit: QuantumCircuit) -> None:
        """Raise a CapacityError if neither a state vector nor matrix products hold its state."""
        require_simulable(self.name, circuit)

    def compile(self, circuits: Sequence[QuantumCircuit], *, seed: int) -> list[QuantumCircuit]:
        """Route, lay out on the working part of the device, and drop the qubits left idle.

        ``metadata["physical_qubits"]`` of a compiled circuit lists the device's qubit behind each
        of its own.
        """
        part = working_part(self.backend)
        for circuit in circuits:
            if circuit.num_qubits > len(part.qubits):
                raise CapacityError(
                    f"A circuit for {self.name!r} should have at most {len(part.qubits)} qubits, "
                    f"those that work and are connected. Got {circuit.num_qubits}; use another "
                    "device or fewer qubits."
                )
        return [self._laid_out(circuit, part, seed) for circuit in circuits]

    def _laid_out(self, circuit: QuantumCircuit, part: DevicePart, seed: int) -> QuantumCircuit:
        target, tries = self.backend.target, self.num_layouts
        found = predicted_layout(circuit, target, num_seeds=tries, seed=seed)
        if found is None:
            (compiled,) = onto_backend([circuit], part, seed=seed, num_layouts=min(3, tries))
            laid_out = narrowed(compiled, part.qubits)
        else:
            laid_out = found.circuit
        return with_delays(laid_out, target, physical_qubits(laid_out)) if self.idling else laid_out

    def make_sampler(self, seed: int) -> BaseSamplerV2:
        """Return a fresh sampler of the device's noise."""
        return DeviceNoiseSampler(self.backend, seed=seed)


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

    The model is shared, and loaded anew after somebody has changed its calibration.

    Raises:
        ValueError: If there is no such model.
    """
    classes = _device_classes()
    short = _short_name(name)
    if short not in classes:
        raise UnknownNameError(
            f"A device model should be one of {len(classes)} names. Got {name!r}."
            f"{near(short, classes)} Known: {', '.join(fake_device_names())}."
        )
    device, calibration = _loaded(short)
    if calibration_key(device.target) != calibration:
        _loaded.cache_clear()
        device, _ = _loaded(short)
    return device


@cache
def _loaded(short: str) -> tuple[BackendV2, int]:
    device = _device_classes()[short]()
    return device, calibration_key(device.target)


def fake_device_engine(name: str) -> FakeDeviceEngine:
    """Return the engine of a device model given by name."""
    return FakeDeviceEngine(name=f"fake:{_short_name(name)}", backend=fake_device(name))


def is_fake_device(backend: object) -> bool:
    """Return whether a backend is one of the runtime's device models, without importing it."""
    return any(
        base.__module__.startswith("qiskit_ibm_runtime.fake_provider")
        for base in type(backend).__mro__
    )
