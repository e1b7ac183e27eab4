"""Compile circuits: into small gates for simulators, onto a layout for devices."""

from collections.abc import Sequence

import numpy as np
from qiskit import QuantumCircuit, generate_preset_pass_manager
from qiskit.providers import BackendV2

from qdenseam.execution.circuit_facts import two_qubit_depth, two_qubit_gates

SMALL_GATES = (
    *("id", "x", "y", "z", "h", "s", "sdg", "t", "tdg", "sx", "sxdg", "p", "r", "rx", "ry", "rz"),
    *("u", "cx", "cy", "cz", "ch", "cp", "crx", "cry", "crz", "cu", "swap", "iswap", "ecr"),
    *("rxx", "ryy", "rzz", "rzx", "ccx", "ccz", "cswap"),
)
"""Gates on up to three qubits that every circuit simulator knows."""


def into_small_gates(circuits: Sequence[QuantumCircuit], *, seed: int) -> list[QuantumCircuit]:
    """Return the circuits in :data:`SMALL_GATES`, with no layout or routing.

    A multi-controlled gate left whole would be multiplied out as a dense matrix by simulators that
    evolve a state gate by gate.
    """
    pass_manager = generate_preset_pass_manager(
        optimization_level=1, basis_gates=list(SMALL_GATES), seed_transpiler=seed
    )
    return [pass_manager.run(circuit) for circuit in circuits]


def onto_backend(
    circuits: Sequence[QuantumCircuit], backend: BackendV2, *, seed: int, num_layouts: int
) -> list[QuantumCircuit]:
    """Return the circuits compiled for a backend.

    With a coupling map, each circuit is compiled at level 3 from ``num_layouts`` different seeds
    and the one with fewest two-qubit gates kept (then least two-qubit depth, then the earliest).
    Without one there is no layout to choose, and level 1 is enough.
    """
    if backend.coupling_map is None:
        pass_manager = generate_preset_pass_manager(
            optimization_level=1, backend=backend, seed_transpiler=seed
        )
        return [pass_manager.run(circuit) for circuit in circuits]
    seeds = np.random.default_rng(seed).integers(2**31, size=num_layouts).tolist()
    pass_managers = [
        generate_preset_pass_manager(optimization_level=3, backend=backend, seed_transpiler=seed)
        for seed in seeds
    ]
    return [
        min(
            (pass_manager.run(circuit) for pass_manager in pass_managers),
            key=lambda compiled: (two_qubit_gates(compiled), two_qubit_depth(compiled)),
        )
        for circuit in circuits
    ]
