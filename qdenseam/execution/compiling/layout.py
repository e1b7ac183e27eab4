"""Layouts by predicted success: routed on a small patch, then moved to the best place.

Routing takes no notice of errors. So a circuit is routed in several ways on a patch of the
device, and each routed circuit is moved over the device by a beam search that knows the errors of
gates and measurements. The best prediction wins.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from qiskit import QuantumCircuit
from qiskit.transpiler import Target

from circuits.blocks import flat
from classical_ref.checks import Floats, Integers
from qdenseam.execution.compiling.routing import PLACED_GATES, route
from qdenseam.execution.devices.error_budget import ErrorBudget, error_budget
from qdenseam.execution.devices.noise import PHYSICAL_QUBITS
from qdenseam.execution.devices.parts import calibration_key, failed_places, working_qubits

BEAM = 500
"""Partial placements kept while a circuit is moved over a device."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Layout:
    """A circuit compiled for some qubits of a device, and what the calibration predicts."""

    circuit: QuantumCircuit
    """On as many qubits as it acts on; ``metadata["physical_qubits"]`` names the device's."""
    qubits: tuple[int, ...]
    budget: ErrorBudget


def place(routed: QuantumCircuit, target: Target, *, beam: int = BEAM) -> Layout:
    """Return a routed circuit on the qubits of a device where it is predicted to succeed best.

    Where its metadata names qubits, they are among the places compared.

    Raises:
        ValueError: The circuit fits nowhere.
    """
    costs = _costs_of(target, PLACED_GATES & set(routed.count_ops()))
    weights = _interactions(routed)
    order = _connected_order(routed.num_qubits, weights)
    count = Counter(
        routed.find_bit(i.qubits[0]).index
        for i in routed.data
        if len(i.qubits) == 1 and i.name in ("sx", "x", "rx")
    )
    reads = Counter(routed.find_bit(i.qubits[0]).index for i in routed.data if i.name == "measure")
    home = dict(enumerate((routed.metadata or {}).get(PHYSICAL_QUBITS, ())))
    qubit, sites = order[0], costs.working
    placed = sites[:, None]
    score = costs.one[sites] * count[qubit] + costs.read[sites] * reads[qubit]
    taken = np.eye(len(costs.one), dtype=bool)[sites]
    is_home = sites == home.get(qubit, -1)
    for step, qubit in enumerate(order[1:], start=1):
        linked = [(j, weights[_pair(order[j], qubit)]) for j in range(step)
                  if _pair(order[j], qubit) in weights]  # fmt: skip
        if linked:
            near = costs.neighbors[placed[:, linked[0][0]]]
        else:  # a qubit that meets no other
            near = np.broadcast_to(sites, (len(placed), len(sites)))
        rows, columns = np.nonzero(near >= 0)
        chosen = near[rows, columns]
        cost = score[rows] + costs.one[chosen] * count[qubit] + costs.read[chosen] * reads[qubit]
        for j, uses in linked:
            cost = cost + costs.two[placed[rows, j], chosen] * uses
        free = np.flatnonzero(np.isfinite(cost) & ~taken[rows, chosen])
        if len(free) == 0:
            raise ValueError(
                f"A circuit should fit the device's couplings. Got {routed.num_qubits} qubits "
                "that fit nowhere; route it for this device first."
            )
        rows, chosen, cost = rows[free], chosen[free], cost[free]
        known = is_home[rows] & (chosen == home.get(qubit, -1))
        best = _least(np.where(known, -1, cost), beam)
        rows, chosen, score, is_home = rows[best], chosen[best], cost[best], known[best]
        placed = np.concatenate([placed[rows], chosen[:, None]], axis=1)
        taken = taken[rows]
        taken[np.arange(len(rows)), chosen] = True
    where = {qubit: int(placed[int(score.argmin()), j]) for j, qubit in enumerate(order)}
    qubits = tuple(where[q] for q in range(routed.num_qubits))
    circuit = routed.copy()
    circuit.metadata = {**(routed.metadata or {}), PHYSICAL_QUBITS: qubits}
    return Layout(circuit=circuit, qubits=qubits, budget=error_budget(circuit, target, qubits))


