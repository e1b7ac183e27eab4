"""Compile circuits for devices: onto a layout, by level 3 or by predicted success."""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from qiskit import QuantumCircuit, QuantumRegister, generate_preset_pass_manager
from qiskit.providers import BackendV2
from qiskit.transpiler import Target

from circuits.circuit_facts import two_qubit_depth, two_qubit_gates
from qdenseam.errors import BackendError
from qdenseam.execution.compiling.failures import compiled_for
from qdenseam.execution.compiling.layout import Layout, best_layout
from qdenseam.execution.compiling.routing import PLACED_GATES
from qdenseam.execution.devices.error_budget import error_budget
from qdenseam.execution.devices.noise import PHYSICAL_QUBITS
from qdenseam.execution.devices.parts import calibration_key, part_of_target

WIDEST = 32
"""Qubits of a circuit that is laid out by predicted success; wider ones take long and fail."""


def onto_backend(
    circuits: Sequence[QuantumCircuit], backend: BackendV2, *, seed: int, num_layouts: int
) -> list[QuantumCircuit]:
    """Return the circuits compiled for a backend.

    With a coupling map, each circuit is compiled at level 3 from ``num_layouts`` different seeds
    and the one with fewest two-qubit gates kept (then least two-qubit depth, then the earliest).
    Level 3 synthesizes pairs of qubits anew and drops rotations below about 10^-4 rad. On a device
    that reports errors these are far larger; where none are reported gates are merged as level 1
    does, and all amplitudes stay. Without a coupling map there is no layout to choose, and level 1
    is enough.

    Raises:
        BackendError: The backend's gates or couplings do not suffice for a circuit.
    """
    if backend.coupling_map is None:
        pass_manager = generate_preset_pass_manager(
            optimization_level=1, backend=backend, seed_transpiler=seed
        )
        with compiled_for(f"the backend {backend.name!r}", backend.target):
            return [pass_manager.run(circuit) for circuit in circuits]
    seeds = np.random.default_rng(seed).integers(2**31, size=num_layouts).tolist()
    pass_managers = [
        generate_preset_pass_manager(optimization_level=3, backend=backend, seed_transpiler=seed)
        for seed in seeds
    ]
    if not is_calibrated(backend.target):
        for each, seed in zip(pass_managers, seeds, strict=True):
            plain = generate_preset_pass_manager(
                optimization_level=1, backend=backend, seed_transpiler=seed
            )
            each.init, each.optimization = plain.init, plain.optimization
    with compiled_for(f"the backend {backend.name!r}", backend.target):
        return [
            min(
                (pass_manager.run(circuit) for pass_manager in pass_managers),
                key=lambda compiled: (two_qubit_gates(compiled), two_qubit_depth(compiled)),
            )
            for circuit in circuits
        ]


def is_calibrated(target: Target | None) -> bool:
    """Return whether a device reports couplings and an error of some usual gate on them."""
    if target is None or target.build_coupling_map() is None:
        return False
    return any(
        place is not None and len(place) == 2 and entry is not None and entry.error is not None
        for name in PLACED_GATES & set(target.operation_names)
        for place, entry in target[name].items()
    )


def predicted_layout(
    circuit: QuantumCircuit, target: Target, *, num_seeds: int, seed: int
) -> Layout | None:
    """Return the circuit's layout of largest predicted success, or None where there is none.

    There is none for circuits of more than :data:`WIDEST` qubits or with classical control, and
    where no place was found or the gates of
    :data:`~qdenseam.execution.compiling.routing.PLACED_GATES` that the device has do not suffice:
    such circuits are for :func:`onto_backend`.
    """
    if circuit.num_qubits > WIDEST or any(
        instruction.is_control_flow() for instruction in circuit.data
    ):
        return None
    two_way = _two_way(target, calibration_key(target))
    try:
        found = best_layout(circuit, two_way, num_seeds=num_seeds, seed=seed)
    # The search keeps its best partial places only, and they may lead nowhere.
    except (ValueError, BackendError):
        return None
    return found if two_way is target else _turned(found, target)


@lru_cache(maxsize=8)
def _two_way(target: Target, calibration: int) -> Target:  # noqa: ARG001
    """Return the target, with gates that work one way on a pair, such as ECR, both ways."""
    placed = {name: places for name, places in target.items() if None not in places}
    if all(place[::-1] in places for places in placed.values() for place in places):
        return target
    both = Target(num_qubits=target.num_qubits, dt=target.dt)
    for name, places in placed.items():
        back = {place[::-1]: entry for place, entry in places.items()}
        both.add_instruction(target.operation_from_name(name), {**back, **places}, name=name)
    return both


def _turned(layout: Layout, target: Target) -> Layout:
    """Return the layout with each gate in the direction that the device has."""
    part = part_of_target(target, layout.qubits)
    places = list(range(len(layout.qubits)))
    turned = generate_preset_pass_manager(
        optimization_level=1, target=part, initial_layout=places, seed_transpiler=0
    ).run(layout.circuit)
    return Layout(
        circuit=turned, qubits=layout.qubits, budget=error_budget(turned, target, layout.qubits)
    )


def widened(layout: Layout, num_qubits: int) -> QuantumCircuit:
    """Return a layout's circuit on all qubits of the device, as its own compiler would."""
    narrow = layout.circuit
    metadata = {k: v for k, v in narrow.metadata.items() if k != PHYSICAL_QUBITS}
    register = QuantumRegister(num_qubits, "q")
    wide = QuantumCircuit(
        register, narrow.clbits, *narrow.cregs, name=narrow.name, metadata=metadata or None
    )
    wide.compose(narrow, layout.qubits, narrow.clbits, inplace=True)
    return wide
