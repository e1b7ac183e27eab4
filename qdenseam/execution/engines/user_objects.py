"""Engines around a user's own ``BackendV2`` or V2 sampler."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from qiskit import QuantumCircuit
from qiskit.primitives import BackendSamplerV2, BaseSamplerV2, StatevectorSampler
from qiskit.providers import BackendV2
from qiskit.transpiler import Target

from qdenseam.execution.base import Engine
from qdenseam.execution.compiling.compilation import into_small_gates, onto_backend
from qdenseam.execution.devices.calibrated import repetition_seconds
from qdenseam.execution.foreign_code import explained


@dataclass(frozen=True, slots=True, kw_only=True)
class BackendEngine(Engine):
    """A backend with a ``run`` method: an ``AerSimulator``, a ``GenericBackendV2``, a device.

    Attributes:
        backend: The backend, used as it is, with whatever noise it has.
        num_layouts: Compilations tried per circuit; the one with fewest two-qubit gates is kept.
    """

    circuits_per_run: ClassVar[int | None] = None

    backend: BackendV2
    num_layouts: int = 3

    @property
    def target(self) -> Target | None:
        """The backend's target."""
        with explained(f"{self.name!r} failed when it was asked for its target"):
            return self.backend.target

    @property
    def max_qubits(self) -> int | None:
        """The number of qubits of the backend."""
        target = self.target
        return None if target is None or target.num_qubits is None else int(target.num_qubits)

    @property
    def repetition_seconds(self) -> float | None:
        """The device's default delay between shots."""
        return repetition_seconds(self.backend)

    def compile(self, circuits: Sequence[QuantumCircuit], *, seed: int) -> list[QuantumCircuit]:
        """Compile for the backend's target."""
        for circuit in circuits:
            self.check_capacity(circuit)
        return onto_backend(circuits, self.backend, seed=seed, num_layouts=self.num_layouts)

    def make_sampler(self, seed: int) -> BaseSamplerV2:
        """Return a fresh sampler around the backend."""
        if type(self.backend).__module__.startswith("qiskit_aer."):
            from qiskit_aer.primitives import SamplerV2

            return SamplerV2.from_backend(self.backend, seed=seed)
        return BackendSamplerV2(backend=self.backend, options={"seed_simulator": seed})


@dataclass(frozen=True, slots=True, kw_only=True)
class SamplerEngine(Engine):
    """A user's own V2 sampler, handed all circuits of a call in one ``run``.

    Its randomness is its own: one that was given an integer seed repeats the same shots at every
    call. Circuits are compiled for its backend where it shows one, else into small gates.

    Attributes:
        sampler: The sampler, used as it is.
        num_layouts: Compilations tried per circuit; the one with fewest two-qubit gates is kept.
    """

    circuits_per_run: ClassVar[int | None] = None

    sampler: BaseSamplerV2
    num_layouts: int = 3

    @property
    def _backend(self) -> BackendV2 | None:
        backend = getattr(self.sampler, "backend", None)
        backend = backend() if callable(backend) else backend
        return backend if isinstance(backend, BackendV2) else None

    @property
    def target(self) -> Target | None:
        """The target of the sampler's backend, or None where it shows none."""
        return None if self._backend is None else self._backend.target

    @property
    def supports_mid_circuit(self) -> bool:
        """True for all samplers but Qiskit's ``StatevectorSampler``."""
        return not isinstance(self.sampler, StatevectorSampler)

    @property
    def max_qubits(self) -> int | None:
        """The number of qubits of the sampler's backend, or None where it shows none."""
        backend = self._backend
        return None if backend is None or backend.num_qubits is None else int(backend.num_qubits)

    def compile(self, circuits: Sequence[QuantumCircuit], *, seed: int) -> list[QuantumCircuit]:
        """Compile for the sampler's backend, or unroll into small gates."""
        backend = self._backend
        if backend is None:
            return into_small_gates(circuits, seed=seed)
        for circuit in circuits:
            self.check_capacity(circuit)
        return onto_backend(circuits, backend, seed=seed, num_layouts=self.num_layouts)

    def make_sampler(self, seed: int) -> BaseSamplerV2:  # noqa: ARG002
        """Return the user's sampler itself; the seed cannot be given to it."""
        return self.sampler
