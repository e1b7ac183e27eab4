"""Compile for simulators to which a multi-controlled gate costs no more than a CX."""

from collections.abc import Sequence
from functools import cache
from typing import Final

from qiskit import QuantumCircuit, generate_preset_pass_manager
from qiskit.circuit import IfElseOp
from qiskit.circuit.library import MCPhaseGate, MCXGate
from qiskit.transpiler import Target

from qdenseam.execution.compiling.unrolling import SMALL_GATES

WIDE_GATES: Final = (*SMALL_GATES, "mcx", "mcphase")
"""Gates on up to three qubits, and X and phase under any number of controls."""


def into_wide_gates(circuits: Sequence[QuantumCircuit], *, seed: int) -> list[QuantumCircuit]:
    """Return the circuits in :data:`WIDE_GATES`, with no layout or routing."""
    pass_manager = generate_preset_pass_manager(
        optimization_level=1, target=_target(), seed_transpiler=seed
    )
    return [pass_manager.run(circuit) for circuit in circuits]


@cache
def _target() -> Target:
    return Target.from_configuration(
        basis_gates=[*WIDE_GATES, "if_else", "measure", "reset", "delay"],
        num_qubits=None,
        custom_name_mapping={"mcx": MCXGate, "mcphase": MCPhaseGate, "if_else": IfElseOp},
    )
