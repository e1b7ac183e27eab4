"""An engine."""

from dataclasses import dataclass

from qdenseam.execution.engines.simulators import StatevectorEngine


@dataclass(frozen=True, slots=True, kw_only=True)
class Shuffled(StatevectorEngine):
    """Qiskit's state vector, with seeds of its own."""

    name: str = "shuffled"

    def make_sampler(self, seed):
        return StatevectorEngine.make_sampler(self, seed ^ 0x5EED)