def _least(values: Floats, number: int) -> Integers:
    """Return where the least values are, in order, of equal ones the first."""
    if len(values) <= number:
        return np.argsort(values, kind="stable")
    few = np.flatnonzero(values <= np.partition(values, number)[number])
    return few[np.argsort(values[few], kind="stable")][:number]


def best_layout(
    circuit: QuantumCircuit, target: Target, *, num_seeds: int = 12, seed: int = 0
) -> Layout:
    """Return the layout of largest predicted success among all routed circuits.

    Raises:
        ValueError: As :func:`route` and :func:`place`; so is a BackendError.
    """
    layouts = [
        place(each, target) for each in route(flat(circuit), target, num_seeds=num_seeds, seed=seed)
    ]
    return max(layouts, key=lambda layout: layout.budget.success)


def typical_survival(target: Target) -> float:
    """Return the survival of a two-qubit gate that nine in ten of a device do not exceed."""
    costs = _costs_of(target)
    return float(np.exp(-np.quantile(costs.two[np.isfinite(costs.two)], 0.1)))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Costs:
    """Minus the logarithm of survival: of two-qubit gates, one-qubit gates and measurements.

    Where several of the two-qubit gates that count are on a pair, the best one does.
    """

    two: Floats
    one: Floats
    read: Floats
    neighbors: Integers
    """Neighbors of each qubit, filled up with -1."""
    working: Integers

    @classmethod
    def of(cls, target: Target, gates: frozenset[str]) -> "_Costs":
        size = target.num_qubits
        working = np.array(working_qubits(target), dtype=np.int64)
        failed = failed_places(target)
        two, one, read = np.full((size, size), np.inf), np.zeros(size), np.zeros(size)
        for name in set(target.operation_names) & (PLACED_GATES | {"measure"}):
            for qubits, entry in target[name].items():
                error = 0.0 if entry is None or entry.error is None else float(entry.error)
                if qubits is None or frozenset(qubits) in failed:
                    continue
                if len(qubits) == 2 and name in gates:
                    cost = -np.log(max(1e-12, 1 - 1.25 * error))
                    two[qubits] = two[qubits[::-1]] = min(two[qubits], cost)
                elif name == "measure":
                    read[qubits] = -np.log(max(1e-12, 1 - error))
                elif name == "sx":
                    one[qubits] = -np.log(max(1e-12, 1 - 1.5 * error))
        inside = np.zeros(size, dtype=bool)
        inside[working] = True
        two[~inside] = two[:, ~inside] = np.inf
        lists = [np.flatnonzero(np.isfinite(row)) for row in two]
        neighbors = np.full((size, max(1, *(len(each) for each in lists))), -1, dtype=np.int64)
        for qubit, each in enumerate(lists):
            neighbors[qubit, : len(each)] = each
        return cls(two=two, one=one, read=read, neighbors=neighbors, working=working)


def _costs_of(target: Target, gates: frozenset[str] = PLACED_GATES) -> _Costs:
    return _kept_costs(target, gates, calibration_key(target))


@lru_cache(maxsize=8)
def _kept_costs(target: Target, gates: frozenset[str], calibration: int) -> _Costs:  # noqa: ARG001
    return _Costs.of(target, gates)


def _pair(a: int, b: int) -> tuple[int, int]:
    return (a, b) if a < b else (b, a)


def _interactions(circuit: QuantumCircuit) -> Counter[tuple[int, int]]:
    uses: Counter[tuple[int, int]] = Counter()
    for instruction in circuit.data:
        if len(instruction.qubits) == 2 and instruction.name != "barrier":
            a, b = (circuit.find_bit(q).index for q in instruction.qubits)
            uses[_pair(a, b)] += 1
    return uses


def _connected_order(num_qubits: int, pairs: Iterable[tuple[int, int]]) -> list[int]:
    """Return all qubits so that each comes after a neighbor of it, wherever it has one."""
    near: dict[int, set[int]] = {q: set() for q in range(num_qubits)}
    for a, b in pairs:
        near[a].add(b)
        near[b].add(a)
    order: list[int] = []
    left = set(near)
    while left:
        touching = [q for q in left if near[q] & set(order)] or sorted(left)
        chosen = max(touching, key=lambda q: (len(near[q] & set(order)), len(near[q]), -q))
        order.append(chosen)
        left.remove(chosen)
    return order
