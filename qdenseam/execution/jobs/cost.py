"""What a submission will cost, from its compiled circuits and the device's calibration."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, inf, log
from typing import Any

from qiskit import QuantumCircuit
from qiskit.circuit import Bit, ControlFlowOp
from qiskit.transpiler import InstructionProperties, Target

from qdenseam.execution.base import Engine
from qdenseam.execution.circuit_facts import two_qubit_depth, two_qubit_gates
from qdenseam.execution.device_noise import PHYSICAL_QUBITS

JOB_SECONDS = 2.0
"""Seconds of quantum processor that a job takes beside its shots."""
REPETITION_SECONDS = 250e-6
"""Seconds between the end of one shot and the start of the next."""
SECONDS_FORMULA = (
    f"{JOB_SECONDS:g} s per job + shots x ({1e6 * REPETITION_SECONDS:g} us + circuit duration)"
)
"""How the seconds are estimated: IBM's published baseline without error suppression."""

_UNITS = {"s": 1.0, "ms": 1e-3, "us": 1e-6, "ns": 1e-9, "ps": 1e-12}


@dataclass(frozen=True, slots=True, kw_only=True)
class CostEstimate:
    """What a submission will take, known before it is sent; None where there is no calibration.

    References:
        IBM Quantum documentation, "Workload usage" (2025), for the seconds.
    """

    num_jobs: int
    """Jobs that the circuits are split into."""
    num_circuits: int
    """Compiled circuits, one per probe."""
    executions: int
    """Shots over all circuits."""
    two_qubit_gates: int | None
    """Of the largest circuit."""
    two_qubit_depth: int | None
    """Of the deepest circuit."""
    fidelity: float | None
    """Lowest expected fidelity of a circuit: the product of 1 - error over its gates and its
    measured bits, as reported by the device; idling is left out."""
    seconds: float | None
    """Estimated seconds of quantum processor, see :data:`SECONDS_FORMULA`."""


def estimate_cost(
    engine: Engine, compiled: Sequence[QuantumCircuit], *, shots: int, num_jobs: int
) -> CostEstimate:
    """Return what running compiled circuits will take.

    Args:
        engine: What compiled them.
        compiled: Circuits for the engine's target.
        shots: Shots per circuit.
        num_jobs: Jobs that they are sent in.
    """
    is_counted = engine.target is not None and all(
        instruction.name == "barrier" or len(instruction.qubits) <= 2
        for circuit in compiled
        for instruction in circuit.data
        if not isinstance(instruction.operation, ControlFlowOp)
    )
    walks = [] if engine.target is None else [_walk(each, engine.target) for each in compiled]
    fidelities = [walk.fidelity for walk in walks if walk.fidelity is not None]
    durations = [walk.seconds for walk in walks if walk.seconds is not None]
    return CostEstimate(
        num_jobs=num_jobs,
        num_circuits=len(compiled),
        executions=len(compiled) * shots,
        two_qubit_gates=max(map(two_qubit_gates, compiled), default=0) if is_counted else None,
        two_qubit_depth=max(map(two_qubit_depth, compiled), default=0) if is_counted else None,
        fidelity=min(fidelities, default=None),
        seconds=num_jobs * JOB_SECONDS
        + shots * sum(REPETITION_SECONDS + duration for duration in durations)
        if durations
        else None,
    )


@dataclass(frozen=True, slots=True)
class _Walk:
    """What calibration says about a circuit; None where it says nothing of any operation."""

    fidelity: float | None
    seconds: float | None


def _walk(circuit: QuantumCircuit, target: Target) -> _Walk:
    physical = (circuit.metadata or {}).get(PHYSICAL_QUBITS, range(circuit.num_qubits))
    places = dict(zip(circuit.qubits, physical, strict=True))
    end: defaultdict[Bit, float] = defaultdict(float)
    log_fidelity, knows_errors, knows_durations = 0.0, False, False
    for instruction in circuit.data:
        if instruction.name == "barrier":
            continue
        walks: list[_Walk]
        if isinstance(instruction.operation, ControlFlowOp):
            walks = [
                _walk(_placed(block, [places[qubit] for qubit in instruction.qubits]), target)
                for block in instruction.operation.blocks
            ]
        else:
            place = tuple(places[qubit] for qubit in instruction.qubits)
            walks = [_looked_up(instruction.operation, place, target)]
        errors = [walk.fidelity for walk in walks if walk.fidelity is not None]
        durations = [walk.seconds for walk in walks if walk.seconds is not None]
        knows_errors |= bool(errors)
        knows_durations |= bool(durations)
        lowest = min(errors, default=1.0)
        log_fidelity += log(lowest) if lowest > 0 else -inf
        bits = (*instruction.qubits, *instruction.clbits)
        reached = max((end[bit] for bit in bits), default=0.0) + max(durations, default=0.0)
        end.update(dict.fromkeys(bits, reached))
    return _Walk(
        exp(log_fidelity) if knows_errors else None,
        max(end.values(), default=0.0) if knows_durations else None,
    )


def _looked_up(operation: Any, place: tuple[int, ...], target: Target) -> _Walk:
    if operation.name == "delay":
        scale = _UNITS.get(operation.unit, target.dt or 0.0)
        return _Walk(None, float(operation.duration) * scale)
    known: InstructionProperties | None = None
    if operation.name in target.operation_names:
        known = (target[operation.name] or {}).get(place)
    if known is None:
        return _Walk(None, None)
    return _Walk(None if known.error is None else 1.0 - known.error, known.duration)


def _placed(block: QuantumCircuit, qubits: list[int]) -> QuantumCircuit:
    """Return a block that names the device's qubit behind each of its own."""
    placed = block.copy()
    placed.metadata = {PHYSICAL_QUBITS: qubits}
    return placed
