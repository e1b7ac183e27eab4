"""Engine around a user's own ``BackendV2`` or V2 sampler."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Self

from qiskit import QuantumCircuit
from qiskit.primitives import BackendSamplerV2, BaseSamplerV2, StatevectorSampler
from qiskit.providers import BackendV2
from qiskit.transpiler import Target

from qdenseam.execution.base import Engine, NumLayouts
from qdenseam.execution.compiling.compilation import onto_backend
from qdenseam.execution.compiling.unrolling import into_small_gates
from qdenseam.execution.foreign_code import explained


@dataclass(frozen=True, slots=True, kw_only=True)
class UserEngine(Engine):
    """A backend with a ``run`` method (an ``AerSimulator``, a device), or a V2 sampler.

    Circuits are compiled for the backend where there is one, else into small gates. A sampler is
    handed all circuits of a call in one ``run``, and its randomness is its own: one that was given
    an integer seed repeats the same shots at every call.

    Attributes:
        backend: The backend, used as it is, with whatever noise it has; of a sampler the one that
            it shows, if any.
        sampler: The sampler, used as it is; None where a backend was given.
        num_layouts: Compilations tried per circuit; the one with fewest two-qubit gates is kept.
    """

    circuits_per_run: ClassVar[int | None] = None

    backend: BackendV2 | None
    sampler: BaseSamplerV2 | None = None
    num_layouts: NumLayouts = 3

    @classmethod
    def of_sampler(cls, sampler: BaseSamplerV2) -> Self:
        """Return the engine of a sampler."""
        backend = getattr(sampler, "backend", None)
        backend = backend() if callable(backend) else backend
        known = backend if isinstance(backend, BackendV2) else None
        return cls(name=type(sampler).__name__, backend=known, sampler=sampler)

    @property
    def target(self) -> Target | None:
        """The backend's target, or None where there is no backend."""
        if self.backend is None:
            return None
        with explained(f"{self.name!r} failed when it was asked for its target"):
            return self.backend.target

    @property
    def supports_mid_circuit(self) -> bool:
        """True for all but Qiskit's ``StatevectorSampler``."""
        return not isinstance(self.sampler, StatevectorSampler)

    @property
    def max_qubits(self) -> int | None:
        """The number of qubits of the backend, or None where it shows none."""
        target = self.target
        return None if target is None or target.num_qubits is None else int(target.num_qubits)

    def compile(self, circuits: Sequence[QuantumCircuit], *, seed: int) -> list[QuantumCircuit]:
        """Compile for the backend, or unroll into small gates."""
        if self.backend is None:
            return into_small_gates(circuits)
        for circuit in circuits:
            self.check_capacity(circuit)
        return onto_backend(circuits, self.backend, seed=seed, num_layouts=self.num_layouts)

    def make_sampler(self, seed: int) -> BaseSamplerV2:
        """Return a fresh sampler around the backend, or the user's own, which takes no seed."""
        if self.sampler is not None:
            return self.sampler
        if type(self.backend).__module__.startswith("qiskit_aer."):
            from qiskit_aer.primitives import SamplerV2

            return SamplerV2.from_backend(self.backend, seed=seed)
        return BackendSamplerV2(backend=self.backend, options={"seed_simulator": seed})
