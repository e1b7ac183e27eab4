"""What a device's calibration says about a compiled circuit: its fidelity and how long it takes."""

from collections import defaultdict
from dataclasses import dataclass
from math import exp, inf, log
from typing import Any

from qiskit import QuantumCircuit
from qiskit.circuit import Bit
from qiskit.transpiler import InstructionProperties, Target

from qdenseam.execution.base import Engine
from qdenseam.execution.devices.error_budget import delay_seconds
from qdenseam.execution.devices.noise import PHYSICAL_QUBITS

REPETITION_SECONDS = 250e-6
"""Seconds between the end of one shot and the start of the next, where a device names none."""


@dataclass(frozen=True, slots=True)
class Calibrated:
    """What calibration says about a circuit; None where it says nothing of any operation."""

    fidelity: float | None
    """Product of 1 - error over all gates and measurements; idling is left out."""
    seconds: float | None
    """Length of the longest chain of operations, measurements included."""


def shot_seconds(engine: Engine, compiled: QuantumCircuit) -> float | None:
    """Return how long a shot occupies a device: its repetition delay and the circuit's duration.

    The delay is the device's default, 250 us where it names none.

    Args:
        engine: What compiled the circuit.
        compiled: A circuit for the engine's target.

    Returns:
        Seconds; None without a device or without durations.
    """
    target = engine.target
    duration = None if target is None else calibrated(compiled, target).seconds
    if duration is None:
        return None
    delay = engine.repetition_seconds
    return duration + (REPETITION_SECONDS if delay is None else delay)


def calibrated(circuit: QuantumCircuit, target: Target) -> Calibrated:
    """Return what a target's errors and durations say about a compiled circuit."""
    physical = (circuit.metadata or {}).get(PHYSICAL_QUBITS, range(circuit.num_qubits))
    places = dict(zip(circuit.qubits, physical, strict=True))
    end: defaultdict[Bit, float] = defaultdict(float)
    log_fidelity, knows_errors, knows_durations = 0.0, False, False
    for instruction in circuit.data:
        if instruction.name == "barrier":
            continue
        parts: list[Calibrated]
        if instruction.is_control_flow():
            parts = [
                calibrated(_placed(block, [places[qubit] for qubit in instruction.qubits]), target)
                for block in instruction.operation.blocks
            ]
        else:
            place = tuple(places[qubit] for qubit in instruction.qubits)
            parts = [_looked_up(instruction.operation, place, target)]
        errors = [part.fidelity for part in parts if part.fidelity is not None]
        durations = [part.seconds for part in parts if part.seconds is not None]
        knows_errors |= bool(errors)
        knows_durations |= bool(durations)
        lowest = min(errors, default=1.0)
        log_fidelity += log(lowest) if lowest > 0 else -inf
        bits = (*instruction.qubits, *instruction.clbits)
        reached = max((end[bit] for bit in bits), default=0.0) + max(durations, default=0.0)
        end.update(dict.fromkeys(bits, reached))
    return Calibrated(
        exp(log_fidelity) if knows_errors else None,
        max(end.values(), default=0.0) if knows_durations else None,
    )


def _looked_up(operation: Any, place: tuple[int, ...], target: Target) -> Calibrated:
    if operation.name == "delay":
        return Calibrated(None, delay_seconds(operation, target.dt))
    known: InstructionProperties | None = None
    if operation.name in target.operation_names:
        known = (target[operation.name] or {}).get(place)
    if known is None:
        return Calibrated(None, None)
    return Calibrated(None if known.error is None else 1.0 - known.error, known.duration)


def _placed(block: QuantumCircuit, qubits: list[int]) -> QuantumCircuit:
    """Return a block that names the device's qubit behind each of its own."""
    placed = block.copy()
    placed.metadata = {PHYSICAL_QUBITS: qubits}
    return placed
