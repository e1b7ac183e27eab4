"""A device model whose circuits go where they are predicted to succeed best."""

from collections.abc import Sequence
from dataclasses import dataclass

from qiskit import QuantumCircuit

from qdenseam.execution.error_budget import with_delays
from qdenseam.execution.fake_devices import FakeDeviceEngine
from qdenseam.execution.layout import best_layout


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadoutAwareEngine(FakeDeviceEngine):
    """A device model that is compiled for by predicted success instead of gate counts.

    Attributes:
        num_layouts: Routings tried per circuit.
        idling: Whether waits become delays, so that waiting qubits relax in the simulation too.
    """

    num_layouts: int = 12
    idling: bool = False

    @classmethod
    def of(
        cls, engine: FakeDeviceEngine, *, num_layouts: int = 12, idling: bool = False
    ) -> "ReadoutAwareEngine":
        """Return the engine of the same device."""
        return cls(name=engine.name, device=engine.device, num_layouts=num_layouts, idling=idling)

    def compile(self, circuits: Sequence[QuantumCircuit], *, seed: int) -> list[QuantumCircuit]:
        """Return each circuit's best layout; see :func:`~qdenseam.execution.layout.best_layout`."""
        target = self.device.target
        layouts = [
            best_layout(circuit, target, num_seeds=self.num_layouts, seed=seed)
            for circuit in circuits
        ]
        if self.idling:
            return [with_delays(each.circuit, target, each.qubits) for each in layouts]
        return [each.circuit for each in layouts]
