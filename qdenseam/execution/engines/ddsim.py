"""Decision diagrams, by MQT DDSIM: small where few patterns are superposed."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

import numpy as np
from qiskit import QuantumCircuit
from qiskit.primitives import BaseSamplerV2

from circuits.circuit_facts import has_mid_circuit_operations
from classical_ref.checks import Booleans, check_fields
from qdenseam.errors import BackendError
from qdenseam.execution.base import Engine
from qdenseam.execution.engines.deferral import deferred
from qdenseam.execution.engines.shot_sampler import ShotSampler
from qdenseam.execution.engines.wide_gates import into_wide_gates

_MAX_QUBITS = 128


@dataclass(frozen=True, slots=True, kw_only=True)
class DDSimEngine(Engine):
    """MQT DDSIM's circuit simulator: the state as a decision diagram.

    Time and memory follow the number of the diagram's nodes: about K·D for a superposition of K
    patterns, up to 2^D for states without structure, such as QAOA's. Circuits whose measurements
    cannot be put off are simulated shot by shot.

    References:
        Zulehner and Wille, "Advanced simulation of quantum computations" (2019).
    """

    is_free = True

    name: str = "ddsim"

    def __post_init__(self) -> None:
        check_fields(self)
        require_ddsim(self.name)

    @property
    def max_qubits(self) -> int | None:
        """The simulator's own limit; what fits depends on the state."""
        return _MAX_QUBITS

    def compile(self, circuits: Sequence[QuantumCircuit], *, seed: int) -> list[QuantumCircuit]:
        """Unroll into :data:`~qdenseam.execution.engines.wide_gates.WIDE_GATES`."""
        for circuit in circuits:
            self.check_capacity(circuit)
        return into_wide_gates(circuits, seed=seed)

    def make_sampler(self, seed: int) -> BaseSamplerV2:
        """Return a fresh sampler."""
        return DDSimSampler(seed)


class DDSimSampler(ShotSampler):
    """Samples compiled circuits by DDSIM."""

    def shots_of(self, circuit: QuantumCircuit, shots: int, seed: int) -> Booleans:
        """Return the classical bits of each shot, shape ``(shots, num_clbits)``."""
        from mqt.core.plugins.qiskit import qiskit_to_mqt
        from mqt.ddsim import CircuitSimulator

        if has_mid_circuit_operations(circuit):
            with suppress(BackendError):  # what cannot be put off is simulated shot by shot
                circuit = deferred(circuit)
        try:
            converted = qiskit_to_mqt(circuit)
        except ValueError as error:
            raise BackendError(f"MQT DDSIM cannot read {circuit.name!r}: {error}") from error
        counts = CircuitSimulator(converted, seed=seed).simulate(shots)
        # the last classical bit is printed first
        rows = [[digit == "1" for digit in reversed(outcome)] for outcome in counts]
        bits = np.repeat(np.array(rows, dtype=np.bool_), list(counts.values()), axis=0)
        return np.random.default_rng(seed).permutation(bits)


def require_ddsim(name: str) -> None:
    """Refuse to go on where mqt-ddsim is not installed.

    Raises:
        BackendError: It cannot be imported.
    """
    try:
        import mqt.core.plugins.qiskit
        import mqt.ddsim  # noqa: F401
    except ImportError as error:
        raise BackendError(
            f"{name!r} needs MQT DDSIM, which is not installed here: pip install mqt-ddsim."
        ) from error
