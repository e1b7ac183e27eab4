"""Filters on devices: hubs on parity trees beside Qiskit's routing, gates and predicted success.

Every row is one circuit, measured, on one device with its calibration. Both ways place what they
routed where it is predicted to succeed best (:func:`qdenseam.execution.compiling.layout.place`), so
that they differ in the routing alone.
"""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import pi

import numpy as np
from qiskit import QuantumCircuit, QuantumRegister
from qiskit.transpiler import Target

from circuits.circuit_facts import two_qubit_depth, two_qubit_gates
from circuits.distance.filters import signal_filter
from circuits.distance.signal_processing import SignalAngles
from circuits.loading import pattern_superposition
from circuits.registers import join
from qdenseam.bench.row import Row
from qdenseam.execution.compiling.layout import Layout, place
from qdenseam.execution.compiling.routing import route_by_qiskit, route_by_trees
from qdenseam.execution.devices.parts import failed_places, part_of_target, working_qubits
from qdenseam.execution.measuring import measured

LINE_LENGTH = 40
"""Qubits of the chain that stands for a line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoutingRow(Row):
    """One circuit on one device, routed both ways; ``None`` where a way found nothing."""

    device: str
    num_neurons: int
    num_patterns: int | None
    """``None`` for the signals alone, on qubits in any state."""
    degree: int
    """Number of signals."""
    two_qubit_gates: int | None
    """Of the layout predicted best on parity trees."""
    qiskit_gates: int
    """Fewest of all of Qiskit's routings."""
    two_qubit_depth: int | None
    qiskit_depth: int
    success: float | None
    """Predicted probability of no error, gates and readout."""
    qiskit_success: float
    """Largest of all of Qiskit's routings."""
    seconds: float
    """Processor time of routing and placing."""
    qiskit_seconds: float


def bench_routing(
    devices: Sequence[str] = ("torino", "line", "nighthawk"),
    *,
    sizes: Sequence[int] = (6, 8, 12, 16, 20),
    num_patterns: Sequence[int | None] = (None, 4, 8),
    degrees: Sequence[int] = (1, 4, 8),
    num_seeds: int = 12,
    rng: np.random.Generator | int | None = None,
) -> Iterator[RoutingRow]:
    """Yield a row for every device, size, number of patterns and degree.

    Args:
        devices: Device models by short name; ``"line"`` is a chain of fake Torino's qubits.
        sizes: Numbers of neurons.
        num_patterns: Random patterns in the memory; ``None`` leaves the preparation away.
        degrees: Numbers of signals.
        num_seeds: Qiskit's routings, at level 3.
        rng: Draws the patterns and the angles.

    Raises:
        ValueError: There is no such device model, a degree is below 1, or a circuit does not fit.
    """
    rng = np.random.default_rng(rng)
    if min(degrees, default=1) < 1:
        raise ValueError(f"degrees should be at least 1. Got {min(degrees)}.")
    for device in devices:
        target = _target(device)
        for size in sizes:
            for number in num_patterns:
                for degree in degrees:
                    circuit = filter_circuit(size, number, degree, rng=rng)
                    yield _row(device, target, circuit, size, number, degree, num_seeds)


def filter_circuit(
    num_neurons: int,
    num_patterns: int | None,
    degree: int,
    *,
    rng: np.random.Generator | int | None = None,
) -> QuantumCircuit:
    """Return a measured filter with generic angles on random patterns.

    With ``None`` patterns the qubits of the memory are in a product state with all 2^D terms.
    """
    rng = np.random.default_rng(rng)
    if num_patterns is None:
        start = QuantumCircuit(QuantumRegister(num_neurons, "memory"))
        for qubit, angle in enumerate(rng.uniform(0.5, 1, num_neurons)):
            start.ry(angle, qubit)
    else:
        chosen = rng.choice(2**num_neurons, num_patterns, replace=False)
        start = pattern_superposition((chosen[:, None] >> np.arange(num_neurons)) & 1)
    angles = SignalAngles(
        rotations=rng.uniform(0.2, pi / 2, degree + 1), phases=rng.uniform(0, pi, degree + 1)
    )
    signals = signal_filter(
        rng.integers(0, 2, num_neurons),
        np.arange(num_neurons),
        angles,
        signal_angle=2 * pi / (num_neurons + 1),
    )
    return measured(join([start, signals]))


def _row(
    device: str,
    target: Target,
    circuit: QuantumCircuit,
    size: int,
    number: int | None,
    degree: int,
    num_seeds: int,
) -> RoutingRow:
    started = time.process_time()
    trees = [place(each, target) for each in route_by_trees(circuit, target)]
    between = time.process_time()
    usual = [place(each, target) for each in route_by_qiskit(circuit, target, num_seeds=num_seeds)]
    ended = time.process_time()
    best = max(trees, key=_success, default=None)
    fewest = min(usual, key=lambda layout: two_qubit_gates(layout.circuit))
    return RoutingRow(
        device=device,
        num_neurons=size,
        num_patterns=number,
        degree=degree,
        two_qubit_gates=None if best is None else two_qubit_gates(best.circuit),
        qiskit_gates=two_qubit_gates(fewest.circuit),
        two_qubit_depth=None if best is None else two_qubit_depth(best.circuit),
        qiskit_depth=two_qubit_depth(fewest.circuit),
        success=None if best is None else _success(best),
        qiskit_success=max(map(_success, usual)),
        seconds=between - started,
        qiskit_seconds=ended - between,
    )


def _success(layout: Layout) -> float:
    return layout.budget.success


def _target(device: str) -> Target:
    from qdenseam.execution.engines.fake_devices import fake_device

    if device == "line":
        return line_of(fake_device("torino").target, LINE_LENGTH)
    return fake_device(device).target


def line_of(target: Target, length: int) -> Target:
    """Return a chain of working qubits of a device, in order; other couplings are left out.

    Raises:
        ValueError: No chain of this length was found.
    """
    failed, working = failed_places(target), set(working_qubits(target))
    near: dict[int, list[int]] = {qubit: [] for qubit in sorted(working)}
    for a, b in sorted(target.build_coupling_map().get_edges()):
        if {a, b} <= working and frozenset({a, b}) not in failed and b not in near[a]:
            near[a].append(b)
            near[b].append(a)
    for start in near:
        chain, tried = [start], [iter(near[start])]
        for _ in range(20 * length):
            if len(chain) == length or not chain:
                break
            following = next((q for q in tried[-1] if q not in chain), None)
            if following is None:
                chain.pop()
                tried.pop()
            else:
                chain.append(following)
                tried.append(iter(near[following]))
        if len(chain) == length:
            links = {frozenset(chain[i : i + 2]) for i in range(length - 1)}
            others = {frozenset({a, b}) for a in chain for b in near[a]} - links
            return part_of_target(target, tuple(chain), without=failed | others)
    raise ValueError(f"A device should have a chain of {length} qubits. Got none; ask for fewer.")
