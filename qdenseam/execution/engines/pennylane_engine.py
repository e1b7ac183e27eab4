"""Any PennyLane device as an engine."""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from qiskit import QuantumCircuit
from qiskit.primitives import BaseSamplerV2

from circuits.circuit_facts import has_mid_circuit_operations
from classical_ref.checks import Booleans, check_fields
from qdenseam.errors import BackendError
from qdenseam.execution.base import Engine
from qdenseam.execution.engines.deferral import measured_qubits, without_measurements
from qdenseam.execution.engines.pennylane_gates import queue_circuit
from qdenseam.execution.engines.shot_sampler import ShotSampler
from qdenseam.execution.engines.wide_gates import into_wide_gates
from qdenseam.spelling.names import UnknownNameError, near

if TYPE_CHECKING:
    from pennylane.devices import Device

PENNYLANE_PREFIX: Final = "pennylane:"

_STATE_POWERS = {"default.qubit": 1, "lightning.qubit": 1, "reference.qubit": 1, "default.mixed": 2}
_MID_CIRCUIT = ("default.qubit", "lightning.qubit", "lightning.gpu", "lightning.kokkos")
_PENNYLANES_OWN = ("default.", "lightning.", "reference.")
_EMPTY = ("null.qubit",)
_PLUGINS = {
    "lightning.gpu": "pennylane-lightning-gpu",
    "lightning.kokkos": "pennylane-lightning-kokkos",
    "lightning.tensor": "pennylane-lightning-tensor",
    "lightning.amdgpu": "pennylane-lightning-amdgpu",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PennyLaneEngine(Engine):
    """A PennyLane device by its name, such as ``lightning.qubit``.

    Circuits are translated gate by gate (:mod:`~qdenseam.execution.engines.pennylane_gates`). Where
    the device supports it, mid-circuit measurements branch the state (PennyLane's
    ``"tree-traversal"``): exact for few of them, slow for many.

    Attributes:
        device: PennyLane's name of the device. One that takes no seed keeps its own randomness.
    """

    device: str

    def __post_init__(self) -> None:
        check_fields(self)
        if self.device in _EMPTY:
            raise ValueError(
                f"A PennyLane device should compute something. Got {self.device!r}, whose every "
                "shot is 0; use 'pennylane:lightning.qubit'."
            )
        make_device(self.device, 1)

    @property
    def supports_mid_circuit(self) -> bool:
        """True for the state vectors of PennyLane and lightning."""
        return self.device in _MID_CIRCUIT

    @property
    def is_free(self) -> bool:
        """True for PennyLane's own devices; others are of plugins."""
        return self.device.startswith(_PENNYLANES_OWN)

    @property
    def state_power(self) -> int | None:
        """1 for state vectors, 2 for density matrices; None where memory is not the limit."""
        return _STATE_POWERS.get(self.device)

    def compile(self, circuits: Sequence[QuantumCircuit], *, seed: int) -> list[QuantumCircuit]:
        """Unroll into :data:`~qdenseam.execution.engines.wide_gates.WIDE_GATES`."""
        for circuit in circuits:
            self.check_capacity(circuit)
        return into_wide_gates(circuits, seed=seed)

    def make_sampler(self, seed: int) -> BaseSamplerV2:
        """Return a fresh sampler; every circuit gets a device of its own."""
        return PennyLaneSampler(self.device, seed)


class PennyLaneSampler(ShotSampler):
    """Samples compiled circuits on a PennyLane device.

    Args:
        device: PennyLane's name of the device.
        seed: Seed of all that it draws.
    """

    def __init__(self, device: str, seed: int) -> None:
        super().__init__(seed)
        self._device = device

    def shots_of(self, circuit: QuantumCircuit, shots: int, seed: int) -> Booleans:
        """Return the classical bits of each shot, shape ``(shots, num_clbits)``.

        Raises:
            BackendError: The device or a gate cannot be run.
        """
        import pennylane as qml

        device = make_device(self._device, circuit.num_qubits, seed)
        read = measured_qubits(circuit)
        bits = np.zeros((shots, circuit.num_clbits), dtype=np.bool_)
        if not read:
            return bits
        method = None
        if has_mid_circuit_operations(circuit):
            method = "tree-traversal"

            def node() -> Any:
                readings = queue_circuit(circuit)
                return qml.sample([readings[bit] for bit in read])
        else:
            gates = without_measurements(circuit)

            def node() -> Any:
                queue_circuit(gates)
                return qml.sample(wires=list(read.values()))

        try:
            samples = qml.set_shots(qml.QNode(node, device, mcm_method=method), shots)()
        except (qml.exceptions.DeviceError, qml.exceptions.QuantumFunctionError) as error:
            raise BackendError(
                f"PennyLane's {self._device!r} refused the circuit: {error}"
            ) from error
        places = [circuit.find_bit(bit).index for bit in read]
        bits[:, places] = np.asarray(samples).reshape(shots, len(places))
        return bits


def pennylane_device_names() -> tuple[str, ...]:
    """Return the devices that are installed or that a known plugin has; PennyLane stays unloaded.

    Devices that compute nothing are left out.
    """
    installed = {each.name for each in entry_points(group="pennylane.plugins")}
    return tuple(sorted((installed | set(_PLUGINS)) - set(_EMPTY)))


def make_device(name: str, num_wires: int, seed: int | None = None) -> "Device":
    """Return a PennyLane device on wires 0, 1, …, seeded where it takes a seed.

    Raises:
        ValueError: PennyLane knows no such device.
        BackendError: It knows the device but cannot make it here.
    """
    import pennylane as qml

    installed = sorted(qml.plugin_devices)
    if name not in installed:
        if name in _PLUGINS:
            raise BackendError(
                f"PennyLane's {name!r} needs a plugin: pip install {_PLUGINS[name]}. "
                f"Installed here: {', '.join(installed)}."
            )
        raise UnknownNameError(
            f"A PennyLane device should be one of {', '.join(installed)}, or one of a plugin that "
            f"is installed. Got {name!r}.{near(name, [*installed, *_PLUGINS])}"
        )
    try:
        if seed is None:
            return qml.device(name, wires=num_wires)
        try:
            return qml.device(name, wires=num_wires, seed=seed)
        except TypeError:
            return qml.device(name, wires=num_wires)
    except Exception as error:  # a plugin fails in ways of its own: no library, no GPU
        reason = " ".join(str(error).split())
        raise BackendError(
            f"PennyLane's {name!r} is installed but cannot be started: {reason}"
        ) from error


def pennylane_engine(device: str) -> PennyLaneEngine:
    """Return the engine of a PennyLane device given by name."""
    name = device.lower()
    return PennyLaneEngine(name=f"{PENNYLANE_PREFIX}{name}", device=name)
