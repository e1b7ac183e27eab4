"""A circuit in the gates that are counted."""

from functools import cache

from qiskit import QuantumCircuit
from qiskit.transpiler import PassManager, generate_preset_pass_manager


def in_gates(circuit: QuantumCircuit, *basis: str, level: int = 0) -> QuantumCircuit:
    """Return the circuit in gates of a basis, as ``transpile`` gives it; its passes are kept."""
    return _passes(basis, level).run(circuit)


@cache
def _passes(basis: tuple[str, ...], level: int) -> PassManager:
    return generate_preset_pass_manager(level, basis_gates=[*basis])
