"""Ideal simulators: Qiskit's state vector and Aer's state vector, matrix products and GPU."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from qiskit import QuantumCircuit
from qiskit.primitives import BaseSamplerV2, StatevectorSampler

from classical_ref.checks import check_fields
from qdenseam.errors import BackendError
from qdenseam.execution.base import Engine
from qdenseam.execution.compiling.unrolling import into_small_gates, unrolling
from qdenseam.execution.engines.gpu_support import missing_for_aer


@dataclass(frozen=True, slots=True, kw_only=True)
class StatevectorEngine(Engine):
    """Qiskit's own ``StatevectorSampler``: exact amplitudes, measurements at the end only."""

    is_free = True
    supports_mid_circuit = False  # the state is evolved once and then sampled

    state_power = 1
    amplitude_ns = 25.0

    name: str = "statevector"

    def compile(
        self,
        circuits: Sequence[QuantumCircuit],
        *,
        seed: int,  # noqa: ARG002
    ) -> list[QuantumCircuit]:
        """Unroll into gates on up to three qubits."""
        for circuit in circuits:
            self.check_capacity(circuit)
        return into_small_gates(circuits)

    def make_sampler(self, seed: int) -> BaseSamplerV2:
        """Return a fresh sampler whose generator advances from circuit to circuit."""
        return StatevectorSampler(seed=np.random.default_rng(seed))


@dataclass(frozen=True, slots=True, kw_only=True)
class AerEngine(Engine):
    """Aer without noise.

    Attributes:
        method: ``"statevector"``, exact, or ``"matrix_product_state"``, whose memory follows the
            entanglement and not ``2^n``.
        device: ``"CPU"``, or ``"GPU"`` with a CUDA build of qiskit-aer.
    """

    is_free = True

    method: Literal["statevector", "matrix_product_state"] = "statevector"
    device: Literal["CPU", "GPU"] = "CPU"

    def __post_init__(self) -> None:
        check_fields(self)
        missing = missing_for_aer() if self.device == "GPU" else None
        if missing is not None:
            raise BackendError(f"{self.name!r} {missing}; mend that or use 'aer'.")

    @property
    def state_power(self) -> int | None:
        """1 for a vector in this machine's memory; None for matrix products and on a GPU."""
        return 1 if self.method == "statevector" and self.device == "CPU" else None

    def compile(
        self,
        circuits: Sequence[QuantumCircuit],
        *,
        seed: int,  # noqa: ARG002
    ) -> list[QuantumCircuit]:
        """Unroll into the gates that Aer's method runs natively."""
        from qiskit_aer import AerSimulator

        for circuit in circuits:
            self.check_capacity(circuit)
        # Aer's default width is a guess from the memory; ours was checked above.
        width = max((circuit.num_qubits for circuit in circuits), default=1)
        pass_manager = unrolling(AerSimulator(method=self.method, n_qubits=width).target)
        return [pass_manager.run(circuit) for circuit in circuits]

    def make_sampler(self, seed: int) -> BaseSamplerV2:
        """Return a fresh Aer sampler."""
        from qiskit_aer.primitives import SamplerV2

        options = {"backend_options": {"method": self.method, "device": self.device}}
        return SamplerV2(seed=seed, options=options)
