"""Routing on a small patch of a device: by Qiskit from several seeds, and on parity trees.

Routing knows a device's gates and couplings and takes no notice of errors; where a routed circuit
goes on the device is for :mod:`qdenseam.execution.compiling.layout`.
"""

from collections.abc import Sequence
from copy import copy
from functools import lru_cache
from threading import get_ident

import numpy as np
from qiskit import QuantumCircuit
from qiskit.transpiler import (
    CouplingMap,
    PassManager,
    PassManagerConfig,
    StagedPassManager,
    Target,
)
from qiskit.transpiler.preset_passmanagers import level_3_pass_manager
from qiskit.transpiler.preset_passmanagers.plugin import PassManagerStagePluginManager

from circuits.circuit_facts import active_qubits, lone_qubits, restricted_to
from circuits.routing.hub_routing import route_hubs
from qdenseam.execution.compiling.failures import compiled_for
from qdenseam.execution.devices.noise import PHYSICAL_QUBITS
from qdenseam.execution.devices.parts import calibration_key, working_graph

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
    names = PLACED_GATES & set(target.operation_names) - (set() if fractional else {"rzz"})
    passes = _level_three(names, patch, initial_layout, seed)
    with compiled_for("the device", target):
        return narrowed(passes.run(circuit), qubits)


def _level_three(
    names: frozenset[str], patch: CouplingMap, initial_layout: list[int] | None, seed: int
) -> StagedPassManager:
    """Return Qiskit's passes of level 3, and RZZ by angles in [0, π/2] alone, as devices offer it.

    Only layout and routing have a seed; the other stages take far longer to make, and are kept.
    """
    layout = None if initial_layout is None else tuple(initial_layout)
    kept, config, stages = _kept_passes(names, tuple(patch.get_edges()), layout, get_ident())
    passes, config = copy(kept), copy(config)
    config.seed_transpiler = seed
    for stage in ("layout", "routing"):
        made = stages.get_passmanager_stage(stage, "default", config, optimization_level=3)
        setattr(passes, stage, made)
    return passes


@lru_cache(maxsize=32)
def _kept_passes(
    names: frozenset[str],
    edges: tuple[tuple[int, int], ...],
    layout: tuple[int, ...] | None,
    thread: int,  # noqa: ARG001  # passes hold what they find while they run
) -> tuple[StagedPassManager, PassManagerConfig, PassManagerStagePluginManager]:
    couplings, basis = CouplingMap(edges), [*sorted(names), "measure", "delay", "reset"]
    target = Target.from_configuration(basis, coupling_map=couplings)
    config = PassManagerConfig(
        initial_layout=None if layout is None else list(layout),
        basis_gates=basis,
        coupling_map=couplings,
        instruction_durations=target.durations(),
        approximation_degree=1.0,
        timing_constraints=target.timing_constraints(),
        target=target,
    )
    passes = level_3_pass_manager(config)
    if "rzz" in names:
        from qiskit_ibm_runtime.transpiler.passes import FoldRzzAngle

        passes.post_optimization = PassManager([FoldRzzAngle()])
    return passes, config, PassManagerStagePluginManager()


def narrowed(circuit: QuantumCircuit, qubits: Sequence[int]) -> QuantumCircuit:
    """Return a circuit on the qubits that it acts on, which its metadata names.

    Lone qubits come last, in the order in which they are read: Qiskit puts them just anywhere.

    Args:
        circuit: A compiled circuit.
        qubits: The device's qubit behind each of the circuit's.
    """
    lone = lone_qubits(circuit)
    turn = {
        circuit.find_bit(i.qubits[0]).index: circuit.find_bit(i.clbits[0]).index
        for i in circuit.data
        if i.name == "measure"
    }
    active = active_qubits(circuit)
    active = tuple(sorted(active, key=lambda q: (q in lone, turn.get(q, -1) if q in lone else q)))
    narrow = restricted_to(circuit, active)
    physical = tuple(qubits[site] for site in active)
    narrow.metadata = {**(circuit.metadata or {}), PHYSICAL_QUBITS: physical}
    return narrow


def _distinct(circuits: Sequence[QuantumCircuit]) -> list[QuantumCircuit]:
    """Return the circuits that differ in more than angles from all before them."""
    found: dict[tuple[tuple[str, tuple[int, ...]], ...], QuantumCircuit] = {}
    for circuit in circuits:
        key = tuple(
            (i.name, tuple(circuit.find_bit(q).index for q in i.qubits)) for i in circuit.data
        )
        found.setdefault(key, circuit)
    return list(found.values())


def _patch(target: Target, num_qubits: int) -> tuple[CouplingMap, list[int]]:
    """Return a connected patch with room for routing, around a middle qubit.

    That is its couplings, and the device's qubit at each of its sites.
    """
    return _kept_patch(target, calibration_key(target), num_qubits)


@lru_cache(maxsize=32)
def _kept_patch(
    target: Target,
    calibration: int,  # noqa: ARG001
    num_qubits: int,
) -> tuple[CouplingMap, list[int]]:
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
