"""Filters on devices: hubs on parity trees beside Qiskit's routing, gates and predicted success."""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from math import pi
from typing import Annotated, ClassVar

import numpy as np
from qiskit import QuantumCircuit, QuantumRegister
from qiskit.transpiler import Target

from circuits.circuit_facts import two_qubit_depth, two_qubit_gates
from circuits.distance.filters import signal_filter
from circuits.distance.signal_processing import SignalAngles
from circuits.loading import pattern_superposition
from circuits.registers import join
from classical_ref.checks import Rng
from qdenseam.bench.base import Benchmark, BenchRow, Case, Names, Numbers, Setting, register
from qdenseam.execution.compiling.layout import place
from qdenseam.execution.compiling.routing import route_by_qiskit, route_by_trees
from qdenseam.execution.devices.parts import failed_places, part_of_target, working_qubits
from qdenseam.execution.readings import measured

LINE_LENGTH = 40
"""Qubits of the chain that stands for a line."""


@register
@dataclass(frozen=True, slots=True, kw_only=True)
class RoutingBenchmark(Benchmark):
    """Count the gates of filters on devices, ours and Qiskit's.

    Ours are routed on parity trees. Every row is one circuit, measured, on one device with its
    calibration. Both ways place what they routed where it is predicted to succeed best, so that
    they differ in the routing alone.
    """

    name: ClassVar[str] = "routing"
    columns: ClassVar[Mapping[str, str]] = {
        "device": "Where.",
        "num_neurons": "D.",
        "num_patterns": "K; 0 is the signals alone, on qubits in any state.",
        "degree": "Number of signals.",
        "two_qubit_gates": "Of the layout predicted best on parity trees, if any was found.",
        "qiskit_gates": "Fewest of all of Qiskit's routings, at level 3.",
        "gates_ratio": "Ours over Qiskit's.",
        "two_qubit_depth": "Of the same layout.",
        "qiskit_depth": "Of Qiskit's with the fewest gates.",
        "success": "Predicted probability of no error, gates and readout.",
        "qiskit_success": "Largest of all of Qiskit's routings.",
        "seconds": "Processor time of routing and placing.",
        "qiskit_seconds": "That of all of Qiskit's routings.",
    }
    example: ClassVar[str] = "--devices line --sizes 6 --patterns 0,4 --degrees 4 --routings 2"
    devices: Annotated[Names, Setting('Device models; "line" is a chain of qubits of one.')] = (
        "torino",
        "line",
        "nighthawk",
    )
    sizes: Annotated[Numbers, Setting("Numbers of neurons.", "[1, 10^4]")] = (6, 8, 12, 16, 20)
    patterns: Annotated[Numbers, Setting("Numbers of patterns.", "[0, inf)")] = (0, 4, 8)
    degrees: Annotated[Numbers, Setting("Numbers of signals.", "[1, 10^9]")] = (1, 4, 8)
    routings: Annotated[int, Setting("Qiskit's seeds.", "[1, 10^9]")] = 12
    seed: Annotated[int, Setting("Seed of the patterns and angles.", "[0, inf)")] = 0

    def cases(self) -> Iterator[Case]:
        """Return all combinations."""
        for device in self.devices:
            _target(device)  # an unknown one is refused at once
        names = ("device", "num_neurons", "num_patterns", "degree")
        for values in product(self.devices, self.sizes, self.patterns, self.degrees):
            yield dict(zip(names, values, strict=True))

    def measure(self, case: Case) -> Iterator[BenchRow]:
        """Yield the row of one circuit."""
        numbers = case["num_neurons"], case["num_patterns"], case["degree"]
        circuit = filter_circuit(*numbers, rng=np.random.default_rng([self.seed, *numbers]))
        target = _target(case["device"])
        started = time.process_time()
        trees = [place(each, target) for each in route_by_trees(circuit, target)]
        between = time.process_time()
        routed = route_by_qiskit(circuit, target, num_seeds=self.routings)
        usual = [place(each, target) for each in routed]
        ended = time.process_time()
        fewest = min(usual, key=lambda layout: two_qubit_gates(layout.circuit))
        row: BenchRow = {
            **case,
            "qiskit_gates": two_qubit_gates(fewest.circuit),
            "qiskit_depth": two_qubit_depth(fewest.circuit),
            "qiskit_success": max(layout.budget.success for layout in usual),
            "seconds": between - started,
            "qiskit_seconds": ended - between,
        }
        if trees:
            best = max(trees, key=lambda layout: layout.budget.success)
            gates = two_qubit_gates(best.circuit)
            row |= {
                "two_qubit_gates": gates,
                "gates_ratio": gates / two_qubit_gates(fewest.circuit),
                "two_qubit_depth": two_qubit_depth(best.circuit),
                "success": best.budget.success,
            }
        yield row


def filter_circuit(
    num_neurons: int,
    num_patterns: int,
    degree: int,
    *,
    rng: Rng = None,
) -> QuantumCircuit:
    """Return a measured filter with generic angles on random patterns.

    Without patterns the qubits of the memory are in a product state with all 2^D terms.
    """
    rng = np.random.default_rng(rng)
    if not num_patterns:
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
