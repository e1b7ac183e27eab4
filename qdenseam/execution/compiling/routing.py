"""Routing on a small patch of a device: by Qiskit from several seeds, and on parity trees.

Routing knows a device's gates and couplings and takes no notice of errors; where a routed circuit
goes on the device is for :mod:`qdenseam.execution.compiling.layout`.
"""

from collections.abc import Sequence

import numpy as np
from qiskit import QuantumCircuit, generate_preset_pass_manager
from qiskit.transpiler import CouplingMap, Target

from circuits.circuit_facts import active_qubits, restricted_to
from circuits.routing.hub_routing import route_hubs
from qdenseam.execution.compiling.failures import compiled_for
from qdenseam.execution.devices.noise import PHYSICAL_QUBITS
from qdenseam.execution.devices.parts import working_graph

PLACED_GATES = frozenset(
    {"id", "rz", "sx", "x", "rx", "rzz", "cz", "ecr", "cx", "h", "u", "p", "u1", "u2", "u3"}
)
"""Gates that circuits are routed in and whose errors count."""


def route(
    circuit: QuantumCircuit, target: Target, *, num_seeds: int = 12, seed: int = 0
) -> list[QuantumCircuit]:
    """Return the circuit routed on a patch of a device, in several ways, idle qubits dropped.

    ``metadata["physical_qubits"]`` names the device's qubits. All depends on the device's gates and
    couplings, not on its errors. Equal circuits are returned once.

    Raises:
        ValueError: ``num_seeds`` is below 1, or the circuit is wider than the device.
        BackendError: The device's gates do not suffice for the circuit.
    """
    found = route_by_qiskit(circuit, target, num_seeds=num_seeds, seed=seed)
    trees = route_by_trees(circuit, target, num_routings=num_seeds, seed=seed)
    return _distinct([*found, *trees])


def route_by_qiskit(
    circuit: QuantumCircuit, target: Target, *, num_seeds: int = 12, seed: int = 0
) -> list[QuantumCircuit]:
    """Return the circuits of :func:`route` that Qiskit's level 3 finds from several seeds."""
    if num_seeds < 1:
        raise ValueError(f"num_seeds should be at least 1. Got {num_seeds}.")
    patch, qubits = _patch(target, circuit.num_qubits)
    seeds = np.random.default_rng(seed).integers(2**31, size=num_seeds).tolist()
    return _distinct([_compiled(circuit, target, patch, qubits, seed=each) for each in seeds])


def route_by_trees(
    circuit: QuantumCircuit, target: Target, *, num_routings: int = 8, seed: int = 0
) -> list[QuantumCircuit]:
    """Return the circuits of :func:`route` on parity trees, none for a circuit without hubs.

    Where RZZ is one gate, there are as many with it and without: its errors may be the larger ones.
    See :func:`~circuits.routing.hub_routing.route_hubs`.
    """
    patch, qubits = _patch(target, circuit.num_qubits)
    ways = [True] if "rzz" in target.operation_names else []
    ways += [False] if {"cz", "cx", "ecr"} & set(target.operation_names) else []
    return [
        _compiled(
            each,
            target,
            patch,
            qubits,
            seed=seed,
            initial_layout=[*range(patch.size())],
            fractional=fractional,
        )
        for fractional in ways
        for each in route_hubs(circuit, patch, fractional=fractional, num_routings=num_routings)
    ]


def _compiled(
    circuit: QuantumCircuit,
    target: Target,
    patch: CouplingMap,
    qubits: list[int],
    *,
    seed: int,
    initial_layout: list[int] | None = None,
    fractional: bool = True,
) -> QuantumCircuit:
    left_out = set() if fractional else {"rzz"}
    names = sorted(set(target.operation_names) & PLACED_GATES - left_out)
    pass_manager = generate_preset_pass_manager(
        optimization_level=3,
        basis_gates=names,
        coupling_map=patch,
        initial_layout=initial_layout,
        seed_transpiler=seed,
    )
    with compiled_for("the device", target):
        routed = pass_manager.run(circuit)
    if "rzz" in names:  # devices offer it for angles in [0, π/2] only
        from qiskit_ibm_runtime.transpiler.passes import FoldRzzAngle

        routed = FoldRzzAngle()(routed)
    return narrowed(routed, qubits)


def narrowed(circuit: QuantumCircuit, qubits: Sequence[int]) -> QuantumCircuit:
    """Return a circuit on the qubits that it acts on, which its metadata names.

    Args:
        circuit: A compiled circuit.
        qubits: The device's qubit behind each of the circuit's.
    """
    active = active_qubits(circuit)
    narrow = restricted_to(circuit, active)
    physical = tuple(qubits[site] for site in active)
    narrow.metadata = {**(circuit.metadata or {}), PHYSICAL_QUBITS: physical}
    return narrow


def _distinct(circuits: Sequence[QuantumCircuit]) -> list[QuantumCircuit]:
    """Return the circuits that differ in more than angles from all before them."""
    found: dict[tuple[tuple[str, tuple[int, ...]], ...], QuantumCircuit] = {}
    for circuit in circuits:
        key = tuple(
            (i.operation.name, tuple(circuit.find_bit(q).index for q in i.qubits))
            for i in circuit.data
        )
        found.setdefault(key, circuit)
    return list(found.values())


def _patch(target: Target, num_qubits: int) -> tuple[CouplingMap, list[int]]:
    """Return a connected patch with room for routing, around a middle qubit.

    That is its couplings, and the device's qubit at each of its sites.
    """
    graph = working_graph(target)
    if num_qubits > len(graph):
        raise ValueError(f"A circuit should have at most {len(graph)} qubits. Got {num_qubits}.")
    wanted = min(len(graph), max(2 * num_qubits, num_qubits + 8))
    start = max(graph, key=lambda q: (len(_ball(graph, q, wanted)[1]), -q))
    kept = sorted(_ball(graph, start, wanted)[0])
    new = {old: place for place, old in enumerate(kept)}
    pairs = [(new[a], new[b]) for a in kept for b in sorted(graph[a]) if b in new]
    return CouplingMap(pairs), kept


def _ball(
    graph: dict[int, set[int]], start: int, size: int
) -> tuple[list[int], list[tuple[int, int]]]:
    """Return the ``size`` qubits nearest to one, and the couplings among them."""
    seen, queue = [start], [start]
    while queue and len(seen) < size:
        for near in sorted(graph[queue.pop(0)]):
            if near not in seen and len(seen) < size:
                seen.append(near)
                queue.append(near)
    inside = set(seen)
    return seen, [(a, b) for a in seen for b in graph[a] if b in inside and a < b]
